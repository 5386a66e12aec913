"""Values over time as horizontal bars: SVG whose widths are per cent, so that its text never shrinks. Drawn in the
page's own ink, so that it holds in both themes and on paper; a bar is told from another by its outline, not by colour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ROW = 46
TEXT, BAR, TALL = 15, 22, 14
_ALL = Decimal(100)


@dataclass(frozen=True)
class Bar:
    """One value: what it is of, how it reads, whether it is of all its period, and the target it is held against."""

    label: str
    shown: str
    value: Decimal | None
    whole: bool = True
    target: Decimal | None = None


def bars(key: str, title: str, words: str, rows: Sequence[Bar]) -> SafeString:
    """The chart. `words` say the same to those who do not see it; `key` is unique within the page."""
    scale = _Scale.of(rows)
    return format_html(
        '<svg class="bars" role="img" aria-labelledby="{key}-title {key}-desc" width="100%" height="{height}"'
        ' font-family="Noto Sans, sans-serif" font-size="13" fill="currentColor">'
        '<title id="{key}-title">{title}</title><desc id="{key}-desc">{words}</desc>{rows}</svg>',
        key=key,
        height=ROW * len(rows),
        title=title,
        words=words,
        rows=format_html_join("", "{}", ((_row(bar, scale, at=ROW * n),) for n, bar in enumerate(rows))),
    )


@dataclass(frozen=True)
class _Scale:
    """From the least to the greatest of the values, targets, and zero."""

    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, rows: Iterable[Bar]) -> "_Scale":
        known = [number for bar in rows for number in (bar.value, bar.target) if number is not None]
        return cls(min([Decimal(0), *known]), max([Decimal(0), *known]))

    def at(self, number: Decimal) -> Decimal:
        """Where a number lies, in per cent of the width; a point is kept off both edges for its mark."""
        length = self.high - self.low
        return (number - self.low) / length * (_ALL - 1) + Decimal("0.5") if length else Decimal("0.5")


def _row(bar: Bar, scale: _Scale, *, at: int) -> SafeString:
    return format_html(
        '<text x="0" y="{y}">{label}</text><text x="100%" y="{y}" text-anchor="end" font-weight="700">{shown}</text>'
        "{bar}{target}",
        y=at + TEXT,
        label=bar.label,
        shown=bar.shown,
        bar=_bar(bar, scale, at + BAR),
        target=_target(bar, scale, at + BAR),
    )


def _bar(bar: Bar, scale: _Scale, y: int) -> SafeString | str:
    if bar.value is None:
        return ""
    zero, end = scale.at(Decimal(0)), scale.at(bar.value)
    look = 'class="mark"' if bar.whole else 'class="mark" fill="none" stroke="currentColor" stroke-dasharray="5 3"'
    return format_html(
        '<rect x="{x}%" y="{y}" width="{width}%" height="{tall}" {look}/>',
        x=_shown(min(zero, end)),
        y=y,
        width=_shown(abs(end - zero)),
        tall=TALL,
        look=SafeString(look),
    )


def _target(bar: Bar, scale: _Scale, y: int) -> SafeString | str:
    """An upright line across the bar."""
    if bar.target is None:
        return ""
    x = _shown(scale.at(bar.target))
    return format_html(
        '<line x1="{x}%" x2="{x}%" y1="{top}" y2="{foot}" stroke="currentColor" stroke-width="3" class="mark"/>',
        x=x,
        top=y - 4,
        foot=y + TALL + 4,
    )


def _shown(share: Decimal) -> str:
    return f"{share:.3f}"
