"""What rows refer to, looked up once for all of them: people, organizations, milestones by what people call them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from initiatives.models import (
    BudgetLine,
    ChangeRequest,
    Indicator,
    Initiative,
    LedgerEntry,
    Milestone,
    Observation,
    Transfer,
)
from pillars.models import Pillar, ReportingWeek
from tracker.models import Organization, Place, User
from tracker.templatetags.tracker import bilingual_text

# Models whose rows are called by their content, with what is read along.
NAMED: dict[type[models.Model], tuple[str, ...]] = {
    User: (),
    Organization: (),
    Place: (),
    Pillar: (),
    ReportingWeek: (),
    Initiative: (),
    Milestone: ("initiative",),
    BudgetLine: ("initiative", "organization"),
    Indicator: (),
}
_CALLED: dict[type[models.Model], Callable[[Any], str]] = {
    User: lambda row: str(row.display_name),
    Organization: lambda row: bilingual_text(row, "abbreviation"),
    Place: lambda row: bilingual_text(row, "name"),
    Pillar: lambda row: f"{row.number}. {bilingual_text(row, 'title')}",
    Milestone: lambda row: f"{row.initiative.code} {row.code}",
}
_NUMBERED: dict[type[models.Model], Callable[[int], str]] = {
    LedgerEntry: lambda pk: _("entry %(entry)s") % {"entry": pk},
    Observation: lambda pk: _("observation %(observation)s") % {"observation": pk},
    ChangeRequest: lambda pk: _("change request %(number)s") % {"number": pk},
    Transfer: lambda pk: _("transfer %(number)s") % {"number": pk},
}


class Names:
    """Rows that others refer to, as they are at the moment that the page shows; one query for each model."""

    def __init__(self, rows: Iterable[models.Model]) -> None:
        wanted: dict[Any, set[int]] = {}
        for row in rows:
            for field in row._meta.local_concrete_fields:
                pk = getattr(row, field.attname) if field.is_relation else None
                if pk is not None and field.related_model in NAMED:
                    wanted.setdefault(field.related_model, set()).add(pk)
        self._found: dict[type[models.Model], dict[int, Any]] = {
            model: {row.pk: row for row in model.objects.filter(pk__in=pks).select_related(*NAMED[model])}
            for model, pks in wanted.items()
        }

    def row(self, model: type[models.Model], pk: int) -> Any:
        """The row, or None when it is not there."""
        return self._found.get(model, {}).get(pk)

    def name(self, model: type[models.Model], pk: int) -> str:
        """What people call it; its number where it has no name of its own, or is gone."""
        found = self.row(model, pk)
        if found is None:
            return _NUMBERED[model](pk) if model in _NUMBERED else f"#{pk}"
        return _CALLED[model](found) if model in _CALLED else str(found)
