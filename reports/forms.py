"""Filters of the plan's history, as controls and as what is asked."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.models import Initiative
from pillars.models import Pillar, Plan
from reports.figures.scopes import NoSuchScope, Scope, find_scope
from reports.history import BY_SLUG, KINDS
from tracker.choices import Channel
from tracker.errors import Invalid
from tracker.filters import IsoDateField
from tracker.models import Revision, User
from tracker.permissions import known_revisions
from tracker.reasons import stored_as
from tracker.templatetags.tracker import bilingual_text

ANY = ("", gettext_lazy("any"))
LISTED = 500  # initiatives beyond which the control offers the pillars alone; the address takes any


class HistoryForm(forms.Form):
    """The filters; `scope` and `revisions` say what they mean together. A reader who is not told who and why searches
    by them among their own revisions only."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    within = forms.CharField(label=gettext_lazy("Pillar or initiative"), required=False, widget=forms.Select)
    who = forms.CharField(label=gettext_lazy("Who"), required=False, max_length=150)
    channel = forms.ChoiceField(label=gettext_lazy("By"), required=False, choices=[ANY, *Channel.choices])
    reason = forms.CharField(label=gettext_lazy("Words in the reason"), required=False, max_length=200)

    def __init__(self, *args: Any, whole: Scope, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whole, self.user = whole, user
        self.fields["from"] = IsoDateField(label=_("From"), required=False)
        self.fields["to"] = IsoDateField(label=_("To"), required=False)
        self.order_fields(["kind", "within", "from", "to", "who", "channel", "reason"])
        kinds = sorted((capfirst(str(kind.label)), kind.slug) for kind in KINDS)
        self.fields["kind"].choices = [ANY, *((slug, label) for label, slug in kinds)]  # type: ignore[attr-defined]
        self.fields["within"].widget.choices = [ANY, *self._parts()]

    @property
    def plan(self) -> Plan:
        return self.whole.selection.plan

    def _parts(self) -> list[tuple[str, str]]:
        """The pillars, and the initiatives that the person sees."""
        pillars = Pillar.objects.filter(plan=self.plan).order_by("number")
        found: list[Initiative] = list(self.whole.selection.initiatives.order_by("code")[: LISTED + 1])
        return [
            *((str(one.number), f"{one.number}. {bilingual_text(one, 'title')}") for one in pillars),
            *((one.code, f"{one.code} {bilingual_text(one, 'title')}") for one in found if len(found) <= LISTED),
        ]

    def clean_within(self) -> str:
        """A pillar's number or an initiative's code, of this plan and to be seen."""
        text = str(self.cleaned_data["within"])
        self.scope = self.whole
        if text:
            try:
                self.scope = find_scope(f"{self.plan.code}/{text}", user=self.user)
            except NoSuchScope as error:
                raise ValidationError(str(error.message)) from error
        return text

    def clean(self) -> dict[str, Any]:
        """Refuses days in the wrong order."""
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and last < first:
            self.add_error("to", _("This day is before the first one."))
        return self.cleaned_data

    def check(self) -> None:
        """Raise `Invalid` naming each filter that cannot be meant."""
        if not self.is_valid():
            raise Invalid(
                _("Some filters cannot be applied."),
                fields={name: " ".join(str(message) for message in errors) for name, errors in self.errors.items()},
                code="bad_filter",
            )

    @property
    def kind_asked(self) -> Any:
        """The kind, or None for all."""
        return BY_SLUG.get(self.cleaned_data["kind"])

    @property
    def revisions(self) -> QuerySet[Revision] | None:
        """The revisions that fit; None where no filter is about them. Days are those of the plan's time zone."""
        asked = self.cleaned_data
        condition = Q()
        if asked["channel"]:
            condition &= Q(channel=asked["channel"])
        if asked["from"]:
            condition &= Q(at__gte=datetime.combine(asked["from"], time(), self.plan.zone))
        if asked["to"]:
            condition &= Q(at__lt=datetime.combine(asked["to"] + timedelta(days=1), time(), self.plan.zone))
        if asked["who"]:
            condition &= Q(actor_name__icontains=asked["who"]) | Q(actor__username__icontains=asked["who"])
        if asked["reason"]:
            said = Q(reason__icontains=asked["reason"])
            for pattern in stored_as(asked["reason"]):
                said |= Q(reason__regex=pattern)
            condition &= said
        if asked["who"] or asked["reason"]:
            condition &= known_revisions(self.user)
        return Revision.objects.filter(condition) if condition else None
