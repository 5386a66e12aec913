"""Forms of initiatives: what people type, before an action judges it."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from initiatives.actions.milestones import MilestoneContent
from initiatives.actions.money import EntryContent
from initiatives.choices import Freshness, FundingSource, HealthBucket, Lifecycle, MilestoneKind, Stage, Vote
from initiatives.models import Initiative, InitiativePlace, Milestone
from pillars.models import Plan
from tracker.filters import IsoDateField
from tracker.formats import fiscal_year as fiscal_year_label
from tracker.forms import EditForm, NumberField
from tracker.models import Organization, Place, User
from tracker.templatetags.tracker import bilingual_text

UNPUBLISHED = ("", _("not published"))
ANY = ("", _("any"))
NO_ADDRESS = {"invalid": _("Write an address that begins with https:// or http://.")}
YES_NO = [ANY, ("true", _("yes")), ("false", _("no"))]


def _text(label: Any, *, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text
    )


def _evidence() -> forms.URLField:
    return forms.URLField(
        label=_("Evidence"), required=False, assume_scheme="https", help_text=_("Address of what proves it."),
        error_messages=NO_ADDRESS,
    )  # fmt: skip


def _weight(**options: Any) -> NumberField:
    return NumberField(
        label=_("Weight"), min_value=0, max_digits=None, decimal_places=None,
        help_text=_("What it counts beside the other milestones, such as 1.00; 0 counts nothing."), **options,
    )  # fmt: skip


class InitiativeListForm(forms.Form):
    """The list's filters as controls. What they mean, and what is refused, `InitiativeFilter` says."""

    q = forms.CharField(label=_("Words in the title"), required=False)
    pillar = forms.ChoiceField(label=_("Pillar"), required=False)
    health = forms.ChoiceField(label=_("Health"), required=False, choices=[ANY, *HealthBucket.choices])
    freshness = forms.ChoiceField(label=_("Reporting"), required=False, choices=[ANY, *Freshness.choices])
    decision_asked = forms.ChoiceField(label=_("Asks for a decision"), required=False, choices=YES_NO)
    disputed = forms.ChoiceField(label=_("Facts disagree"), required=False, choices=YES_NO)
    lifecycle = forms.ChoiceField(label=_("Lifecycle"), required=False, choices=[ANY, *Lifecycle.choices])
    lead = forms.ChoiceField(label=_("Lead organization"), required=False)
    place = forms.ChoiceField(label=_("Place"), required=False)
    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: Plan, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pillars = plan.pillars.order_by("number")
        seen = Initiative.objects.visible_to(user).filter(plan=plan)
        leads = Organization.objects.filter(pk__in=seen.values("lead")).for_list()
        named = InitiativePlace.objects.filter(initiative__in=seen.values("pk"))
        places = Place.objects.filter(pk__in=named.values("place")).for_list()
        self.fields["pillar"].choices = [  # type: ignore[attr-defined]
            ANY, *((pillar.number, f"{pillar.number}. {bilingual_text(pillar, 'title')}") for pillar in pillars)
        ]  # fmt: skip
        self.fields["lead"].choices = [ANY, *((row.code, bilingual_text(row, "name")) for row in leads)]  # type: ignore[attr-defined]
        self.fields["place"].choices = [ANY, *((row.code, bilingual_text(row, "name")) for row in places)]  # type: ignore[attr-defined]


class MilestoneForm(forms.Form):
    """A new milestone."""

    title_en = forms.CharField(label=_("Title, English"), max_length=300)
    title_fr = forms.CharField(label=_("Title, French"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=MilestoneKind.choices, initial=MilestoneKind.DELIVERABLE)
    weight = _weight(initial="1.00")
    forecast_on = IsoDateField(label=_("Expected on"))
    acceptance_criteria_en = _text(_("Met when, English"), rows=2)
    acceptance_criteria_fr = _text(_("Met when, French"), rows=2)

    def content(self) -> MilestoneContent:
        """What the action takes, beside the forecast."""
        return MilestoneContent(**{name: value for name, value in self.cleaned_data.items() if name != "forecast_on"})


class MilestoneChangeForm(EditForm):
    """What is said of a milestone that is there; its dates have forms of their own."""

    title_en = forms.CharField(label=_("Title, English"), max_length=300)
    title_fr = forms.CharField(label=_("Title, French"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=MilestoneKind.choices)
    weight = _weight()
    acceptance_criteria_en = _text(_("Met when, English"), rows=2)
    acceptance_criteria_fr = _text(_("Met when, French"), rows=2)
    note_en = _text(_("Note, English"), rows=2)
    note_fr = _text(_("Note, French"), rows=2)
    evidence = _evidence()
    reason = forms.CharField(
        label=_("Why it changes"), max_length=500, required=False, help_text=_("It goes into the history.")
    )

    WRITES = (
        "title_en", "title_fr", "kind", "weight", "acceptance_criteria_en", "acceptance_criteria_fr", "note_en",
        "note_fr", "evidence",
    )  # fmt: skip

    @classmethod
    def initial_of(cls, milestone: Milestone) -> dict[str, Any]:
        """What the milestone says now."""
        return {name: getattr(milestone, name) for name in (*cls.WRITES, "revision")}

    def changes(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in self.WRITES}


class MoveForm(forms.Form):
    """Another date expected."""

    forecast_on = IsoDateField(label=_("Expected on"))
    reason = forms.CharField(label=_("Why the date moves"), max_length=500, required=False)
    seen = IsoDateField(required=False, widget=forms.HiddenInput)  # the date expected as the page shows it


class MeetForm(EditForm):
    """The milestone is met."""

    actual_on = IsoDateField(label=_("Met on"))
    evidence = _evidence()
    reason = forms.CharField(
        label=_("Why it is corrected"), max_length=500, required=False,
        help_text=_("Needed where another day is recorded already."),
    )  # fmt: skip


class EntryForm(forms.Form):
    """One amount for the ledger."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices, initial=Stage.EXPENDITURE)
    amount = NumberField(
        label=_("Dollars"), max_digits=None, decimal_places=None, help_text=_("To the cent, such as 5300000.00.")
    )
    effective_on = IsoDateField(label=_("Effective on"))
    fiscal_year = forms.TypedChoiceField(label=_("Fiscal year"), coerce=int)
    organization = forms.ModelChoiceField(
        label=_("Organization"), queryset=Organization.objects.none(), empty_label=None
    )
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
