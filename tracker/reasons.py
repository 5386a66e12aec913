"""Reasons of revisions that the program writes itself, in the reader's language.

What is stored is English and stays: history is never rewritten, and the API says what is stored. Each app declares its
own in its module `reasons`; a reason that fits none was written by a person, and is shown as it was written.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext, gettext_noop

from tracker import formats
from tracker.choices import Role

_PLACE = re.compile(r"\{(\w+)\}")
_MORE = re.compile(r"(.*) and (\d+) more")
_INITIATIVE, _INDICATOR, _PLAN = r"[0-9A-Za-z][0-9A-Za-z.-]*", r"[A-Z0-9][A-Z0-9-]*", r"[A-Z][A-Z0-9-]*"
_MILESTONE, _WEEK = rf"{_INITIATIVE} [A-Z][0-9A-Z.-]*", r"\d{4}-W\d{2}"
# What may stand in each place of a wording. Python and PostgreSQL read these alike. What a person wrote (`reason`,
# `title`) may be anything; all else is so narrow that hardly another sentence fits.
PLACES: dict[str, str] = {
    "account": r"\S+", "amount": r"-?\d+(?:\.\d+)?", "count": r"\d+", "date": r"\d{4}-\d{2}-\d{2}",
    "indicator": _INDICATOR, "initiative": _INITIATIVE, "milestone": _MILESTONE,
    "names": rf"{_INITIATIVE}(?:, {_INITIATIVE})*(?: and \d+ more)?", "needs": _MILESTONE, "number": r"\d+",
    "plan": _PLAN, "reason": r".*", "rollup": rf"{_PLAN}-{_WEEK}-e\d+", "scope": r"\S+",
    "table": r"[a-z_]+", "title": r".*", "week": _WEEK,
}  # fmt: skip


@dataclass(frozen=True)
class Wording:
    """A reason as it is stored, with a place for what differs: `{week} locked`. `choices`: of the places that hold one
    of a set of values, that set; it is shown by its name."""

    text: str
    choices: Mapping[str, type[TextChoices]]

    @property
    def pattern(self) -> str:
        """A regular expression for the whole of a stored reason, with one group for each place."""
        parts = _PLACE.split(self.text)
        return "".join(
            f"({self._values(part)})" if place else re.escape(part).replace(r"\ ", " ")
            for place, part in zip(_alternating(parts), parts, strict=True)
        )

    @property
    def places(self) -> list[str]:
        return _PLACE.findall(self.text)

    def _values(self, place: str) -> str:
        of = self.choices.get(place)
        return "|".join(re.escape(value) for value in of.values) if of else PLACES[place]


_own: dict[str, tuple[Wording, re.Pattern[str]]] = {}


def own_reasons(*texts: str, **choices: type[TextChoices]) -> None:
    """Declare wordings, which are message ids. What fits two is shown by the one that was declared first."""
    for text in texts:
        wording = Wording(text, {place: of for place, of in choices.items() if f"{{{place}}}" in text})
        _own[text] = (wording, re.compile(wording.pattern, re.DOTALL))


def wordings() -> Collection[str]:
    """All that are declared."""
    return _own.keys()


def shown_reason(stored: str) -> str:
    """A reason in the reader's language where the program wrote it; what a person wrote, as it was written."""
    for text, (wording, pattern) in _own.items():
        found = pattern.fullmatch(stored)
        if found:
            said = gettext(text)
            if said == text:
                return stored
            values = zip(wording.places, found.groups(), strict=True)
            return said.format(**{place: _shown(place, value, wording.choices) for place, value in values})
    return stored


def stored_as(words: str) -> Iterator[str]:
    """Regular expressions of the reasons that the reader sees with these words, though they are not stored so."""
    wanted = _plain(words)
    for text, (wording, _pattern) in _own.items():
        said = gettext(text)
        if said != text and any(wanted in _plain(part) for part in _PLACE.split(said)[::2]):
            yield f"^{wording.pattern}$"


def _plain(text: str) -> str:
    """Without what people do not mind when they search: capitals, and the form of an apostrophe."""
    return text.casefold().replace("’", "'")


def _alternating(parts: list[str]) -> Iterator[bool]:
    """What `split` gives by turns: text, the name of a place."""
    return (bool(number % 2) for number in range(len(parts)))


def _shown(place: str, value: str, choices: Mapping[str, type[TextChoices]]) -> str:
    if place in choices:
        return str(choices[place](value).label)
    if place == "amount":
        return formats.dollars(Decimal(value))
    if place == "names" and (found := _MORE.fullmatch(value)):
        return gettext("{names} and {more} more").format(names=found[1], more=found[2])
    return value


own_reasons(
    gettext_noop("{account} becomes {role} of everything"),
    gettext_noop("{account} becomes {role} of {scope}"),
    gettext_noop("{account} is no longer {role} of everything"),
    gettext_noop("{account} is no longer {role} of {scope}"),
    gettext_noop("account {account} is closed"),
    gettext_noop("First administrator"),
    gettext_noop("{table} and its history brought into line"),
    role=Role,
)
