"""Links that keep the reader where they are in time, numbers that lead to their explanation, boxes that scroll."""

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker.templatetags.tracker import iso_date, money, number

register = template.Library()


class Before(Protocol):
    """What a figure was, and the address that tells why."""

    value: Decimal | int | None
    url: str


class Amount(Protocol):
    """An amount of dollars, its name and its explanation: `place` is where that would lie if nothing is known of it."""

    value: Decimal | int | None
    label: str
    url: str
    place: str


class BeforeDate(Protocol):
    """What a date was, and the address that tells why."""

    date: date | None
    url: str


class Somewhere(Protocol):
    """A plan: it has its own time zone."""

    def day(self, at: datetime) -> date: ...


@register.simple_tag
def latest_day(plan: Somewhere | str | None) -> str:
    """The last day that may be picked: today where the plan is, as it stands in an address. Not before it is today
    where the tracker is, whose days `as_of` counts."""
    now = timezone.now()
    here = timezone.localdate(now, timezone.get_default_timezone())
    # A template's word for a plan that is not there is empty text.
    return (min(here, plan.day(now)) if plan and not isinstance(plan, str) else here).isoformat()


@register.simple_tag(takes_context=True)
def shown_moment(context: Context) -> str:
    """What the reader asked `as_of` to be, empty when the page shows the present."""
    moment = getattr(getattr(context, "request", None), "moment", None)
    return moment.text if moment else ""


@register.simple_tag(takes_context=True)
def as_of_url(context: Context, url: str) -> str:
    """`url` at the moment that this page shows: a reader of the past stays there from link to link. An address that
    names a moment itself keeps it."""
    moment = shown_moment(context)
    scheme, host, path, query, fragment = urlsplit(url)
    pairs = parse_qsl(query, keep_blank_values=True)
    if not moment or any(name == "as_of" for name, _ in pairs):
        return url
    return urlunsplit((scheme, host, path, urlencode([*pairs, ("as_of", moment)]), fragment))


@register.simple_tag(takes_context=True)
def explained(
    context: Context, value: Decimal | int | str | None, unit: str, url: str, *, label: str = "", compared: bool = True
) -> SafeString:
    """A figure in its unit (dollars are shortened), which leads to the explanation at `url`, if there is one. The
    label says which figure it is, to those who hear the link alone. What is not the figure itself, but its coverage,
    is not `compared`."""
    shown = _figure(value, unit)
    if not url:
        return shown
    heard = format_html('<span class="unseen"> {}</span>', label) if label else ""
    link = format_html('<a class="explained" href="{}">{}{}</a>', as_of_url(context, url), shown, heard)
    return format_html("{}{}", link, was_at(context, url, value, unit, label=label) if compared else "")


@register.simple_tag(takes_context=True)
def amount(context: Context, cell: Amount) -> SafeString:
    """As `explained`, of an amount. One that is not known leads nowhere, but still says what it was."""
    shown = explained(context, cell.value, "dollars", cell.url, label=cell.label)
    if cell.url:
        return shown
    return format_html("{}{}", shown, was_at(context, cell.place, cell.value, "dollars", label=cell.label))


@register.simple_tag(takes_context=True)
def was(context: Context, before: Before | str | None, unit: str, *, label: str = "") -> SafeString | str:
    """What a figure was at the moment that the page is compared with, which leads to why; nothing if it was equal."""
    if not before or isinstance(before, str):  # a template's word for what is not there
        return ""
    known = before.value is not None
    words = format_html(_("was {figure}"), figure=_figure(before.value, unit)) if known else _("was not known")
    return format_html(
        ' <a class="was" href="{}">{}{}<span class="unseen"> {}{}</span></a>',
        as_of_url(context, before.url), words, _reason(before), label, _(": why"),
    )  # fmt: skip


def _reason(before: object) -> SafeString | str:
    """What made most of the difference, where it is known, in words of its own."""
    told = getattr(before, "reason", "")
    return format_html(' <span class="why">({})</span>', told) if told else ""


@register.simple_tag(takes_context=True)
def was_at(
    context: Context, url: str, value: Decimal | int | str | None, unit: str, *, label: str = ""
) -> SafeString | str:
    """As `was`, of the figure that is explained at that address."""
    comparison = getattr(getattr(context, "request", None), "comparison", None)
    return was(context, comparison and comparison.was(url, value), unit, label=label)


def _figure(value: Decimal | int | str | None, unit: str) -> SafeString:
    return money(value) if unit == "dollars" else number(value, 2 if unit == "weight" else 0)


@register.simple_tag(takes_context=True)
def was_date(context: Context, before: BeforeDate | str | None) -> SafeString | str:
    """As `was`, of a date."""
    if not before or isinstance(before, str):  # a template's word for what is not there
        return ""
    words = format_html(_("was {figure}"), figure=iso_date(before.date)) if before.date else _("was without a date")
    address = as_of_url(context, before.url)
    return format_html(
        ' <a class="was" href="{}">{}{}<span class="unseen">{}</span></a>',
        address, words, _reason(before), _(": why"),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def hidden_query(context: Context, *but: str) -> SafeString:
    """The page's query as hidden inputs, except the parameters named: a GET form keeps what it leaves out."""
    request = getattr(context, "request", None)
    kept = [
        (name, value)
        for name, values in (request.GET.lists() if request else ())
        if name not in but
        for value in values
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', kept)


@register.simple_block_tag
def scroll_region(content: str, label: str) -> SafeString:
    """A named box that scrolls sideways by itself, reachable by keyboard: every wide table stands in one."""
    return format_html('<div class="scroll" role="group" tabindex="0" aria-label="{}">{}</div>', label, content)
