"""Filters of milestones, and of what stands beside their dates."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Decision, MilestoneKind
from initiatives.filters.scope import OfInitiative, on_the_day
from initiatives.models import ChangeRequest, Milestone, MilestoneDependency
from tracker.filters import DayFilter, StrictFilterSet, TitleFilter, WholeNumberFilter, YesNoFilter
from tracker.models import User


class MilestoneFilter(OfInitiative):
    code = django_filters.CharFilter(label=_("code"))
    kind = django_filters.ChoiceFilter(choices=MilestoneKind.choices, label=_("kind"))
    met = YesNoFilter(method="filter_met", label=_("met"))
    late = YesNoFilter(method="filter_late", label=_("late"))
    cancelled = YesNoFilter(method="filter_cancelled", label=_("cancelled"))
    planned_from = DayFilter("planned_on", lookup_expr="gte", label=_("promised on or after"))
    planned_to = DayFilter("planned_on", lookup_expr="lte", label=_("promised on or before"))
    expected_from = DayFilter("expected_on", lookup_expr="gte", label=_("expected on or after"))
    expected_to = DayFilter("expected_on", lookup_expr="lte", label=_("expected on or before"))
    q = TitleFilter("title_en", "title_fr")
    on = on_the_day()

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Milestone]:
        late = Milestone.objects.counted(on=on).with_dates().late(on=on).filter(pk=OuterRef("pk"))
        return Milestone.objects.visible_to(user).for_list().annotate(late=Exists(late))

    def filter_met(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's call
        """Met by the day, or not."""
        met: QuerySet[Any] = queryset.met(on=self.on) if value else queryset.unmet(on=self.on)
        return met

    def filter_cancelled(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - as above
        """Cancelled by the day, or not."""
        cancelled = Milestone.objects.cancelled(on=self.on).order_by().values("pk")
        found: QuerySet[Any] = queryset.filter(pk__in=cancelled) if value else queryset.exclude(pk__in=cancelled)
        return found

    def filter_late(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's call
        """What the figure `milestones_late` counts, or the rest."""
        late = Milestone.objects.counted(on=self.on).with_dates().late(on=self.on).order_by().values("pk")
        found: QuerySet[Any] = queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)
        return found


class ChangeRequestFilter(StrictFilterSet):
    plan = django_filters.CharFilter("milestone__initiative__plan__code", label=_("plan"))
    pillar = WholeNumberFilter("milestone__initiative__pillar__number", label=_("pillar"))
    initiative = django_filters.CharFilter("milestone__initiative__code", label=_("initiative"))
    milestone = WholeNumberFilter("milestone_id", label=_("milestone"))
    decision = django_filters.ChoiceFilter(choices=Decision.choices, label=_("decision"))
    decided = YesNoFilter(method="filter_decided", label=_("decided or withdrawn"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[ChangeRequest]:
        return ChangeRequest.objects.visible_to(user).for_list()

    def filter_decided(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - as above
        """Decided or withdrawn, or still waiting."""
        found: QuerySet[Any] = queryset.exclude(decision="") if value else queryset.filter(decision="")
        return found


class MilestoneDependencyFilter(StrictFilterSet):
    plan = django_filters.CharFilter("milestone__initiative__plan__code", label=_("plan"))
    initiative = django_filters.CharFilter("milestone__initiative__code", label=_("initiative"))
    milestone = WholeNumberFilter("milestone_id", label=_("milestone"))
    needs = WholeNumberFilter("needs_id", label=_("milestone that it waits for"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[MilestoneDependency]:
        return MilestoneDependency.objects.visible_to(user).for_list()
