"""Filters of initiatives and all that belongs to them. Pages, API and exports share each of these."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from initiatives.choices import (
    Decision,
    FundingSource,
    Health,
    HealthBucket,
    Lifecycle,
    MilestoneKind,
    SecurityMarking,
    Stage,
    Vote,
    Workflow,
)
from initiatives.models import (
    BudgetLine,
    ChangeRequest,
    FundingAnnouncement,
    Initiative,
    InitiativeOrganization,
    InitiativePlace,
    LedgerEntry,
    Milestone,
    StatusUpdate,
)
from pillars.filters import WeekFilter
from tracker.filters import DayFilter, StrictFilterSet, TitleFilter, WholeNumberFilter, YesNoFilter
from tracker.models import User


def _on() -> DayFilter:
    return DayFilter(method="unchanged", label=_("on the day"))


class InitiativeFilter(StrictFilterSet):
    plan = django_filters.CharFilter("plan__code", label=_("plan"))
    pillar = WholeNumberFilter("pillar__number", label=_("pillar"))
    code = django_filters.CharFilter(label=_("code"))
    lead = django_filters.CharFilter("lead__code", label=_("lead organization"))
    organization = django_filters.CharFilter(
        method="filter_organization", label=_("organization, lead or contributing")
    )
    place = django_filters.CharFilter(method="filter_place", label=_("place"))
    lifecycle = django_filters.ChoiceFilter(choices=Lifecycle.choices, label=_("lifecycle"))
    health = django_filters.ChoiceFilter(choices=HealthBucket.choices, label=_("health"))
    security_marking = django_filters.ChoiceFilter(choices=SecurityMarking.choices, label=_("security marking"))
    q = TitleFilter("title_en", "title_fr")
    on = _on()

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Initiative]:
        return Initiative.objects.visible_to(user).with_health(on=on).with_funding(on=on).for_list()

    def filter_organization(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Initiatives that the organization leads or contributes to."""
        contributes = InitiativeOrganization.objects.filter(initiative=OuterRef("pk"), organization__code=value)
        return queryset.filter(Q(lead__code=value) | Exists(contributes))

    def filter_place(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Initiatives that happen in the place."""
        return queryset.filter(Exists(InitiativePlace.objects.filter(initiative=OuterRef("pk"), place__code=value)))


class OfInitiative(StrictFilterSet):
    """Filters of rows that belong to an initiative."""

    plan = django_filters.CharFilter("initiative__plan__code", label=_("plan"))
    pillar = WholeNumberFilter("initiative__pillar__number", label=_("pillar"))
    initiative = django_filters.CharFilter("initiative__code", label=_("initiative"))
    lead = django_filters.CharFilter("initiative__lead__code", label=_("lead organization"))


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
    on = _on()

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


class FundingAnnouncementFilter(StrictFilterSet):
    plan = django_filters.CharFilter("plan__code", label=_("plan"))
    code = django_filters.CharFilter(label=_("code"))
    initiative = django_filters.CharFilter("initiative__code", label=_("initiative"))
    organization = django_filters.CharFilter("organization__code", label=_("organization"))
    fiscal_year = WholeNumberFilter(label=_("fiscal year"))
    in_total = YesNoFilter(label=_("part of the plan's total"))
    announced_from = DayFilter("announced_on", lookup_expr="gte", label=_("announced on or after"))
    announced_to = DayFilter("announced_on", lookup_expr="lte", label=_("announced on or before"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[FundingAnnouncement]:
        return FundingAnnouncement.objects.visible_to(user).for_list()


class BudgetLineFilter(OfInitiative):
    organization = django_filters.CharFilter("organization__code", label=_("organization"))
    fiscal_year = WholeNumberFilter(label=_("fiscal year"))
    funding_source = django_filters.ChoiceFilter(choices=FundingSource.choices, label=_("funding source"))
    vote = django_filters.ChoiceFilter(choices=Vote.choices, label=_("vote"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[BudgetLine]:
        return BudgetLine.objects.visible_to(user).for_list()


class LedgerEntryFilter(StrictFilterSet):
    plan = django_filters.CharFilter("line__initiative__plan__code", label=_("plan"))
    pillar = WholeNumberFilter("line__initiative__pillar__number", label=_("pillar"))
    initiative = django_filters.CharFilter("line__initiative__code", label=_("initiative"))
    organization = django_filters.CharFilter("line__organization__code", label=_("organization"))
    budget_line = WholeNumberFilter("line_id", label=_("budget line"))
    fiscal_year = WholeNumberFilter("line__fiscal_year", label=_("fiscal year"))
    funding_source = django_filters.ChoiceFilter(
        "line__funding_source", choices=FundingSource.choices, label=_("funding source")
    )
    vote = django_filters.ChoiceFilter("line__vote", choices=Vote.choices, label=_("vote"))
    stage = django_filters.ChoiceFilter(choices=Stage.choices, label=_("stage"))
    effective_from = DayFilter("effective_on", lookup_expr="gte", label=_("effective on or after"))
    effective_to = DayFilter("effective_on", lookup_expr="lte", label=_("effective on or before"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[LedgerEntry]:
        return LedgerEntry.objects.visible_to(user).for_list()


class StatusUpdateFilter(OfInitiative):
    week = WeekFilter("week__starts_on", label=_("week"))
    week_from = WeekFilter("week__starts_on", lookup_expr="gte", label=_("from the week"))
    week_to = WeekFilter("week__starts_on", lookup_expr="lte", label=_("to the week"))
    workflow = django_filters.ChoiceFilter(choices=Workflow.choices, label=_("workflow"))
    health = django_filters.ChoiceFilter("health_overall", choices=Health.choices, label=_("health, overall"))
    q = TitleFilter("headline_en", "headline_fr")

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[StatusUpdate]:
        return StatusUpdate.objects.visible_to(user).with_comment_for(user).for_list()
