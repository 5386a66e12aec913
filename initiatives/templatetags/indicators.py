"""Values of indicators as pages write them: with the indicator's decimals, and never 0 for what is unknown."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from initiatives import formats
from initiatives.choices import Availability
from initiatives.models import Indicator, Observation
from initiatives.rules.years import YearValue
from tracker.templatetags.tracker import not_published

register = template.Library()


@register.filter
def measured(value: Decimal | None, indicator: Indicator) -> SafeString:
    """A value in the indicator's decimals."""
    return _figure(formats.amount(value, indicator.decimals))


@register.filter
def year_amount(found: YearValue | None, indicator: Indicator) -> SafeString:
    """A year's value, with what keeps it from being exact."""
    return _figure(None if found is None else formats.amount(found.value, indicator.decimals, found.qualifier))


@register.filter
def observed(observation: Any, indicator: Indicator) -> SafeString:
    """What was observed: the value with its qualifier, or why there is none."""
    if observation.availability != Availability.REPORTED:
        return format_html('<span class="absent">{}</span>', observation.get_availability_display())
    return _figure(formats.amount(observation.amount, indicator.decimals, observation.qualifier))


@register.filter
def asked(target: Any, indicator: Indicator) -> str:
    """What a target asks: `at least 100`."""
    return formats.bounds(target.target_type, target.lower, target.upper, indicator.decimals)


@register.filter
def year_name(found: YearValue, indicator: Indicator) -> str:
    """The year in its calendar."""
    return formats.year_label(found.year, indicator.calendar)


@register.filter
def period(observation: Observation) -> SafeString | str:
    """First and last day."""
    return formats.period_label(observation.period_start, observation.period_end) or not_published()


def _figure(text: str | None) -> SafeString:
    return not_published() if text is None else format_html('<span class="figure">{}</span>', text)
