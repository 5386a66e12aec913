"""Reporting another headline colour than the rule's."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pillars.models import ReportingWeek
from reports.models import REPORTED
from tracker.formats import is_french

_TAKEN_BACK = ("", _("the rule’s colour, without another beside it"))


class HeadlineForm(forms.Form):
    """Colour, week and reason; one language of the reason is enough, the other shows as pending."""

    week = forms.ChoiceField(label=_("Reporting week"), help_text=_("It ends with its week."))
    colour = forms.ChoiceField(
        label=_("Colour to report"), required=False, widget=forms.RadioSelect,
        choices=[*((one.value, one.label) for one in REPORTED), _TAKEN_BACK],
    )  # fmt: skip
    reason_en = forms.CharField(
        label=_("Why, English"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    reason_fr = forms.CharField(
        label=_("Why, French"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, weeks: list[ReportingWeek], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weeks = {week.code: week for week in weeks}
        self.fields["week"].choices = [(code, code) for code in self.weeks]  # type: ignore[attr-defined]  # a ChoiceField
        if is_french():
            self.order_fields(["week", "colour", "reason_fr", "reason_en"])

    def clean_colour(self) -> str:
        """Empty is meant: only a form that says so takes a colour back."""
        if "colour" not in self.data:
            raise forms.ValidationError(_("Choose a colour, or the rule’s alone."))
        return str(self.cleaned_data["colour"])

    def said(self) -> dict[str, Any]:
        """What the action takes."""
        return {**self.cleaned_data, "week": self.weeks[self.cleaned_data["week"]]}
