"""Sealing weekly rollups."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pillars.actions import record_step
from pillars.choices import Transition
from pillars.models import Pillar, ReportingWeek
from pillars.rules import LONGEST_REOPENING
from reports.models import HeadlineOverride, WeeklyRollup
from reports.rollups import canonical, compute_payload, digest, week_before
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require, save


def publish_rollup(*, week: ReportingWeek, by: Actor, at: datetime, late: bool) -> WeeklyRollup:
    """Compute and seal a locked week's rollup. Publishing twice gives the one there is.

    The computation holds no turn: it reads a past that cannot change. The seal then checks that nobody else was
    quicker and that the chain still ends where the computation saw it end. Raises `Conflict` for a week that is not
    locked, or while an older week has no rollup yet.
    """
    while True:
        week = ReportingWeek.objects.select_related("plan").get(pk=week.pk)
        existing = WeeklyRollup.objects.filter(week=week, edition=week.edition).first()
        if existing is not None:
            return existing
        if week.lock_revision is None:
            message = _("%(week)s is not locked yet; its rollup is made when it locks.") % {"week": week.code}
            raise Conflict(message, fields={"week": message}, code="week_not_locked")
        _check_turn(week)
        previous = _chain_end(week.plan_id)
        payload = compute_payload(
            plan_id=week.plan_id, week_id=week.pk, edition=week.edition, revision=week.lock_revision, previous=previous,
            before=week_before(week),
        )  # fmt: skip
        sealed = _seal(week, payload, previous, by=by, at=at, late=late)
        if sealed is not None:
            return sealed


def _seal(
    week: ReportingWeek, payload: dict[str, Any], previous: WeeklyRollup | None, *, by: Actor, at: datetime,
    late: bool,
) -> WeeklyRollup | None:  # fmt: skip
    """Write the row; None when another was quicker, the chain has grown or the week was reopened, and the caller has
    to look again."""
    text = canonical(payload)
    with revision(by=by, reason=f"{payload['rollup']} sealed", at=at):
        if (
            WeeklyRollup.objects.filter(week=week, edition=week.edition).exists()
            or _chain_end(week.plan_id) != previous
            or ReportingWeek.objects.get(pk=week.pk).lock_revision != payload["as_of"]
        ):
            return None
        rollup = WeeklyRollup(
            plan=week.plan, week=week, edition=week.edition, code=str(payload["rollup"]), on=week.ends_on,
            as_of=payload["as_of"], payload=text, sha256=digest(text), previous=previous, sealed_at=at, late=late,
        )  # fmt: skip
        save(rollup)
        record_step(week=week, state=Transition.PUBLISHED, due_at=week.locks_at, by=by, at=at)
        return rollup


def reopen_week(*, week: ReportingWeek, reason: str, until: datetime, by: Actor, at: datetime) -> ReportingWeek:
    """Take updates and decisions for a week whose rollup is sealed once more, until `until`. It then locks by itself,
    and another edition of its rollup is sealed; the edition there is stays citable. Raises `Invalid` by field,
    `Conflict` for a week that is not published.
    """
    require(by, Permission.MANAGE_PLAN, week.plan.scopes)
    faults = {}
    if not reason.strip():
        faults["reason"] = _("Say why the week is reopened.")
    if not at < until <= at + LONGEST_REOPENING:
        faults["until"] = _("Choose a time after now and at most %(days)s days ahead.") % {
            "days": LONGEST_REOPENING.days
        }
    if faults:
        raise Invalid(_("The week cannot be reopened so."), fields=faults)
    with revision(by=by, reason=f"{week.code} reopened: {reason}", at=at):
        fresh = ReportingWeek.objects.select_related("plan").get(pk=week.pk)
        if fresh.locked_at is None or not WeeklyRollup.objects.filter(week=fresh, edition=fresh.edition).exists():
            message = _("%(week)s has no sealed rollup: only a published week can be reopened.") % {"week": fresh.code}
            raise Conflict(message, fields={"week": message}, code="week_not_published")
        fresh.edition += 1
        fresh.locked_at = fresh.lock_revision = None
        fresh.locks_at = until
        fresh.save(update_fields=["edition", "locked_at", "lock_revision", "locks_at"])
        record_step(week=fresh, state=Transition.REOPENED, due_at=at, by=by, at=at, reason=reason)
    return fresh


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


def report_headline(
    *, week: ReportingWeek, pillar: Pillar | None, colour: str, reason_en: str, reason_fr: str, by: Actor, at: datetime
) -> HeadlineOverride:
    """Report another headline colour than the rule's for a pillar (None: the plan) and one week that is open, with the
    reason; no colour takes the one before back. Whoever decides on the pillar's updates may, for the plan who manages
    it. Raises `Invalid` by field, `Conflict` for a week that is closed."""
    plan = week.plan
    if pillar is None:
        require(by, Permission.MANAGE_PLAN, plan.scopes)
    else:
        require(by, Permission.DECIDE_UPDATE, pillar.scopes)
    if by.user is None:
        raise NotAllowed(_("A headline colour needs a person who answers for it."), code="no_person")
    if not (reason_en.strip() or reason_fr.strip()):
        message = _("Say why, in English or in French: the reason stands beside the colour.")
        raise Invalid(message, fields={"reason_en": message, "reason_fr": message})
    with revision(by=by, reason=f"Headline of {plan.code} for {week.code}", at=at):
        fresh = ReportingWeek.objects.select_related("plan").get(pk=week.pk)
        if pillar is not None and pillar.plan_id != fresh.plan_id:
            raise Conflict(
                _("The pillar belongs to another plan."), fields={"pillar": _("Choose a pillar of this plan.")}
            )
        if fresh.closed(at=at) or at < fresh.opens_at:
            message = _("%(week)s is not open: a headline is reported for an open week.") % {"week": fresh.code}
            raise Conflict(message, fields={"week": message}, code="week_locked")
        row = HeadlineOverride(
            plan=plan, pillar=pillar, week=fresh, colour=colour, reason_en=reason_en, reason_fr=reason_fr,
            set_by=by.user, set_at=at,
        )  # fmt: skip
        save(row)
        return row
