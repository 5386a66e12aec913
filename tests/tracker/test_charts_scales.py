"""Where days and amounts lie, and which ticks stand beside them."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import translation
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as some

from tracker.charts.axes import DayScale, ValueScale, dollars_label, fiscal_years, spread
from tracker.charts.lettering import SIZE, width, wrapped
from tracker.charts.pictures import FONTS
from tracker.charts.plot import runs
from tracker.charts.samples import NAMES

DAYS = some.dates(date(1990, 1, 1), date(2090, 12, 31))
AMOUNTS = some.decimals(-(10**13), 10**13, places=2)


@given(some.lists(DAYS, min_size=1, max_size=9), some.floats(10, 1200), some.floats(20, 90))
def test_days_lie_in_order_inside_and_their_ticks_keep_apart(days, length, spacing):
    scale = DayScale.over(days, 5, 5 + length)
    places = [scale.at(day) for day in sorted(days)]
    assert places == sorted(places)
    assert all(4.99 < place < 5.01 + length for place in places)
    ticks = scale.ticks(spacing)
    assert len(ticks) <= length / spacing
    assert all(scale.first <= tick <= scale.last for tick in ticks)
    assert all(before < after for before, after in pairwise(ticks))


@pytest.mark.parametrize(
    ("last", "length", "expected"),
    [
        (date(2026, 4, 8), 700, [date(2026, 4, 1), date(2026, 4, 2)]),
        (date(2026, 4, 30), 700, [date(2026, 4, 6), date(2026, 4, 13)]),
        (date(2027, 3, 31), 700, [date(2026, 4, 1), date(2026, 5, 1)]),
        (date(2028, 3, 31), 700, [date(2026, 4, 1), date(2026, 7, 1)]),
        (date(2032, 3, 31), 700, [date(2026, 4, 1), date(2026, 10, 1)]),
        (date(2035, 3, 31), 700, [date(2026, 4, 1), date(2027, 4, 1)]),
        (date(2035, 3, 31), 300, [date(2026, 4, 1), date(2028, 4, 1)]),
    ],
)
def test_ticks_are_days_weeks_months_quarters_halves_and_fiscal_years(last, length, expected):
    scale = DayScale(date(2026, 4, 1), last + timedelta(1), 0, length)
    assert list(scale.ticks(48)[:2]) == expected


@given(some.lists(AMOUNTS, max_size=9), some.integers(3, 9), some.booleans())
def test_amounts_lie_between_round_ticks(values, most, zero):
    scale = ValueScale.over(values, 300, 20, most=most, zero=zero)
    ticks = scale.ticks
    assert 2 <= len(ticks) <= most
    assert all(after - before == scale.step for before, after in pairwise(ticks))
    assert scale.step.normalize().as_tuple().digits in {(1,), (2,), (2, 5), (5,)}
    assert (ticks[0], ticks[-1]) == (scale.least, scale.greatest)
    assert all(ticks[0] <= value <= ticks[-1] for value in values)
    assert all(19.99 < scale.at(value) < 300.01 for value in values)
    assert not zero or Decimal(0) in ticks


def test_dollars_beside_ticks_follow_the_language_and_the_size():
    def labels(*values: object) -> list[str]:
        scale = ValueScale.over([Decimal(str(value)) for value in values], 0, 1, most=4)
        return [dollars_label(tick, scale) for tick in scale.ticks]

    with translation.override("en"):
        assert labels("2500000000") == ["$0", "$1\N{NO-BREAK SPACE}B", "$2\N{NO-BREAK SPACE}B", "$3\N{NO-BREAK SPACE}B"]
        assert labels("1400000") == [
            "$0", "$0.5\N{NO-BREAK SPACE}M", "$1.0\N{NO-BREAK SPACE}M", "$1.5\N{NO-BREAK SPACE}M"
        ]  # fmt: skip
        assert labels(-900, 1000) == ["\N{MINUS SIGN}$1,000", "$0", "$1,000"]
    with translation.override("fr"):
        assert labels("2500000000")[-1] == "3\N{NO-BREAK SPACE}G$"
        assert labels(-900, 1000)[0] == "\N{MINUS SIGN}1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}$"


@given(DAYS, some.integers(1, 4000))
def test_fiscal_years_share_a_span_out_among_them(first, length):
    last = first + timedelta(length)
    parts = list(fiscal_years(first, last))
    assert (parts[0][1], parts[-1][2]) == (first, last)
    assert all(before[2] == after[1] == date(after[0], 4, 1) for before, after in pairwise(parts))


@given(some.lists(some.floats(-50, 400), max_size=12))
def test_labels_are_moved_apart_and_stay_within(wanted):
    places = spread(wanted, 18, 0, 300)
    assert all(-0.01 <= place <= 300.01 for place in places)
    gap = min(18.0, 300 / max(len(wanted) - 1, 1))
    assert all(after - before > gap - 0.01 for before, after in pairwise(sorted(places)))
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    assert [places[n] for n in order] == sorted(places)


def test_labels_that_do_not_touch_stay_where_they_are():
    assert spread([200.0, 10.0, 90.0], 18, 0, 300) == [200.0, 10.0, 90.0]


def test_a_month_that_is_not_known_ends_a_run():
    months = [date(2026, month, 1) for month in (4, 5, 6, 7, 9)]
    amounts = [Decimal(1), Decimal(2), None, Decimal(4), Decimal(5)]
    found = [[amount for _month, amount in run] for run in runs(zip(months, amounts, strict=True))]
    assert found == [[1, 2], [4], [5]]


@pytest.mark.parametrize(("face", "bold"), [("regular", False), ("bold", True)])
def test_text_is_never_wider_than_reckoned(face, bold):
    with TTFont(FONTS / f"gcds-noto-sans-{face}.woff2") as font:
        advances, letters, em = font["hmtx"], font.getBestCmap(), font["head"].unitsPerEm
        for said in [name for pair in NAMES for name in pair] + ["$1,234,567.89", "12 345,6 M$", "2026-2027", "M10"]:
            known = sum(advances[letters[ord(letter)]][0] for letter in said) / em * SIZE
            assert known <= width(said, bold=bold) <= known * 1.25, said


@given(some.text("abcdefgh éW-’", max_size=120), some.floats(40, 300), some.integers(1, 4))
def test_wrapped_text_fits_and_says_where_it_is_cut(said, room, most):
    lines = wrapped(said, room, most=most)
    assert len(lines) <= most
    assert all(width(line) <= room for line in lines)
    whole = "".join(lines).replace(" ", "")
    assert whole == said.replace(" ", "") or lines[-1].endswith("…")
