"""What a reviewer reads of an update that waits: itself, and what it says otherwise than the last approved one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.aggregates.reviewers import leads_at, pillar_leads
from initiatives.choices import Health
from initiatives.models import StatusUpdate
from initiatives.models.initiative import within
from pillars.models import Plan, ReportingWeek
from tracker.choices import Role
from tracker.models import User
from tracker.rules import Permission

RATINGS = {
    "health_overall": _("Overall"),
    "health_schedule": _("Schedule"),
    "health_cost": _("Cost"),
    "health_scope": _("Scope"),
}
TEXTS = {
    "headline": _("Headline"),
    "narrative": _("What happened"),
    "path_to_green": _("Path to green"),
    "decision_needed": _("Decision needed"),
}


@dataclass(frozen=True)
class Queue:
    """Keys of the updates that wait, in the order of a list: those that the reviewer may decide on, and their `own`,
    on which somebody else decides."""

    others: list[int]
    own: list[int]


@dataclass(frozen=True)
class Turn:
    """A rating that is not what it was."""

    label: str | Promise
    before: str
    after: str


@dataclass(frozen=True)
class Waiting:
    """An update that waits for a decision, with the last approved one before its week. `leads`: the people for whom the
    reviewer may stand in, none where the reviewer is a pillar lead there; `due`: when its review is."""

    update: StatusUpdate
    previous: StatusUpdate | None
    leads: list[User] = field(default_factory=list)
    at: datetime | None = None

    @property
    def turns(self) -> list[Turn]:
        """The ratings that changed."""
        if self.previous is None:
            return []
        pairs = [(label, getattr(self.previous, name), getattr(self.update, name)) for name, label in RATINGS.items()]
        return [Turn(*pair) for pair in pairs if pair[1] != pair[2]]

    @property
    def texts(self) -> list[tuple[str | Promise, str]]:
        """The texts that changed, in either language: label and name."""
        return [(label, name) for name, label in TEXTS.items() if self._differs(name)]

    @property
    def unchanged(self) -> bool:
        """Ratings and texts are those of the last approved update."""
        return self.previous is not None and not self.turns and not self.texts

    @property
    def affirmed(self) -> bool:
        """Unchanged, or said to be: "no change", with a sentence of the week's own."""
        return self.unchanged or (self.update.no_change and self.previous is not None and not self.turns)

    @property
    def undisputed(self) -> bool:
        """No fact spoke against a rating."""
        return not self.update.disagreements

    @property
    def green(self) -> bool:
        """Every rating is green, and no fact spoke against one."""
        return self.undisputed and all(getattr(self.update, name) == Health.GREEN for name in RATINGS)

    @property
    def submitted_late(self) -> bool:
        """First submitted after the week's deadline."""
        first = self.update.first_submitted_at
        return first is not None and first > self.update.week.initiative_due_at

    @property
    def overdue(self) -> bool:
        """The review is due already."""
        return self.at is not None and self.at >= self.update.week.pillar_due_at

    def ticked(self, select: str) -> bool:
        """Whether `green` or `unchanged` selects it."""
        if select == "green":
            return self.green
        return select == "unchanged" and self.affirmed and self.undisputed

    def _differs(self, name: str) -> bool:
        if self.previous is None:
            return False
        columns = (f"{name}_en", f"{name}_fr")
        return any(getattr(self.previous, column) != getattr(self.update, column) for column in columns)


def queue(plan: Plan, *, reviewer: User, at: datetime) -> Queue:
    """What waits in the weeks of the plan that are not closed at that instant, where the reviewer decides. Keys alone:
    the updates of a page are read when it is shown."""
    # Asked first, so that of the updates of years only those of a few weeks are looked at.
    weeks = list(ReportingWeek.objects.filter(plan=plan, locked_at=None, locks_at__gt=at).values_list("pk", flat=True))
    deciding = within(reviewer.access.permitting(Permission.DECIDE_UPDATE), "initiative__")
    rows = StatusUpdate.objects.visible_to(reviewer).awaiting_review().filter(deciding, week__in=weeks).for_list()
    own: list[int] = []
    others: list[int] = []
    for key, written in rows.annotate(written=_written_by(reviewer)).values_list("pk", "written"):
        (own if written else others).append(key)
    return Queue(others, own)


def _written_by(user: User) -> "ExpressionWrapper[Any]":
    """`StatusUpdate.written_by`, in a query; null for no, where it was submitted for nobody."""
    had_a_hand = Q(author=user) | Q(submitted_by=user) | Q(submitted_for=user) | Q(writers__contains=[user.pk])
    return ExpressionWrapper(had_a_hand, output_field=BooleanField())


def waiting(updates: Iterable[StatusUpdate], *, reviewer: User, at: datetime) -> list[Waiting]:
    """Updates as the reviewer reads them at that instant. Two queries, however many there are."""
    rows = list(updates)
    if not rows:
        return []
    before: Any = StatusUpdate.objects.filter(pk__in=[row.pk for row in rows]).order_by().previous_approved()
    keys = dict(before.values_list("pk", "previous"))
    previous = StatusUpdate.objects.in_bulk([key for key in keys.values() if key is not None])
    scopes = {scope for row in rows for scope in row.initiative.scopes}
    leads = pillar_leads(scopes, on=rows[0].week.plan.day(at))
    return [Waiting(row, previous.get(keys[row.pk] or 0), _stood_in(row, reviewer, leads), at) for row in rows]


def _stood_in(update: StatusUpdate, reviewer: User, leads: dict[str, list[User]]) -> list[User]:
    scopes = update.initiative.scopes
    if any((Role.PILLAR_LEAD, scope) in reviewer.access.grants for scope in scopes):
        return []
    return [lead for lead in leads_at(leads, scopes) if not update.written_by(lead)]
