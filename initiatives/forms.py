"""Forms of initiatives: what people type, before an action judges it."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from initiatives.actions.milestones import MilestoneContent
from initiatives.actions.money import EntryContent
from initiatives.actions.updates import UpdateContent
from initiatives.choices import FundingSource, Health, HealthBucket, Lifecycle, MilestoneKind, Stage, Vote
from initiatives.models import Initiative, StatusUpdate
from pillars.models import Plan
from tracker.formats import fiscal_year as fiscal_year_label
from tracker.formats import is_french
from tracker.models import Organization
from tracker.templatetags.tracker import bilingual_text

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
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
    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pillars = plan.pillars.order_by("number")
        leads = Organization.objects.filter(led__plan=plan).distinct().for_list()
        self.fields["pillar"].choices = [  # type: ignore[attr-defined]
            ANY, *((pillar.number, f"{pillar.number}. {bilingual_text(pillar, 'title')}") for pillar in pillars)
        ]  # fmt: skip
        self.fields["lead"].choices = [ANY, *((row.code, bilingual_text(row, "name")) for row in leads)]  # type: ignore[attr-defined]


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
    def starting_from(cls, update: StatusUpdate | None) -> "UpdateForm":
        """The form with what this week's update says so far."""
        names = list(cls.base_fields)
        return cls(initial={name: getattr(update, name) for name in names} if update else {})

    def content(self) -> UpdateContent:
        """What the action takes."""
        return UpdateContent(**self.cleaned_data)


class MilestoneForm(forms.Form):
    """A new milestone."""

    title_en = forms.CharField(label=_("Title, English"), max_length=300)
    title_fr = forms.CharField(label=_("Title, French"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=MilestoneKind.choices, initial=MilestoneKind.DELIVERABLE)
    forecast_on = forms.DateField(label=_("Expected on"), widget=DAY)
    acceptance_criteria_en = _text(_("Met when, English"), rows=2)
    acceptance_criteria_fr = _text(_("Met when, French"), rows=2)

    def content(self) -> MilestoneContent:
        """What the action takes, beside the forecast."""
        return MilestoneContent(**{name: value for name, value in self.cleaned_data.items() if name != "forecast_on"})


class MoveForm(forms.Form):
    """Another date expected."""

    forecast_on = forms.DateField(label=_("Expected on"), widget=DAY)
    reason = forms.CharField(label=_("Why the date moves"), max_length=500, required=False)


class MeetForm(forms.Form):
    """The milestone is met."""

    actual_on = forms.DateField(label=_("Met on"), widget=DAY)
    evidence = forms.URLField(
        label=_("Evidence"), required=False, assume_scheme="https", help_text=_("Address of what proves it.")
    )


class EntryForm(forms.Form):
    """One amount for the ledger."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices, initial=Stage.EXPENDITURE)
    amount = forms.DecimalField(
        label=_("Dollars"), max_digits=None, decimal_places=None, help_text=_("To the cent, such as 5300000.00.")
    )
    effective_on = forms.DateField(label=_("Effective on"), widget=DAY)
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
