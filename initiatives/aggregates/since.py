"""What changed of an initiative since a revision: facts only, by comparing what stood then with what stands now."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Sum

from initiatives.choices import Stage, Workflow
from initiatives.models import ChangeRequest, Initiative, LedgerEntry, Milestone, Observation, StatusUpdate
from initiatives.rules.since import Change, Dated, changed
from tracker.timemachine import as_of

SHOWN = 8  # observations named one by one; a grid may have brought in hundreds


@dataclass(frozen=True)
class Moved:
    """A milestone and what became of it."""

    milestone: Milestone
    change: Change


@dataclass(frozen=True)
class Booked:
    """Entries of one stage recorded since, with their sum in dollars."""

    stage: str
    entries: int
    dollars: Decimal

    @property
    def stage_words(self) -> str:
        """The stage for people."""
        return str(Stage(self.stage).label)


@dataclass(frozen=True)
class Since:
    """What changed, by kind. `lifecycle` is the one before, empty where it is the same; `observed` is how many values
    were recorded, of which `values` are the newest."""

    revision: int
    lifecycle: str
    milestones: list[Moved]
    booked: list[Booked]
    values: list[Observation]
    observed: int
    decided: list[ChangeRequest]

    @property
    def more(self) -> int:
        """How many values were recorded beside those named."""
        return self.observed - len(self.values)

    @property
    def nothing(self) -> bool:
        """No fact changed."""
        return not (self.lifecycle or self.milestones or self.booked or self.observed or self.decided)


def submitted_at_revision(update: StatusUpdate) -> int:
    """The revision by which the update was last submitted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(from_rev) from history.initiatives_statusupdate where id = %s and workflow = %s",
            [update.pk, Workflow.SUBMITTED],
        )
        found = cursor.fetchone()[0]
    return int(found or update.revision)


def since(initiative: Initiative, revision: int) -> Since:
    """What changed of the initiative after that revision."""
    with as_of(revision):
        before = _dates(initiative)
        lifecycle = Initiative.objects.filter(pk=initiative.pk).values_list("lifecycle", flat=True).first()
    now = _dates(initiative)
    rows = {row.code: row for row in Milestone.objects.filter(initiative=initiative, code__in=list(now))}
    entries = LedgerEntry.objects.filter(line__initiative=initiative, revision__gt=revision).order_by()
    values = Observation.objects.filter(indicator__initiative=initiative, revision__gt=revision)
    return Since(
        revision=revision,
        lifecycle=lifecycle if lifecycle and lifecycle != initiative.lifecycle else "",
        milestones=[Moved(rows[code], change) for code, change in changed(before, now)],
        booked=[
            Booked(stage, count, dollars)
            for stage, count, dollars in entries.values_list("stage").annotate(Count("pk"), Sum("amount"))
        ],
        values=list(values.with_amount().select_related("indicator__plan").order_by("-pk")[:SHOWN]),
        observed=values.count(),
        decided=list(
            ChangeRequest.objects.filter(milestone__initiative=initiative, revision__gt=revision)
            .exclude(decision="")
            .for_list()
        ),
    )


def _dates(initiative: Initiative) -> Mapping[str, Dated]:
    rows: Any = Milestone.objects.filter(initiative=initiative).with_dates().order_by("code")
    return {row.code: Dated(row.expected_on, row.actual_on, row.cancelled_on) for row in rows}
