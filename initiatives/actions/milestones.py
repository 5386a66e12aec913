"""Milestones: added with a forecast, changed, moved with a reason, met on a date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import NoReturn

from django.utils.translation import gettext as _

from initiatives.models import Initiative, Milestone, MilestoneForecast
from initiatives.rules.endings import Ending, ending_problems
from tracker.editing import merged
from tracker.errors import Conflict, Invalid, of_one_row
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import accept, check, fill, require, save, save_all, some_of


@dataclass(frozen=True, kw_only=True)
class MilestoneContent:
    """What a person writes about a milestone."""

    title_en: str
    title_fr: str
    kind: str
    weight: Decimal = Decimal(1)
    acceptance_criteria_en: str = ""
    acceptance_criteria_fr: str = ""
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class NewMilestone:
    """A milestone to be added to an initiative, with the date first expected."""

    initiative: Initiative
    content: MilestoneContent
    forecast_on: date | None = None


CHANGEABLE = frozenset(
    {
        "title_en", "title_fr", "kind", "weight", "acceptance_criteria_en", "acceptance_criteria_fr", "evidence",
        "note_en", "note_fr", "actual_on", "cancelled_on", "cancelled_reason",
    }
)  # fmt: skip


def add_milestone(
    *, initiative: Initiative, content: MilestoneContent, forecast_on: date | None, by: Actor, at: datetime
) -> Milestone:
    """A new milestone under the next free code (`M4`), with the date first expected."""
    draft = NewMilestone(initiative=initiative, content=content, forecast_on=forecast_on)
    with of_one_row():
        return add_milestones(drafts=[draft], by=by, at=at)[0]


def add_milestones(*, drafts: Sequence[NewMilestone], by: Actor, at: datetime) -> list[Milestone]:
    """New milestones of any initiatives in one revision, in their order; codes go on from each initiative's highest.

    Raises `RowsRefused` with each that cannot be added; then none is. Costs one query for the codes and two for the
    rows and forecasts of each thousand, and what the history adds to a row.
    """
    accept(drafts, partial(check_milestone, by=by))
    where = some_of(draft.initiative.code for draft in drafts)
    with revision(by=by, reason=f"{_counted(len(drafts))} added to {where}", at=at):
        codes = _codes({draft.initiative.pk for draft in drafts})
        milestones = []
        for draft in drafts:
            code = _next_code(codes[draft.initiative.pk])
            codes[draft.initiative.pk].append(code)
            milestones.append(_milestone(draft, code))
        save_all(milestones)
        save_all(
            [
                _forecast(milestone, draft.forecast_on, "", by=by, at=at)
                for milestone, draft in zip(milestones, drafts, strict=True)
                if draft.forecast_on is not None
            ]
        )
    return milestones


def check_milestone(draft: NewMilestone, *, by: Actor) -> None:
    """Raise what keeps it from being added, without asking the database."""
    require(by, Permission.RECORD_FACTS, draft.initiative.scopes)
    check(_milestone(draft, _next_code([])))


def change_milestone(
    *, milestone: Milestone, changes: Mapping[str, object], seen: int, by: Actor, at: datetime, reason: str = ""
) -> Milestone:
    """Change some of `CHANGEABLE`, as somebody wants who saw the milestone as revision `seen` left it.

    What others changed meanwhile in other fields is kept. Taking back that it was met or cancelled needs a reason.
    Raises `EditConflict` where they changed the same ones otherwise, `Invalid` by field, and `Conflict` where it would
    become both met and cancelled.
    """
    unknown = sorted(set(changes) - CHANGEABLE)
    if unknown:
        message = f"A milestone has no {', '.join(unknown)} to change."
        raise ValueError(message)
    return _changed(milestone, changes, seen=seen, reason=reason, what="changed", by=by, at=at)


def _changed(
    milestone: Milestone, changes: Mapping[str, object], *, seen: int, reason: str, what: str, by: Actor, at: datetime
) -> Milestone:
    """`what` is done to it, for the history, where the person gives no reason."""
    initiative = milestone.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    with revision(by=by, reason=reason.strip() or f"{initiative.code} {milestone.code} {what}", at=at):
        fresh = Milestone.objects.get(pk=milestone.pk)
        old = _ending(fresh)
        fill(fresh, merged(fresh, changes, seen=seen))
        new = _ending(fresh)
        if new.twice:
            message = _("A milestone is met or cancelled, not both.")
            fields = {name: message for name in ("actual_on", "cancelled_on") if name in changes}
            raise Conflict(message, fields=fields, code="milestone_closed")
        problems = ending_problems(new, old=old, reason=reason, today=initiative.plan.day(at))
        if problems:
            raise Invalid(_("The milestone cannot become this."), fields=problems)
        save(fresh)
    return fresh


def move_forecast(
    *, milestone: Milestone, to: date, reason: str, by: Actor, at: datetime, seen: date | None = None
) -> MilestoneForecast:
    """A new forecast row; the dates expected before stay on record. Every move but the first says why.

    `seen` is the date expected when the person read it: another one since is a `Conflict`.
    """
    initiative = milestone.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    with revision(by=by, reason=f"Forecast of {initiative.code} {milestone.code}: {reason or to}", at=at):
        fresh = Milestone.objects.get(pk=milestone.pk)
        if fresh.actual_on is not None or fresh.cancelled_on is not None:
            raise Conflict(_("A milestone that is met or cancelled has no forecast."), code="milestone_closed")
        latest = fresh.forecasts.newest_first().first()
        if seen is not None and latest is not None and latest.date != seen:
            _moved_meanwhile(latest)
        if latest is not None and latest.date == to:
            raise Invalid(_("Nothing moved."), fields={"forecast_on": _("This is the forecast already.")})
        if latest is not None and not reason.strip():
            raise Invalid(_("The move needs a reason."), fields={"reason": _("Say why the date moves.")})
        forecast = _forecast(fresh, to, reason, by=by, at=at)
        save(forecast)
    return forecast


def _moved_meanwhile(latest: MilestoneForecast) -> NoReturn:
    who = latest.made_by.display_name if latest.made_by else _("the tracker")
    said = {"name": who, "date": latest.date, "reason": latest.reason}
    message = _("%(name)s moved it to %(date)s meanwhile: “%(reason)s”. Send again what should hold.") % said
    raise Conflict(message, fields={"forecast_on": message}, code="changed")


def meet_milestone(
    *, milestone: Milestone, on: date, by: Actor, at: datetime, evidence: str | None = None, reason: str = "",
    seen: int | None = None,
) -> Milestone:  # fmt: skip
    """Record when it was met. Another date later is a correction, and says why: both stay in the history.

    `seen` is the revision of the milestone that the person read, the row's own without it; without `evidence` it keeps
    what it has.
    """
    changes: dict[str, object] = {"actual_on": on} | ({} if evidence is None else {"evidence": evidence})
    return _changed(
        milestone, changes, seen=milestone.revision if seen is None else seen, reason=reason, what=f"met on {on}",
        by=by, at=at,
    )  # fmt: skip


def _forecast(milestone: Milestone, on: date, reason: str, *, by: Actor, at: datetime) -> MilestoneForecast:
    return MilestoneForecast(milestone=milestone, date=on, reason=reason, made_by=by.user, made_at=at)


def _milestone(draft: NewMilestone, code: str) -> Milestone:
    milestone = Milestone(initiative=draft.initiative, code=code)
    fill(milestone, asdict(draft.content))
    return milestone


def _ending(milestone: Milestone) -> Ending:
    return Ending(milestone.actual_on, milestone.cancelled_on, milestone.cancelled_reason)


def _next_code(codes: Iterable[str]) -> str:
    numbers = [int(code[1:]) for code in codes if code.startswith("M") and code[1:].isdigit()]
    return f"M{max(numbers, default=0) + 1}"


def _codes(initiatives: set[int]) -> dict[int, list[str]]:
    codes: dict[int, list[str]] = {key: [] for key in initiatives}
    for key, code in Milestone.objects.filter(initiative__in=initiatives).values_list("initiative_id", "code"):
        codes[key].append(code)
    return codes


def _counted(number: int) -> str:
    return "Milestone" if number == 1 else f"{number} milestones"
