"""The form of the week's status update, with the questions that facts put to its writer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from initiatives.actions.answers import Answer, BaselineAnswer, DateAnswer, SpendingAnswer, ValueAnswer
from initiatives.actions.updates import UPDATE_FIELDS, Read, UpdateContent
from initiatives.aggregates.money import LineFunds
from initiatives.choices import Health
from initiatives.formats import period_label
from initiatives.models import StatusUpdate
from initiatives.rules.questions import AT_MOST, Ask, Expected, Question, Spending, Wanted
from tracker import formats
from tracker.errors import EditConflict
from tracker.filters import IsoDateField
from tracker.forms import EditForm, NumberField

WAITING, CAME = "waiting", "came"
LAID_OUT = ("seen", "line")


def _text(label: Any, *, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text
    )


def _rating(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=Health.choices, required=False, widget=forms.RadioSelect)


class UpdateForm(EditForm):
    """The week's status update. Nothing is required here: a draft may be anything; the action judges a submission.

    `asked` are the questions that stand now, the most urgent first; those that the page showed are asked again, the
    first few where it is new. `lines` are the budget lines that an expenditure may be of.
    """

    health_schedule = _rating(_("Schedule"))
    health_cost = _rating(_("Cost"))
    health_scope = _rating(_("Scope"))
    health_overall = _rating(_("Overall"))
    overall_reason = _text(_("Why overall is better than the worst dimension"), rows=2)
    explanation_en = _text(_("Why the rating stands, English"), rows=2)
    explanation_fr = _text(_("Why the rating stands, French"), rows=2)
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

    RATINGS = ("health_schedule", "health_cost", "health_scope", "health_overall")
    TEXTS = ("headline", "narrative", "path_to_green", "decision_needed")
    WRITES = UPDATE_FIELDS - {"no_change"}
    in_conflict = False

    def __init__(self, *args: Any, asked: Sequence[Question] = (), lines: Sequence[LineFunds] = (), **kw: Any) -> None:
        super().__init__(*args, **kw)
        shown = set(self.data.getlist("asked")) if self.is_bound else {one.key for one in asked[:AT_MOST]}  # type: ignore[attr-defined]  # a QueryDict
        self.asked = [one for one in asked if one.key in shown]
        self._gone = shown - {one.key for one in asked}
        self._names = {one.key: list(_fields(one, lines)) for one in self.asked}
        for one in self.asked:
            for name, field in _fields(one, lines).items():
                self.fields[f"{one.key}-{name}"] = field

    def clean(self) -> dict[str, Any]:
        """Refuses to drop an answer to what is asked no more."""
        for key in sorted(self._gone):
            if any(value and is_answer(name) and name.rpartition("-")[0] == key for name, value in self.data.items()):
                self.add_error(
                    None,
                    gettext("Somebody else answered a question that you answered, too. Read what stands now."),
                )
        return self.cleaned_data

    def bring_in(self, error: EditConflict) -> None:
        """As for every form over a row; what stands in conflict is sent by a person, who read it, and by no script."""
        super().bring_in(error)
        self.in_conflict = True

    def add_error(self, field: str | None, error: Any) -> None:
        """What is missing in both languages is said at the reader's."""
        name = field.removesuffix("_en") if field and formats.is_french() else ""
        if name in (*self.TEXTS, "explanation"):
            written = [self.data.get(f"{name}_{language}", "").strip() for language in ("en", "fr")]
            field = field if any(written) else f"{name}_fr"
        super().add_error(field, error)

    def questions(self) -> list[tuple[Question, str, list[forms.BoundField]]]:
        """Each with its sentence and what it asks for."""
        return [
            (one, sentence(one), [self[f"{one.key}-{name}"] for name in self._names[one.key]]) for one in self.asked
        ]

    def ratings(self) -> list[forms.BoundField]:
        """The four ratings."""
        return [self[name] for name in self.RATINGS]

    def texts(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Pairs of the same text, the reader's language first."""
        return [self._pair(name) for name in self.TEXTS]

    def explanations(self) -> tuple[forms.BoundField, forms.BoundField]:
        """Why the ratings stand against the facts, the reader's language first."""
        return self._pair("explanation")

    @property
    def in_both(self) -> bool:
        """Whether the other language has something to show: a text, or what is wrong with one."""
        return any(other.value() or other.errors for _first, other in self.texts())

    @property
    def explained(self) -> bool:
        """Whether an explanation is written, or asked for."""
        return any(field.value() or field.errors for field in self.explanations())

    def _pair(self, name: str) -> tuple[forms.BoundField, forms.BoundField]:
        first, second = ("fr", "en") if formats.is_french() else ("en", "fr")
        return self[f"{name}_{first}"], self[f"{name}_{second}"]

    @classmethod
    def values_of(
        cls, start: StatusUpdate | None, *, current: StatusUpdate | None, previous: StatusUpdate | None
    ) -> dict[str, Any]:
        """What the form begins with: what the update `start` says; of a week without one, the ratings of the last
        approved update, not its texts. `current` is this week's so far, over which it will be written."""
        names = cls.WRITES if start else set(cls.RATINGS)
        source = start or previous
        said = {name: getattr(source, name) for name in names} if source else {}
        return {**said, "revision": current.revision if current else 0}

    def content(self, previous: StatusUpdate | None = None) -> UpdateContent:
        """What the action takes. A decision that is still waited for is asked again in the words of `previous`."""
        said = {name: self.cleaned_data[name] for name in self.WRITES}
        names = ("decision_needed_en", "decision_needed_fr")
        if self.cleaned_data.get(f"{Ask.DECISION}-came") == WAITING and previous and not any(said[n] for n in names):
            asked = {name: getattr(previous, name) for name in names}
            self.cleaned_data |= asked  # as if it were written here, and not by somebody else meanwhile
            said |= asked
        return UpdateContent(**said)

    def answers(self) -> list[Answer]:
        """To the questions that anything was answered to."""
        return [
            answer
            for one in self.asked
            if (answer := _answer(one, {name: self.cleaned_data[f"{one.key}-{name}"] for name in self._names[one.key]}))
        ]

    def typed(self) -> dict[str, str]:
        """The answers as they were typed; a draft keeps them, though they are no facts yet."""
        names = [f"{key}-{name}" for key, fields in self._names.items() for name in fields if name != "seen"]
        return {name: value for name in names if (value := self.data.get(name, ""))}

    def read(self) -> Read:
        """What the person had read."""
        return Read(seen=self.cleaned_data["revision"], given=self.WRITES | {"no_change"})


def is_answer(name: str) -> bool:
    """Whether the field of that name says something; some are sent as the page was laid out, whatever is answered."""
    return name.rpartition("-")[2] not in LAID_OUT


def sentence(question: Question) -> str:
    """The question in words of the thing, in the active language."""
    about, day = question.about, question.on
    if isinstance(about, Expected):
        return _OF_MILESTONES[question.ask] % {
            "code": about.code, "title": about.title, "day": _weekday(day) if day else "",
            "days": (day - about.baseline_on).days if day and about.baseline_on else "",
        }  # fmt: skip
    if isinstance(about, Wanted):
        said = gettext("%(code)s, %(title)s: what is the value for %(period)s?")
        return said % {"code": about.code, "title": about.title, "period": period_label(about.start, about.end)}
    if isinstance(about, Spending):
        year = formats.fiscal_year(about.fiscal_year)
        if about.last_on is None:
            said = gettext("No expenditure of %(year)s is recorded, of %(dollars)s granted. What is spent?")
            return said % {"year": year, "dollars": formats.money(about.authority)}
        said = gettext("The last expenditure of %(year)s is of %(day)s. What is spent since?")
        return said % {"year": year, "day": formats.long_date(about.last_on)}
    if question.ask == Ask.DECISION:
        return gettext("The last update asked for a decision. Has it come?")
    return gettext("The reviewer asked for something. Is it answered below?")


_OF_MILESTONES = {
    Ask.PASSED: _("The forecast of %(code)s, %(title)s, passed on %(day)s. New date, or met on?"),
    Ask.SOON: _("%(code)s, %(title)s, is expected on %(day)s. Met already, or another date? Empty if the date holds."),
    Ask.SLIPPED: _("%(code)s, %(title)s, is expected %(days)s days after its baseline. Ask for a new baseline?"),
}


def _weekday(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {formats.long_date(day)}"


def _fields(question: Question, lines: Sequence[LineFunds]) -> dict[str, forms.Field]:
    """What a question asks for, by name."""
    about, found = question.about, dict[str, forms.Field]()
    if question.ask in (Ask.PASSED, Ask.SOON) and isinstance(about, Expected):
        found = {
            "forecast_on": IsoDateField(label=_("New date"), required=False),
            "reason": forms.CharField(label=_("Why it moves"), max_length=500, required=False),
            "met_on": IsoDateField(label=_("Met on"), required=False),
            "seen": IsoDateField(required=False, widget=forms.HiddenInput, initial=about.expected_on),
        }
    elif question.ask == Ask.SLIPPED:
        found = {
            "to": IsoDateField(label=_("New baseline"), required=False),
            "reason": forms.CharField(label=_("Why"), max_length=500, required=False),
        }
    elif isinstance(about, Wanted) and about.ratio:
        found = {"numerator": _number(_("Numerator")), "denominator": _number(_("Denominator"))}
    elif isinstance(about, Wanted):
        found = {"value": _number(_("Value"), help_text=about.unit)}
    elif isinstance(about, Spending):
        found = _spending(lines)
    elif question.ask == Ask.DECISION:
        came = [(CAME, _("yes, it came")), (WAITING, _("no, ask again"))]
        found = {"came": forms.ChoiceField(label=_("Decision"), required=False, choices=came, widget=forms.RadioSelect)}
    return found


def _number(label: Any, **options: Any) -> NumberField:
    return NumberField(label=label, max_digits=None, decimal_places=None, required=False, **options)


def _spending(lines: Sequence[LineFunds]) -> dict[str, forms.Field]:
    """On which line is asked where there are several."""
    where = [(str(one.line.pk), _line_label(one)) for one in lines if one.totals.authority is not None]
    widget = forms.Select if len(where) > 1 else forms.HiddenInput
    first = where[0][0] if where else None
    return {
        "amount": _number(_("Dollars spent")),
        "effective_on": IsoDateField(label=_("Effective on"), required=False),
        "line": forms.ChoiceField(label=_("Budget line"), choices=where, required=False, widget=widget, initial=first),
    }


def _line_label(one: LineFunds) -> str:
    line = one.line
    parts = [line.organization.code, line.get_funding_source_display(), line.get_vote_display()]
    return ", ".join(str(part) for part in parts if part)


def _answer(question: Question, given: Mapping[str, Any]) -> Answer | None:
    """None where nothing was answered."""
    about, key = question.about, question.key
    if not any(given[name] not in (None, "") for name in given if name not in LAID_OUT):
        return None
    if question.ask in (Ask.PASSED, Ask.SOON):
        return DateAnswer(key=key, milestone=question.code, **given)
    if question.ask == Ask.SLIPPED:
        return BaselineAnswer(key=key, milestone=question.code, **given)
    if isinstance(about, Wanted):
        return ValueAnswer(key=key, indicator=about.code, start=about.start, end=about.end, **given)
    if isinstance(about, Spending):
        return SpendingAnswer(
            key=key, line=int(given["line"] or 0), amount=given["amount"], effective_on=given["effective_on"]
        )
    return None
