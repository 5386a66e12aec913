"""What facts said against a rating, in words."""

from collections.abc import Iterable

from django import template

from initiatives.rules.disagreement import VERSION, Dispute
from tracker.formats import listed

register = template.Library()


@register.filter
def disputes(codes: Iterable[str]) -> str:
    """The stored codes in words of the page's language; a code that no rule gives any more stands as it is."""
    known = {code.value: str(code.words) for code in Dispute}
    return listed(known.get(code, code) for code in codes)


@register.simple_tag
def disagreement_rule() -> int:
    """The version of the rule."""
    return VERSION
