"""Forms of initiatives: what people type, before an action judges it."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from initiatives.actions.milestones import MilestoneContent
from initiatives.actions.money import EntryContent
from initiatives.actions.updates import UPDATE_FIELDS, Read, UpdateContent
from initiatives.choices import FundingSource, Health, HealthBucket, Lifecycle, MilestoneKind, Stage, Vote
from initiatives.models import Initiative, InitiativePlace, StatusUpdate
from pillars.models import Plan
from tracker.errors import Difference, EditConflict
from tracker.filters import IsoDateField
from tracker.formats import fiscal_year as fiscal_year_label
from tracker.formats import is_french
from tracker.merging import alike
from tracker.models import Organization, Place
from tracker.templatetags.tracker import bilingual_text

UNPUBLISHED = ("", _("not published"))
ANY = ("", _("any"))


def _text(label: Any, *, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text
    )


def _rating(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=Health.choices, required=False, widget=forms.RadioSelect)


class InitiativeListForm(forms.Form):
    """The list's filters as controls. What they mean, and what is refused, `InitiativeFilter` says."""

    q = forms.CharField(label=_("Words in the title"), required=False)
    pillar = forms.ChoiceField(label=_("Pillar"), required=False)
    health = forms.ChoiceField(label=_("Health"), required=False, choices=[ANY, *HealthBucket.choices])
    lifecycle = forms.ChoiceField(label=_("Lifecycle"), required=False, choices=[ANY, *Lifecycle.choices])
    lead = forms.ChoiceField(label=_("Lead organization"), required=False)
    place = forms.ChoiceField(label=_("Place"), required=False)
    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pillars = plan.pillars.order_by("number")
        leads = Organization.objects.filter(led__plan=plan).distinct().for_list()
        named = InitiativePlace.objects.filter(initiative__plan=plan)
        places = Place.objects.filter(pk__in=named.values("place")).for_list()
        self.fields["pillar"].choices = [  # type: ignore[attr-defined]
            ANY, *((pillar.number, f"{pillar.number}. {bilingual_text(pillar, 'title')}") for pillar in pillars)
        ]  # fmt: skip
        self.fields["lead"].choices = [ANY, *((row.code, bilingual_text(row, "name")) for row in leads)]  # type: ignore[attr-defined]
        self.fields["place"].choices = [ANY, *((row.code, bilingual_text(row, "name")) for row in places)]  # type: ignore[attr-defined]


class UpdateForm(forms.Form):
    """The week's status update. Nothing is required here: a draft may be anything; the action judges a submission."""

    health_schedule = _rating(_("Schedule"))
    health_cost = _rating(_("Cost"))
    health_scope = _rating(_("Scope"))
    health_overall = _rating(_("Overall"))
    overall_reason = _text(_("Why overall is better than the worst dimension"), rows=2)
    headline_en = forms.CharField(label=_("Headline, English"), max_length=200, required=False)
    headline_fr = forms.CharField(label=_("Headline, French"), max_length=200, required=False)
    narrative_en = _text(_("What happened, English"))
    narrative_fr = _text(_("What happened, French"))
    path_to_green_en = _text(
        _("Path to green, English"), rows=2, help_text=_("For amber and red: who does what by when.")
    )
    path_to_green_fr = _text(
        _("Path to green, French"), rows=2, help_text=_("For amber and red: who does what by when.")
    )
    decision_needed_en = _text(_("Decision needed, English"), rows=2, help_text=_("From whom, by when. Empty if none."))
    decision_needed_fr = _text(_("Decision needed, French"), rows=2, help_text=_("From whom, by when. Empty if none."))
    no_change = forms.BooleanField(
        label=_("I looked at it again: nothing changed since the last update"), required=False
    )
    # Of the update as the page shows it; 0 while there is none.
    revision = forms.IntegerField(
        required=False, min_value=0, widget=forms.HiddenInput, label=_("Version"),
        error_messages=dict.fromkeys(
            ("invalid", "min_value"), _("The form does not say which version you read. Open the page again.")
        ),
    )  # fmt: skip

    RATINGS = ("health_schedule", "health_cost", "health_scope", "health_overall")
    TEXTS = ("headline", "narrative", "path_to_green", "decision_needed")

    def ratings(self) -> list[forms.BoundField]:
        """The four ratings."""
        return [self[name] for name in self.RATINGS]

    def texts(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Pairs of the same text, the reader's language first."""
        first, second = ("fr", "en") if is_french() else ("en", "fr")
        return [(self[f"{name}_{first}"], self[f"{name}_{second}"]) for name in self.TEXTS]

    @classmethod
    def starting_from(cls, update: StatusUpdate | None, *, current: StatusUpdate | None) -> "UpdateForm":
        """The form with what an update says; `current` is this week's so far, over which it will be written."""
        texts = {name: getattr(update, name) for name in UPDATE_FIELDS} if update else {}
        return cls(initial={**texts, "revision": current.revision if current else 0})

    def content(self) -> UpdateContent:
        """What the action takes."""
        return UpdateContent(**{name: self.cleaned_data[name] for name in UPDATE_FIELDS})

    def read(self) -> Read:
        """What the person had read."""
        return Read(seen=self.cleaned_data["revision"])

    def after(self, error: EditConflict) -> "UpdateForm":
        """The form again, with what others wrote merged in; where both changed the same, what the person wrote, and the
        other version beside it. Sent again, what it then shows stands."""
        form = UpdateForm({**error.values, "revision": error.revision})
        form.is_valid()
        for difference in error.differences:
            form.add_error(difference.field, f"{difference.sentence} {form._says(difference)}")
        if not error.differences:
            form.add_error(None, str(error.message))
        return form

    def brought_in(self, update: StatusUpdate) -> str:
        """The labels of what others wrote meanwhile and `update` says otherwise than this form did; empty for none."""
        names = [name for name in self.fields if name in UPDATE_FIELDS]
        differing = [name for name in names if not alike(getattr(update, name), self.cleaned_data[name])]
        return ", ".join(str(self.fields[name].label) for name in differing)

    def _says(self, difference: Difference) -> str:
        """The stored version in words."""
        stored = difference.stored
        if isinstance(stored, bool):
            return gettext("It is ticked now.") if stored else gettext("It is not ticked now.")
        if not stored:
            return gettext("It is empty now.")
        text = Health(stored).label if difference.field in self.RATINGS else stored
        return gettext("It says now: “%(text)s”") % {"text": text}


class MilestoneForm(forms.Form):
    """A new milestone."""

    title_en = forms.CharField(label=_("Title, English"), max_length=300)
    title_fr = forms.CharField(label=_("Title, French"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=MilestoneKind.choices, initial=MilestoneKind.DELIVERABLE)
    forecast_on = IsoDateField(label=_("Expected on"))
    acceptance_criteria_en = _text(_("Met when, English"), rows=2)
    acceptance_criteria_fr = _text(_("Met when, French"), rows=2)

    def content(self) -> MilestoneContent:
        """What the action takes, beside the forecast."""
        return MilestoneContent(**{name: value for name, value in self.cleaned_data.items() if name != "forecast_on"})


class MoveForm(forms.Form):
    """Another date expected."""

    forecast_on = IsoDateField(label=_("Expected on"))
    reason = forms.CharField(label=_("Why the date moves"), max_length=500, required=False)


class MeetForm(forms.Form):
    """The milestone is met."""

    actual_on = IsoDateField(label=_("Met on"))
    evidence = forms.URLField(
        label=_("Evidence"), required=False, assume_scheme="https", help_text=_("Address of what proves it.")
    )


class EntryForm(forms.Form):
    """One amount for the ledger."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices, initial=Stage.EXPENDITURE)
    amount = forms.DecimalField(
        label=_("Dollars"), max_digits=None, decimal_places=None, help_text=_("To the cent, such as 5300000.00.")
    )
    effective_on = IsoDateField(label=_("Effective on"))
    fiscal_year = forms.TypedChoiceField(label=_("Fiscal year"), coerce=int)
    organization = forms.ModelChoiceField(label=_("Organization"), queryset=Organization.objects.none())
    funding_source = forms.ChoiceField(
        label=_("Funding source"), required=False, choices=[UNPUBLISHED, *FundingSource.choices]
    )
    vote = forms.ChoiceField(label=_("Vote"), required=False, choices=[UNPUBLISHED, *Vote.choices])
    reference = forms.CharField(label=_("Source reference"), max_length=200, required=False)
    note = forms.CharField(label=_("Note"), max_length=1000, required=False)

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = initiative.plan
        years = range(plan.first_fiscal_year, plan.last_fiscal_year + 1)
        self.fields["fiscal_year"].choices = [(year, fiscal_year_label(year)) for year in years]  # type: ignore[attr-defined]
        organization = self.fields["organization"]
        organization.queryset = Organization.objects.for_list()  # type: ignore[attr-defined]
        organization.label_from_instance = lambda row: getattr(row, f"name_{get_language()}")  # type: ignore[attr-defined]
        organization.initial = initiative.lead_id

    def content(self) -> EntryContent:
        """What the action takes."""
        return EntryContent(**self.cleaned_data)


class ReasonForm(forms.Form):
    """Why something is undone or returned."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
