"""Filters of the plan's places as controls. What they mean, and what is refused, `PlaceFilter` says."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from pillars.models import Plan
from tracker.choices import PlaceKind
from tracker.templatetags.tracker import bilingual_text

ANY = ("", _("any"))
PROVINCES = {
    "BC": _("British Columbia"), "AB": _("Alberta"), "SK": _("Saskatchewan"), "MB": _("Manitoba"), "ON": _("Ontario"),
    "QC": _("Quebec"), "NB": _("New Brunswick"), "NS": _("Nova Scotia"), "PE": _("Prince Edward Island"),
    "NL": _("Newfoundland and Labrador"), "YT": _("Yukon"), "NT": _("Northwest Territories"), "NU": _("Nunavut"),
}  # fmt: skip


class PlaceListForm(forms.Form):
    """What one filters places by; the address takes every filter of the list in the API."""

    q = forms.CharField(label=_("Words in the name"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *PlaceKind.choices])
    province = forms.ChoiceField(label=_("Province or territory"), required=False)
    pillar = forms.ChoiceField(label=_("Pillar"), required=False)
    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, plan: Plan, provinces: Iterable[str]) -> None:
        super().__init__(data)
        given = {*provinces, data.get("province", "")} - {""}
        known = [code for code in PROVINCES if code in given]
        choices: dict[str, list[tuple[Any, Any]]] = {
            "province": [(code, PROVINCES.get(code, code)) for code in [*known, *sorted(given - {*known})]],
            "pillar": [(row.number, f"{row.number}. {bilingual_text(row, 'title')}") for row in _pillars(plan)],
        }
        for name, found in choices.items():
            self.fields[name].choices = [ANY, *found]  # type: ignore[attr-defined]  # a choice field


def _pillars(plan: Plan) -> Iterable[Any]:
    return plan.pillars.order_by("number")
