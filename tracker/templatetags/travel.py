"""Links that keep the reader where they are in time, numbers that lead to their explanation, boxes that scroll."""

from decimal import Decimal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tracker.templatetags.tracker import money, number

register = template.Library()


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
    context: Context, value: Decimal | int | str | None, unit: str, url: str, *, label: str = ""
) -> SafeString:
    """A figure in its unit (dollars are shortened), which leads to the explanation at `url`, if there is one. The
    label says which figure it is, to those who hear the link alone."""
    shown = money(value) if unit == "dollars" else number(value, 2 if unit == "weight" else 0)
    if not url:
        return shown
    heard = format_html('<span class="unseen"> {}</span>', label) if label else ""
    return format_html('<a class="explained" href="{}">{}{}</a>', as_of_url(context, url), shown, heard)


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
