"""Forms about milestones beside their dates: new baselines, decisions, ends, dependencies, evidence."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from initiatives.actions.evidence import Borne
from initiatives.forms import NO_ADDRESS
from initiatives.models import Initiative, Milestone
from initiatives.rules.files import MEDIA_TYPES
from tracker.filters import IsoDateField
from tracker.forms import NumberField
from tracker.models import User
from tracker.templatetags.tracker import bilingual_text

MOST_SUGGESTED = 300
WHOLE = "initiative"


def _reason(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), **options)


class BaselineForm(forms.Form):
    """Another date to be measured against. `shown` holds what the effect was shown for: only that is sent."""

    date = IsoDateField(label=_("New baseline date"))
    dollars = NumberField(
        label=_("Effect in dollars"), required=False, max_digits=None, decimal_places=None,
        help_text=_("What it costs the initiative, such as 5300000.00; minus for what it saves. Empty: not estimated."),
    )  # fmt: skip
    reason = _reason(_("Why the date should change"))
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def asked(self) -> str:
        """What is typed now, to be compared with what was shown."""
        return "|".join(str(self.cleaned_data.get(name)) for name in ("date", "dollars"))


class DecisionForm(forms.Form):
    """What the person who decides says. A refusal needs it; the action judges that."""

    comment = _reason(_("Comment"), required=False, help_text=_("A refusal says why."))


class CancelForm(forms.Form):
    """The milestone will not be met."""

    cancelled_on = IsoDateField(label=_("Cancelled on"))
    reason = _reason(_("Why it is cancelled"))


class DependencyForm(forms.Form):
    """Another milestone that this one waits for, by the codes of its initiative and its own."""

    needs = forms.CharField(
        label=_("It waits for"), max_length=60,
        help_text=_("Codes of the initiative and the milestone, such as 1.02 M3."),
        widget=forms.TextInput(attrs={"list": "milestones-known", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, milestone: Milestone, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = milestone.initiative.plan_id
        self._milestones = Milestone.objects.visible_to(user).filter(initiative__plan=plan).for_list()
        self._milestone = milestone

    def known(self) -> Sequence[Milestone]:
        """The plan's milestones that may be chosen, for a list of suggestions."""
        return list(self._milestones.exclude(pk=self._milestone.pk)[:MOST_SUGGESTED])

    def clean_needs(self) -> Milestone:
        """The milestone that the codes name."""
        initiative, _space, code = str(self.cleaned_data["needs"]).strip().rpartition(" ")
        found = self._milestones.filter(initiative__code=initiative.strip(), code=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no such milestone in this plan. Write it like 1.02 M3."))
        return found


class EvidenceForm(forms.Form):
    """A link or a file, and what it bears out."""

    about = forms.ChoiceField(label=_("What it bears out"))
    title = forms.CharField(
        label=_("Title"), max_length=200, required=False, help_text=_("Empty: the name of the file, or the address.")
    )
    url = forms.URLField(
        label=_("Address"), max_length=500, required=False, assume_scheme="https", error_messages=NO_ADDRESS
    )
    file = forms.FileField(
        label=_("File"), required=False, allow_empty_file=True,
        help_text=_("PDF, PNG, JPEG, CSV, XLSX, DOCX or plain text, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(MEDIA_TYPES)}),
    )  # fmt: skip

    def __init__(self, *args: Any, initiative: Initiative, named: Borne, **kwargs: Any) -> None:
        """`named` is what the page's address names; it is chosen at first."""
        super().__init__(*args, **kwargs)
        self._choices: dict[str, Borne] = {WHOLE: Borne(initiative=initiative)}
        labels: dict[str, Any] = {WHOLE: _("the initiative as a whole")}
        for milestone in initiative.milestones.order_by("code", "pk"):
            key = f"milestone-{milestone.pk}"
            self._choices[key] = Borne(initiative=initiative, milestone=milestone)
            labels[key] = f"{milestone.code} {bilingual_text(milestone, 'title')}"
        key = _key(named)
        if key not in self._choices:
            self._choices[key] = named
            labels[key] = _fact_label(named)
        self.fields["about"].choices = list(labels.items())  # type: ignore[attr-defined]
        self.fields["about"].initial = key

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "url" not in self.errors and "file" not in self.errors and bool(data.get("url")) == bool(data.get("file")):
            self.add_error(None, _("Give either an address or a file."))
        return data

    @property
    def borne(self) -> Borne:
        """What was chosen."""
        return self._choices[self.cleaned_data["about"]]


def _key(borne: Borne) -> str:
    for name in ("milestone", "entry", "observation"):
        row = getattr(borne, name)
        if row is not None:
            return f"{name}-{row.pk}"
    return WHOLE


def _fact_label(borne: Borne) -> Any:
    if borne.entry is not None:
        return _("ledger entry %(key)s") % {"key": borne.entry.pk}
    assert borne.observation is not None  # noqa: S101 - a milestone of the initiative is among the choices already
    return _("observation %(key)s") % {"key": borne.observation.pk}


class WithdrawForm(forms.Form):
    """Why evidence is withdrawn, or a dependency removed."""

    reason = _reason(_("Reason"))
