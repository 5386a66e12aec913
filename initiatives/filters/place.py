"""Filters of places."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from initiatives.aggregates.places import tied
from tracker.choices import PlaceKind
from tracker.filters import StrictFilterSet, TitleFilter, WholeNumberFilter, YesNoFilter
from tracker.models import Place, User


class PlaceFilter(StrictFilterSet):
    """Of the places themselves; and of what is recorded of them: `plan`, `pillar` and `initiative` leave the places
    that one initiative or indicator which the person sees fits by all of these."""

    plan = django_filters.CharFilter(method="filter_tied", label=_("plan"))
    pillar = WholeNumberFilter(method="filter_tied", label=_("pillar"))
    initiative = django_filters.CharFilter(method="filter_tied", label=_("initiative"))
    code = django_filters.CharFilter(label=_("code"))
    kind = django_filters.ChoiceFilter(choices=PlaceKind.choices, label=_("kind"))
    province = django_filters.CharFilter(label=_("province or territory"))
    located = YesNoFilter("latitude", lookup_expr="isnull", exclude=True, label=_("coordinates published"))
    q = TitleFilter("name_en", "name_fr")

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Place]:
        return Place.objects.for_list() if user.access.grants else Place.objects.none()

    def filter_tied(self, queryset: QuerySet[Any], name: str, value: object) -> QuerySet[Any]:
        """Nothing yet: the three are asked together."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that fit every filter."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        asked = {name: self.form.cleaned_data.get(name) for name in ("plan", "pillar", "initiative")}
        given = {name: value for name, value in asked.items() if value not in (None, "")}
        return found.filter(tied(self.request.user, **given)) if given else found
