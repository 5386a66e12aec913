"""Datasets: what can be pulled, as a list and as a file. Each is declared once; lists, exports, dictionary and the page
of data read the declaration."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, F, Model, Subquery, TextField, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.filters import OrganizationFilter, RevisionFilter, StrictFilterSet
from tracker.models import Organization, Revision, User
from tracker.rows import OrganizationRow, RevisionRow
from tracker.serializers import RowSerializer
from tracker.tabular import Column, Kind
from tracker.timemachine import Tracked

LONG = 400  # characters of a value that no address should have to carry
_CODE = re.compile(r"[A-Z][A-Z0-9-]{0,15}")


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One dataset: its name in addresses, what one row of it is, its columns and its filters.

    `key` is the column that names a row for good. Columns that are `guarded` are empty for readers of a part of the
    plans: they may tell of things outside it. `fed_by` are paths from a row to what its computed columns, its filters
    or the right to see it rest on, where no column or filter says so by its own path. `marking` is the way from a row
    to the security marking that it bears.
    """

    name: str
    label: str | Promise
    about: str | Promise
    model: type[Model]
    row: type[RowSerializer]
    filters: type[StrictFilterSet]
    key: str = "id"
    guarded: tuple[str, ...] = ()
    fed_by: tuple[str, ...] = ()
    marking: str = ""

    @cached_property
    def feeds(self) -> Mapping[type[Model], tuple[str, ...]]:
        """Every tracked model that a row of the list rests on, with the paths to it; the row itself by an empty one. A
        row can differ between two revisions only if one of these differs that it reaches at the one or at the other."""
        found: dict[type[Model], list[str]] = {self.model: [""]}
        for path in sorted({*self.fed_by, *self._sources(), *self._filtered()}):
            for model, way in _steps(self.model, path):
                if way not in found.setdefault(model, []):
                    found[model].append(way)
        return {model: tuple(ways) for model, ways in found.items() if issubclass(model, Tracked)}

    @cached_property
    def orderable(self) -> Mapping[str, str]:
        """The columns by which the list can be ordered, with the paths to them: those that are stored, in the row or in
        one that it points to, and short enough to be part of an address. None that is guarded: the order would tell of
        it, and the address of the next page names it."""
        shown = [column for column in self.row.columns() if column.name not in self.guarded]
        plain = {column.name: column.source for column in shown if isinstance(column.source, str)}
        return {name: path for name, path in plain.items() if _is_stored(self.model, path)}

    def columns(self, names: str, *, user: User) -> Sequence[Column]:
        """The columns that `fields=a,b` names, all without, as this person may read them. Raises `Invalid`."""
        chosen = self.row.chosen(names)
        if not self.guarded or user.access.everywhere:
            return chosen
        unknown = Value(None, output_field=TextField())
        return [Column(c.name, unknown, Kind.TEXT) if c.name in self.guarded else c for c in chosen]

    def file_columns(self, names: str, *, user: User) -> Sequence[Column]:
        """The same for a file: which row it is, and whether it is simulated, always stand beside them."""
        always = [name for name in (self.key, "simulated") if name in self.row.names()]
        return self.columns(",".join([*always, names]) if names else "", user=user)

    def file_name(self, *, plan: str, revision: int, form: str) -> str:
        """`BP-ledger-entries-r57.csv`; without the plan when none was asked for."""
        parts = [plan] if _CODE.fullmatch(plan) else []
        return "-".join([*parts, self.name, f"r{revision}"]) + f".{form}"

    def _sources(self) -> Iterator[str]:
        for column in self.row.columns():
            if isinstance(column.source, str):
                yield column.source
            else:
                yield from _names(column.source)

    def _filtered(self) -> Iterator[str]:
        for one in self.filters.base_filters.values():
            if one.field_name:
                yield one.field_name


def _names(expression: Any) -> Iterator[str]:
    """The names that an expression refers to; what a subquery says by itself is not looked into."""
    if isinstance(expression, F):
        yield expression.name
    elif not isinstance(expression, Subquery):
        for part in getattr(expression, "get_source_expressions", list)():
            yield from _names(part)


def _steps(model: type[Model], path: str) -> Iterator[tuple[type[Model], str]]:
    """The models that a path leads through, each with the way to it; the path ends where it leaves the relations."""
    way: list[str] = []
    for part in path.split("__"):
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return
        if not field.is_relation:
            return
        model = cast("type[Model]", field.related_model)
        way.append(field.name)
        yield model, "__".join(way)


def _is_stored(model: type[Model], path: str) -> bool:
    """Whether the path runs along keys to a stored value of bounded length."""
    field: Any = None
    for part in path.split("__"):
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return False
        if not field.concrete:
            return False
        model = field.related_model or model
    bounded = not isinstance(field, CharField) or (field.max_length or LONG) < LONG
    return bounded and not isinstance(field, TextField | ArrayField)


ORGANIZATIONS = Dataset(
    name="organizations", label=_("Organizations"),
    about=_("One row for each department or agency that the plans name. Everybody with a role sees all of them."),
    model=Organization, row=OrganizationRow, filters=OrganizationFilter,
)  # fmt: skip
REVISIONS = Dataset(
    name="revisions", label=_("Revisions"),
    about=_(
        "One row for each step of the history, newest first: who wrote, when, why and by which way. Everybody with a "
        "role sees all of them; who and why is told only to those who see all plans."
    ),
    model=Revision, row=RevisionRow, filters=RevisionFilter, key="number", guarded=("actor", "account", "reason"),
)  # fmt: skip
DATASETS = (ORGANIZATIONS, REVISIONS)
