"""Pulling a dataset: what an analyst asks of it in a form, and the addresses and files that answer it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from reports.snippets import Address
from tracker.datasets import Dataset
from tracker.dictionary import describe
from tracker.errors import Invalid
from tracker.filters import refuse_unknown
from tracker.formats import is_french
from tracker.http import SignedInRequest
from tracker.ordering import in_order
from tracker.tabular import Column

COUNTED = 100_000  # rows that are counted; of more there are "more"
SHOWN = 5  # rows that are shown before anybody pulls all of them
OWN = ("fields", "as_of", "ordering")  # what a list takes beside filters
RAW = {"bom": "0", "defuse": "0"}  # text as it was written: for programs, not for spreadsheets
# Fields that name something by a code: the page suggests those that there are.
SUGGESTED = {"plan": "plans", "organization": "organizations", "lead": "organizations", "place": "places"}


_SIGNS = (("", "↑"), ("-", "↓"))


class Pull:
    """What is asked of one dataset by the query of a page, and what answers it.

    `form` has the dataset's own filters, and `fields` as ticks; it is judged by the same filter set as the list. Only
    where it `is_valid()` are there rows and addresses.
    """

    def __init__(self, dataset: Dataset, request: HttpRequest) -> None:
        self.dataset = dataset
        self.request = cast(SignedInRequest, request)
        self.asked = _one_each(request.GET)
        none = dataset.model._default_manager.none()  # noqa: SLF001 - Django's own
        self.filters = dataset.filters(self.asked, none, request=request, also=OWN)
        refuse_unknown(self.asked, {*self.filters.filters, *OWN})
        self.form = self._form()

    def _form(self) -> forms.Form:
        data = self.asked.copy()
        names = [column.name for column in self.dataset.row.columns()]
        data.setlist("fields", [name for name in self.asked.get("fields", "").split(",") if name] or names)
        form: forms.Form = self.filters.get_form_class()(data)
        for name, field in form.fields.items():
            field.label = capfirst(str(field.label or name))
            if isinstance(field.widget, forms.Select):
                known = [pair for pair in field.widget.choices if pair[0] != ""]
                field.widget.choices = [("", _("any")), *known]
            if name in SUGGESTED:
                field.widget.attrs.update({"list": f"known-{SUGGESTED[name]}", "autocomplete": "off"})
        form.fields["ordering"] = forms.ChoiceField(
            label=_("Order"), required=False, choices=[("", _("the list’s own")), *self._orders()]
        )
        form.fields["fields"] = ColumnsField(
            label=_("Columns"), choices=[(name, name) for name in names], widget=forms.CheckboxSelectMultiple
        )
        return form

    def _orders(self) -> list[tuple[str, str]]:
        """Each column that can order the list, up and down; and what is asked, which may name several."""
        found = {f"{sign}{name}": f"{name} {arrow}" for name in self.dataset.orderable for sign, arrow in _SIGNS}
        asked = self.asked.get("ordering", "")
        return list(({asked: asked} | found if asked else found).items())

    @property
    def on(self) -> date:
        """The day that the rows are asked for."""
        return cast("date | None", self.form.cleaned_data.get("on")) or self.request.moment.on

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The rows, filtered, in their order. Raises `Invalid` for what the form has let through by mistake."""
        base = self.dataset.filters.base(self.request.user, on=self.on)
        found = self.dataset.filters(self.query, base, request=self.request, also=OWN).rows
        return in_order(found, self.dataset.orderable, self.query.get("ordering", ""))

    @cached_property
    def query(self) -> QueryDict:
        """What the addresses ask: the filters that say something, the columns unless all, the moment unless now."""
        chosen = self.form.cleaned_data["fields"]
        every = len(chosen) == len(self.dataset.row.columns())
        query = QueryDict(mutable=True)
        for name in (*self.filters.filters, "ordering"):
            if self.asked.get(name):
                query[name] = str(self.asked[name])
        if not every:
            query["fields"] = ",".join(chosen)
        if not self.request.moment.live:
            query["as_of"] = self.request.moment.text
        return query

    @cached_property
    def columns(self) -> Sequence[Column]:
        """The columns of the list."""
        return self.dataset.columns(self.query.get("fields", ""), user=self.request.user)

    @cached_property
    def file_columns(self) -> Sequence[Column]:
        """The columns of a file."""
        return self.dataset.file_columns(self.query.get("fields", ""), user=self.request.user)

    @cached_property
    def count(self) -> int:
        """How many rows it gives now; `COUNTED` and one where there are more."""
        return counted(self.rows, COUNTED)

    def sample(self) -> list[tuple[str, list[str | None]]]:
        """The first rows, by column: each value as the list writes it; None is unknown."""
        found = list(self.rows.values_list(*(column.value() for column in self.columns))[:SHOWN])
        by_column = zip(self.columns, zip(*found, strict=True), strict=True) if found else ()
        return [(column.name, [shown(value) for value in values]) for column, values in by_column]

    def list_address(self, **changes: str) -> Address:
        """Where the rows are read as JSON, in pages."""
        return self._address(f"{self.dataset.name}/", changes)

    def file_address(self, form: str, **ways: str) -> Address:
        """Where all of them are read as one file, in the list's own order."""
        return self._address(f"exports/{self.dataset.name}.{form}", ways, but="ordering")

    def followed(self) -> Address | None:
        """The list as one follows it by `since`; None where it cannot be followed: in the past, and by a filter that
        depends on the hour."""
        query: dict[str, Any] = self.query.dict()
        key = self.dataset.key
        if not self.request.moment.live or any(query.get(name) for name in self.dataset.filters.by_the_clock):
            return None
        if (chosen := str(query.get("fields", ""))) and key not in chosen.split(","):
            query["fields"] = f"{key},{chosen}"
        return self._address(f"{self.dataset.name}/", {**query, "limit": "1000"}, but="ordering")

    def cited(self) -> Address:
        """The list at exactly the revision, and the day, that this page shows."""
        day = {"on": self.on.isoformat()} if self.dataset.filters.dated() else {}
        return self.list_address(as_of=f"r{self.request.moment.revision}", **day)

    def _address(self, path: str, changes: Mapping[str, str], but: str = "") -> Address:
        asked: dict[str, Any] = {**self.query.dict(), **changes}
        query = {name: str(value) for name, value in asked.items() if name != but}
        site = self.request.build_absolute_uri("/").rstrip("/")
        return Address(site, reverse("api:index") + path, tuple(query.items()))


class ColumnsField(forms.MultipleChoiceField):
    """Columns of a dataset."""

    def validate(self, value: list[str]) -> None:
        """Raise `ValidationError` naming all that there are not."""
        if unknown := [name for name in value if not self.valid_value(name)]:
            raise ValidationError(_("Unknown: %(unknown)s."), params={"unknown": ", ".join(unknown)})


def _one_each(query: QueryDict) -> QueryDict:
    """The query with `fields` once, as the API takes it: ticks of a form send it many times."""
    asked = query.copy()
    if "fields" in asked:
        asked["fields"] = ",".join(name for name in asked.getlist("fields") if name)
    return asked


def counted(rows: QuerySet[Any], limit: int) -> int:
    """How many rows there are, at most one more than `limit`: no more than that are looked at."""
    return rows.order_by().values("pk")[: limit + 1].count()


def shown(value: Any) -> str | None:
    """A value as JSON has it, for a cell."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")  # type: ignore[no-any-return]
    return str(value)


def labels(dataset: Dataset) -> dict[str, str]:
    """What each column is called in the language of the reader."""
    return {one.name: one.label_fr if is_french() else one.label_en for one in describe(dataset)}


def refused(form: forms.Form, error: Invalid) -> None:
    """Show a refusal at the fields that it names."""
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, str(text))
