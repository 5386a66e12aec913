"""The milestones of a plan: the rows of the API's list and of the export, with their figures above."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, Q, QuerySet, Window
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from initiatives.filters import MilestoneFilter
from initiatives.filters.milestone import SLIP
from initiatives.models import Evidence
from initiatives.rules import slippage_days
from pillars.models import Plan
from reports.comparison import compared
from reports.differences import Point
from reports.forms_milestones import SORTS, MilestoneListForm
from reports.page_cache import remembered
from reports.panels import board
from reports.views.asked import asked_scope
from reports.views.lists import unfiltered
from reports.views.milestone_before import ListedBefore, listed_before
from reports.views.milestone_pictures import slip_steps, timeline
from reports.views.milestones import milestone_state
from tracker.cursors import no_such_page, of_cursor, to_cursor
from tracker.errors import Invalid
from tracker.filters import effective_date, without
from tracker.http import SignedInRequest
from tracker.models import User
from tracker.pages import Page, linked

PAGE = 50
FIGURES = ("milestones", "milestones_met", "milestones_late")
# Filters whose rows are exactly those that a figure counts, and the figure.
COUNTED_BY: tuple[tuple[Mapping[str, str], str], ...] = (
    ({"counted": "true"}, "milestones"),
    ({"counted": "true", "met": "true"}, "milestones_met"),
    ({"late": "true"}, "milestones_late"),
    ({"due": "this_week"}, "milestones_due_this_week"),
    ({"due": "next_four_weeks"}, "milestones_next"),
)
BESIDE = frozenset({"as_of", "after", "sort", "compare"})
BY_CODE = ("initiative__code", "code", "pk")
# What the rows are ordered by where not by code; what has no such day or slip comes last.
KEYS = {"promised": F("planned_on"), "expected": F("expected_on"), "slip": 0 - SLIP}
# Filters that one asks for most: name and parameters.
QUICK: tuple[tuple[Promise, dict[str, str]], ...] = (
    (gettext_lazy("All"), {}),
    (gettext_lazy("Late"), {"late": "true", "sort": "promised"}),
    (gettext_lazy("Due this week"), {"due": "this_week", "sort": "expected"}),
    (gettext_lazy("Next four weeks"), {"due": "next_four_weeks", "sort": "expected"}),
    (gettext_lazy("Met"), {"met": "true", "counted": "true"}),
    (gettext_lazy("Slipped most"), {"slipped_from": "1", "sort": "slip"}),
)


@dataclass(frozen=True)
class ListedMilestone:
    """A milestone as a row of the list. Slips are in days, as the columns of the export have them; `late_days` counts
    from the promised day while it is late; `evidence` is how many links and files bear it out; `before`: what it was,
    where the page is compared with another moment."""

    milestone: Any
    state: str
    late_days: int | None
    slip_first: int | None
    slip_latest: int | None
    evidence: int
    before: ListedBefore | None = None

    @property
    def moved(self) -> bool:
        """Whether it was first promised for another day."""
        one = self.milestone
        return one.first_baseline_on is not None and one.first_baseline_on != one.baseline_on


@login_required
@require_safe
@remembered
def milestones(request: HttpRequest, plan: str) -> HttpResponse:
    """The list: the same filters as the API and the export, which gives exactly these rows."""
    user = cast(SignedInRequest, request).user
    scope = asked_scope(request, plan)
    subject = cast(Plan, scope.subject)
    on = effective_date(request)
    asked = _asked(request, plan)
    listed = MilestoneFilter(asked, MilestoneFilter.base(user, on=on), request=request, also=BESIDE).rows
    # Says nothing new, but lets the index of a plan's codes give the order.
    found = listed.filter(initiative__plan=subject)
    exported = without(asked, "sort", "after", "compare")
    filters = _filters(exported)
    counted = next((key for given, key in COUNTED_BY if given == filters), None)
    figures = board(scope, on=on, keys=dict.fromkeys([*FIGURES, *([counted] if counted else [])]))
    against = compared(request, scope, figures)
    panels = {key: figures.panel(key, scope.code) for key in figures.keys}
    total = int(panels[counted].total or 0) if counted else None
    page = _page(request, found, total)
    context = {
        "plan": subject,
        "scope": scope,
        "on": on,
        "form": MilestoneListForm(request.GET, plan=subject, user=user),
        "filtered": bool(filters),
        "clear_url": unfiltered(request),
        "apart_url": unfiltered(request, counted="false"),
        "quick": _quick(request, filters),
        "page": page,
        "rows": _rows(page.rows, on=on, user=user, then=against.then if against else None),
        "timeline": timeline(page.rows, subject, on=on),
        "slip_steps": slip_steps(request, found, page.total),
        "apart": None if filters or page.total is None else page.total - int(panels["milestones"].total or 0),
        "query": exported.urlencode(),
        **panels,
    }
    return render(request, "reports/milestones.html", context)


def _asked(request: HttpRequest, plan: str) -> QueryDict:
    """What is asked for, with the plan of the address and without what is empty."""
    data = request.GET.copy()
    data["plan"] = plan
    for name in [name for name, value in data.items() if not value]:
        del data[name]
    if data.get("sort", "") not in SORTS:
        message = _("Unknown. Known are: %(names)s.") % {"names": ", ".join(name for name in SORTS if name)}
        raise Invalid(_("The list cannot be ordered so."), fields={"sort": message}, code="bad_ordering")
    return data


def _filters(exported: QueryDict) -> dict[str, str]:
    """What of the plan, at its moment, is asked for."""
    return {name: str(value) for name, value in exported.items() if name not in ("plan", "as_of", "on")}


def _quick(request: HttpRequest, shown: Mapping[str, str]) -> list[tuple[Promise, str, bool]]:
    """Name, address and whether it is what is shown, of each quick filter."""
    found = []
    for label, parameters in QUICK:
        filters = {name: value for name, value in parameters.items() if name != "sort"}
        found.append((label, unfiltered(request, **parameters), filters == shown))
    return found


def _page(request: HttpRequest, rows: QuerySet[Any], total: int | None) -> Page:
    """The page that begins after the row that `after` names: at the same cost however far it is. `total`: how many rows
    there are, where that is known. Raises `Invalid`."""
    sort, after = request.GET.get("sort", ""), request.GET.get("after", "")
    # First which rows, then all that they show: so nothing is worked out for rows that are not on the page.
    total, found = _keys(rows, sort, after, total)
    keys = [key[-1] for key in found[:PAGE]]
    shown = {row.pk: row for row in rows.filter(pk__in=keys)}
    return Page(
        rows=[shown[key] for key in keys],
        total=total,
        next_url=linked(request, after=to_cursor([sort, *found[PAGE - 1]])) if len(found) > PAGE else None,
        first_url=linked(request, after=None) if after else None,
    )


def _keys(
    rows: QuerySet[Any], sort: str, after: str, total: int | None
) -> tuple[int, list[tuple[Any, ...]]]:  # fmt: skip
    """How many rows there are, and what those of the page, and one more, are ordered by; their key is the last."""
    order: tuple[str, ...] = BY_CODE
    listed = rows.order_by(*BY_CODE)
    if sort:
        order = ("key", "pk")
        listed = rows.annotate(key=KEYS[sort]).order_by(F("key").asc(nulls_last=True), "pk")
    if total is None and sort and not after:
        # What has to be sorted whole is counted on the way.
        counted = list(listed.annotate(total=Window(Count("pk"))).values_list(*order, "total")[: PAGE + 1])
        return counted[0][-1] if counted else 0, [row[:-1] for row in counted]
    if after:
        listed = listed.filter(_beyond(sort, after))
    return rows.count() if total is None else total, list(listed.values_list(*order)[: PAGE + 1])


def _beyond(sort: str, after: str) -> Q:
    """Rows that come after the one that ended the page before. Raises `Invalid` for what no page gave."""
    try:
        given, *values = of_cursor(after)
        if given != sort:
            raise ValueError(after)
        return _later(sort, *values) if sort else _later_by_code(*values)
    except (ValueError, TypeError) as error:
        raise no_such_page() from error


def _later_by_code(initiative: Any, code: Any, pk: Any) -> Q:
    if not (isinstance(initiative, str) and isinstance(code, str) and type(pk) is int) or "\0" in initiative + code:
        raise ValueError(pk)
    within = Q(initiative__code=initiative)
    return Q(initiative__code__gte=initiative) & (
        ~within | within & Q(code__gt=code) | within & Q(code=code, pk__gt=pk)
    )


def _later(sort: str, key: Any, pk: Any) -> Q:
    if type(pk) is not int:
        raise TypeError(pk)
    if key is None:
        return Q(key__isnull=True, pk__gt=pk)
    if isinstance(KEYS[sort], F):
        key = date.fromisoformat(key)
    elif type(key) is not int:
        raise TypeError(key)
    return Q(key__gt=key) | Q(key=key, pk__gt=pk) | Q(key__isnull=True)


def _rows(found: Sequence[Any], *, on: date, user: User, then: Point | None) -> list[ListedMilestone]:
    """Rows of the page. One query, however many; four where they are compared with a point."""
    earlier = listed_before(found, then, on=on) if then else {}
    keys = [row.pk for row in found]
    borne = Counter(
        dict(
            Evidence.objects.visible_to(user)
            .standing()
            .filter(milestone__in=keys)
            .order_by()
            .values_list("milestone")
            .annotate(rows=Count("pk"))
        )
    )
    return [
        ListedMilestone(
            milestone=row,
            state=milestone_state(row, on=on),
            late_days=(on - row.planned_on).days if row.late else None,
            slip_first=_slip(row, row.first_baseline_on),
            slip_latest=_slip(row, row.baseline_on),
            evidence=borne[row.pk] + bool(row.evidence),
            before=earlier.get(row.pk),
        )
        for row in found
    ]


def _slip(row: Any, baseline_on: date | None) -> int | None:
    last = row.reached_on
    return slippage_days(baseline_on=baseline_on, expected_on=last) if baseline_on and last else None
