"""Filters of the plan's milestones as controls. What they mean, and what is refused, `MilestoneFilter` says."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from initiatives.choices import MilestoneDue, MilestoneKind
from initiatives.models import Initiative
from pillars.models import Plan
from tracker.filters import IsoDateField
from tracker.models import Organization, User
from tracker.templatetags.tracker import bilingual_text

ANY = ("", _("any"))
YES_NO = (ANY, ("true", _("yes")), ("false", _("no")))
LISTED = 200  # initiatives beyond which the control takes a code that is typed
SORTS = {
    "": _("by code"), "promised": _("first promised first"), "expected": _("first expected first"),
    "slip": _("most slipped first"),
}  # fmt: skip
FIRST = ("q", "pillar", "initiative", "late", "due", "sort")


class MilestoneListForm(forms.Form):
    """Every filter of the list in the API, and the order of the page."""

    q = forms.CharField(label=_("Words in the title"), required=False)
    pillar = forms.ChoiceField(label=_("Pillar"), required=False)
    initiative = forms.ChoiceField(label=_("Initiative"), required=False)
    late = forms.ChoiceField(label=_("Late"), required=False, choices=YES_NO)
    due = forms.ChoiceField(label=_("Due"), required=False, choices=[ANY, *MilestoneDue.choices])
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=list(SORTS.items()))
    lead = forms.ChoiceField(label=_("Lead organization"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *MilestoneKind.choices])
    met = forms.ChoiceField(label=_("Met"), required=False, choices=YES_NO)
    cancelled = forms.ChoiceField(label=_("Cancelled"), required=False, choices=YES_NO)
    counted = forms.ChoiceField(label=_("Counts for the plan"), required=False, choices=YES_NO)
    slipped_from = forms.IntegerField(label=_("Slipped by so many days or more"), required=False)
    planned_from = IsoDateField(label=_("Promised on or after"), required=False)
    planned_to = IsoDateField(label=_("Promised on or before"), required=False)
    expected_from = IsoDateField(label=_("Expected on or after"), required=False)
    expected_to = IsoDateField(label=_("Expected on or before"), required=False)
    code = forms.CharField(label=_("Code"), required=False)
    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, plan: Plan, user: User) -> None:
        super().__init__(data)
        pillars = plan.pillars.order_by("number")
        seen = Initiative.objects.visible_to(user).filter(plan=plan)
        leads = Organization.objects.filter(pk__in=seen.values("lead")).for_list()
        choices: dict[str, list[tuple[Any, Any]]] = {
            "pillar": [(row.number, f"{row.number}. {bilingual_text(row, 'title')}") for row in pillars],
            "lead": [(row.code, bilingual_text(row, "name")) for row in leads],
        }
        found = seen.order_by("code")[: LISTED + 1]
        codes = {row.code: f"{row.code} {bilingual_text(row, 'title')}" for row in found}
        if len(codes) > LISTED:
            self.fields["initiative"] = forms.CharField(label=_("Initiative, its code"), required=False)
        else:
            choices["initiative"] = list(codes.items())
        for name, known in choices.items():
            # What is not listed may still be asked for by its address.
            asked = data.get(name, "")
            extra = [(asked, asked)] if asked and asked not in [str(value) for value, _label in known] else []
            self.fields[name].choices = [ANY, *known, *extra]  # type: ignore[attr-defined]  # a choice field
        self.order_fields([*FIRST, *self.fields])

    @property
    def first(self) -> Iterator[forms.BoundField]:
        """The controls that are always shown."""
        return (self[name] for name in FIRST)

    @property
    def others(self) -> list[forms.BoundField]:
        """The controls behind “More filters”."""
        return [field for field in self.visible_fields() if field.name not in FIRST]

    @property
    def others_asked(self) -> bool:
        """Whether one of these is set."""
        return any(self.data.get(field.name) for field in self.others)
