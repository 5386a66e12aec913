"""What needs a look: initiatives off track or at risk and those that have not reported, as the page of a pillar lists
them; and the milestones that are late by most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from initiatives.aggregates.freshness import Fresh, behind_by_state, freshness
from initiatives.choices import HealthBucket
from initiatives.models import Initiative, Milestone, StatusUpdate
from initiatives.models.initiative import InitiativeQuerySet
from reports.views.rows import explained
from reports.views.standing import Standing, standings

SHOWN = 5  # of each; the overview is read at a glance, and says how many more there are


@dataclass(frozen=True)
class Troubled:
    """An initiative off track or at risk, with the update that says so, and what explains its rating."""

    initiative: Initiative
    update: StatusUpdate
    standing: Standing
    health_url: str


@dataclass(frozen=True)
class LateMilestone:
    """A milestone past its promised date."""

    milestone: Any
    days: int


@dataclass(frozen=True)
class Behind:
    """An initiative whose update is late or missed, or that has fallen silent; and why."""

    initiative: Initiative
    fresh: Fresh
    standing: Standing


def attention(initiatives: InitiativeQuerySet, *, on: date, at: datetime) -> dict[str, object]:
    """The worst, worst first, and who is furthest behind at that instant; how many there are in all, the figures and
    the list say."""
    gravity = Case(When(health=HealthBucket.RED, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = list(
        initiatives.with_health(on=on)
        .rated(HealthBucket.RED, HealthBucket.AMBER)
        .for_list()
        .order_by(gravity, "code")[:SHOWN]
    )
    keys = [row.pk for row in rows]
    updates = {
        update.initiative_id: update for update in StatusUpdate.objects.in_force(on=on).filter(initiative__in=keys)
    }
    behind = behind_by_state(initiatives, at=at)
    others = behind.first(SHOWN)
    furthest = {row.pk: row for row in initiatives.filter(pk__in=others).for_list()}
    standing, fresh = standings([*keys, *others], on=on), freshness(others, at=at)
    return {
        "troubled": [Troubled(row, updates[row.pk], standing[row.pk], explained("health", row, on=on)) for row in rows],
        "behind": [Behind(furthest[key], fresh[key], standing[key]) for key in others],
        "behind_counts": behind.counts,
        "hollow": list(initiatives.hollow(on=on).for_list()[:SHOWN]),
    }


def late_milestones(keys: Sequence[int], *, on: date) -> list[LateMilestone]:
    """Those of these keys, which are late on that day. One query."""
    rows: dict[int, Any] = {row.pk: row for row in Milestone.objects.filter(pk__in=keys).for_list()}
    return [LateMilestone(rows[key], (on - rows[key].planned_on).days) for key in keys]
