"""Columns of numbers that rows of many datasets share, each with its unit and what it means, in both languages."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class Unit(TextChoices):
    """What the values of a column are measured in."""

    DOLLARS = "dollars", _("Canadian dollars")
    FISCAL_YEAR = "fiscal_year", _("fiscal year, as its start year")
    YEAR = "year", _("year")
    YEARS = "years", _("years")
    DAYS = "days", _("days")
    BYTES = "bytes", _("bytes")
    DEGREES = "degrees", _("degrees")
    SHARE = "share", _("share of the way to the target, 1 is all of it")
    WEIGHT = "weight", _("weight")
    DECIMALS = "decimals", _("decimal places")
    MOVES = "moves", _("moves")
    INDICATOR = "indicator_unit", _("the indicator’s own unit")
    RATIO_PART = "ratio_part", _("part of a ratio, in a unit of its own that is not recorded")


class FiscalYearField(serializers.IntegerField):
    """A fiscal year, 1 April to 31 March, as the year in which it starts."""

    unit = Unit.FISCAL_YEAR

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Fiscal year"),
            "help_text": _("Start year: 2025 is 2025-26, from 1 April 2025 to 31 March 2026."),
        }
        super().__init__(**{**given, **kwargs})


class AmountField(serializers.DecimalField):
    """Dollars, to the cent."""

    unit = Unit.DOLLARS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 16, "decimal_places": 2, **kwargs})


class CountField(serializers.IntegerField):
    """A whole number of something."""

    def __init__(self, unit: Unit, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(**kwargs)


class MeasureField(serializers.DecimalField):
    """A decimal number of something."""

    def __init__(self, unit: Unit, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(**kwargs)
