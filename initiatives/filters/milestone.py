"""Filters of milestones, and of what stands beside their dates."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from initiatives.choices import Decision, MilestoneDue, MilestoneKind
from initiatives.filters.scope import AS_RECORDED, OfInitiative, on_the_day
from initiatives.models import ChangeRequest, Milestone, MilestoneDependency
from pillars.rules import monday_of
from tracker.filters import DayFilter, StrictFilterSet, TitleFilter, WholeNumberFilter, YesNoFilter
from tracker.models import User
from tracker.tabular import DaysBetween

NEXT = timedelta(weeks=4)
SLIP = DaysBetween(F("reached_on"), F("first_baseline_on"))  # as the column of the list


class MilestoneFilter(OfInitiative):
    code = django_filters.CharFilter(label=_("code"))
    kind = django_filters.ChoiceFilter(choices=MilestoneKind.choices, label=_("kind"))
    met = YesNoFilter(method="filter_met", label=pgettext_lazy("milestone", "met"))
    late = YesNoFilter(method="filter_late", label=_("late"))
    cancelled = YesNoFilter(method="filter_cancelled", label=_("cancelled"))
    counted = YesNoFilter(method="filter_counted", label=_("counts for the plan"))
    due = django_filters.ChoiceFilter(
        method="filter_due", choices=MilestoneDue.choices, label=pgettext_lazy("milestone", "due")
    )
    slipped_from = WholeNumberFilter(method="filter_slipped", label=_("slipped by so many days or more"))
    planned_from = DayFilter("planned_on", lookup_expr="gte", label=_("promised on or after"))
    planned_to = DayFilter("planned_on", lookup_expr="lte", label=_("promised on or before"))
    expected_from = DayFilter("expected_on", lookup_expr="gte", label=_("expected on or after"))
    expected_to = DayFilter("expected_on", lookup_expr="lte", label=_("expected on or before"))
    q = TitleFilter("title_en", "title_fr")
    on = on_the_day()

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Milestone]:
        late = Milestone.objects.counted(on=on).with_dates().late(on=on).filter(pk=OuterRef("pk"))
        # Of an EXISTS PostgreSQL would look for every late milestone before it shows a page of a hundred.
        told = IsNull(Subquery(late.order_by().values("pk")[:1]), False)  # noqa: FBT003 - Django's own
        # As the figure `milestone_slip` has it: what is met after the day is still expected on it.
        reached = Coalesce(Case(When(actual_on__lte=on, then=F("actual_on"))), F("expected_on"))
        rows = Milestone.objects.visible_to(user).for_list().order_by(*AS_RECORDED)
        return rows.annotate(late=told, reached_on=reached)

    def filter_met(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's call
        """Met by the day, or not."""
        met: QuerySet[Any] = queryset.met(on=self.on) if value else queryset.unmet(on=self.on)
        return met

    def filter_cancelled(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - as above
        """Cancelled by the day, or not."""
        cancelled = Milestone.objects.cancelled(on=self.on).order_by().values("pk")
        found: QuerySet[Any] = queryset.filter(pk__in=cancelled) if value else queryset.exclude(pk__in=cancelled)
        return found

    def filter_counted(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - as above
        """What the figure `milestones` counts, or what is cancelled or was met before the plan."""
        counted = Milestone.objects.counted(on=self.on).order_by().values("pk")
        found: QuerySet[Any] = queryset.counted(on=self.on) if value else queryset.exclude(pk__in=counted)
        return found

    def filter_due(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """What the figure `milestones_due_this_week` counts, or `milestones_next`."""
        monday = monday_of(self.on)
        after, counted = monday + timedelta(days=7), queryset.counted(on=self.on)
        found: QuerySet[Any] = (
            counted.due_between(monday, after - timedelta(days=1))
            if value == MilestoneDue.THIS_WEEK
            else counted.unmet(on=self.on).expected_between(after, after + NEXT - timedelta(days=1))
        )
        return found

    def filter_slipped(self, queryset: Any, name: str, value: int) -> QuerySet[Any]:
        """Later by at least so many days than first approved, by the day it was met, else by the day it is expected."""
        found: QuerySet[Any] = queryset.annotate(slip=SLIP).filter(slip__gte=value)
        return found

    def filter_late(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's call
        """What the figure `milestones_late` counts, or the rest."""
        late = Milestone.objects.counted(on=self.on).with_dates().late(on=self.on).order_by().values("pk")
        listed = queryset.counted(on=self.on).late(on=self.on) if value else queryset.exclude(pk__in=late)
        found: QuerySet[Any] = listed
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
