"""Indicators and their targets: defined, changed, aimed at. What is observed of them: `actions.observations`."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from initiatives.choices import Accumulation, Measure, RollupRule, TargetChange, TargetType
from initiatives.models import Indicator, Initiative, Target
from initiatives.rules.indicators import Bounds, bounds_problem, target_change
from pillars.models import Pillar, Plan
from tracker.errors import Conflict, Invalid
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import fill, require, save

# What an observation means depends on these: they stay as they are once something is recorded.
FIXED = ("measure", "accumulation", "calendar")
# What changes every year and all progress: a change of these says why.
WEIGHTY = ("direction", "rollup_rule", "baseline_value", "baseline_on")


@dataclass(frozen=True, kw_only=True)
class IndicatorContent:
    """What a person writes about an indicator."""

    code: str
    title_en: str
    title_fr: str
    unit_en: str
    unit_fr: str
    level: str
    direction: str
    accumulation: str
    calendar: str
    measure: str = Measure.NUMBER
    rollup_rule: str = RollupRule.NONE
    target_type: str = TargetType.TBD
    decimals: int = 0
    baseline_value: Decimal | None = None
    baseline_on: date | None = None
    method_en: str = ""
    method_fr: str = ""
    note_en: str = ""
    note_fr: str = ""
    source: str = ""
    source_url: str = ""
    official: bool = False
    french_official: bool = False


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


def add_indicator(
    *, scope: Plan | Pillar | Initiative, content: IndicatorContent, by: Actor, at: datetime
) -> Indicator:
    """A new indicator of an initiative, a pillar, or the plan as a whole. Raises `Invalid` by field."""
    require(by, Permission.RECORD_FACTS, scope.scopes)
    plan = scope if isinstance(scope, Plan) else scope.plan
    _check(content)
    with revision(by=by, reason=f"Indicator {content.code} added to {scope.scopes[-1]}", at=at):
        if Indicator.objects.filter(plan=plan, code=content.code).exists():
            message = _("The plan has an indicator of this code. Write another.")
            raise Invalid(_("The code is taken."), fields={"code": message})
        indicator = Indicator(
            plan=plan,
            pillar=scope if isinstance(scope, Pillar) else None,
            initiative=scope if isinstance(scope, Initiative) else None,
        )
        fill(indicator, asdict(content))
        save(indicator)
    return indicator


def change_indicator(
    *, indicator: Indicator, content: IndicatorContent, reason: str = "", by: Actor, at: datetime,
    seen: int | None = None,
) -> Indicator:  # fmt: skip
    """Change what is said of an indicator; its history keeps what was said before.

    Once something is observed, what a value means stays (`FIXED`), and what moves its progress needs a reason
    (`WEIGHTY`). `seen` is the revision that the person read: somebody else's later change is a `Conflict`.
    """
    require(by, Permission.RECORD_FACTS, indicator.scopes)
    _check(content)
    with revision(by=by, reason=reason or f"Indicator {indicator.code} changed", at=at):
        fresh = Indicator.objects.select_related("plan").get(pk=indicator.pk)
        if seen is not None and seen != fresh.revision:
            raise Conflict(_("Somebody changed this indicator meanwhile. Read it once more."), code="changed")
        values = asdict(content)
        changed = {name for name, value in values.items() if getattr(fresh, name) != value}
        if not changed:
            raise Invalid(_("Nothing changed."))
        if "code" in changed:
            raise Invalid(
                _("A code names its indicator for ever."), fields={"code": _("Leave it %(code)s.") % vars(fresh)}
            )
        _check_change(fresh, changed, reason)
        fill(fresh, values)
        save(fresh)
    return fresh


def set_target(*, indicator: Indicator, content: TargetContent, by: Actor, at: datetime) -> Target:
    """The target for a day, or its next version: what stood before stays. How they compare is computed.

    A revision says why, and is made before the target is due. Raises `Invalid` by field.
    """
    require(by, Permission.RECORD_FACTS, indicator.scopes)
    kind = TargetType(content.target_type) if content.target_type in TargetType.values else None
    if kind is None:
        raise Invalid(_("The target cannot be set."), fields={"target_type": _("Choose a type.")})
    bounds = Bounds(kind, content.lower, content.upper)
    problems = bounds_problem(bounds)
    if problems:
        raise Invalid(_("The target cannot be set."), fields=problems)
    with revision(by=by, reason=f"Target of {indicator.code} for {content.due_on}", at=at):
        before = Target.objects.filter(indicator=indicator, due_on=content.due_on).order_by("-number").first()
        if before is not None:
            _check_revision(indicator, before, bounds, content, at=at)
        target = Target(
            indicator=indicator, number=before.number + 1 if before else 1, set_by=by.user, set_at=at, **asdict(content)
        )
        save(target)
    return target


def change_of(before: Target | None, new: Bounds) -> TargetChange:
    """How the bounds compare with those of the version before."""
    old = Bounds(TargetType(before.target_type), before.lower, before.upper) if before else None
    return target_change(old, new)


def _check_revision(
    indicator: Indicator, before: Target, bounds: Bounds, content: TargetContent, *, at: datetime
) -> None:
    if change_of(before, bounds) == TargetChange.UNCHANGED:
        raise Invalid(_("Nothing changed."), fields={"lower": _("This is the target already.")})
    problems: dict[str, str] = {}
    if content.due_on < indicator.plan.day(at):
        problems["due_on"] = _("This target was due already: what it asked for stays. Set one for a later day.")
    if not content.reason.strip():
        problems["reason"] = _("Say why the target is revised.")
    if problems:
        raise Invalid(_("The target cannot be revised."), fields=problems)


def _check(content: IndicatorContent) -> None:
    """Raise `Invalid` where fields do not go together."""
    problems: dict[str, str | Promise] = {}
    if (content.baseline_value is None) != (content.baseline_on is None):
        missing = "baseline_on" if content.baseline_on is None else "baseline_value"
        problems[missing] = _("A baseline has a value and a day, or neither.")
    if content.measure == Measure.RATIO and content.rollup_rule == RollupRule.SUM:
        problems["rollup_rule"] = _("Ratios do not add up: choose the ratio of the sums.")
    elif content.measure != Measure.RATIO and content.rollup_rule == RollupRule.RATIO:
        problems["rollup_rule"] = _("Only a ratio rolls up by its numerators and denominators.")
    elif content.rollup_rule == RollupRule.SUM and content.accumulation != Accumulation.FLOW:
        problems["rollup_rule"] = _("Only a flow adds up over time: choose the latest.")
    if problems:
        raise Invalid(_("Some fields do not go together."), fields=problems)


def _check_change(fresh: Indicator, changed: set[str], reason: str) -> None:
    """What is observed already must go on meaning what it meant."""
    weighty = changed.intersection(WEIGHTY)
    fixed = changed.intersection(FIXED)
    if not (weighty or fixed) or not fresh.observations.exists():
        return
    if fixed:
        message = _("Values are recorded by this. Add another indicator instead.")
        raise Invalid(_("This cannot change any more."), fields=dict.fromkeys(sorted(fixed), message))
    if not reason.strip():
        raise Invalid(_("The change needs a reason."), fields={"reason": _("Say why: this moves the progress.")})
