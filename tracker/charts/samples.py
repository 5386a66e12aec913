"""Every chart in the states that are hard to draw: for the developers' gallery, and for the tests that look at it.
Nothing here is a fact of any plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from tracker import formats
from tracker.charts.burn import Burn, BurnMonth
from tracker.charts.paths import AT_LEAST, AT_MOST, BETWEEN, IndicatorPath, Observed, TargetPoint
from tracker.charts.slips import Forecasts, SlipChart
from tracker.charts.strip import StatusStrip, WeekState
from tracker.charts.tables import Chart
from tracker.charts.timeline import MilestoneDates, MilestoneTimeline
from tracker.charts.years import YearColumns, YearMoney

TODAY = date(2026, 11, 23)
ANNOUNCED = date(2024, 12, 17)
MILLION = Decimal(10**6)
WEEK = timedelta(days=7)
NAMES = (
    ("Contract awarded for towers", "Marché attribué pour les tours"),
    ("Regional hub opens in Windsor", "Ouverture du centre régional de Windsor"),
    ("Training of canine teams complete", "Fin de la formation des équipes cynophiles"),
    ("First helicopters in service", "Mise en service des premiers hélicoptères"),
    (
        "Memorandum of understanding on the sharing of information about precursor chemicals signed by all partners",
        "Signature par tous les partenaires du protocole d’entente sur l’échange de renseignements sur les drogues",
    ),
    ("Scanners accepted", "Réception des appareils de numérisation"),
    ("Evaluation published", "Publication de l’évaluation"),
)


@dataclass(frozen=True)
class Sample:
    """A chart, and the state it is in."""

    state: str
    chart: Chart


def samples() -> tuple[Sample, ...]:
    """All of them, in the active language. Keys and titles are unique."""
    return (*_strips(), *_timelines(), *_slips(), *_burns(), *_paths(), *_years())


def _said(english: str, french: str) -> str:
    return french if formats.is_french() else english


def _name(n: int) -> str:
    return _said(*NAMES[n % len(NAMES)])


def _words(state: str) -> str:
    return {
        "green": _("on track"),
        "amber": _("at risk"),
        "red": _("off track"),
        "no_update": _("no update"),
    }[state]


def _weeks(states: str, *, monday: date = date(2026, 11, 16)) -> tuple[WeekState, ...]:
    """One letter for each week, the last that of `monday`; a space is a week that never was."""
    known = {"g": "green", "a": "amber", "r": "red", "n": "no_update"}
    first = monday - (len(states) - 1) * WEEK
    return tuple(
        WeekState(first + n * WEEK, known[letter], _words(known[letter]))
        for n, letter in enumerate(states)
        if letter != " "
    )


def _strips() -> Iterator[Sample]:
    title = _("Status of the last 26 weeks")
    typical, mixed = "gggggggaaaaannaarrrrraaggg", "garngarn garngarn  rnnnngr"
    yield Sample(_("typical"), StatusStrip("strip-typical", title, _weeks(typical)))
    spring = _weeks(mixed, monday=date(2026, 5, 11))
    yield Sample(_("many changes, gaps, new year"), StatusStrip("strip-mixed", title, spring))
    steady = _weeks("g" * 40, monday=date(2026, 4, 6))
    yield Sample(_("no change, new year at the edge"), StatusStrip("strip-steady", title, steady))
    yield Sample(_("one week"), StatusStrip("strip-one", title, _weeks("a")))
    yield Sample(_("empty"), StatusStrip("strip-empty", title, ()))


def _milestones(count: int) -> tuple[MilestoneDates, ...]:
    rows = []
    for n in range(count):
        first = date(2025, 6, 30) + n * timedelta(days=900 // count)
        latest = first + timedelta(days=(0, 45, 0, 120, 30)[n % 5])
        forecast = latest + timedelta(days=(0, 60, -40, 12, 200)[n % 5])
        actual = forecast if forecast < TODAY and n % 4 != 1 else None
        rows.append(MilestoneDates(f"M{n + 1}", _name(n), first, latest, forecast, actual))
    return tuple(rows)


def _timelines() -> Iterator[Sample]:
    title = _("Milestones")
    before = MilestoneDates("M0", _name(0), date(2024, 9, 30), None, None, date(2024, 10, 15))
    bare = MilestoneDates("M8", _name(5), date(2027, 3, 31), date(2027, 3, 31), None)
    unplanned = MilestoneDates("M9", _name(6), None, None, date(2027, 9, 30))
    rows = (before, *_milestones(5), bare, unplanned)
    yield Sample(_("typical"), MilestoneTimeline("timeline-typical", title, TODAY, rows, ANNOUNCED))
    yield Sample(_("forty"), MilestoneTimeline("timeline-forty", title, TODAY, _milestones(40)))
    one = (MilestoneDates("M1", _name(4), TODAY, TODAY, TODAY),)
    yield Sample(_("one, today"), MilestoneTimeline("timeline-one", title, TODAY, one))
    far = (
        MilestoneDates("M1", _name(2), date(1998, 4, 1), date(2026, 12, 1), date(2049, 3, 31)),
        MilestoneDates("M2", _name(3), date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 22)),
    )
    yield Sample(_("half a century"), MilestoneTimeline("timeline-far", title, TODAY, far, ANNOUNCED))
    yield Sample(_("empty"), MilestoneTimeline("timeline-empty", title, TODAY, ()))


def _forecasts(n: int) -> Forecasts:
    start = date(2025, 1, 20) + n * 3 * WEEK
    moves = (0, 30, 75) if n % 3 == 0 else (0, 0, -30, 45) if n % 3 == 1 else (0,)
    goal = date(2026, 3, 31) + n * timedelta(days=55)
    said = tuple((start + step * timedelta(days=110), goal + timedelta(days=days)) for step, days in enumerate(moves))
    met = said[-1][1] if said[-1][1] < TODAY else None
    return Forecasts(f"M{n + 1}", _name(n), said, met)


def _slips() -> Iterator[Sample]:
    title = _("How forecasts moved")
    yield Sample(_("typical"), SlipChart("slips-typical", title, TODAY, tuple(_forecasts(n) for n in (0, 1, 3, 6))))
    yield Sample(_("eight"), SlipChart("slips-eight", title, TODAY, tuple(_forecasts(n) for n in range(8))))
    same = tuple(
        Forecasts(f"M{n + 1}", _name(n), ((date(2025, 4, 1), date(2027, 3, 31)), (TODAY, date(2027, 9, 30))))
        for n in range(5)
    )
    yield Sample(_("all on one day"), SlipChart("slips-same", title, TODAY, same))
    one = (Forecasts("M1", _name(4), ((TODAY, TODAY + 3 * WEEK),)),)
    yield Sample(_("one point"), SlipChart("slips-one", title, TODAY, one))
    yield Sample(_("empty"), SlipChart("slips-empty", title, TODAY, ()))


def _months(
    spent: list[int | None], *, authority: tuple[int, int] = (80, 96), planned: int = 8, scale: Decimal = MILLION
) -> tuple[BurnMonth, ...]:
    months = [date(2026 + (n > 8), (n + 3) % 12 + 1, 1) for n in range(12)]  # noqa: PLR2004 - April to December
    amounts = [*spent, *[None] * (12 - len(spent))]
    return tuple(
        BurnMonth(
            month,
            authority[n > 6] * scale,  # noqa: PLR2004 - Supplementary Estimates in autumn
            planned * (n + 1) * scale,
            None if amount is None else amount * scale,
        )
        for n, (month, amount) in enumerate(zip(months, amounts, strict=True))
    )


def _burns() -> Iterator[Sample]:
    title = _("Spending in the fiscal year")
    typical = _months([3, 7, 12, 17, 25, 31, 38])
    short = {"forecast": Decimal("71.5") * MILLION, "lapse": Decimal("24.5") * MILLION}
    yield Sample(_("typical"), Burn("burn-typical", title, 2026, typical, **short))
    gaps = _months([2, None, None, 15, None, 40, 52, 60, 71])
    yield Sample(_("unknown months, over authority"), Burn("burn-over", title, 2026, gaps, forecast=120 * MILLION))
    negative = _months([1, -2, -5, 4], authority=(3, 9), planned=1, scale=Decimal(1000))
    yield Sample(_("negative and small"), Burn("burn-negative", title, 2026, negative, forecast=Decimal(-4000)))
    huge = _months([900, 2100], authority=(90000, 95000), planned=8000)
    yield Sample(_("huge"), Burn("burn-huge", title, 2026, huge, forecast=95000 * MILLION, lapse=2 * MILLION))
    one = (BurnMonth(date(2026, 4, 1), spent=5 * MILLION),)
    yield Sample(_("one point"), Burn("burn-one", title, 2026, one))
    yield Sample(_("empty"), Burn("burn-empty", title, 2026, ()))


def _observed(values: list[str], *, corrected: int = -1) -> tuple[Observed, ...]:
    """Half-years from September 2024; an empty text was not available."""
    days = [date(2024 + (n + 1) // 2, 9 if n % 2 == 0 else 3, 30) for n in range(len(values))]
    rows = []
    for n, (day, value) in enumerate(zip(days, values, strict=True)):
        amount = Decimal(value) if value else None
        shown = _("not available") if amount is None else formats.number(amount, max(0, -_exponent(amount)))
        rows.append(Observed(day, formats.iso_date(day), amount, shown, corrected=n == corrected))
    return tuple(rows)


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _goal(year: int, kind: str, low: str = "", high: str = "") -> TargetPoint:
    bounds = [Decimal(bound) if bound else None for bound in (low, high)]
    shown = _said(" to ", " à ").join(formats.number(bound) for bound in bounds if bound is not None)
    return TargetPoint(date(year, 3, 31), kind, bounds[0], bounds[1], shown)


def _paths() -> Iterator[Sample]:
    rising = (_goal(2026, AT_LEAST, "60"), _goal(2028, AT_LEAST, "150"))
    start = (date(2024, 3, 31), Decimal(12), formats.number(12))
    teams = _said("Canine teams", "Équipes cynophiles"), _said("teams", "équipes")
    seen = _observed(["18", "34", "", "71", "83"], corrected=3)
    yield Sample(_("at least, one missing"), IndicatorPath("path-least", *teams, seen, rising, start))
    waits = _said("Waiting time at land ports", "Temps d’attente aux postes frontaliers terrestres")
    minutes = _said("minutes, nine times out of ten", "minutes, neuf fois sur dix")
    falling = (_goal(2026, AT_MOST, "", "30"), _goal(2027, AT_MOST, "", "20"))
    spell = _observed(["41.5", "44.2", "37.9", "36.0", "28.4"])
    begun = (date(2024, 3, 31), Decimal("43.1"), formats.number(Decimal("43.1"), 1))
    yield Sample(_("at most"), IndicatorPath("path-most", waits, minutes, spell, falling, begun))
    staff = _said("Share of positions filled", "Part des postes pourvus")
    between = (_goal(2026, BETWEEN, "85", "95"), _goal(2028, BETWEEN, "90", "98"))
    filled = _observed(["70", "82", "88", "97"])
    half = (date(2024, 3, 31), Decimal(64), formats.number(64))
    yield Sample(_("between two bounds"), IndicatorPath("path-between", staff, "%", filled, between, half))
    huge = _observed(["-1250000", "98765432", "1234567890"])
    net = _said("Net value of goods", "Valeur nette des marchandises")
    yield Sample(_("negative and huge, no target"), IndicatorPath("path-huge", net, _said("dollars", "dollars"), huge))
    years = _observed(["18", "34", "71"])
    parts = (replace(years[0], part=True), *years[1:], replace(years[2], day=date(2026, 3, 31), part=True))
    yield Sample(_("parts of years"), IndicatorPath("path-parts", *teams, parts, rising))
    yield Sample(_("one point"), IndicatorPath("path-one", *teams, _observed(["18"])))
    yield Sample(_("empty"), IndicatorPath("path-empty", *teams, ()))


def _years() -> Iterator[Sample]:
    title = _("Money by fiscal year")
    amounts = ((2024, 81, 76, 70), (2025, 230, 245, 198), (2026, 310, 296, 142), (2027, 290, None, None))
    typical = tuple(
        YearMoney(year, *(None if amount is None else amount * MILLION for amount in row)) for year, *row in amounts
    )
    yield Sample(_("typical"), YearColumns("years-typical", title, typical, current=2026))
    odd = (
        YearMoney(2025, -3 * MILLION, Decimal(0), Decimal(-1_250_000)),
        YearMoney(2026, None, 2 * MILLION, Decimal(950)),
    )
    yield Sample(_("negative and nearly nothing"), YearColumns("years-odd", title, odd))
    huge = (YearMoney(2026, 98765 * MILLION, 123456 * MILLION, 150000 * MILLION),)
    yield Sample(_("huge"), YearColumns("years-huge", title, huge, current=2026))
    yield Sample(_("one, not known"), YearColumns("years-unknown", title, (YearMoney(2026, None, None, None),)))
    yield Sample(_("empty"), YearColumns("years-empty", title, ()))
