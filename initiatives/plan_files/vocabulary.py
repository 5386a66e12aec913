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
