"""The designated paid holidays of the federal public service, on the days on which they are observed.

By the agreements of the core public service: New Year's Day, Good Friday, Easter Monday, Victoria Day, Canada Day, the
civic holiday (the first Monday in August; in Quebec another day is given in its place), Labour Day, the National Day
for Truth and Reconciliation, Thanksgiving, Remembrance Day, Christmas Day, Boxing Day. One that falls on a Saturday or
Sunday is observed on the next working day that is not one itself. The `holidays` library has the list of the Canada
Labour Code, to which two Mondays are added here.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from holidays.constants import GOVERNMENT
from holidays.countries.canada import Canada

# What the library leaves in English, or words otherwise than the government does.
_FRENCH = {
    "Boxing Day": "Lendemain de Noël",
    "Civic Holiday": "Congé civique",
    "Easter Monday": "Lundi de Pâques",
    "Thanksgiving Day": "Action de grâces",
    "Victoria Day": "Fête de Victoria",
}
_OBSERVED_EN, _OBSERVED_FR = " (observed)", " (observé)"


@dataclass(frozen=True)
class Holiday:
    """A day on which the public service does not work, and what it is called."""

    name_en: str
    name_fr: str


class _PublicService(Canada):
    def _populate_government_holidays(self) -> None:
        super()._populate_government_holidays()  # type: ignore[no-untyped-call]  # the library has no types
        self._add_easter_monday("Easter Monday")
        self._add_holiday_1st_mon_of_aug("Civic Holiday")


def federal_holiday(day: date) -> Holiday | None:
    """The holiday of that day; None on all other days."""
    return _of_year(day.year).get(day)


@cache
def _of_year(year: int) -> dict[date, Holiday]:
    options = {"years": year, "categories": (GOVERNMENT,), "expand": False}
    english, french = (
        _PublicService(language=language, **options)  # type: ignore[no-untyped-call]  # the library has no types
        for language in ("en_CA", "fr")
    )
    return {day: _holiday(english[day], french[day]) for day in english}


def _holiday(english: str, french: str) -> Holiday:
    """The names as they are printed. An observed day agrees with no gender."""
    plain = english.removesuffix(_OBSERVED_EN)
    name = _FRENCH.get(plain) or french.removesuffix(_OBSERVED_FR)
    observed = " (jour observé)" if plain != english else ""
    return Holiday(english.replace("'", "’"), f"{name}{observed}".replace("'", "’"))
