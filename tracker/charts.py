"""Charts and symbols as SVG, made on the server: the same string serves page, PDF and mail.

Literal light colours stand as presentation attributes, because a PDF or mail renderer sees no style sheet;
the page's style sheet recolours by class for the dark theme. Nothing is told by colour alone: symbols differ
in shape, segments in pattern.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

BAR_HEIGHT = 28
SLIM_HEIGHT = 16
# A figure that would not fit into its segment on the narrowest bar is left out; the key beside the bar has it.
NARROWEST = 300


@dataclass(frozen=True)
class Look:
    """How one state is drawn: light-theme colours, the symbol in a 16-unit box, the segment's pattern."""

    ink: str
    fill: str
    symbol: SafeString
    pattern: SafeString


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
        return "; ".join(parts)

    def share(self, segment: Segment) -> Fraction:
        """A part's share of the whole, exact; nothing of an empty whole."""
        total = Fraction(self.total)
        return Fraction(segment.value) / total if total else Fraction(0)


def _svg(markup: str) -> SafeString:
    return mark_safe(markup)  # noqa: S308 - literals of this module only


def _lines(path: str) -> SafeString:
    """Strokes over a segment's fill, in an 8-unit tile."""
    return _svg(f'<path d="{path}" fill="none" stroke-width="2"/>')


_PLAIN = _svg("")
_RISING = _lines("M-2 2 2-2M0 8 8 0M6 10 10 6")
_FALLING = _lines("M-2 6 2 10M0 0 8 8M6-2 10 2")
_CROSSED = _lines("M-2 2 2-2M0 8 8 0M6 10 10 6M-2 6 2 10M0 0 8 8M6-2 10 2")
_DOTTED = _svg('<circle cx="4" cy="4" r="1.2" stroke="none"/>')
_UPRIGHT = _lines("M4 0V8")

_TICK = '<path d="M4.6 8.3 7 10.8 11.6 5.4" fill="none" stroke-width="2" class="on-ink" stroke="#ffffff"/>'
_RING = '<circle cx="8" cy="8" r="6.2" stroke-width="1.6" fill="none"/>'

LOOKS: dict[str, Look] = {
    "green": Look("#196636", "#1f7a40", _svg('<circle cx="8" cy="8" r="7" stroke="none"/>'), _PLAIN),
    "amber": Look("#7a5a00", "#f6c655", _svg('<path d="M8 1 15.5 14.5H.5Z" stroke="none"/>'), _RISING),
    "red": Look(
        "#b3192e",
        "#b3192e",
        _svg('<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5Z" stroke="none"/>'),
        _FALLING,
    ),
    "no_update": Look("#595959", "#ffffff", _svg(_RING), _DOTTED),
    "not_started": Look(
        "#595959",
        "#ffffff",
        _svg('<circle cx="8" cy="8" r="6.2" stroke-width="1.6" fill="none" stroke-dasharray="2.4 2.5"/>'),
        _PLAIN,
    ),
    "underway": Look(
        "#1f497a", "#85afe0", _svg(f'{_RING}<path d="M8 1.8a6.2 6.2 0 0 1 0 12.4Z" stroke="none"/>'), _RISING
    ),
    "ongoing": Look(
        "#1f497a",
        "#85afe0",
        _svg('<path d="M13.6 5.5A6.2 6.2 0 1 0 14.2 8M14.6 1.6V6H10.2" fill="none" stroke-width="1.8"/>'),
        _UPRIGHT,
    ),
    "met": Look("#1f497a", "#1f497a", _svg(f'<circle cx="8" cy="8" r="7.5" stroke="none"/>{_TICK}'), _PLAIN),
    "met_modified": Look(
        "#1f497a",
        "#5c95d6",
        _svg('<path d="M8 .2 15.8 8 8 15.8.2 8Z" stroke="none"/>' + _TICK),
        _UPRIGHT,
    ),
    "not_pursued": Look(
        "#595959", "#b3b3b3", _svg(f'{_RING}<path d="M4 12 12 4" fill="none" stroke-width="1.8"/>'), _CROSSED
    ),
    "unknown": Look(
        "#595959",
        "#ffffff",
        _svg(
            f'{_RING}<path d="M6 6.4a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.2" fill="none" stroke-width="1.4"/>'
            '<circle cx="8" cy="11.4" r=".5"/>'
        ),
        _DOTTED,
    ),
    "none": Look("#595959", "#ffffff", _svg('<path d="M3 8H13" fill="none" stroke-width="1.8"/>'), _PLAIN),
}


def symbol(state: str) -> SafeString:
    """The state's symbol beside its name. It says nothing to a screen reader: the name stands next to it."""
    return format_html(
        '<svg class="symbol ink-{state}" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"'
        ' focusable="false" fill="{ink}" stroke="{ink}">{shape}</svg>',
        state=state,
        ink=LOOKS[state].ink,
        shape=LOOKS[state].symbol,
    )


def swatch(chart: Distribution, state: str) -> SafeString:
    """A segment's own fill and pattern, for the key beside its bar."""
    return format_html(
        '<svg class="swatch" width="16" height="16" aria-hidden="true" focusable="false">'
        '<rect width="100%" height="100%" fill="{fill}" class="fill-{state}"/>{pattern}'
        '<rect x=".5" y=".5" width="15" height="15" fill="none" stroke="#737373" class="edge"/></svg>',
        state=state,
        fill=LOOKS[state].fill,
        pattern=_pattern(f"{chart.key}-{state}-key", state, x="0", width="100%"),
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
            pattern=_pattern(f"{chart.key}-{segment.state}", segment.state, x=_per_cent(left), width=_per_cent(share)),
            figure=_figure(segment.shown, at=left + share / 2)
            if share * NARROWEST >= _plate(segment.shown) and not slim
            else "",
        )
        left += share


def _pattern(key: str, state: str, *, x: str, width: str) -> SafeString:
    if not LOOKS[state].pattern:
        return _PLAIN
    return format_html(
        '<pattern id="{key}" width="8" height="8" patternUnits="userSpaceOnUse"><g class="pattern-{state}"'
        ' fill="{ink}" stroke="{ink}">{shape}</g></pattern>'
        '<rect x="{x}" width="{width}" height="100%" fill="url(#{key})"/>',
        key=key,
        state=state,
        ink="#ffffff" if state == "red" else LOOKS[state].ink,
        shape=LOOKS[state].pattern,
        x=x,
        width=width,
    )


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
