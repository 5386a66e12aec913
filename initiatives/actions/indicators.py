"""Indicators: defined and changed. What they aim at: `actions.targets`; what is observed: `actions.observations`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from initiatives.choices import Accumulation, Measure, RollupRule, TargetType
from initiatives.models import Indicator, Initiative
from pillars.models import Pillar, Plan
from tracker.editing import merged
from tracker.errors import Invalid
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import fill, require, save

# What an observation means depends on these: they stay as they are once something is recorded.
FIXED = ("measure", "accumulation", "calendar")
# What changes every year and all progress: a change of these says why.
WEIGHTY = ("direction", "rollup_rule", "baseline_value", "baseline_on", "unit_en", "unit_fr", "level")


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


INDICATOR_FIELDS = frozenset(field.name for field in fields(IndicatorContent))


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
    *, indicator: Indicator, changes: Mapping[str, object], seen: int, by: Actor, at: datetime, reason: str = ""
) -> Indicator:
    """Change some fields of `IndicatorContent`, as somebody wants who saw the indicator as revision `seen` left it.

    What others changed meanwhile in other fields is kept. Once something is observed, what a value means stays
    (`FIXED`), and what moves its progress needs a reason (`WEIGHTY`). Raises `EditConflict` where others changed the
    same fields otherwise, and `Invalid` by field.
    """
    unknown = sorted(set(changes) - INDICATOR_FIELDS)
    if unknown:
        message = f"An indicator has no {', '.join(unknown)} to change."
        raise ValueError(message)
    require(by, Permission.RECORD_FACTS, indicator.scopes)
    with revision(by=by, reason=reason.strip() or f"Indicator {indicator.code} changed", at=at):
        fresh = Indicator.objects.select_related("plan").get(pk=indicator.pk)
        values = merged(fresh, changes, seen=seen)
        changed = {name for name, value in values.items() if getattr(fresh, name) != value}
        if "code" in changed:
            raise Invalid(
                _("A code names its indicator for ever."), fields={"code": _("Leave it %(code)s.") % vars(fresh)}
            )
        _check_change(fresh, changed, reason)
        fill(fresh, values)
        _check(fresh)
        save(fresh)
    return fresh


def _check(content: IndicatorContent | Indicator) -> None:
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
