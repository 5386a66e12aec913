"""Filters of plans, pillars and reporting weeks."""

import re
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field

from pillars.models import Pillar, Plan, ReportingWeek
from tracker.filters import DayFilter, StrictFilterSet, TitleFilter, WholeNumberFilter, YesNoFilter
from tracker.models import User

WEEK = r"^[0-9]{4}-W[0-9]{2}$"


class IsoWeekField(forms.CharField):
    """An ISO week, `2026-W46`, as its Monday."""

    def to_python(self, value: Any) -> Any:
        """The Monday, or None when nothing is given."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            if re.fullmatch(WEEK, text):
                return date.fromisocalendar(int(text[:4]), int(text[6:]), 1)
        except ValueError:
            pass
        raise ValidationError(_("Write an ISO week like 2026-W46."))


@extend_schema_field({"type": "string", "pattern": WEEK, "example": "2026-W46"})
class WeekFilter(django_filters.Filter):
    """An ISO week, matched against the Monday of a reporting week."""

    field_class = IsoWeekField


class PlanFilter(StrictFilterSet):
    code = django_filters.CharFilter(label=gettext_lazy("code"))
    simulated = YesNoFilter(label=gettext_lazy("simulated"))
    q = TitleFilter("title_en", "title_fr")

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Plan]:
        return Plan.objects.visible_to(user).for_list()


class PillarFilter(StrictFilterSet):
    plan = django_filters.CharFilter("plan__code", label=gettext_lazy("plan"))
    number = WholeNumberFilter(label=gettext_lazy("number"))
    q = TitleFilter("title_en", "title_fr")

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Pillar]:
        return Pillar.objects.visible_to(user).for_list()


class ReportingWeekFilter(StrictFilterSet):
    plan = django_filters.CharFilter("plan__code", label=gettext_lazy("plan"))
    code = WeekFilter("starts_on", label=gettext_lazy("week"))
    holding = DayFilter(method="filter_holding", label=gettext_lazy("holding the day"))
    locked = YesNoFilter("locked_at", lookup_expr="isnull", exclude=True, label=gettext_lazy("locked"))
    starts_from = DayFilter("starts_on", lookup_expr="gte", label=gettext_lazy("starts on or after"))
    starts_to = DayFilter("starts_on", lookup_expr="lte", label=gettext_lazy("starts on or before"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[ReportingWeek]:
        return ReportingWeek.objects.visible_to(user).for_list().with_recorded_state()

    def filter_holding(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Weeks that hold the day."""
        return queryset.filter(starts_on__lte=value, ends_on__gte=value)
