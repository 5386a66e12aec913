"""Filters of the dates that milestones had."""

from datetime import date

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from initiatives.models import MilestoneBaseline, MilestoneForecast
from tracker.filters import StrictFilterSet, WholeNumberFilter
from tracker.models import User


class OfMilestone(StrictFilterSet):
    """Filters of rows that belong to a milestone."""

    plan = django_filters.CharFilter("milestone__initiative__plan__code", label=_("plan"))
    pillar = WholeNumberFilter("milestone__initiative__pillar__number", label=_("pillar"))
    initiative = django_filters.CharFilter("milestone__initiative__code", label=_("initiative"))
    milestone = WholeNumberFilter("milestone_id", label=_("milestone"))


class MilestoneBaselineFilter(OfMilestone):
    number = WholeNumberFilter(label=_("number"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[MilestoneBaseline]:
        return MilestoneBaseline.objects.visible_to(user).for_list()


class MilestoneForecastFilter(OfMilestone):
    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[MilestoneForecast]:
        return MilestoneForecast.objects.visible_to(user).for_list()
