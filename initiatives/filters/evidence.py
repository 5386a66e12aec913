"""Filters of evidence."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from initiatives.filters.scope import OfInitiative
from initiatives.models import Evidence
from tracker.filters import WholeNumberFilter, YesNoFilter
from tracker.models import User


class EvidenceFilter(OfInitiative):
    milestone = WholeNumberFilter("milestone_id", label=_("milestone"))
    entry = WholeNumberFilter("entry_id", label=_("ledger entry"))
    observation = WholeNumberFilter("observation_id", label=_("observation"))
    standing = YesNoFilter(method="filter_standing", label=_("not withdrawn"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Evidence]:
        return Evidence.objects.visible_to(user).for_list()

    def filter_standing(self, queryset: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's
        """What bears something out, or what was withdrawn."""
        found: QuerySet[Any] = queryset.standing() if value else queryset.exclude(withdrawn_reason="")
        return found
