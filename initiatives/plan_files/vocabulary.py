"""Words that plan files use beside those of the models."""

from enum import StrEnum


class French(StrEnum):
    """Whose wording the French is: an official source's, or ours because none was found."""

    OURS = "ours"
    OFFICIAL = "official"


class Precision(StrEnum):
    """How exactly a source dates something."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Calendar(StrEnum):
    """Which years a series runs in: calendar, from 1 April, or (U.S.) from 1 October."""

    CALENDAR = "calendar"
    FISCAL = "fiscal"
    US_FISCAL = "us_fiscal"


class Accumulation(StrEnum):
    """What a value is: of its period alone, since the start of the period, or at its end."""

    FLOW = "flow"
    RUNNING_TOTAL = "running_total"
    STOCK = "stock"


class Direction(StrEnum):
    """Which way is better; neutral where the sources claim neither."""

    NEUTRAL = "neutral"
    INCREASE = "increase"
    DECREASE = "decrease"


class Level(StrEnum):
    OUTPUT = "output"
    OUTCOME = "outcome"


class Availability(StrEnum):
    REPORTED = "reported"
    NOT_AVAILABLE = "not_available"
    SUPPRESSED = "suppressed"


class PointKind(StrEnum):
    ORIGINAL = "original"
    CORRECTION = "correction"
    RESTATEMENT = "restatement"


class Qualifier(StrEnum):
    """How exact a published value is: `740+` is more_than 740, `~400,000` is about 400,000."""

    EXACT = "exact"
    ABOUT = "about"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
