"""Values as pages write them: amounts, dates, revisions, text in two languages. Text comes from `tracker.formats`.

A value of None reads "not published" through every filter, in the page's language and visibly apart: never 0,
never nothing.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TypeVar
from uuid import uuid4

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker import formats
from tracker.choices import Role
from tracker.reasons import shown_reason

register = template.Library()

Value = TypeVar("Value")
# A sealed payload writes its amounts as text, so that none passes through binary fractions.
Amount = Decimal | int | str


@register.simple_tag
def not_published() -> SafeString:
    """What stands where a value is not public or was never given."""
    return format_html('<span class="absent">{}</span>', _("not published"))


@register.simple_tag
def once() -> SafeString:
    """The field by which a form that is sent twice is carried out once."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid4().hex)


@register.filter
def or_not_published(value: object) -> object:
    """The value itself, unless it is None or empty text."""
    return not_published() if value is None or value == "" else value


def _shown(value: Value | None, as_text: Callable[[Value], str]) -> SafeString:
    return not_published() if value is None else format_html('<span class="figure">{}</span>', as_text(value))


def _exact(amount: Amount | None) -> Decimal | None:
    """None stays None; what is no amount fails, so that a misspelt variable never reads as missing."""
    if isinstance(amount, float):
        msg = "An amount is a Decimal, an int or text: a float has already lost its cents."
        raise TypeError(msg)
    return None if amount is None else Decimal(amount)


@register.filter
def money(amount: Amount | None) -> SafeString:
    """Short dollars: `$355.4 M` or `355,4 M$`; the exact amount is shown on pointing."""
    exact = _exact(amount)
    if exact is None:
        return not_published()
    return format_html(
        '<data class="figure" value="{}" title="{}">{}</data>',
        f"{exact:f}",
        formats.dollars(exact),
        formats.money(exact),
    )


@register.filter
def millions(amount: Amount | None) -> SafeString:
    """Dollars in millions, so that sums can be compared: `$1,300.6 M` or `1 300,6 M$`."""
    return _shown(_exact(amount), formats.millions)


@register.filter
def dollars(amount: Amount | None) -> SafeString:
    """Exact dollars: `$5,300,000.00` or `5 300 000,00 $`."""
    return _shown(_exact(amount), formats.dollars)


@register.filter
def number(value: Amount | None, places: int = 0) -> SafeString:
    """A plain number with `places` decimals: `12,345` or `12 345`."""
    return _shown(_exact(value), partial(formats.number, places=places))


@register.filter
def percent(share: Amount | None, places: int = 0) -> SafeString:
    """A share of one: `46%` or `46 %`."""
    return _shown(_exact(share), partial(formats.percent, places=places))


@register.filter
def fiscal_year(start: int | None) -> SafeString:
    """`2025-26` or `2025-2026` for the year that begins on 1 April of `start`."""
    return _shown(start, formats.fiscal_year)


@register.filter
def iso_date(when: date | None) -> SafeString:
    """`2026-11-22`, for tables; it does not break at its hyphens."""
    if when is None:
        return not_published()
    return format_html('<time class="figure" datetime="{}">{}</time>', when.isoformat(), formats.iso_date(when))


@register.filter
def long_date(when: date | None) -> SafeString:
    """`22 November 2026` or `22 novembre 2026`, for running text."""
    if when is None:
        return not_published()
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), formats.long_date(when))


@register.filter
def long_datetime(at: datetime | None) -> SafeString:
    """`22 November 2026, 12:03 EST` or `22 novembre 2026, 12 h 03 HNE`."""
    if at is None:
        return not_published()
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), formats.long_datetime(at))


@register.filter
def iso_week(when: date | None) -> SafeString:
    """`2026-W46`."""
    return _shown(when, formats.iso_week)


@register.filter
def revision_label(revision: int | None) -> SafeString:
    """`r57`."""
    return _shown(revision, formats.revision_label)


register.filter("shown_reason", shown_reason)


@register.simple_tag
def bilingual(thing: object, field: str) -> SafeString:
    """`<field>_en` or `<field>_fr` of `thing`, for the page's language.

    Text that exists in the other language only is shown in that language, marked so for eye and ear.
    """
    text, other, language = _in_both(thing, field)
    if text:
        return conditional_escape(text)
    if not other:
        return not_published()
    return format_html('<span lang="{}">{}</span> <span class="pending">({})</span>', language, other, _pending())


@register.simple_tag
def bilingual_text(thing: object, field: str) -> str:
    """As `bilingual`, without markup: for `<title>`, attributes and chart labels."""
    text, other, _language = _in_both(thing, field)
    if text:
        return text
    return f"{other} ({_pending()})" if other else _("not published")


def _in_both(thing: object, field: str) -> tuple[str, str, str]:
    """The text in the page's language, in the other, and the other's code."""
    here, there = ("fr", "en") if formats.is_french() else ("en", "fr")
    return _text(thing, f"{field}_{here}"), _text(thing, f"{field}_{there}"), there


def _text(thing: object, name: str) -> str:
    return (thing[name] if isinstance(thing, dict) else getattr(thing, name)) or ""


def _pending() -> str:
    return _("French version pending") if formats.is_french() else _("English version pending")


@register.filter
def role_name(role: str) -> str:
    """The words for a role."""
    return str(Role(role).label)
