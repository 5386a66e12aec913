"""The two sides of a comparison, and what of the plan it is of, as controls."""

from typing import Any, Self

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.models import Initiative
from pillars.models import Pillar, Plan
from reports.differences import NOW, Point
from reports.models import WeeklyRollup
from tracker.models import User
from tracker.templatetags.tracker import bilingual_text

LISTED = 500  # initiatives beyond which the control offers the pillars alone; the address takes any
ROLLUPS = 120  # the newest that the control offers


class CompareForm(forms.Form):
    """Offers what there is; the page reads its address itself, so that it takes more than is offered here."""

    scope = forms.ChoiceField(label=gettext_lazy("Of what"), required=False)

    @classmethod
    def of_scope(cls, plan: Plan, *, user: User, scope: str) -> Self:
        """Plan, pillar or initiative alone."""
        form = cls(initial={"scope": scope})
        _offer(form, "scope", _scopes(plan, user), scope)
        return form

    @classmethod
    def of_points(cls, plan: Plan, *, user: User, scope: str, points: tuple[Point, Point]) -> Self:
        """Also both ends: now, the rollups, and whatever else the page was asked for."""
        form = cls.of_scope(plan, user=user, scope=scope)
        rows = WeeklyRollup.objects.filter(plan=plan).order_by("-week__starts_on", "-edition")
        ends = [(NOW, _("now")), *((code, code) for code in rows.values_list("code", flat=True)[:ROLLUPS])]
        for name, label, point in (("from", _("From"), points[0]), ("to", _("To"), points[1])):
            form.fields[name] = forms.ChoiceField(label=label, required=False)
            form.initial[name] = point.text
            _offer(form, name, ends, point.text)
        form.order_fields(["from", "to", "scope"])
        return form


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]], chosen: str) -> None:
    field: Any = form.fields[name]
    there = any(value == chosen for value, _label in choices)
    field.choices = choices if there else [*choices, (chosen, chosen)]


def _scopes(plan: Plan, user: User) -> list[tuple[str, str]]:
    pillars = Pillar.objects.filter(plan=plan).order_by("number")
    mine = Initiative.objects.visible_to(user).filter(plan=plan).order_by("code")
    found: list[Initiative] = list(mine[: LISTED + 1])
    return [
        (plan.code, bilingual_text(plan, "title")),
        *((f"{plan.code}/{one.number}", f"{one.number}. {bilingual_text(one, 'title')}") for one in pillars),
        *(
            (f"{plan.code}/{one.code}", f"{one.code} {bilingual_text(one, 'title')}")
            for one in found
            if len(found) <= LISTED
        ),
    ]
