"""Texts with code in them."""

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def inline_code(text: object) -> SafeString:
    """The text, with what stands between backticks as code."""
    parts = str(text).split("`")
    shown = (
        format_html("<code>{}</code>", part) if number % 2 and number < len(parts) - 1 else conditional_escape(part)
        for number, part in enumerate(parts)
    )
    return format_html_join("", "{}", ((part,) for part in shown))
