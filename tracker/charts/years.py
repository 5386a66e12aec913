"""Money by fiscal year: planned, authority, spent."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tracker import formats
from tracker.charts.axes import ValueScale, dollars_label
from tracker.charts.canvas import NARROW, WIDE, document, joined, line, path, rect, text
from tracker.charts.legend import Entry, legend
from tracker.charts.lettering import LEADING, width, wrapped
from tracker.charts.plot import nothing
from tracker.charts.tables import Column, Table

TRACK, BAR, GAP = 24, 12, 10
EDGE = 8


@dataclass(frozen=True)
class YearMoney:
    """Dollars of one fiscal year, named by the year it starts in; None is not known."""

    year: int
    planned: Decimal | None
    authority: Decimal | None
    spent: Decimal | None

    @property
    def parts(self) -> tuple[tuple[str, Decimal | None], ...]:
        """Each with its name."""
        return (
            (_("Spent"), self.spent),
            (_("Authority"), self.authority),
            (pgettext("money", "Planned"), self.planned),
        )


@dataclass(frozen=True)
class YearColumns:
    """Fiscal years in order; `current` is the one under way."""

    key: str
    title: str
    years: tuple[YearMoney, ...]
    current: int | None = None

    @property
    def in_words(self) -> str:
        """Every amount."""
        if not self.years:
            return _("No amounts yet.")
        words = _("%(label)s: %(size)s")
        return formats.listed(
            words % {"label": formats.fiscal_year(row.year), "size": ", ".join(_said(row))} for row in self.years
        )

    def table(self) -> Table:
        """A row for each year."""
        heads = (pgettext("money", "Planned"), _("Authority"), _("Spent"))
        return Table(
            (Column(_("Fiscal year")), *(Column(head, number=True) for head in heads)),
            tuple(
                (formats.fiscal_year(row.year), *(_cell(amount) for amount in (row.planned, row.authority, row.spent)))
                for row in self.years
            ),
        )

    def drawn(self, wide: int = WIDE) -> SafeString:
        """One year under the other."""
        return year_columns(self, wide)


def _cell(amount: Decimal | None) -> str:
    return _("not known") if amount is None else formats.dollars(amount)


def _said(row: YearMoney) -> list[str]:
    words = _("%(label)s %(size)s")
    return [
        words % {"label": name.lower(), "size": _("not known") if amount is None else formats.money(amount)}
        for name, amount in row.parts
    ]


def year_columns(chart: YearColumns, wide: int = WIDE) -> SafeString:
    """For each year its amounts in words, and under them a bar of what was spent inside the outline of the authority,
    with a mark at what was planned."""
    values = [amount for row in chart.years for _name, amount in row.parts if amount is not None]
    if not chart.years:
        return nothing(chart, wide)
    across = ValueScale.over(values, EDGE, wide - EDGE, most=7 if wide > NARROW else 4)
    parts: list[SafeString] = []
    top = 0.0
    for row in chart.years:
        label = formats.fiscal_year(row.year)
        if row.year == chart.current:
            label = _("%(year)s, under way") % {"year": label}
        room = width(label, bold=True) + 14
        said = formats.listed(part.replace(" ", formats.NO_BREAK) for part in _said(row))
        beside = room + width(said) <= wide
        lines = (said,) if beside else wrapped(said, wide)
        parts.append(text(0, top + 12, label, bold=True))
        first = 12 if beside else 12 + LEADING
        parts += [
            text(wide if beside else 0, top + first + LEADING * n, one, anchor="end" if beside else "start")
            for n, one in enumerate(lines)
        ]
        band = top + first + LEADING * (len(lines) - 1) + 9
        parts += _band(row, across, band, wide)
        top = band + TRACK + GAP
    foot = top - GAP + 2
    for tick in across.ticks if values else ():
        label, x = dollars_label(tick, across), across.at(tick)
        half = width(label) / 2
        parts.append(text(min(max(x, half), wide - half), foot + LEADING, label, anchor="middle", ink="quiet"))
    under, tall = legend(_entries(chart), wide=wide, top=foot + LEADING + 12)
    return document(chart.key, chart.title, chart.in_words, joined([*parts, under]), wide=wide, tall=tall)


def _band(row: YearMoney, across: ValueScale, y: float, wide: float) -> Iterator[SafeString]:
    zero = across.at(Decimal(0))
    yield rect(0, y, wide, TRACK, fill="raised")
    for tick in across.ticks if any(amount is not None for _name, amount in row.parts) else ():
        yield line(across.at(tick), y, across.at(tick), y + TRACK + 4, "line" if tick else "edge")
    if row.authority is not None:
        end = across.at(row.authority)
        outline = (min(zero, end), y + 1, abs(end - zero), TRACK - 2)
        yield rect(*outline, fill="page")
    if row.spent is not None:
        end = across.at(row.spent)
        yield rect(min(zero, end), y + (TRACK - BAR) / 2, max(abs(end - zero), 1), BAR, fill="blue", mark=True)
    if row.authority is not None:
        yield rect(*outline, edge="text", thick=1.8, mark=True)
    if row.planned is not None:
        yield _planned(across.at(row.planned), y)


def _planned(x: float, y: float) -> SafeString:
    """A flagged pole."""
    halo = line(x, y, x, y + TRACK, "page", thick=5)
    pole = line(x, y - 3, x, y + TRACK + 1, "violet", thick=2.5, mark=True)
    return joined([halo, pole, path(f"M{x - 5:.1f} {y - 4:.1f}h10l-5 7Z", fill="violet", mark=True)])


def _entries(chart: YearColumns) -> Iterator[Entry]:
    if any(row.spent is not None for row in chart.years):
        yield Entry(rect(0, 2, 26, 10, fill="blue"), _("Spent"))
    if any(row.authority is not None for row in chart.years):
        yield Entry(rect(1, 1, 24, 12, fill="page", edge="text", thick=1.8), _("Authority"))
    if any(row.planned is not None for row in chart.years):
        flag = path("M8 0h10l-5 7Z", fill="violet")
        yield Entry(joined([line(13, 1, 13, 14, "violet", thick=2.5), flag]), pgettext("money", "Planned"))
