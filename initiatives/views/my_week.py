"""My week: what one owes, what came back, what is late, what waits and what is done."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timesince import timesince, timeuntil
from django.views.decorators.http import require_safe

from initiatives.aggregates.weekly import Weekly, weekly
from initiatives.choices import Freshness, Workflow
from initiatives.models import Initiative, StatusUpdate
from initiatives.models.initiative import within
from initiatives.rules.no_change import Refusal
from initiatives.views.found import found_plan, permitted_somewhere, refuse_others
from initiatives.views.updates import desk_key, kept_answers
from pillars.models import Plan, ReportingWeek
from tracker.http import SignedInRequest
from tracker.pages import shown_instant
from tracker.rules import Permission

GROUPS = ("returned", "todo", "waiting", "done")  # `waiting`: at its reviewer
OPEN = ("returned", "todo")
SHOWN = 50  # of each group; who owes more has people who write


def group_of(workflow: str | None) -> str:
    """The group of an update that stands so; None: it is not begun."""
    if workflow is None or workflow == Workflow.DRAFT:
        return "todo"
    return {Workflow.RETURNED: "returned", Workflow.SUBMITTED: "waiting"}.get(Workflow(workflow), "done")


@dataclass(frozen=True)
class Owed:
    """One initiative that the person reports on, with the week's update if one is begun. `answered`: answers to its
    questions wait with the draft."""

    initiative: Initiative
    update: StatusUpdate | None
    known: Weekly
    answered: bool = False

    @property
    def group(self) -> str:
        """One of `GROUPS`."""
        return group_of(self.update.workflow if self.update else None)

    @property
    def open(self) -> bool:
        """Something is still to do: not begun, a draft, or returned."""
        return self.group in OPEN

    @property
    def refusal(self) -> Refusal | None:
        """Why "no change" may not be said here."""
        return self.known.no_change(self.update)

    @property
    def affirms(self) -> bool:
        """Whether one press may say "reviewed, no change"."""
        return self.open and self.refusal is None and not self.answered


@dataclass(frozen=True)
class OwedGroup:
    """What of a week is to be treated alike; `more` are counted and not shown, and `more_query` is that of the list of
    initiatives that has them."""

    name: str
    rows: list[Owed]
    more: int
    more_query: str

    @property
    def total(self) -> int:
        return len(self.rows) + self.more


@dataclass(frozen=True)
class OwedWeek:
    """A week that takes updates, or the one that runs: what is owed for it, what came back first; groups without any
    are left out."""

    week: ReportingWeek
    groups: list[OwedGroup]
    at: datetime
    query: str  # of the pages on which its updates are written; empty where it is the week that runs

    @property
    def left(self) -> int:
        """How many are still to do."""
        return sum(group.total for group in self.groups if group.name in OPEN)

    @property
    def total(self) -> int:
        """How many are owed."""
        return sum(group.total for group in self.groups)

    @property
    def closed(self) -> bool:
        """Whether it takes no update any more."""
        return self.week.closed(at=self.at)

    @property
    def late(self) -> bool:
        """Whether what is still to do is late."""
        return self.week.initiative_due_at <= self.at

    @property
    def distance(self) -> str:
        """How long until updates are due; once they are, how long until the week locks; in one unit."""
        until = self.week.locks_at if self.late else self.week.initiative_due_at
        return timeuntil(until, self.at, depth=1) if until > self.at else timesince(until, self.at, depth=1)


@login_required
@require_safe
def my_week(request: HttpRequest, plan: str) -> HttpResponse:
    """What I owe this week and for those reopened, when it is due, and what came back."""
    refuse_others(request)
    user = cast(SignedInRequest, request).user
    found, at = found_plan(request, plan), shown_instant(request)
    writing = within(user.access.permitting(Permission.WRITE_UPDATE), "")
    rows = Initiative.objects.visible_to(user).filter(writing, plan=found).in_progress()
    mine = list(rows.order_by("code", "pk").values_list("pk", flat=True))
    weeks = [_owed(request, week, mine, at=at) for week in _weeks(found, at=at)]
    context = {
        "plan": found,
        "weeks": weeks,
        "owes": bool(mine),
        "writes": permitted_somewhere(user, Permission.WRITE_UPDATE, found),
    }
    return render(request, "initiatives/my_week.html", context)


def _weeks(plan: Plan, *, at: datetime) -> list[ReportingWeek]:
    """The running week, though it be locked, then those that still take updates, newest first."""
    weeks = ReportingWeek.objects.filter(plan=plan)
    running = weeks.holding(plan.day(at)).select_related("plan").first()
    others = [week for week in weeks.open_for_writing(at=at).select_related("plan") if week != running]
    return [*([running] if running else []), *others]


def _owed(request: HttpRequest, week: ReportingWeek, mine: list[int], *, at: datetime) -> OwedWeek:
    """What is asked of the facts is asked for the rows that are shown."""
    updates = StatusUpdate.objects.visible_to(cast(SignedInRequest, request).user).filter(week=week)
    workflows = dict(updates.filter(initiative__in=mine).order_by().values_list("initiative", "workflow"))
    keys: dict[str, list[int]] = defaultdict(list)
    for key in mine:
        keys[group_of(workflows.get(key))].append(key)
    shown = [key for found in keys.values() for key in found[:SHOWN]]
    initiatives = list(Initiative.objects.filter(pk__in=shown).for_list())
    current = {update.initiative_id: update for update in updates.filter(initiative__in=shown).for_list()}
    known = weekly(initiatives, week, today=week.plan.day(at), current=current)
    rows: dict[str, list[Owed]] = defaultdict(list)
    for one in initiatives:
        answered = kept_answers(request, desk_key(one, week))
        row = Owed(one, current.get(one.pk), known[one.pk], answered)
        rows[row.group].append(row)
    running = week.starts_on <= week.plan.day(at) <= week.ends_on
    return OwedWeek(
        week,
        [
            OwedGroup(
                name, rows[name], len(keys[name]) - len(rows[name]),
                f"?freshness={Freshness.REPORTED}" if running and name not in OPEN else "",
            )
            for name in GROUPS
            if keys[name]
        ],
        at,
        "" if running else f"?week={week.code}",
    )  # fmt: skip
