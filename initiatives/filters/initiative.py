"""Filters of initiatives, and of what is said of them each week."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Freshness, Health, HealthBucket, Lifecycle, SecurityMarking, Workflow
from initiatives.filters.scope import AS_RECORDED, OfInitiative, asked_instant, on_the_day
from initiatives.models import Initiative, InitiativeOrganization, InitiativePlace, StatusUpdate
from pillars.filters import WeekFilter
from tracker.filters import StrictFilterSet, TitleFilter, WholeNumberFilter, YesNoFilter
from tracker.models import User


class InitiativeFilter(StrictFilterSet):
    by_the_clock = frozenset({"freshness"})

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
    freshness = django_filters.ChoiceFilter(method="filter_freshness", choices=Freshness.choices, label=_("reporting"))
    decision_asked = YesNoFilter(method="filter_decision_asked", label=_("the update in force asks for a decision"))
    disputed = YesNoFilter(method="filter_disputed", label=_("facts speak against the rating in force"))
    security_marking = django_filters.ChoiceFilter(choices=SecurityMarking.choices, label=_("security marking"))
    q = TitleFilter("title_en", "title_fr")
    on = on_the_day()

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Initiative]:
        return Initiative.objects.visible_to(user).with_health(on=on).with_funding(on=on).for_list()

    def filter_organization(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Initiatives that the organization leads or contributes to."""
        contributes = InitiativeOrganization.objects.filter(initiative=OuterRef("pk"), organization__code=value)
        return queryset.filter(Q(lead__code=value) | Exists(contributes))

    def filter_freshness(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """Initiatives whose reporting stands so at the instant that is shown."""
        rows: QuerySet[Any] = queryset.with_freshness_alone(at=asked_instant(self.request, self.on)).filter(
            freshness=value
        )
        return rows

    def filter_decision_asked(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - asked so
        """Those whose update in force asks for a decision, or all others."""
        asking = Initiative.objects.asking(on=self.on).values("pk")
        return queryset.filter(pk__in=asking) if value else queryset.exclude(pk__in=asking)

    def filter_disputed(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - asked so
        """Those whose rating in force facts spoke against when it was submitted, or all others."""
        disputed = Initiative.objects.disputed(on=self.on).values("pk")
        return queryset.filter(pk__in=disputed) if value else queryset.exclude(pk__in=disputed)

    def filter_place(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Initiatives that happen in the place."""
        return queryset.filter(Exists(InitiativePlace.objects.filter(initiative=OuterRef("pk"), place__code=value)))


class StatusUpdateFilter(OfInitiative):
    week = WeekFilter("week__starts_on", label=_("week"))
    week_from = WeekFilter("week__starts_on", lookup_expr="gte", label=_("from the week"))
    week_to = WeekFilter("week__starts_on", lookup_expr="lte", label=_("to the week"))
    workflow = django_filters.ChoiceFilter(choices=Workflow.choices, label=_("workflow"))
    health = django_filters.ChoiceFilter("health_overall", choices=Health.choices, label=_("health, overall"))
    decision_asked = YesNoFilter(method="filter_decision_asked", label=_("asks for a decision"))
    q = TitleFilter("headline_en", "headline_fr")

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[StatusUpdate]:
        return StatusUpdate.objects.visible_to(user).with_comment_for(user).for_list().order_by(*AS_RECORDED)

    def filter_decision_asked(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - asked so
        """Those that ask for a decision, or those that ask for none."""
        rows: QuerySet[Any] = (
            queryset.asking() if value else queryset.filter(decision_needed_en="", decision_needed_fr="")
        )
        return rows
