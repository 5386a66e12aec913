"""Indicators as pictures: what was observed, on the way to its targets."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from initiatives import formats
from initiatives.aggregates.indicator_series import Series, TargetVersion
from initiatives.aggregates.indicator_ways import Reached, Way, way
from initiatives.choices import TargetType
from initiatives.models import Indicator
from initiatives.rules.years import YearValue
from tracker.charts import IndicatorPath, Observed, TargetPoint
from tracker.templatetags.tracker import bilingual_text

LEAST = 2  # points of a picture


@dataclass(frozen=True)
class PathPicture:
    """The chart, and whether it compares years; `under_way` is the year that is not over, where it shows only those
    that are."""

    chart: IndicatorPath
    by_year: bool
    under_way: YearValue | None


def path_picture(known: Series, corrected: Collection[int]) -> PathPicture | None:
    """The indicator's way to its targets; `corrected` are observations that superseded others. None of less than two
    points, be they values, targets or the baseline: one alone leads nowhere."""
    found, indicator = way(known), known.indicator
    baseline = None
    if indicator.baseline_on is not None and indicator.baseline_value is not None:
        shown = formats.amount(indicator.baseline_value, indicator.decimals) or ""
        baseline = (indicator.baseline_on, indicator.baseline_value, shown)
    points = sum(one.value is not None for one in found.reached) + len(found.targets) + bool(baseline)
    if points < LEAST:
        return None
    chart = IndicatorPath(
        f"path-{indicator.pk}",
        bilingual_text(indicator, "title"),
        bilingual_text(indicator, "unit"),
        tuple(_observed(one, found, indicator, corrected) for one in found.reached),
        tuple(_target(one, indicator) for one in found.targets),
        baseline,
    )
    return PathPicture(chart, any(one.year for one in found.reached), found.under_way)


def year_name(value: YearValue, indicator: Indicator) -> str:
    """The year, and to which day it is known."""
    name = formats.year_label(value.year, indicator.calendar)
    if value.whole or value.until is None:
        return name
    return _("%(year)s, to %(day)s") % {"year": name, "day": value.until}


def _observed(one: Reached, found: Way, indicator: Indicator, corrected: Collection[int]) -> Observed:
    """A year of which a part is known is told from whole ones; as one year adds up, all of it are parts of that one."""
    several = len({each.year.year for each in found.reached if each.year}) > 1 or len(found.reached) == 1
    part = one.value is not None and one.year is not None and not one.year.whole and several
    superseding = any(key in corrected for key in one.ids)
    period = year_name(one.year, indicator) if one.year else formats.period_label(one.start, one.day)
    shown = formats.amount(one.value, indicator.decimals, one.qualifier)
    return Observed(one.day, period, one.value, shown or str(one.availability.label), superseding, part)


def _target(version: TargetVersion, indicator: Indicator) -> TargetPoint:
    """One that is to be exactly reached has one bound, which both of its bounds are."""
    bounds = version.bounds
    kind = bounds.target_type.value
    high = None if kind == TargetType.EXACTLY else bounds.upper
    shown = formats.bounds(kind, bounds.lower, bounds.upper, indicator.decimals)
    return TargetPoint(version.target.due_on, kind, bounds.lower, high, shown)
