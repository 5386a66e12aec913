"""What the filters of several nouns share."""

from datetime import date, datetime

import django_filters
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from initiatives.rules.freshness import end_of_day
from tracker.filters import DayFilter, StrictFilterSet, WholeNumberFilter
from tracker.pages import shown_instant

# The order of long lists, oldest first: it costs a page of any depth the same. Pages have orders of their own.
AS_RECORDED = ("pk",)


def asked_instant(request: HttpRequest, on: date) -> datetime:
    """The instant for which freshness is asked: the one that the request shows, or the end of an earlier day `on`."""
    return min(shown_instant(request), end_of_day(on, timezone.get_default_timezone()))


def on_the_day() -> DayFilter:
    """The day that is asked about. It decides what rows say, and leaves none out."""
    return DayFilter(method="unchanged", label=_("on the day"))


class OfInitiative(StrictFilterSet):
    """Filters of rows that belong to an initiative."""

    plan = django_filters.CharFilter("initiative__plan__code", label=_("plan"))
    pillar = WholeNumberFilter("initiative__pillar__number", label=_("pillar"))
    initiative = django_filters.CharFilter("initiative__code", label=_("initiative"))
    lead = django_filters.CharFilter("initiative__lead__code", label=_("lead organization"))
