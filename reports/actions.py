"""Sealing weekly rollups."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pillars.models import ReportingWeek
from reports.models import WeeklyRollup
from reports.rollups import canonical, compute_payload, digest
from tracker.errors import Conflict
from tracker.timemachine import Actor, revision
from tracker.writing import save

EDITION = 1


def publish_rollup(*, week: ReportingWeek, by: Actor, at: datetime, late: bool) -> WeeklyRollup:
    """Compute and seal a locked week's rollup. Publishing twice gives the one there is.

    The computation holds no turn: it reads a past that cannot change. The seal then checks that nobody else was
    quicker and that the chain still ends where the computation saw it end. Raises `Conflict` for a week that is not
    locked, or while an older week has no rollup yet.
    """
    while True:
        existing = WeeklyRollup.objects.filter(week=week, edition=EDITION).first()
        if existing is not None:
            return existing
        if week.lock_revision is None:
            message = _("%(week)s is not locked yet; its rollup is made when it locks.") % {"week": week.code}
            raise Conflict(message, fields={"week": message}, code="week_not_locked")
        _check_turn(week)
        previous = _chain_end(week.plan_id)
        payload = compute_payload(
            plan_id=week.plan_id, week_id=week.pk, edition=EDITION, revision=week.lock_revision, previous=previous
        )
        sealed = _seal(week, payload, previous, by=by, at=at, late=late)
        if sealed is not None:
            return sealed


def _seal(
    week: ReportingWeek, payload: dict[str, Any], previous: WeeklyRollup | None, *, by: Actor, at: datetime,
    late: bool,
) -> WeeklyRollup | None:  # fmt: skip
    """Write the row; None when another was quicker or the chain has grown, and the caller has to look again."""
    text = canonical(payload)
    with revision(by=by, reason=f"{payload['rollup']} sealed", at=at):
        if WeeklyRollup.objects.filter(week=week, edition=EDITION).exists() or _chain_end(week.plan_id) != previous:
            return None
        rollup = WeeklyRollup(
            plan=week.plan, week=week, edition=EDITION, code=str(payload["rollup"]), on=week.ends_on,
            as_of=payload["as_of"], payload=text, sha256=digest(text), previous=previous, sealed_at=at, late=late,
        )  # fmt: skip
        save(rollup)
        return rollup


def _check_turn(week: ReportingWeek) -> None:
    waiting = (
        ReportingWeek.objects.filter(plan=week.plan_id, starts_on__lt=week.starts_on, rollups__isnull=True)
        .order_by("starts_on")
        .first()
    )
    if waiting is not None:
        message = _("%(week)s has no rollup yet; rollups are sealed oldest first.") % {"week": waiting.code}
        raise Conflict(message, fields={"week": message}, code="older_week_first")


def _chain_end(plan_id: int) -> WeeklyRollup | None:
    """The plan's rollup that was sealed last. The chain follows the sealing, not the weeks: a week that is found
    missing later, or sealed again, lengthens it and leaves what was cited as it is."""
    return WeeklyRollup.objects.filter(plan=plan_id).defer("payload").order_by("-pk").first()
