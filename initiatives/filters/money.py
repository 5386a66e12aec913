"""Filters of money."""

from datetime import date

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from initiatives.choices import FundingSource, Stage, TransferKind, Vote
from initiatives.filters.scope import AS_RECORDED, OfInitiative
from initiatives.models import BudgetLine, FundingAnnouncement, LedgerEntry, Transfer
from tracker.filters import DayFilter, StrictFilterSet, WholeNumberFilter, YesNoFilter
from tracker.models import User


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
        return BudgetLine.objects.visible_to(user).for_list().order_by(*AS_RECORDED)


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


class TransferFilter(OfInitiative):
    kind = django_filters.ChoiceFilter(choices=TransferKind.choices, label=_("kind"))
    undone = YesNoFilter(label=_("undone"))
    effective_from = DayFilter("effective_on", lookup_expr="gte", label=_("effective on or after"))
    effective_to = DayFilter("effective_on", lookup_expr="lte", label=_("effective on or before"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Transfer]:
        return Transfer.objects.visible_to(user).for_list()
