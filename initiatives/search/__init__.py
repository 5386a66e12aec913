"""Search: texts found by their words in either language, and things found by their codes."""

from initiatives.search.codes import Coded, coded, parts
from initiatives.search.excerpts import Excerpt, excerpts
from initiatives.search.kinds import Kind
from initiatives.search.texts import MOST, Found, Reach, asked_words, found

__all__ = [
    "MOST",
    "Coded",
    "Excerpt",
    "Found",
    "Kind",
    "Reach",
    "asked_words",
    "coded",
    "excerpts",
    "found",
    "parts",
]
