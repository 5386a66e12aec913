"""Addresses of sealed rollups, figures and their explanations."""

import json
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.utils.translation import override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.status import HTTP_304_NOT_MODIFIED
from rest_framework.viewsets import ViewSet

from reports.datasets import ROLLUPS
from reports.differences.answers import asked_points, difference_of
from reports.explanations import ExplainedRow, explain
from reports.figures import FIGURES, Figure, figure
from reports.figures.declaration import version_of
from reports.figures.kept import kept_result
from reports.figures.scopes import Scope, find_scope
from reports.figures.values import plain
from reports.openapi import BUCKET, FROM, SCOPE, TO, VERSION, WEEKS
from reports.serializers.differences import DifferenceSerializer
from reports.serializers.figures import ExplanationSerializer, FigureListSerializer, FigureValueSerializer
from reports.serializers.rollups import WeeklyRollupDetail
from reports.serializers.series import SeriesSerializer
from reports.series import asked_series, series
from tracker.api import CODE, RowsViewSet
from tracker.api_view import ApiView
from tracker.errors import Invalid
from tracker.filters import refuse_unknown

FIGURE = frozenset({"scope", "on", "version"})
DIFFERENCE = frozenset({"scope", "from", "to", "bucket"})
SERIES = frozenset({"scope", "from", "to", "basis", "edition", "version", "bucket"})


class WeeklyRollupViewSet(RowsViewSet):
    """Sealed weekly rollups, newest first. Only who sees the whole plan sees them: a seal cannot be cut down."""

    dataset = ROLLUPS
    detail_class = WeeklyRollupDetail
    lookup_field = "code"
    lookup_value_regex = CODE

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """What was sealed."""
        return {"payload": json.loads(self.get_queryset().values_list("payload", flat=True).get(pk=row["id"]))}

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    @action(detail=True)
    def payload(self, request: Request, code: str) -> HttpResponse:
        """The sealed bytes, unchanged. `ETag` is their SHA-256."""
        refuse_unknown(request.query_params, self.parameters)
        found = self.get_queryset().filter(code=code).values_list("payload", "sha256").first()
        if found is None:
            raise NotFound(_("Nothing is found here."))
        payload, sha256 = found
        etag = f'"{sha256}"'
        given = parse_etags(request.headers.get("If-None-Match", ""))
        if "*" in given or etag in [tag.removeprefix("W/") for tag in given]:
            answer = HttpResponse(status=HTTP_304_NOT_MODIFIED)
        else:
            answer = HttpResponse(payload.encode(), content_type="application/json")
        answer["ETag"] = etag
        answer["Cache-Control"] = "private, no-cache"
        return answer


class FigureViewSet(ApiView, ViewSet):
    """Figures: what they are, what they say, and which rows make them."""

    lookup_field = "key"
    lookup_value_regex = CODE

    @property
    def tagged(self) -> bool:  # type: ignore[override]  # it depends on the request
        """Points of a difference and weeks of a series are looked for in all that is known, whatever the moment."""
        return self.moment.live or self.action in ("list", "retrieve", "explanation")

    @property
    def dated(self) -> bool:  # type: ignore[override]  # it depends on the request
        """A value depends on its day, a declaration does not."""
        return self.action in ("retrieve", "explanation")

    @property
    def parameters(self) -> frozenset[str]:  # type: ignore[override]  # it depends on the request
        """What each address reads."""
        asked = {
            "retrieve": FIGURE,
            "explanation": FIGURE | {"bucket"},
            "difference": DIFFERENCE,
            "series": SERIES,
        }
        return frozenset({"as_of", *asked.get(self.action, frozenset())})

    @extend_schema(responses={200: FigureListSerializer})
    def list(self, request: Request) -> HttpResponse:
        """Every figure, as it is declared."""
        refuse_unknown(request.query_params, self.parameters)
        return self.json({"revision": self.moment.revision, "results": [_declared(f) for f in FIGURES.values()]})

    @extend_schema(responses=FigureValueSerializer, parameters=[SCOPE, VERSION])
    def retrieve(self, request: Request, key: str) -> HttpResponse:
        """The figure for a scope on a day."""
        found, scope = self._asked(key)
        result = kept_result(found, scope, on=self.on)
        return self.json({**self._head(found, scope), **result.payload()})

    @extend_schema(responses=ExplanationSerializer, parameters=[SCOPE, VERSION, BUCKET])
    @action(detail=True)
    def explanation(self, request: Request, key: str) -> HttpResponse:
        """Every row behind the figure, what was left out and why."""
        found, scope = self._asked(key)
        bucket = request.query_params.get("bucket", "")
        explained = explain(found, scope, on=self.on, bucket=bucket)
        exclusions = [
            {
                "reason_en": _in("en", exclusion.reason),
                "reason_fr": _in("fr", exclusion.reason),
                "rows": [self._row(row) for row in exclusion.rows],
            }
            for exclusion in explained.exclusions
        ]
        return self.json(
            {
                **self._head(found, scope),
                "bucket": bucket,
                "value": plain(explained.value),
                "coverage": explained.result.payload()["coverage"],
                "rows": [self._row(row) for row in explained.rows],
                "exclusions": exclusions,
            }
        )

    @extend_schema(responses=DifferenceSerializer, parameters=[SCOPE, FROM, TO, BUCKET])
    @action(detail=True)
    def difference(self, request: Request, key: str) -> HttpResponse:
        """Why the figure differs between two points: parts that add up to the difference, their rows, and the
        revisions of each."""
        query = request.query_params
        refuse_unknown(query, self.parameters)
        declared, _code = self._named(key)
        points = asked_points(query, user=self.user, moment=self.moment)
        # What the answer is of, spelled out: the same address gives it again.
        self.ends = {"from": points[0].pinned, "to": points[1].pinned}
        return self.json(difference_of(declared.key, query, points=points, user=self.user, moment=self.moment))

    @extend_schema(responses={200: SeriesSerializer}, parameters=[SCOPE, *WEEKS, VERSION, BUCKET])
    @action(detail=True)
    def series(self, request: Request, key: str) -> HttpResponse:
        """The figure for a scope week by week, each week by its last day."""
        query = request.query_params
        refuse_unknown(query, self.parameters)
        declared, code = self._named(key)
        asked = asked_series(query, moment=self.moment)
        self.ends = asked.pinned
        found = series(declared.key, code, asked, user=self.user, moment=self.moment)
        return self.json(
            {
                "revision": self.moment.revision,
                "scope": found.scope.code,
                "partial": found.partial,
                "simulated": found.scope.selection.plan.simulated,
                "key": declared.key,
                "unit": declared.unit.value,
                **asked.pinned,
                "bucket": asked.bucket,
                "results": found.told(),
            }
        )

    def pinned(self, **changes: str) -> str:
        """Path and query of exactly this answer; of a difference or a series, with both its ends."""
        return super().pinned(**getattr(self, "ends", {}), **changes)

    def _asked(self, key: str) -> tuple[Figure, Scope]:
        """The figure and the scope. Raises `NotFound`, or `Invalid` without a scope."""
        query = self.request.query_params
        refuse_unknown(query, self.parameters)
        declared, code = self._named(key)
        found = figure(declared.key, version_of(query.get("version", "")))
        return found, find_scope(code, user=self.user, past=not self.moment.live)

    def _named(self, key: str) -> tuple[Figure, str]:
        """The figure, and the code of the scope. Raises `NotFound`, or `Invalid` without a scope."""
        if key not in FIGURES:
            raise NotFound(_("There is no such figure. Known are: %(keys)s.") % {"keys": ", ".join(FIGURES)})
        code = self.request.query_params.get("scope", "")
        if not code:
            message = _("Name a plan (BP), a pillar (BP/2) or an initiative (BP/2.01).")
            raise Invalid(_("The scope is missing."), fields={"scope": message}, code="no_scope")
        return FIGURES[key], code

    def _head(self, figure: Figure, scope: Scope) -> dict[str, Any]:
        return {
            "revision": self.moment.revision,
            "on": self.on,
            "scope": scope.code,
            "partial": scope.partial,
            "simulated": scope.selection.plan.simulated,
            "key": figure.key,
            "version": figure.version,
            "unit": figure.unit.value,
        }

    def _row(self, row: ExplainedRow) -> dict[str, Any]:
        path = reverse(f"api:{row.kind}-detail", args=[row.id])
        return {
            "kind": row.kind,
            "id": row.id,
            "label": row.label,
            "title_en": row.title_en,
            "title_fr": row.title_fr,
            "bucket": row.bucket,
            "value": plain(row.value),
            "url": f"{path}?as_of=r{self.moment.revision}",
        }


def _declared(figure: Figure) -> dict[str, Any]:
    return {
        "key": figure.key,
        "version": figure.version,
        "label_en": figure.label_en,
        "label_fr": figure.label_fr,
        "definition_en": figure.definition_en,
        "definition_fr": figure.definition_fr,
        "unit": figure.unit.value,
        "adds": figure.adds,
        "buckets": [
            {"key": key, "label_en": _in("en", label), "label_fr": _in("fr", label)}
            for key, label in figure.known.items()
        ],
    }


def _in(language: str, text: object) -> str:
    with override(language):
        return str(text)
