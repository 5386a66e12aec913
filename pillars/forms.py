"""The form by which people make tokens for their programs."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pillars.models import Plan
from tracker.choices import TokenScope
from tracker.formats import is_french

ALL, SOME = "all", "some"
DAYS = {
    "7": _("in 7 days"), "30": _("in 30 days"), "90": _("in 90 days"), "365": _("in 365 days"),
}  # fmt: skip


class TokenForm(forms.Form):
    """What a token is for, what it may do, where, and for how long."""

    name = forms.CharField(
        label=_("Name"), max_length=80,
        help_text=_("What it is for, such as “Power BI, weekly report”. You know it by that when you revoke it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    scope = forms.ChoiceField(
        label=_("It may"), choices=TokenScope.choices, initial=TokenScope.READ, widget=forms.RadioSelect
    )
    reach = forms.ChoiceField(
        label=_("It sees"), choices=[(ALL, _("all that I may see")), (SOME, _("only the plans ticked below"))],
        initial=ALL, widget=forms.RadioSelect,
    )  # fmt: skip
    plans = forms.MultipleChoiceField(label=_("Plans"), required=False, widget=forms.CheckboxSelectMultiple)
    days = forms.ChoiceField(label=_("It expires"), choices=list(DAYS.items()), initial="90")

    def __init__(self, *args: Any, plans: Iterable[Plan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        title = "title_fr" if is_french() else "title_en"
        choices = [(plan.code, f"{plan.code} · {getattr(plan, title)}") for plan in plans]
        self.fields["plans"].choices = choices  # type: ignore[attr-defined]  # it is a choice field

    def clean_plans(self) -> list[str] | None:
        """The plans that are chosen, None for all. Plans that are ticked and would not count are refused."""
        ticked: list[str] = self.cleaned_data["plans"]
        reach = self.cleaned_data.get("reach")
        if reach == SOME and not ticked:
            raise ValidationError(_("Tick at least one plan, or choose “all that I may see”."))
        if reach == ALL and ticked:
            raise ValidationError(_("You ticked plans: choose “only the plans ticked below” too, or untick them."))
        return ticked if reach == SOME else None

    @property
    def asked(self) -> dict[str, Any]:
        """What the action takes."""
        sent = self.cleaned_data
        return {
            "name": sent["name"], "scope": TokenScope(sent["scope"]), "plans": sent["plans"],
            "lifetime": timedelta(days=int(sent["days"])),
        }  # fmt: skip
