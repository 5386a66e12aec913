"""Targets: set before they are due, revised by further versions that say why."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from initiatives.choices import TargetChange, TargetType
from initiatives.models import Indicator, Target
from initiatives.rules.indicators import Bounds, bounds_problem, target_change
from tracker.errors import Conflict, Invalid, of_one_row
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import accept, check, require, save_all, some_of


@dataclass(frozen=True, kw_only=True)
class TargetContent:
    """A value to be reached by a day. Bounds in the indicator's unit; an absent bound does not limit."""

    due_on: date
    target_type: str
    lower: Decimal | None = None
    upper: Decimal | None = None
    reason: str = ""
    source: str = ""
    source_url: str = ""


@dataclass(frozen=True, kw_only=True)
class NewTarget:
    """A target to be set for an indicator; `seen` as in `set_target`."""

    indicator: Indicator
    content: TargetContent
    seen: int | None = None

    @property
    def bounds(self) -> Bounds:
        """As rules read them. Raises `Invalid` by field."""
        content = self.content
        if content.target_type not in TargetType.values:
            raise Invalid(_("The target cannot be set."), fields={"target_type": _("Choose a type.")})
        return Bounds(TargetType(content.target_type), content.lower, content.upper)


def set_target(
    *, indicator: Indicator, content: TargetContent, by: Actor, at: datetime, seen: int | None = None
) -> Target:
    """The target for a day, or its next version: what stood before stays. How they compare is computed.

    It is set before it is due, and a revision says why. `seen` is the version that the person read, 0 for none: another
    one since is a `Conflict`. Raises `Invalid` by field.
    """
    with of_one_row():
        return set_targets(drafts=[NewTarget(indicator=indicator, content=content, seen=seen)], by=by, at=at)[0]


def set_targets(*, drafts: Sequence[NewTarget], by: Actor, at: datetime) -> list[Target]:
    """Targets of any indicators in one revision, in their order: a later one for the same day is the next version.

    Raises `RowsRefused` with each that cannot be set; then none is. Costs one query for the versions before and one for
    the rows of each thousand, and what the history adds to a row.
    """
    accept(drafts, partial(check_target, by=by, at=at))
    with revision(by=by, reason=_reason(drafts), at=at):
        versions = Target.objects.filter(indicator__in={draft.indicator.pk for draft in drafts}).order_by("number")
        latest = {(target.indicator_id, target.due_on): target for target in versions}
        targets: list[Target] = []

        def take(draft: NewTarget) -> None:
            key = (draft.indicator.pk, draft.content.due_on)
            before = latest.get(key)
            if draft.seen is not None and draft.seen != (before.number if before else 0):
                _revised_meanwhile(before)
            if before is not None:
                _check_revision(before, draft.bounds, draft.content)
            latest[key] = _target(draft, before.number + 1 if before else 1, by=by, at=at)
            targets.append(latest[key])

        accept(drafts, take)
        save_all(targets)
    return targets


def check_target(draft: NewTarget, *, by: Actor, at: datetime) -> None:
    """Raise what keeps it from being set, without asking the database."""
    require(by, Permission.RECORD_FACTS, draft.indicator.scopes)
    problems: dict[str, str | Promise] = dict(bounds_problem(draft.bounds))
    if draft.content.due_on < draft.indicator.plan.day(at):
        problems["due_on"] = _("A target is set, or revised, before it is due: what was asked for by then stays.")
    if problems:
        raise Invalid(_("The target cannot be set."), fields=problems)
    check(_target(draft, 1, by=by, at=at))


def change_of(before: Target | None, new: Bounds) -> TargetChange:
    """How the bounds compare with those of the version before."""
    old = Bounds(TargetType(before.target_type), before.lower, before.upper) if before else None
    return target_change(old, new)


def _target(draft: NewTarget, number: int, *, by: Actor, at: datetime) -> Target:
    return Target(indicator=draft.indicator, number=number, set_by=by.user, set_at=at, **asdict(draft.content))


def _reason(drafts: Sequence[NewTarget]) -> str:
    if len(drafts) == 1:
        return f"Target of {drafts[0].indicator.code} for {drafts[0].content.due_on}"
    return f"{len(drafts)} targets set of {some_of(draft.indicator.code for draft in drafts)}"


def _revised_meanwhile(before: Target | None) -> NoReturn:
    if before is None:
        message = _("There is no such version of the target.")
    else:
        bounds = ("…" if bound is None else f"{bound.normalize():f}" for bound in (before.lower, before.upper))
        message = _(
            "Version %(number)s of the target for this day is set already (%(bounds)s). Open its page again, and say"
            " what should hold."
        ) % {"number": before.number, "bounds": " – ".join(bounds)}
    raise Conflict(message, fields={"due_on": message}, code="changed")


def _check_revision(before: Target, bounds: Bounds, content: TargetContent) -> None:
    if change_of(before, bounds) == TargetChange.UNCHANGED:
        raise Invalid(_("Nothing changed."), fields={"lower": _("This is the target already.")})
    if not content.reason.strip():
        raise Invalid(_("The target cannot be revised."), fields={"reason": _("Say why the target is revised.")})
