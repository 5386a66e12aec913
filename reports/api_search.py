"""Search, for programs: the same results as on the page."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from initiatives.search import Excerpt, Kind
from pillars.models import Plan
from reports.forms_search import LAST_PAGE, SearchForm
from reports.search import LONGEST, PAGE, SHORTEST, SHOWN, Group, Result, search
from tracker.api_view import ApiView
from tracker.errors import Invalid
from tracker.filters import refuse_unknown
from tracker.serializers import VocabularyField

PARAMETERS = [
    OpenApiParameter(
        "q", {"type": "string", "minLength": SHORTEST, "maxLength": LONGEST}, required=True,
        description="Words, all of which must stand in one text, in English or in French; or a code.",
    ),
    OpenApiParameter("plan", OpenApiTypes.STR, description="Code of a plan; all plans without it."),
    OpenApiParameter("pillar", OpenApiTypes.INT, description="Number of a pillar of that plan."),
    OpenApiParameter(
        "kind", OpenApiTypes.STR, enum=Kind.values,
        description=f"One kind of results, {PAGE} at a time; the first {SHOWN} of each kind without it.",
    ),
    OpenApiParameter(
        "page", {"type": "integer", "minimum": 1, "maximum": LAST_PAGE}, description="Of the results of one kind."
    ),
]  # fmt: skip


class SearchResultSerializer(serializers.Serializer[Any]):
    """Something that was found. Excerpts are the parts of a text in which the words stand."""

    id = serializers.IntegerField(help_text="Its key in the list of its kind.")
    code = serializers.CharField(help_text="Its own; of a status update the week, `2026-W46`.")
    exact = serializers.BooleanField(help_text="Whether what was asked is its code.")
    plan = serializers.CharField(allow_null=True, help_text="Code of the plan; null for places.")
    pillar = serializers.IntegerField(allow_null=True, help_text="Number of the pillar; null where it is in none.")
    initiative = serializers.CharField(allow_null=True, help_text="Code of the initiative that it is of.")
    title_en = serializers.CharField(help_text="Of a status update the headline.")
    title_fr = serializers.CharField(help_text="Of a status update the headline.")
    excerpt_en = serializers.CharField(allow_null=True, help_text="Null where no word stands in the English text.")
    excerpt_fr = serializers.CharField(allow_null=True, help_text="Null where no word stands in the French text.")
    url = serializers.CharField(help_text="Path of the row in this API, at the same revision.")


class SearchGroupSerializer(serializers.Serializer[Any]):
    """What was found of one kind, the best first: of that code, then with all words in the title, then the others;
    status updates of the newest week first."""

    kind = VocabularyField(Kind)
    total = serializers.IntegerField(help_text="Results that can be listed.")
    more = serializers.BooleanField(help_text="Whether more were found than can be listed.")
    results = SearchResultSerializer(many=True)


class SearchSerializer(serializers.Serializer[Any]):
    """What was found, by kind; kinds of which nothing was found are left out."""

    revision = serializers.IntegerField(help_text="The revision that was searched.")
    q = serializers.CharField()
    next = serializers.CharField(allow_null=True, help_text="Path of the next page of one kind; null on the last.")
    groups = SearchGroupSerializer(many=True)


class SearchView(ApiView):
    """Search in initiatives, milestones, indicators, status updates and places."""

    parameters = frozenset({"as_of", "q", "plan", "pillar", "kind", "page"})
    tagged = True

    @extend_schema(responses=SearchSerializer, parameters=PARAMETERS)
    def get(self, request: Request) -> HttpResponse:
        """Words are found by their stems in both languages, whatever their case and accents."""
        query = request.query_params
        refuse_unknown(query, self.parameters)
        code = query.get("plan", "")
        plan = Plan.objects.visible_to(self.user).filter(code=code).first() if code else None
        if code and plan is None:
            message = _("There is no plan of that code that you may see.")
            raise Invalid(_("Some filters cannot be applied."), fields={"plan": message}, code="bad_filter")
        if plan is None and query.get("pillar"):
            message = _("A pillar is of a plan: name that, too.")
            raise Invalid(_("Some filters cannot be applied."), fields={"pillar": message}, code="bad_filter")
        question = SearchForm(query, plan=plan).question
        if question.page > 1 and question.kind is None:
            message = _("Only one kind has pages: name it, too.")
            raise Invalid(_("Some filters cannot be applied."), fields={"page": message}, code="bad_filter")
        answer = search(question, user=self.user, moment=self.moment, on=self.moment.on)
        last = max((group.pages for group in answer.groups), default=1)
        following = question.kind is not None and question.page < last
        return self.json(
            {
                "revision": self.moment.revision,
                "q": question.text,
                "next": self.pinned(page=str(question.page + 1)) if following else None,
                "groups": [self._group(group) for group in answer.groups],
            }
        )

    def _group(self, group: Group) -> dict[str, Any]:
        results = [self._result(result) for result in group.results]
        return {"kind": group.kind.value, "total": group.total, "more": group.more, "results": results}

    def _result(self, result: Result) -> dict[str, Any]:
        row, kind = result.row, result.kind
        name = kind.value.removesuffix("s")
        key = row.code if kind == Kind.PLACES else row.pk
        return {
            "id": row.pk,
            "code": row.week.code if kind == Kind.STATUS_UPDATES else row.code,
            "exact": result.exact,
            "plan": result.plan.code if result.plan else None,
            "pillar": result.pillar.number if result.pillar else None,
            "initiative": result.initiative.code if result.initiative else None,
            **{f"title_{language}": title.plain for language, title in result.titles.items()},
            **{f"excerpt_{language}": _told(text) for language, text in result.texts.items()},
            "url": f"{reverse(f'api:{name}-detail', args=[key])}?as_of=r{self.moment.revision}",
        }


def _told(text: Excerpt) -> str | None:
    return text.plain if text.found else None
