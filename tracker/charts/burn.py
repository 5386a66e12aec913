"""One fiscal year's money, month by month: what was spent against what may be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tracker import formats
from tracker.charts.axes import APRIL, DayScale, ValueScale, dollars_label, month_label, next_month
from tracker.charts.calendar import month_columns
from tracker.charts.canvas import NARROW, WIDE, circle, document, drawing_key, joined, line, polyline, rect
from tracker.charts.hatching import hatch, hatched
from tracker.charts.legend import Entry, legend
from tracker.charts.lettering import LEADING
from tracker.charts.marks import diamond, hatched_band, stroke, written_in
from tracker.charts.plot import EndName, end_names, end_room, ground, nothing, room_for, runs
from tracker.charts.tables import Column, Table

HEAD = 12
INKS_OF = {"authority": "text", "planned": "violet", "forecast": "blue", "spent": "blue"}


@dataclass(frozen=True)
class BurnMonth:
    """Cumulative dollars at the end of the month that begins on `month`; None is not known, which is not zero."""

    month: date
    authority: Decimal | None = None
    planned: Decimal | None = None
    spent: Decimal | None = None


@dataclass(frozen=True)
class Burn:
    """A fiscal year, named by the year it starts in; what is forecast to be spent by its end; how much authority is
    at risk of lapsing."""

    key: str
    title: str
    year: int
    months: tuple[BurnMonth, ...]
    forecast: Decimal | None = None
    lapse: Decimal | None = None

    @property
    def latest(self) -> BurnMonth | None:
        """The last month whose spending is known."""
        return next((month for month in reversed(self.months) if month.spent is not None), None)

    @property
    def parts(self) -> tuple[tuple[str, Decimal], ...]:
        """What stands at the ends of the lines: its kind, its amount."""
        authority = [month.authority for month in self.months if month.authority is not None]
        planned = [month.planned for month in self.months if month.planned is not None]
        spent = self.latest.spent if self.latest else None
        found = {
            "authority": authority[-1] if authority else None,
            "planned": planned[-1] if planned else None,
            "forecast": self.forecast,
            "spent": spent,
        }
        return tuple((kind, amount) for kind, amount in found.items() if amount is not None)

    @property
    def in_words(self) -> str:
        """Each amount, and the lapse."""
        said = [self.said(kind, amount) for kind, amount in self.parts]
        if self.lapse:
            said.append(_amount_of("lapse", self.lapse))
        return formats.listed(said) or _("No amounts yet.")

    def said(self, kind: str, amount: Decimal) -> str:
        """The amount of a line; of spending with the month that it ends with, for more may be spent by now."""
        if kind != "spent" or self.latest is None:
            return _amount_of(kind, amount)
        label = _("Spent, end of %(month)s") % {"month": month_label(self.latest.month)}
        return _("%(label)s: %(size)s") % {"label": label, "size": formats.money(amount)}

    def table(self) -> Table:
        """Month by month; then the year's end."""
        heads = (_("Authority"), pgettext("money", "Planned"), _("Spent"))
        rows = [
            (
                f"{month_label(month.month)} {month.month.year}",
                *(_cell(amount) for amount in (month.authority, month.planned, month.spent)),
            )
            for month in self.months
        ]
        if self.forecast is not None:
            rows.append((_("Forecast at year end"), "", "", formats.dollars(self.forecast)))
        if self.lapse is not None:
            rows.append((_("At risk of lapsing"), formats.dollars(self.lapse), "", ""))
        columns = (Column(_("To the end of")), *(Column(head, number=True) for head in heads))
        return Table(columns, tuple(rows))

    def drawn(self, wide: int = WIDE) -> SafeString:
        """With its amounts at the lines' ends; on a telephone they stand in the key."""
        return burn(self, wide)


def _names() -> dict[str, str]:
    return {
        "authority": _("Authority"),
        "planned": pgettext("money", "Planned"),
        "forecast": _("Forecast at year end"),
        "spent": _("Spent"),
        "lapse": _("At risk of lapsing"),
    }


def _amount_of(kind: str, amount: Decimal) -> str:
    return _("%(label)s: %(size)s") % {"label": _names()[kind], "size": formats.money(amount)}


def _cell(amount: Decimal | None) -> str:
    return _("not known") if amount is None else formats.dollars(amount)


def burn(chart: Burn, wide: int = WIDE) -> SafeString:
    """Cumulative lines over the months of the year; what is not known is a gap."""
    key = drawing_key(chart.key, wide)
    foot = HEAD + (250.0 if wide > NARROW else 200.0)
    shown = [amount for month in chart.months for amount in (month.authority, month.planned, month.spent)]
    values = [amount for amount in (*shown, chart.forecast) if amount is not None]
    if not values:
        return nothing(chart, wide)
    up = ValueScale.over(values, foot, HEAD, most=6)
    labels = [(up.at(tick), dollars_label(tick, up)) for tick in up.ticks]
    left = room_for(label for _y, label in labels)
    ends = list(_ends(chart, up)) if wide > NARROW else []
    right = wide - (end_room(ends) if ends else 6)
    across = DayScale(date(chart.year, APRIL, 1), date(chart.year + 1, APRIL, 1), left, right)
    parts: list[SafeString] = [hatch(f"{key}-lapse", "red"), *ground((left, HEAD, right, foot), labels)]
    parts.append(line(left, up.at(Decimal(0)), right, up.at(Decimal(0)), "edge"))
    parts += month_columns(across, foot)
    box = _lapse_box(chart, across, up)
    parts += [hatched_band(f"{key}-lapse", box)] if box else []
    parts += _lines(chart, across, up)
    parts += written_in(box, _amount_of("lapse", chart.lapse)) if box and chart.lapse else []
    parts += end_names(ends, right, top=HEAD, foot=foot)
    under, tall = legend(
        _entries(chart, f"{key}-lapse", elsewhere=bool(ends)),
        wide=wide,
        top=foot + 2 * LEADING + 8,
    )
    return document(chart.key, chart.title, chart.in_words, joined([*parts, under]), wide=wide, tall=tall)


def _lines(chart: Burn, across: DayScale, up: ValueScale) -> Iterator[SafeString]:
    for run in runs((month.month, month.authority) for month in chart.months):
        points = [
            (across.at(day), up.at(amount))
            for month, amount in run
            for day in (month, next_month(month))
        ]  # fmt: skip
        yield polyline(points, "text", thick=2.2, mark=True)
    for run in runs((month.month, month.planned) for month in chart.months):
        yield from stroke(_ends_of(run, across, up), "violet", dash="7 4", thick=2)
    latest = chart.latest
    if chart.forecast is not None:
        end = (across.at(across.last), up.at(chart.forecast))
        if latest and latest.spent is not None and next_month(latest.month) < across.last:
            start = (across.at(next_month(latest.month)), up.at(latest.spent))
            yield polyline([start, end], "blue", thick=2, dash="2 3", mark=True)
        yield diamond(*end, 6, fill="blue", mark=True)
    for run in runs((month.month, month.spent) for month in chart.months):
        points = _ends_of(run, across, up)
        yield from stroke(points, "blue", dash="", thick=3.2)
        yield from (circle(x, y, 3.6, fill="blue") for x, y in points)


def _ends_of(run: list[tuple[date, Decimal]], across: DayScale, up: ValueScale) -> list[tuple[float, float]]:
    return [(across.at(next_month(month)), up.at(amount)) for month, amount in run]


def _lapse_box(chart: Burn, across: DayScale, up: ValueScale) -> tuple[float, float, float, float] | None:
    """Left, top, width, height."""
    if not chart.lapse or chart.lapse < 0 or chart.forecast is None:
        return None
    start = across.at(next_month(chart.latest.month)) if chart.latest else across.low
    x = min(start, across.high - 40)
    top = max(up.at(chart.forecast + chart.lapse), up.top)
    return (x, top, across.high - x, up.at(chart.forecast) - top)


def _ends(chart: Burn, up: ValueScale) -> Iterator[EndName]:
    """Of the lines that reach the year's end."""
    names = {**_names(), "forecast": _("Forecast")}
    for kind, amount in chart.parts:
        if kind != "spent":
            yield EndName(INKS_OF[kind], names[kind], formats.money(amount), up.at(amount))


def _entries(chart: Burn, key: str, *, elsewhere: bool) -> Iterator[Entry]:
    """With amounts, but for those that stand elsewhere."""
    samples = {
        "authority": line(0, 7, 26, 7, "text", thick=2.2),
        "planned": line(0, 7, 26, 7, "violet", thick=2, dash="7 4"),
        "forecast": joined([line(0, 7, 26, 7, "blue", thick=2, dash="2 3"), diamond(13, 7, 6, fill="blue")]),
        "spent": joined([line(0, 7, 26, 7, "blue", thick=3.2), circle(13, 7, 3.6, fill="blue")]),
    }
    for kind, amount in chart.parts:
        yield Entry(samples[kind], _names()[kind] if elsewhere and kind != "spent" else chart.said(kind, amount))
    if chart.lapse and chart.lapse > 0:
        box = joined([hatched(key, 0, 0, 26, 14), rect(0.5, 0.5, 25, 13, edge="red")])
        yield Entry(box, _amount_of("lapse", chart.lapse))
