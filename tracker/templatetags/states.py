"""Badges and charts of states: always shape and word, never colour alone."""

from decimal import Decimal
from typing import Protocol

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from tracker import charts, formats

register = template.Library()

# The words of the initiatives' own choices, known here because badges belong to the ground floor.
STATES = {
    "green": gettext_lazy("on track"),
    "amber": gettext_lazy("at risk"),
    "red": gettext_lazy("off track"),
    "no_update": gettext_lazy("no update"),
    "not_started": gettext_lazy("not started"),
    "underway": gettext_lazy("underway"),
    "ongoing": gettext_lazy("ongoing"),
    "met": gettext_lazy("met"),
    "met_modified": gettext_lazy("met, modified"),
    "not_pursued": gettext_lazy("not pursued"),
    "unknown": gettext_lazy("not known"),
    "none": gettext_lazy("nothing in progress"),
}
RATED = ("green", "amber", "red")


class Standing(Protocol):
    """How long a health has stood: spans, each with `monday` and `weeks`."""

    @property
    def since(self) -> object:
        """From the first week rated so."""

    @property
    def last(self) -> object:
        """From the week of the last update."""


@register.simple_tag
def symbol(state: str) -> SafeString:
    """The symbol of a health or lifecycle state, to stand before its name."""
    return charts.symbol(state)


@register.simple_tag
def state_name(state: str) -> str:
    """The words for a health or lifecycle state."""
    return str(STATES[state])


@register.inclusion_tag("components/health_badge.html")
def health_badge(state: str | None, standing: Standing | None = None, *, url: str = "") -> dict[str, object]:
    """Symbol, name and colour of a health; None is "no update". With a standing: since when it has been rated so,
    or when the last update was and what it said, struck out: it is not taken for the present. With an address the
    colour leads to its explanation; inside a link or a summary, where no link can stand, it is left out."""
    known = state or "no_update"
    last = standing.last if standing and known == "no_update" else None
    return {
        "state": known,
        "label": STATES[known],
        "since": standing.since if standing and known in RATED else None,
        "last": last,
        "was": STATES.get(getattr(last, "health", "")),
        "url": url,
    }


@register.inclusion_tag("components/lifecycle_tag.html")
def lifecycle_tag(lifecycle: str) -> dict[str, object]:
    """Symbol and name of a lifecycle state, without the colours of health."""
    return {"state": lifecycle, "label": STATES[lifecycle]}


@register.inclusion_tag("components/distribution.html")
def distribution(chart: charts.Distribution, *, slim: bool = False) -> dict[str, object]:
    """A bar with its key, whose sizes lead to their explanations, and its data table. Slim: without the table and
    without sizes on the bar, for a card."""
    parts = [
        {
            "state": segment.state,
            "label": segment.label,
            "shown": segment.shown,
            "url": segment.url,
            "value": segment.value,
            "unit": "dollars" if isinstance(segment.value, Decimal) else "",
            "share": formats.percent(Decimal(share.numerator) / share.denominator),
            "swatch": charts.swatch(chart, segment.state),
        }
        for segment, share in ((segment, chart.share(segment)) for segment in chart.segments)
    ]
    return {
        "chart": chart,
        "bar": charts.distribution_bar(chart, slim=slim),
        "parts": parts,
        "slim": slim,
    }
