"""Fields and their values in words: each labelled in the reader's language, and written as pages write it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.models import Indicator, Observation, Target
from initiatives.templatetags.disagreements import disputes
from reports.history.names import Names
from tracker import formats

SHORT = 140  # characters of a text that stand in a sentence
_LANGUAGES = {"en": gettext_lazy("{field}, English"), "fr": gettext_lazy("{field}, French")}
# Of fields that models do not label, as their forms do; of those in two languages, without the language.
LABELS: dict[str, Promise] = {
    "title": gettext_lazy("title"),
    "description": gettext_lazy("description"),
    "aliases": gettext_lazy("other wordings"),
    "unit": gettext_lazy("unit"),
    "method": gettext_lazy("method"),
    "note": gettext_lazy("note"),
    "covers": gettext_lazy("what it covers"),
    "acceptance_criteria": gettext_lazy("acceptance criteria"),
    "headline": gettext_lazy("headline"),
    "narrative": gettext_lazy("narrative"),
    "path_to_green": gettext_lazy("path to green"),
    "decision_needed": gettext_lazy("decision needed"),
    "reason": gettext_lazy("reason"),
    "explanation": gettext_lazy("why the rating stands"),
    "disagreements": gettext_lazy("facts against the rating"),
    "coordinator": gettext_lazy("coordinating organization"),
    "initiative_due_day": gettext_lazy("updates due, days after Monday"),
    "initiative_due_time": gettext_lazy("updates due, time"),
    "pillar_due_day": gettext_lazy("reviews due, days after Monday"),
    "pillar_due_time": gettext_lazy("reviews due, time"),
    "lock_day": gettext_lazy("week locks, days after Monday"),
    "lock_time": gettext_lazy("week locks, time"),
    "sponsor": gettext_lazy("sponsor organization"),
    "sha256": gettext_lazy("SHA-256"),
    "pillar": gettext_lazy("pillar"),
    "initiative": gettext_lazy("initiative"),
    "manager": gettext_lazy("manager"),
    "not_pursued_reason": gettext_lazy("why it is not pursued"),
    "organization": gettext_lazy("organization"),
    "role": gettext_lazy("role"),
    "place": gettext_lazy("place"),
    "cancelled_reason": gettext_lazy("why it was cancelled"),
    "request": gettext_lazy("change request"),
    "approved_by": gettext_lazy("approved by"),
    "approved_at": gettext_lazy("approved at"),
    "made_by": gettext_lazy("made by"),
    "made_at": gettext_lazy("made at"),
    "needs": gettext_lazy("waits for"),
    "requested_by": gettext_lazy("asked by"),
    "requested_at": gettext_lazy("asked at"),
    "decided_by": gettext_lazy("decided by"),
    "decided_for": gettext_lazy("decided on behalf of"),
    "decided_at": gettext_lazy("decided at"),
    "transfer": gettext_lazy("transfer"),
    "set_by": gettext_lazy("set by"),
    "recorded_by": gettext_lazy("recorded by"),
    "milestone": gettext_lazy("milestone"),
    "entry": gettext_lazy("ledger entry"),
    "observation": gettext_lazy("observation"),
    "added_by": gettext_lazy("added by"),
    "added_at": gettext_lazy("added at"),
    "author": gettext_lazy("author"),
    "submitted_by": gettext_lazy("submitted by"),
    "submitted_for": gettext_lazy("submitted on behalf of"),
    "first_submitted_at": gettext_lazy("first submitted at"),
    "submitted_at": gettext_lazy("submitted at"),
    "return_comment": gettext_lazy("comment of the reviewer"),
}

UNBROKEN = 24  # letters of a figure that fits a narrow screen's line


@dataclass(frozen=True)
class Told:
    """A value as pages write it. `text` is the whole, `short` what stands in a sentence; `language` that of a text
    which is in one; `quoted`: words that somebody wrote."""

    text: str
    language: str = ""
    quoted: bool = False

    @property
    def short(self) -> str:
        return Truncator(" ".join(self.text.split())).chars(SHORT, truncate="…") if self.quoted else self.text

    @property
    def cut(self) -> bool:
        """Whether the sentence leaves something out."""
        return self.quoted and self.short != self.text

    @property
    def html(self) -> SafeString:
        """For a sentence: words in quotation marks and in their language, figures unbroken."""
        if not self.quoted:
            return format_html('<span class="figure">{}</span>' if len(self.text) < UNBROKEN else "{}", self.text)
        marked = format_html('<span lang="{}">{}</span>', self.language, self.short) if self.language else self.short
        return format_html(_("“{text}”"), text=marked)


@dataclass(frozen=True)
class FieldChange:
    """One field before and after; None where it was, or is, empty."""

    name: str
    label: str
    old: Told | None
    new: Told | None
    denied: bool = False  # a "no" of a row that came or went: mostly what nobody ever asked

    @property
    def sentence(self) -> SafeString:
        """`Weight changed from 1.00 to 2.50.`"""
        words = {"field": capfirst(self.label)}
        if self.old is None:
            return format_html(_("{field}: now {new}."), **words, new=_html(self.new))
        if self.new is None:
            return format_html(_("{field}: nothing any more; it was {old}."), **words, old=self.old.html)
        return format_html(_("{field} changed from {old} to {new}."), **words, old=self.old.html, new=self.new.html)

    @property
    def cut(self) -> bool:
        """Whether the sentence leaves out some of the words."""
        return any(value is not None and value.cut for value in (self.old, self.new))


def changed_fields(
    fields: Iterable["models.Field[Any, Any]"], old: models.Model | None, new: models.Model | None, names: Names
) -> list[FieldChange]:
    """The fields that differ; of a row that came or went, those that say something."""
    found = []
    for field in fields:
        before, after = (None if row is None else getattr(row, field.attname) for row in (old, new))
        if before != after:
            change = FieldChange(
                name=field.name,
                label=label_of(field),
                old=told(old, field, names) if old else None,
                new=told(new, field, names) if new else None,
                denied=False in (before, after) and None in (old, new),
            )
            if change.old != change.new:
                found.append(change)
    return found


def label_of(field: "models.Field[Any, Any]") -> str:
    """What the field is called, with its language where it has one."""
    base, _underscore, language = field.name.rpartition("_")
    if language in _LANGUAGES and base in LABELS:
        return str(_LANGUAGES[language]).format(field=LABELS[base])
    return str(LABELS.get(field.name, field.verbose_name))


def told(row: models.Model, field: "models.Field[Any, Any]", names: Names) -> Told | None:
    """The value of a field; None for an empty one. Zero and "no" are values."""
    value = getattr(row, field.attname)
    if value is None or value in ("", []):
        return None
    if isinstance(field, models.ForeignKey):
        return Told(names.name(field.target_field.model, value))
    if isinstance(value, str | list) and not field.choices:
        language = field.name[-2:] if field.name.endswith(("_en", "_fr")) else ""
        if field.name == "disagreements":
            return Told(disputes(value))
        return Told(" · ".join(value) if isinstance(value, list) else value, language, quoted=_is_prose(field))
    if field.choices:
        return Told(str(dict(field.flatchoices).get(value, value)))
    return Told(_amount(row, field, value, names) if isinstance(value, Decimal) else _plain(field, value))


def _is_prose(field: "models.Field[Any, Any]") -> bool:
    """Words, as against codes, addresses and check sums."""
    return field.name not in ("code", "sha256", "time_zone", "media_type", "url", "source_url")


def _amount(row: models.Model, field: "models.Field[Any, Any]", value: Decimal, names: Names) -> str:
    """Dollars to the cent; values of indicators with their decimals, and never fewer than are stored."""
    if field.name in ("amount", "dollars", "funding_announced"):
        return formats.dollars(value)
    if isinstance(row, Indicator | Target | Observation):
        indicator = row if isinstance(row, Indicator) else names.row(Indicator, row.indicator_id)
        stored = max(0, -int(value.normalize().as_tuple().exponent))
        return formats.number(value, max(stored, indicator.decimals if indicator else 0))
    return formats.number(value, getattr(field, "decimal_places", 0))


_PLAIN: list[tuple[type, Callable[[Any], str]]] = [
    (bool, lambda value: _("yes") if value else _("no")),
    (datetime, formats.long_datetime),
    (date, formats.iso_date),
    (time, lambda value: f"{value:%H:%M}"),
]


def _plain(field: "models.Field[Any, Any]", value: Any) -> str:
    if field.name.endswith("fiscal_year"):
        return formats.fiscal_year(value)
    if field.name == "size":
        return formats.number(value)
    return next((write(value) for kind, write in _PLAIN if isinstance(value, kind)), str(value))


def _html(value: Told | None) -> SafeString | str:
    return "" if value is None else value.html
