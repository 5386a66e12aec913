"""Addresses of indicators."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from initiatives.actions.indicators import IndicatorContent, add_indicator, change_indicator
from initiatives.aggregates.indicator_series import YearRow
from initiatives.aggregates.indicators import series
from initiatives.api.naming import SHOWN, the_initiative
from initiatives.datasets import INDICATORS
from initiatives.models import Indicator, Initiative
from initiatives.serializers import IndicatorDetail, IndicatorRow
from initiatives.serializers.indicator_writing import IndicatorBody, IndicatorChanges
from pillars.models import Pillar, Plan
from tracker.api_writing import WrittenViewSet, only, values_of
from tracker.errors import Invalid, Missing
from tracker.http import api_actor
from tracker.idempotency import once
from tracker.models import User
from tracker.preconditions import seen_revision


class IndicatorViewSet(WrittenViewSet):
    """Indicators, with where each stands towards its target on the day `on`."""

    dataset = INDICATORS
    detail_class = IndicatorDetail
    http_method_names = ["get", "head", "post", "patch"]

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """Its values by year, in its own calendar."""
        [found] = series(Indicator.objects.filter(pk=row["id"]), on=self.on).values()
        return {"years": [_year(year) for year in found.years]}

    @extend_schema(request=IndicatorBody, responses={201: OpenApiResponse(IndicatorRow, "The indicator.")})
    @once
    def create(self, request: Request) -> HttpResponse:
        """Adds an indicator of an initiative, of a pillar or of the plan as a whole."""
        now = timezone.now()
        body = values_of(IndicatorBody, request)
        scope = _scope(body, user=self.user)
        return self.created(
            add_indicator(scope=scope, content=IndicatorContent(**body), by=api_actor(self.user), at=now)
        )

    @extend_schema(request=IndicatorChanges, responses=IndicatorDetail)
    def partial_update(self, request: Request, **kwargs: str) -> HttpResponse:
        """Changes fields of the indicator as it was at the revision that `If-Match` names.

        What others changed since in other fields is kept. Where they changed the same fields otherwise, nothing is
        written: 412 `edit_conflict`, with what you saw, what is stored and what you sent in `conflicts`.
        """
        now = timezone.now()
        rows = Indicator.objects.visible_to(self.user).select_related(
            "plan", "pillar__plan", "initiative__plan", "initiative__pillar__plan"
        )
        indicator = only(rows, kwargs["pk"])
        seen = seen_revision(request)
        changes = values_of(IndicatorChanges, request, partial=True)
        reason = changes.pop("reason", "")
        with transaction.atomic():
            changed = change_indicator(
                indicator=indicator, changes=changes, seen=seen, reason=reason, by=api_actor(self.user), at=now
            )
            [row] = self.rows([changed])
            return self.shown({**row, **self.more(row)})


def _scope(body: dict[str, Any], *, user: User) -> Plan | Pillar | Initiative:
    """Takes `plan`, `pillar` and `initiative` out of the body. Raises `Missing` naming what the person cannot see, and
    `Invalid` for both a pillar and an initiative."""
    pillar, initiative = body.pop("pillar", None), body.pop("initiative", None)
    if initiative is not None:
        if pillar is not None:
            message = _("An indicator is of an initiative or of a pillar, not of both.")
            raise Invalid(message, fields={"pillar": message})
        body["initiative"] = initiative
        return the_initiative(body, user=user)
    code = body.pop("plan")
    plan = Plan.objects.visible_to(user).filter(code=code).first()
    if plan is None:
        message = _("There is no plan “%(code)s” that you may see.") % {"code": code[:SHOWN]}
        raise Missing(message, fields={"plan": message})
    if pillar is None:
        return plan
    found = Pillar.objects.visible_to(user).filter(plan=plan, number=pillar).select_related("plan").first()
    if found is None:
        message = _("There is no pillar %(number)s that you may see.") % {"number": pillar}
        raise Missing(message, fields={"pillar": message})
    return found


def _year(row: YearRow) -> dict[str, Any]:
    value = row.value
    return {
        "year": value.year,
        "starts_on": value.starts_on,
        "ends_on": value.ends_on,
        "value": value.value,
        "qualifier": value.qualifier,
        "until": value.until,
        "covered_days": value.covered_days,
        "days": value.days,
        "reason": value.reason,
        "observations": value.ids,
        "target": row.version.target.pk if row.version else None,
        "standing": row.standing,
    }
