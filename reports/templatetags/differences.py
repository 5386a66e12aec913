"""Values of a difference as pages write them: to the cent, with their sign, and said where they are not known."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker import formats

register = template.Library()
PLUS = "+"


@register.simple_tag
def at_point(value: Decimal | int | None, unit: str) -> SafeString:
    """A value at one end: exact; one that is not known says so, for it is not zero."""
    if value is None:
        return format_html('<span class="absent">{}</span>', _("not known"))
    return format_html('<span class="figure">{}</span>', _exact(value, unit))


@register.simple_tag
def change_by(value: Decimal | int, unit: str) -> SafeString:
    """A change, with its sign: `+3`, `−$1,250.10`; none is `0`."""
    text = _exact(value, unit)
    return format_html('<span class="figure">{}</span>', f"{PLUS}{text}" if value > 0 else text)


def _exact(value: Decimal | int, unit: str) -> str:
    return formats.dollars(value) if unit == "dollars" else formats.number(value, 2 if unit == "weight" else 0)
