"""Forms of an indicator's year: which year, in which periods, of which place; and a value for each of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from initiatives.actions.observation_grid import PeriodReading, cell_name
from initiatives.aggregates.year_grid import PeriodRow, YearGrid
from initiatives.choices import Availability, Measure, ObservationKind
from initiatives.formats import period_label, year_label
from initiatives.forms_indicators import DECIMALS
from initiatives.models import Indicator, Observation
from initiatives.rules.periods import Step
from tracker.forms import NumberField, version_field
from tracker.models import Place
from tracker.templatetags.tracker import bilingual_text

_KEY = 19  # digits that a key may have
CHANGES = [("", _("unchanged")), *((kind.value, kind.label) for kind in ObservationKind if kind != "original")]


class YearChoiceForm(forms.Form):
    """What the grid shows."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False)
    step = forms.TypedChoiceField(
        label=_("Periods"), coerce=Step, required=False, choices=[(step.value, step.words) for step in Step]
    )
    place = forms.ModelChoiceField(
        label=_("Place"), queryset=Place.objects.none(), to_field_name="code", required=False,
        empty_label=_("the whole"),
    )  # fmt: skip

    def __init__(self, *args: Any, years: list[int], calendar: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, year_label(year, calendar)) for year in years]  # type: ignore[attr-defined]
        place: Any = self.fields["place"]
        place.queryset = Place.objects.for_list()
        place.label_from_instance = lambda row: bilingual_text(row, "name")


@dataclass(frozen=True)
class GridLine:
    """One period of the grid with its fields; without any where nothing can be written of it yet."""

    row: PeriodRow
    label: str
    numbers: list[forms.BoundField]
    others: list[forms.BoundField]
    changes: list[forms.BoundField]
    seen: forms.BoundField | None


class YearGridForm(forms.Form):
    """Values for the periods of a year. A field left as it is records nothing."""

    source = forms.CharField(
        label=_("Source"), max_length=200, required=False, help_text=_("Of new values that name none of their own.")
    )

    def __init__(self, data: QueryDict | None = None, *, indicator: Indicator, grid: YearGrid) -> None:
        self.numbers = ("numerator", "denominator") if indicator.measure == Measure.RATIO else ("value",)
        super().__init__(data and self._with_news(data.dict(), indicator, grid))
        self.grid = grid
        self.fields["source"].initial = grid.last.source if grid.last else ""
        for row in grid.rows:
            if row.ended:
                self._add(row)

    def _add(self, row: PeriodRow) -> None:
        labels = {
            "value": _("Value"), "numerator": _("Numerator"), "denominator": _("Denominator"),
            "availability": _("Availability"), "source": _("Source"), "change": _("Kind of change"),
            "reason": _("Reason"),
        }  # fmt: skip
        fields: dict[str, forms.Field] = {
            name: NumberField(max_digits=18, decimal_places=DECIMALS) for name in self.numbers
        }
        fields["availability"] = forms.ChoiceField(choices=Availability.choices, initial=Availability.REPORTED)
        fields["source"] = forms.CharField(max_length=200)
        if row.recorded:
            fields["change"] = forms.ChoiceField(choices=CHANGES)
            fields["reason"] = forms.CharField(max_length=1000)
            for name in (*self.numbers, "availability", "source"):
                fields[name].initial = _shown(getattr(row.recorded, name))
        for name, field in fields.items():
            field.required = False
            field.label = _("%(period)s, %(column)s") % {
                "period": period_label(row.period.start, row.period.end), "column": labels[name],
            }  # fmt: skip
            self.fields[cell_name(row.key, name)] = field
        # The observation that the page shows; 0 for none.
        self.fields[cell_name(row.key, "seen")] = version_field()

    def _with_news(self, data: dict[str, Any], indicator: Indicator, grid: YearGrid) -> dict[str, Any]:
        """What was sent, but rows that the person left as they were show what somebody else recorded meanwhile: that
        is no change of the person's."""
        shown = (*self.numbers, "availability", "source")
        news = {}
        for row in grid.rows:
            seen = data.get(cell_name(row.key, "seen"), "")
            if row.recorded and seen != str(row.recorded.pk) and seen.isascii() and seen.isdigit() and len(seen) < _KEY:
                news[row.key] = (int(seen), row.recorded)
        before = indicator.observations.in_bulk([seen for seen, _recorded in news.values() if seen])
        for key, (seen, now) in news.items():
            said = {"availability": Availability.REPORTED} | _shown_of(before.get(seen), shown)
            if all(data.get(cell_name(key, name), "") == str(said.get(name, "")) for name in shown):
                data |= {cell_name(key, name): value for name, value in _shown_of(now, shown).items()}
                data[cell_name(key, "seen")] = str(now.pk)
        return data

    def lines(self) -> list[GridLine]:
        """The grid."""
        return [self._line(row) for row in self.grid.rows]

    def _line(self, row: PeriodRow) -> GridLine:
        def bound(*names: str) -> list[forms.BoundField]:
            return [self[cell_name(row.key, name)] for name in names if cell_name(row.key, name) in self.fields]

        return GridLine(
            row, period_label(row.period.start, row.period.end), bound(*self.numbers), bound("availability", "source"),
            bound("change", "reason"), next(iter(bound("seen")), None),
        )  # fmt: skip

    def readings(self) -> list[PeriodReading]:
        """What the action takes: what is recorded as it is typed now, and of the rest the rows that say something."""
        found = [self._reading(row) for row in self.grid.rows if row.ended]
        return [reading for reading in found if reading is not None]

    def _reading(self, row: PeriodRow) -> PeriodReading | None:
        def typed(name: str) -> Any:
            return self.cleaned_data.get(cell_name(row.key, name))

        numbers = {name: typed(name) for name in self.numbers}
        availability, source, seen = typed("availability") or Availability.REPORTED, typed("source"), typed("seen")
        said = source or availability != Availability.REPORTED or any(one is not None for one in numbers.values())
        if not (seen or said):
            return None
        return PeriodReading(
            key=row.key, period_start=row.period.start, period_end=row.period.end, availability=availability, **numbers,
            source=source if seen or source else self.cleaned_data["source"], seen=seen or None,
            change=typed("change") or "", reason=(typed("reason") or "").strip(),
        )  # fmt: skip


def _shown_of(observation: Observation | None, names: Iterable[str]) -> dict[str, str]:
    """What its fields show."""
    return {} if observation is None else {name: _shown(getattr(observation, name)) for name in names}


def _shown(value: Decimal | str | None) -> str:
    """A number without the zeros that its column adds; nothing for none."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value or ""
