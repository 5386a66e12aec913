"""How amounts, dates and years read in each official language: plain text for pages, charts, mail, documents.

Every function follows the active language. Spaces inside a figure are no-break: no figure breaks over lines.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import get_language

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MILLION = Decimal(10**6)
BILLION = Decimal(10**9)

# The abbreviations of Canada's time zones that clocks in Canada show, and their French forms.
FRENCH_ZONES = {
    f"{zone}{season}T": f"H{french_season}{french_zone}"
    for zone, french_zone in {"N": "T", "A": "A", "E": "E", "C": "C", "M": "R", "P": "P"}.items()
    for season, french_season in {"S": "N", "D": "A"}.items()
}


def is_french() -> bool:
    """Whether the active language is French."""
    return (get_language() or "").startswith("fr")


def number(value: Decimal | int, places: int = 0) -> str:
    """`12,345.6` or `12 345,6`, rounded half up to `places` decimals."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{places}f}"
    if is_french():
        text = text.translate({ord(","): NO_BREAK, ord("."): ","})
    return f"{MINUS}{text}" if rounded < 0 else text


def money(amount: Decimal | int) -> str:
    """An amount in dollars, short: `$1.30 B`, `$355.4 M`, `$950,000`; `1,30 G$`, `355,4 M$`, `950 000 $`."""
    size = abs(Decimal(amount))
    if size.quantize(Decimal(1), ROUND_HALF_UP) < MILLION:
        return _dollar_sign(number(amount), "")
    if (size / MILLION).quantize(Decimal("0.1"), ROUND_HALF_UP) < BILLION / MILLION:
        return _dollar_sign(number(Decimal(amount) / MILLION, 1), "M")
    return _dollar_sign(number(Decimal(amount) / BILLION, 2), "G" if is_french() else "B")


def millions(amount: Decimal | int) -> str:
    """An amount in millions of dollars, whatever its size: `$1,300.6 M` or `1 300,6 M$`."""
    return _dollar_sign(number(Decimal(amount) / MILLION, 1), "M")


def dollars(amount: Decimal | int) -> str:
    """An amount in dollars, to the cent: `$5,300,000.00` or `5 300 000,00 $`."""
    return _dollar_sign(number(amount, 2), "")


def percent(share: Decimal | int, places: int = 0) -> str:
    """A share of one as a percentage: 0.455 is `46%` or `46 %`."""
    return f"{number(Decimal(share) * 100, places)}{NO_BREAK if is_french() else ''}%"


def listed(parts: Iterable[str]) -> str:
    """Parts with semicolons between, before which French has a no-break space."""
    return f"{NO_BREAK if is_french() else ''}; ".join(parts)


def fiscal_year(start: int) -> str:
    """The government's fiscal year that begins on 1 April of `start`: `2025-26` or `2025-2026`."""
    return f"{start}-{start + 1}" if is_french() else f"{start}-{(start + 1) % 100:02d}"


def iso_date(when: date) -> str:
    """`2026-11-22`; an instant is given by its date on the clock of the active time zone."""
    return _day(when).isoformat()


def long_date(when: date) -> str:
    """`22 November 2026` or `22 novembre 2026` (the first of a month is `1er` in French)."""
    day = _day(when)
    ordinal = "er" if is_french() and day.day == 1 else ""
    return NO_BREAK.join([f"{day.day}{ordinal}", str(MONTHS[day.month]), str(day.year)])


def long_datetime(at: datetime) -> str:
    """`22 November 2026, 12:03 EST` or `22 novembre 2026, 12 h 03 HNE`, in the active time zone."""
    local = timezone.localtime(at)
    zone = local.tzname() or ""
    clock = f"{local:%H:%M}{NO_BREAK}{zone}"
    if is_french():
        clock = NO_BREAK.join([f"{local:%H}", "h", f"{local:%M}", FRENCH_ZONES.get(zone, zone)])
    return f"{long_date(local)}, {clock}"


def iso_week(when: date) -> str:
    """The ISO week of a day: `2026-W46`."""
    year, week, _ = _day(when).isocalendar()
    return f"{year}-W{week:02d}"


def revision_label(revision: int) -> str:
    """A revision's address: `r57`."""
    return f"r{revision}"


def _day(when: date) -> date:
    return timezone.localtime(when).date() if isinstance(when, datetime) else when


def _dollar_sign(figure: str, scale: str) -> str:
    """The sign goes before the dollars in English, after them and their scale in French."""
    if is_french():
        return f"{figure}{NO_BREAK}{scale}$"
    sign, digits = (MINUS, figure[1:]) if figure.startswith(MINUS) else ("", figure)
    return f"{sign}${digits}{NO_BREAK}{scale}" if scale else f"{sign}${digits}"
