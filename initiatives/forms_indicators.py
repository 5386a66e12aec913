"""Forms of indicators: what people type about them, their targets and what was observed."""

from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from initiatives.actions.indicators import IndicatorContent
from initiatives.actions.observations import ObservationContent, ReadingContent
from initiatives.actions.targets import TargetContent
from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Direction,
    Level,
    Measure,
    Qualifier,
    RollupRule,
    Standing,
    TargetType,
)
from initiatives.forms import ANY, NO_ADDRESS
from initiatives.models import Indicator, Initiative, Observation, Target
from pillars.models import Plan
from tracker.filters import IsoDateField
from tracker.forms import EditForm, NumberField
from tracker.models import Place, User
from tracker.templatetags.tracker import bilingual_text

DECIMALS = 6
LISTED = 500  # initiatives that a control offers


def _number(label: Any, *, required: bool = False, help_text: Any = "") -> NumberField:
    return NumberField(label=label, required=required, max_digits=18, decimal_places=DECIMALS, help_text=help_text)


def _choice(label: Any, vocabulary: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=vocabulary.choices, **options)


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return IsoDateField(label=label, required=required, help_text=help_text)


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 2}))


def _address() -> forms.URLField:
    return forms.URLField(
        label=_("Source address"), required=False, assume_scheme="https", max_length=500, error_messages=NO_ADDRESS
    )


def _source() -> forms.CharField:
    return forms.CharField(label=_("Source"), required=False, max_length=200)


class IndicatorListForm(forms.Form):
    """The list's filters as controls. What they mean, and what is refused, `IndicatorFilter` says."""

    q = forms.CharField(label=_("Words in the title"), required=False)
    pillar = forms.ChoiceField(label=_("Pillar"), required=False)
    initiative = forms.ChoiceField(label=_("Initiative"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[ANY, *Level.choices])
    standing = forms.ChoiceField(label=_("Standing"), required=False, choices=[ANY, *Standing.choices])
    has_target = forms.ChoiceField(
        label=_("Target"), required=False, choices=[ANY, ("true", _("with a target")), ("false", _("without a target"))]
    )
    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, plan: Plan, user: User) -> None:
        super().__init__(data)
        pillars = plan.pillars.order_by("number")
        measured = Indicator.objects.filter(plan=plan).order_by().values("initiative")
        initiatives = Initiative.objects.visible_to(user).filter(pk__in=measured).for_list()[:LISTED]
        codes = {row.code: f"{row.code} {bilingual_text(row, 'title')}" for row in initiatives}
        asked = data.get("initiative", "")
        choices: dict[str, list[tuple[Any, Any]]] = {
            "pillar": [(row.number, f"{row.number}. {bilingual_text(row, 'title')}") for row in pillars],
            # One without indicators, or beyond those that are listed, may still be asked for by its address.
            "initiative": list((codes if asked in ("", *codes) else {asked: asked, **codes}).items()),
        }
        for name, found in choices.items():
            self.fields[name].choices = [ANY, *found]  # type: ignore[attr-defined]


class IndicatorForm(forms.Form):
    """What is measured, and how it counts."""

    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Capitals, digits and hyphens; for ever."))
    title_en = forms.CharField(label=_("Title, English"), max_length=300)
    title_fr = forms.CharField(label=_("Title, French"), max_length=300)
    unit_en = forms.CharField(label=_("Unit, English"), max_length=80)
    unit_fr = forms.CharField(label=_("Unit, French"), max_length=80)
    decimals = forms.IntegerField(label=_("Decimals shown"), min_value=0, max_value=DECIMALS, initial=0)
    level = _choice(_("Level"), Level)
    measure = _choice(_("Recorded as"), Measure, initial=Measure.NUMBER)
    direction = _choice(_("Direction"), Direction)
    target_type = _choice(_("Target type"), TargetType, initial=TargetType.TBD)
    accumulation = _choice(_("What a value is"), Accumulation)
    rollup_rule = _choice(_("Rolls up by"), RollupRule, initial=RollupRule.NONE)
    calendar = _choice(_("Years"), Calendar, initial=Calendar.FISCAL)
    baseline_value = _number(_("Baseline"), help_text=_("Where it stood before; progress is measured from there."))
    baseline_on = _day(_("Baseline date"), required=False)
    method_en = _text(_("Method, English"))
    method_fr = _text(_("Method, French"))
    note_en = _text(_("Note, English"))
    note_fr = _text(_("Note, French"))
    source = _source()
    source_url = _address()
    official = forms.BooleanField(label=_("The source is official"), required=False)
    french_official = forms.BooleanField(label=_("The French wording is official"), required=False)

    def content(self) -> IndicatorContent:
        """What the action takes."""
        return IndicatorContent(**{name: self.cleaned_data[name] for name in _names(IndicatorContent)})


class IndicatorChangeForm(IndicatorForm, EditForm):
    """The same, of an indicator that is there."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=500,
        help_text=_("Needed once values are recorded and the unit, level, direction, rollup or baseline changes."),
    )  # fmt: skip

    @classmethod
    def initial_of(cls, indicator: Indicator) -> dict[str, Any]:
        """What the indicator says now."""
        return _values(indicator, (*_names(IndicatorContent), "revision"))

    def changes(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in _names(IndicatorContent)}


class TargetForm(forms.Form):
    """A value to reach by a day."""

    due_on = _day(_("Due"))
    target_type = _choice(_("Target type"), TargetType, initial=TargetType.AT_LEAST)
    lower = _number(_("Lower bound"), help_text=_("For at least, between and exactly."))
    upper = _number(_("Upper bound"), help_text=_("For at most and between; for exactly the same as the lower."))
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=500, help_text=_("Of a revision: why it changes.")
    )
    source = _source()
    source_url = _address()

    # The version that the page shows; 0 where it shows none.
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def content(self) -> TargetContent:
        """What the action takes, beside what was seen."""
        return TargetContent(**{name: self.cleaned_data[name] for name in _names(TargetContent)})

    @classmethod
    def initial_of(cls, target: Target) -> dict[str, Any]:
        """What the target asks now."""
        return {**_values(target, ["due_on", "target_type", "lower", "upper"]), "seen": target.number}


class ReadingForm(forms.Form):
    """What was measured, or why it was not."""

    availability = _choice(_("Availability"), Availability, initial=Availability.REPORTED)
    value = _number(_("Value"), help_text=_("Zero is a value. Empty only where nothing is reported."))
    numerator = _number(_("Numerator"))
    denominator = _number(_("Denominator"), help_text=_("More than zero."))
    qualifier = _choice(_("Qualifier"), Qualifier, initial=Qualifier.EXACT)
    source = _source()
    source_url = _address()
    official = forms.BooleanField(label=_("The source is official"), required=False)
    published_on = _day(_("Published"), required=False)
    note_en = _text(_("Note, English"))
    note_fr = _text(_("Note, French"))

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("value",) if indicator.measure == Measure.RATIO else ("numerator", "denominator"):
            del self.fields[name]

    def reading(self) -> ReadingContent:
        """What the actions take."""
        return ReadingContent(**{n: v for n, v in self.cleaned_data.items() if n in _names(ReadingContent)})


class ObservationForm(ReadingForm):
    """The first value of a period."""

    period_start = _day(_("From"), required=False, help_text=_("First day; may be left out for a stock."))
    period_end = _day(_("To"), help_text=_("Last day."))
    place = forms.ModelChoiceField(
        label=_("Place"), queryset=Place.objects.none(), required=False, empty_label=_("the whole")
    )

    field_order = ["period_start", "period_end", "availability", "value", "numerator", "denominator", "qualifier"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["place"]
        place.queryset = Place.objects.for_list()
        place.label_from_instance = lambda row: bilingual_text(row, "name")

    def content(self) -> ObservationContent:
        """What the action takes."""
        return ObservationContent(
            period_start=self.cleaned_data["period_start"], period_end=self.cleaned_data["period_end"],
            place=self.cleaned_data["place"], reading=self.reading(),
        )  # fmt: skip


class SupersedingForm(ReadingForm):
    """Another value of the same period."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    field_order = ["availability", "value", "numerator", "denominator", "qualifier", "reason"]

    @classmethod
    def initial_of(cls, observation: Observation) -> dict[str, Any]:
        """What is recorded now."""
        return _values(observation, _names(ReadingContent))


def _values(row: Indicator | Target | Observation, names: Iterable[str]) -> dict[str, Any]:
    """Fields as a control shows them: a number without the zeros that its column adds."""
    found = {name: getattr(row, name) for name in names}
    return {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in found.items()}


def _names(content: type[Any]) -> list[str]:
    return [one.name for one in fields(content)]
