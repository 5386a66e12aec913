"""What a search is asked by."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.search import Kind
from pillars.models import Plan
from reports.search import LONGEST, SHORTEST, Question, pillars_of
from tracker.errors import Invalid
from tracker.templatetags.tracker import bilingual_text

LAST_PAGE = 1000  # beyond all that there can be


class SearchForm(forms.Form):
    """Words or a code; and the kind and the pillar to which the search is narrowed. A pillar is of a plan, so that
    without one none can be chosen."""

    q = forms.CharField(
        label=gettext_lazy("Words or a code"), min_length=SHORTEST, max_length=LONGEST,
        error_messages={"min_length": gettext_lazy("Write at least two characters.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "size": 30}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("any")), *Kind.choices]
    )
    pillar = forms.TypedChoiceField(label=gettext_lazy("Pillar"), required=False, coerce=int, empty_value=None)
    page = forms.IntegerField(required=False, min_value=1, max_value=LAST_PAGE, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, plan: Plan | None) -> None:
        super().__init__(data)
        self.plan = plan
        if plan is None:
            del self.fields["pillar"]
            return
        choices = [(row.number, f"{row.number}. {bilingual_text(row, 'title')}") for row in pillars_of(plan.code)]
        self.fields["pillar"].choices = [("", gettext_lazy("any")), *choices]  # type: ignore[attr-defined]  # a choice field

    @property
    def question(self) -> Question:
        """What is asked. Raises `Invalid` naming each field that cannot be meant."""
        if not self.is_valid():
            fields = {name: " ".join(str(error) for error in errors) for name, errors in self.errors.items()}
            raise Invalid(_("Some filters cannot be applied."), fields=fields, code="bad_filter")
        asked = self.cleaned_data
        return Question(
            asked["q"],
            plan=self.plan.code if self.plan else "",
            pillar=asked.get("pillar"),
            kind=Kind(asked["kind"]) if asked["kind"] else None,
            page=asked["page"] or 1,
        )
