"""A whole split by state, as one bar."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker import formats
from tracker.charts.looks import LOOKS, pattern

BAR_HEIGHT = 28
SLIM_HEIGHT = 16
# A figure that would not fit into its segment on the narrowest bar is left out; the key beside the bar has it.
NARROWEST = 300


@dataclass(frozen=True)
class Segment:
    """One part of a whole: the state it stands for, its name, its size, and the size as it is to be read. `url`
    explains the size."""

    state: str
    label: str
    value: Decimal | int
    shown: str
    url: str = ""


@dataclass(frozen=True)
class Distribution:
    """A whole split by state. `key` is unique within the page; `unit` heads the table's column of sizes."""

    key: str
    title: str
    unit: str
    segments: tuple[Segment, ...]

    @property
    def total(self) -> Decimal | int:
        return sum(segment.value for segment in self.segments)

    @property
    def in_words(self) -> str:
        """Every part, for those who do not see the bar."""
        parts = [_("%(label)s: %(size)s") % {"label": part.label, "size": part.shown} for part in self.segments]
        return formats.listed(parts)

    def share(self, segment: Segment) -> Fraction:
        """A part's share of the whole, exact; nothing of an empty whole."""
        total = Fraction(self.total)
        return Fraction(segment.value) / total if total else Fraction(0)


def swatch(chart: Distribution, state: str) -> SafeString:
    """A segment's own fill and pattern, for the key beside its bar."""
    return format_html(
        '<svg class="swatch" width="16" height="16" aria-hidden="true" focusable="false">'
        '<rect width="100%" height="100%" fill="{fill}" class="fill-{state}"/>{pattern}'
        '<rect x=".5" y=".5" width="15" height="15" fill="none" stroke="#737373" class="edge"/></svg>',
        state=state,
        fill=LOOKS[state].fill,
        pattern=pattern(f"{chart.key}-{state}-key", state, x="0", width="100%"),
    )


def distribution_bar(chart: Distribution, *, slim: bool = False) -> SafeString:
    """One horizontal bar, as wide as its place; widths are per cent, so that its figures never shrink. A slim one has
    no figures."""
    return format_html(
        '<svg class="bar" role="img" aria-labelledby="{key}-title {key}-desc" width="100%" height="{height}"'
        ' font-family="Noto Sans, sans-serif" font-size="13">'
        '<title id="{key}-title">{title}</title><desc id="{key}-desc">{words}</desc>{segments}'
        '<rect width="100%" height="100%" fill="none" stroke="#737373" stroke-width="2" class="edge"/></svg>',
        key=chart.key,
        height=SLIM_HEIGHT if slim else BAR_HEIGHT,
        title=chart.title,
        words=chart.in_words,
        segments=format_html_join("", "{}", ((drawn,) for drawn in _segments(chart, slim=slim))),
    )


def _segments(chart: Distribution, *, slim: bool) -> Iterable[SafeString]:
    left = Fraction(0)
    for segment in chart.segments:
        share = chart.share(segment)
        if not share:
            continue
        yield format_html(
            '<rect x="{left}" width="{width}" height="100%" fill="{fill}" class="fill-{state}"/>{pattern}'
            '<rect x="{left}" width="{width}" height="100%" fill="none" stroke="#737373"'
            ' class="mark edge"/>{figure}',
            left=_per_cent(left),
            width=_per_cent(share),
            fill=LOOKS[segment.state].fill,
            state=segment.state,
            pattern=pattern(f"{chart.key}-{segment.state}", segment.state, x=_per_cent(left), width=_per_cent(share)),
            figure=_figure(segment.shown, at=left + share / 2)
            if share * NARROWEST >= _plate(segment.shown) and not slim
            else "",
        )
        left += share


def _plate(text: str) -> int:
    """How wide a figure's plate is."""
    return 12 + 8 * len(text)


def _figure(text: str, *, at: Fraction) -> SafeString:
    """The size on a plain plate, so that it reads the same over every pattern."""
    wide = _plate(text)
    return format_html(
        '<svg x="{at}" y="0" width="1" height="{height}" overflow="visible">'
        '<rect x="{left}" y="4" width="{wide}" height="20" rx="10" fill="#ffffff" class="plate"/>'
        '<text y="18.5" text-anchor="middle" fill="#333333" class="figure">{text}</text></svg>',
        at=_per_cent(at),
        height=BAR_HEIGHT,
        left=-wide / 2,
        wide=wide,
        text=text,
    )


def _per_cent(share: Fraction) -> str:
    return f"{float(share * 100):.4f}%"
