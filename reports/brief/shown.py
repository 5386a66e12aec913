"""Values as a reader sees them, in the active language; one place for every rendering."""

from decimal import Decimal

from django.utils.translation import gettext as _

from reports.brief.document import Column, Kind, Seal, Value
from tracker import formats
from tracker.templatetags.states import STATES

DASH = "\N{EN DASH}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
REASON = 240  # characters of why another headline colour was reported


def text_of(column: Column, value: Value) -> str:
    """The value in words and digits. Unknown is said, and is never a zero."""
    if value == "":
        return DASH
    if value is None:
        return _("not published")
    if column.kind is Kind.STATE:
        return str(STATES[str(value)])
    if isinstance(value, str):
        return value
    return _number(column.kind, value)


def _number(kind: Kind, value: int | Decimal) -> str:
    if kind is Kind.YEAR:
        return formats.fiscal_year(int(value))
    if kind is Kind.DOLLARS:
        return formats.money(value)
    return formats.number(value, 2 if isinstance(value, Decimal) else 0)


def cut(text: str, most: int) -> str:
    """At most that many characters, broken between words where that loses little."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    word = kept.rsplit(" ", 1)[0]
    return (word if len(word) > most // 2 else kept).rstrip(" ,;:.") + ELLIPSIS


def foot(seal: Seal) -> str:
    """What stands at the foot of every page: which record this is a rendering of."""
    return _("%(code)s, edition %(edition)s · as known at revision %(revision)s · SHA-256 %(short)s") % {
        "code": seal.code,
        "edition": seal.edition,
        "revision": formats.revision_label(seal.as_of),
        "short": seal.short,
    }


def span(seal: Seal) -> str:
    """The days that it is of."""
    first, last = formats.long_date(seal.starts_on), formats.long_date(seal.ends_on)
    return _("Week of %(first)s to %(last)s") % {"first": first, "last": last}
