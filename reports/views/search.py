"""Search: words in either language, or a code, which leads straight to what has it."""

from typing import Any, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from initiatives.choices import Workflow
from initiatives.search import MOST, Excerpt, Kind
from pillars.models import Plan
from reports.forms_search import SearchForm
from reports.search import PAGE, Answer, Group, Question, Result, jump, search
from reports.views.asked import asked_scope, refuse_others
from reports.views.milestones import milestone_state
from tracker import formats
from tracker.errors import Invalid
from tracker.filters import effective_date
from tracker.forms import show_refusal
from tracker.http import SignedInRequest
from tracker.pages import Page, linked

ASKED = ("q", "kind", "pillar", "page")


@login_required
@require_safe
def in_plan(request: HttpRequest, plan: str) -> HttpResponse:
    """Within one plan."""
    return _page(request, cast(Plan, asked_scope(request, plan).subject))


@login_required
@require_safe
def everywhere(request: HttpRequest) -> HttpResponse:
    """In all plans that the person sees."""
    return _page(request, None)


def _page(request: HttpRequest, plan: Plan | None) -> HttpResponse:
    refuse_others(request, *(ASKED if plan else (name for name in ASKED if name != "pillar")))
    reader = cast(SignedInRequest, request)
    on = effective_date(request)
    form = SearchForm(request.GET if "q" in request.GET else None, plan=plan)
    context: dict[str, Any] = {
        "form": form,
        "on": on,
        "searched": request.GET.get("q", "").strip(),
        "search_url": reverse("search", args=[plan.code]) if plan else reverse("search-all"),
        "in_plan": plan,
        "most": MOST,
        **({"plan": plan} if plan else {}),
    }
    if not form.is_bound:
        return render(request, "reports/search.html", context)
    try:
        question = form.question
        if question == Question(question.text, question.plan):
            address = jump(question.text, user=reader.user, plan=question.plan)
            if address:
                return HttpResponseRedirect(_at_moment(address, reader.moment.text))
        answer = search(question, user=reader.user, moment=reader.moment, on=on)
    except Invalid as error:
        if form.is_valid():
            show_refusal(form, error)
        return render(request, "reports/search.html", context, status=error.status)
    return render(request, "reports/search.html", {**context, **_shown(request, question, answer, context)})


def _shown(request: HttpRequest, question: Question, answer: Answer, context: dict[str, Any]) -> dict[str, Any]:
    """What the page says of an answer."""
    return {
        "question": question,
        "total": answer.total,
        "over": any(group.more for group in answer.groups),
        "groups": [_group(request, question, group, on=context["on"]) for group in answer.groups],
        "narrowed": question.kind is not None or question.pillar is not None,
        "wider_url": linked(request, kind=None, pillar=None, page=None),
        "all_plans_url": f"{reverse('search-all')}?{urlencode({'q': question.text})}" if question.plan else "",
    }


def _group(request: HttpRequest, question: Question, group: Group, *, on: Any) -> dict[str, Any]:
    here, there = ("fr", "en") if formats.is_french() else ("en", "fr")
    following = question.page + 1 if question.page < group.pages else None
    return {
        "group": group,
        "items": [_item(result, here, there, on=on) for result in group.results],
        "kind_url": linked(request, kind=group.kind.value, page=None),
        "page": Page(
            rows=group.results,
            total=None if group.more else group.total,
            next_url=linked(request, page=following) if following else None,
            first_url=linked(request, page=None) if question.page > 1 else None,
        )
        if question.kind
        else None,
        "first": (question.page - 1) * PAGE + 1,
    }


def _item(result: Result, here: str, there: str, *, on: Any) -> dict[str, Any]:
    """A result in the reader's language `here`; what stands in the other alone is shown beside it."""
    title = result.titles[here] if result.titles[here].text else result.titles[there]
    other: Excerpt | None = None
    if not result.found_in(here) and result.found_in(there):
        other = result.texts[there] if result.texts[there].found else result.titles[there]
    state, late_days = "", None
    if result.kind == Kind.MILESTONES:
        state = milestone_state(result.row, on=on)
        late_days = (on - result.row.planned_on).days if state == "late" else None
    return {
        "result": result,
        "row": result.row,
        "title": title,
        "title_elsewhere": title.language != here and bool(title.text),
        "text": result.texts[here] if result.texts[here].found else None,
        "other": other if other is not title else None,
        "other_alone": other is not None,
        "state": state,
        "late_days": late_days,
        "unfinished": result.kind == Kind.STATUS_UPDATES and result.row.workflow != Workflow.APPROVED,
    }


def _at_moment(address: str, moment: str) -> str:
    """The address at the moment that the reader is in."""
    if not moment:
        return address
    scheme, host, path, query, fragment = urlsplit(address)
    return urlunsplit((scheme, host, path, f"{query}&{urlencode({'as_of': moment})}".lstrip("&"), fragment))
