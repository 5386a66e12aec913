"""How the text of a YAML scalar becomes a value. Nothing passes through float."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Generic, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from initiatives.plan_files.items import PartialDate
from initiatives.plan_files.problems import suggestion
from initiatives.plan_files.vocabulary import Precision

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

FIRST_YEAR, LAST_YEAR = 2000, 2100
URL_LENGTH = 500
AMOUNT_DIGITS, AMOUNT_DECIMALS = 16, 2
MEASURE_DIGITS, MEASURE_DECIMALS = 18, 6
_DECEMBER = 12
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CUTOFF_DAYS = (*_WEEKDAYS, *(f"next_{day}" for day in _WEEKDAYS))


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of value. `parse` raises ValueError with advice; `fallback` stands in for a value that is wrong.

    Prose must be a YAML string: a bare `no`, `12` or `2025-01-06` where words belong is a slip.
    """

    parse: Callable[[str], T]
    fallback: T
    prose: bool = False


def prose(max_length: int) -> Kind[str]:
    """Words for people, at most `max_length` characters."""

    def parse(text: str) -> str:
        if len(text) > max_length:
            raise ValueError(f"{len(text)} characters; at most {max_length}")
        return text

    return Kind(parse, "", prose=True)


def code(pattern: str, example: str, max_length: int) -> Kind[str]:
    """A stable code, such as 1.02 or CBSA."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text) or len(text) > max_length:
            raise ValueError(f"{text!r} is not a code; write it like {example}, at most {max_length} characters")
        return text

    return Kind(parse, "")


def choice(allowed: type[E]) -> Kind[E]:
    """One word of an enumeration."""
    words = [str(member.value) for member in allowed]

    def parse(text: str) -> E:
        if text not in words:
            raise ValueError(f"{text!r} is not allowed; {suggestion(text, words)}")
        return allowed(text)

    return Kind(parse, next(iter(allowed)))


def integer(low: int, high: int, advice: str) -> Kind[int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"{text!r} is not {advice}; write a whole number from {low} to {high}")
        return int(text)

    return Kind(parse, low)


def _decimal(text: str, *, digits: int, decimals: int, advice: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise ValueError(f"{text!r} is not a number; {advice}")
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(fraction) > decimals:
        raise ValueError(f"{text} has {len(fraction)} decimals; at most {decimals}")
    if len(whole.lstrip("0")) > digits - decimals:
        raise ValueError(f"{text} has too many digits; at most {digits - decimals} before the point")
    return Decimal(text)


def _amount(text: str) -> Decimal:
    advice = "write dollars in digits with a point, no sign, space or comma, such as 5300000 or 813954.27"
    return _decimal(text, digits=AMOUNT_DIGITS, decimals=AMOUNT_DECIMALS, advice=advice)


def weight(text: str) -> Decimal:
    """A share in progress, not negative, at most 9999.99."""
    value = _decimal(text, digits=6, decimals=2, advice="write a weight such as 1 or 2.5")
    if value < 0:
        raise ValueError(f"{text} is negative; write a weight of zero or more")
    return value


def _measure(text: str) -> Decimal:
    advice = "write digits with a point, such as 46.17"
    return _decimal(text, digits=MEASURE_DIGITS, decimals=MEASURE_DECIMALS, advice=advice)


def _coordinate(limit: int) -> Kind[Decimal]:
    def parse(text: str) -> Decimal:
        value = _decimal(text, digits=8, decimals=5, advice="write degrees, such as 45.00930")
        if abs(value) > limit:
            raise ValueError(f"{text} is out of range; write degrees from -{limit} to {limit}")
        return value

    return Kind(parse, Decimal(0))


def _in_range(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day} is out of range; write a date from {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _day(text: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date; write YYYY-MM-DD, such as 2024-12-17") from None
    return _in_range(day)


def _partial_day(text: str) -> PartialDate:
    if re.fullmatch(r"[0-9]{4}", text) and int(text):
        return PartialDate(_in_range(date(int(text), 12, 31)), Precision.YEAR)
    month = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
    if month and int(month[1]):
        year, number = int(month[1]), int(month[2])
        first_of_next = date(year + number // _DECEMBER, number % _DECEMBER + 1, 1)
        return PartialDate(_in_range(first_of_next - timedelta(days=1)), Precision.MONTH)
    return PartialDate(_day(text), Precision.DAY)


def _local_time(text: str) -> time:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{text!r} is not a time; write HH:MM, such as 17:00")
    return time.fromisoformat(text)


def _cutoff_day(text: str) -> int:
    if text not in CUTOFF_DAYS:
        raise ValueError(f"{text!r} is not a day; {suggestion(text, list(CUTOFF_DAYS))}")
    return CUTOFF_DAYS.index(text)


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone; write an IANA name, such as America/Toronto") from None
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", text) or len(text) > URL_LENGTH:
        raise ValueError(f"{text!r} is not an address; write it whole, such as https://www.canada.ca/en.html")
    return text


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


AMOUNT = Kind(_amount, Decimal(0))
MEASURE = Kind(_measure, Decimal(0))
LATITUDE, LONGITUDE = _coordinate(90), _coordinate(180)
DAY = Kind(_day, date.min)
PARTIAL_DAY = Kind(_partial_day, PartialDate(date.min, Precision.DAY))
LOCAL_TIME = Kind(_local_time, time.min)
CUTOFF_DAY = Kind(_cutoff_day, 0)
TIME_ZONE = Kind(_time_zone, "UTC")
URL = Kind(_url, "")
FLAG = Kind(_flag, fallback=False)
FISCAL_YEAR = integer(FIRST_YEAR, LAST_YEAR, "a fiscal year (2024 stands for 2024-25)")
