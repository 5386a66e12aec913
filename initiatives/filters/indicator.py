"""Filters of indicators, their targets and their observations."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from initiatives.aggregates.indicators import with_change, with_position
from initiatives.choices import Availability, Level, ObservationKind, Standing, TargetChange, TargetType
from initiatives.filters.scope import on_the_day
from initiatives.models import Indicator, Observation, Target
from tracker.filters import DayFilter, StrictFilterSet, TitleFilter, WholeNumberFilter, YesNoFilter
from tracker.models import User


class IndicatorFilter(StrictFilterSet):
    plan = django_filters.CharFilter("plan__code", label=_("plan"))
    pillar = WholeNumberFilter(method="filter_pillar", label=_("pillar"))
    initiative = django_filters.CharFilter("initiative__code", label=_("initiative"))
    code = django_filters.CharFilter(label=_("code"))
    level = django_filters.ChoiceFilter(choices=Level.choices, label=_("level"))
    standing = django_filters.ChoiceFilter(choices=Standing.choices, label=_("standing"))
    has_target = YesNoFilter(method="filter_has_target", label=_("with a target"))
    due_from = DayFilter("target_due_on", lookup_expr="gte", label=_("target due on or after"))
    due_to = DayFilter("target_due_on", lookup_expr="lte", label=_("target due on or before"))
    q = TitleFilter("title_en", "title_fr")
    on = on_the_day()

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Indicator]:
        return with_position(Indicator.objects.visible_to(user).for_list(), on=on)

    def filter_pillar(self, queryset: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        """Indicators of the pillar and of its initiatives."""
        return queryset.filter(Q(pillar__number=value) | Q(initiative__pillar__number=value))

    def filter_has_target(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's
        """With a target that says what to reach, or without."""
        without = {"standing": Standing.NO_TARGET}
        found: QuerySet[Any] = queryset.exclude(**without) if value else queryset.filter(**without)
        return found


class OfIndicator(StrictFilterSet):
    """Filters of rows that belong to an indicator."""

    plan = django_filters.CharFilter("indicator__plan__code", label=_("plan"))
    pillar = WholeNumberFilter(method="filter_pillar", label=_("pillar"))
    initiative = django_filters.CharFilter("indicator__initiative__code", label=_("initiative"))
    indicator = django_filters.CharFilter("indicator__code", label=_("indicator"))
    level = django_filters.ChoiceFilter("indicator__level", choices=Level.choices, label=_("level"))

    def filter_pillar(self, queryset: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        """Rows of the pillar's indicators and of its initiatives'."""
        return queryset.filter(Q(indicator__pillar__number=value) | Q(indicator__initiative__pillar__number=value))


class TargetFilter(OfIndicator):
    due_from = DayFilter("due_on", lookup_expr="gte", label=_("due on or after"))
    due_to = DayFilter("due_on", lookup_expr="lte", label=_("due on or before"))
    target_type = django_filters.ChoiceFilter(choices=TargetType.choices, label=_("target type"))
    change = django_filters.ChoiceFilter(choices=TargetChange.choices, label=_("change"))
    current = YesNoFilter(label=_("last version"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Target]:
        return with_change(Target.objects.visible_to(user).for_list())


class ObservationFilter(OfIndicator):
    place = django_filters.CharFilter("place__code", label=_("place"))
    period_from = DayFilter("period_end", lookup_expr="gte", label=_("period ends on or after"))
    period_to = DayFilter("period_end", lookup_expr="lte", label=_("period ends on or before"))
    availability = django_filters.ChoiceFilter(choices=Availability.choices, label=_("availability"))
    kind = django_filters.ChoiceFilter(choices=ObservationKind.choices, label=_("kind"))
    standing = YesNoFilter(method="filter_standing", label=_("not superseded"))
    official = YesNoFilter(label=_("official source"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Observation]:
        return Observation.objects.visible_to(user).with_amount().for_list()

    def filter_standing(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's
        """What counts, or what something has superseded."""
        found: QuerySet[Any] = queryset.filter(superseded_by__isnull=value)
        return found
