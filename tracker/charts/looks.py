"""How states look: colour, symbol, pattern. No two are told apart by colour alone."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SYMBOL = 16


@dataclass(frozen=True)
class Look:
    """How one state is drawn: light-theme colours, the symbol in a 16-unit box, the segment's pattern."""

    ink: str
    fill: str
    symbol: SafeString
    pattern: SafeString


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


def pattern(key: str, state: str, *, x: str, width: str) -> SafeString:
    """The state's pattern over a box as high as its drawing; nothing for a plain state."""
    if not LOOKS[state].pattern:
        return _PLAIN
    return format_html(
        '{pattern}<rect x="{x}" width="{width}" height="100%" fill="url(#{key})"/>',
        pattern=state_pattern(key, state),
        key=key,
        x=x,
        width=width,
    )


def state_pattern(key: str, state: str) -> SafeString:
    """The definition of the state's pattern, for `state_box` of the same key."""
    if not LOOKS[state].pattern:
        return _PLAIN
    return format_html(
        '<pattern id="{key}" width="8" height="8" patternUnits="userSpaceOnUse"><g class="pattern-{state}"'
        ' fill="{ink}" stroke="{ink}">{shape}</g></pattern>',
        key=key,
        state=state,
        ink="#ffffff" if state == "red" else LOOKS[state].ink,
        shape=LOOKS[state].pattern,
    )


def state_box(key: str, state: str, box: tuple[float, float, float, float]) -> SafeString:
    """A box (left, top, width, height) in the state's fill and pattern."""
    place = format_html('x="{}" y="{}" width="{}" height="{}"', *(f"{length:.1f}" for length in box))
    over = format_html('<rect {} fill="url(#{})"/>', place, key) if LOOKS[state].pattern else ""
    return format_html(
        '<rect {place} fill="{fill}" class="fill-{state}"/>{over}',
        place=place,
        fill=LOOKS[state].fill,
        state=state,
        over=over,
    )


def state_sign(state: str, x: float, y: float, *, plate: float, size: float) -> SafeString:
    """The state's symbol, `size` pixels high, in the middle of a plain disc."""
    return format_html(
        '<circle cx="{x}" cy="{y}" r="{plate}" fill="#ffffff" class="f-page"/>'
        '<g class="sign ink-{state}" fill="{ink}" stroke="{ink}" transform="translate({left} {top}) scale({scale})">'
        "{shape}</g>",
        x=f"{x:.1f}",
        y=f"{y:.1f}",
        plate=plate,
        state=state,
        ink=LOOKS[state].ink,
        left=f"{x - size / 2:.2f}",
        top=f"{y - size / 2:.2f}",
        scale=f"{size / SYMBOL:.3f}",
        shape=LOOKS[state].symbol,
    )
