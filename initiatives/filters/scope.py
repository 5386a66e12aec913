"""What the filters of several nouns share."""

import django_filters
from django.utils.translation import gettext_lazy as _

from tracker.filters import DayFilter, StrictFilterSet, WholeNumberFilter


def on_the_day() -> DayFilter:
    """The day that is asked about. It decides what rows say, and leaves none out."""
    return DayFilter(method="unchanged", label=_("on the day"))


class OfInitiative(StrictFilterSet):
    """Filters of rows that belong to an initiative."""

    plan = django_filters.CharFilter("initiative__plan__code", label=_("plan"))
    pillar = WholeNumberFilter("initiative__pillar__number", label=_("pillar"))
    initiative = django_filters.CharFilter("initiative__code", label=_("initiative"))
    lead = django_filters.CharFilter("initiative__lead__code", label=_("lead organization"))
