"""Filters of weekly rollups."""

from datetime import date

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pillars.filters import WeekFilter
from reports.models import WeeklyRollup
from tracker.filters import StrictFilterSet, WholeNumberFilter, YesNoFilter
from tracker.models import User


class WeeklyRollupFilter(StrictFilterSet):
    plan = django_filters.CharFilter("plan__code", label=_("plan"))
    week = WeekFilter("week__starts_on", label=_("week"))
    week_from = WeekFilter("week__starts_on", lookup_expr="gte", label=_("from the week"))
    week_to = WeekFilter("week__starts_on", lookup_expr="lte", label=_("to the week"))
    edition = WholeNumberFilter(label=_("edition"))
    late = YesNoFilter(label=_("sealed late"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[WeeklyRollup]:
        return WeeklyRollup.objects.visible_to(user).for_list()
