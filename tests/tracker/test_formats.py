"""Amounts, dates and years as text, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from tracker import formats

NB = "\u00a0"
MINUS = "\u2212"


def both(write, value) -> tuple[str, str]:
    with translation.override("en"):
        english = write(value)
    with translation.override("fr"):
        return english, write(value)


@pytest.mark.parametrize(
    ("amount", "english", "french"),
    [
        (Decimal("1300600000"), f"$1.30{NB}B", f"1,30{NB}G$"),
        (Decimal("355400000.00"), f"$355.4{NB}M", f"355,4{NB}M$"),
        (Decimal("1000000"), f"$1.0{NB}M", f"1,0{NB}M$"),
        (Decimal("999999.49"), "$999,999", f"999{NB}999{NB}$"),
        # Rounding never shows a thousand of a unit where one of the next is meant.
        (Decimal("999999.50"), f"$1.0{NB}M", f"1,0{NB}M$"),
        (Decimal("999949999"), f"$999.9{NB}M", f"999,9{NB}M$"),
        (Decimal("999950000"), f"$1.00{NB}B", f"1,00{NB}G$"),
        (0, "$0", f"0{NB}$"),
        (Decimal("-47900000"), f"{MINUS}$47.9{NB}M", f"{MINUS}47,9{NB}M$"),
    ],
)
def test_money_is_short(amount, english, french):
    assert both(formats.money, amount) == (english, french)


def test_millions_keep_their_unit_so_that_sums_can_be_compared():
    assert both(formats.millions, Decimal("1300600000")) == (f"$1,300.6{NB}M", f"1{NB}300,6{NB}M$")


def test_dollars_are_exact_to_the_cent():
    assert both(formats.dollars, Decimal("5300000")) == ("$5,300,000.00", f"5{NB}300{NB}000,00{NB}$")
    assert both(formats.dollars, Decimal("-0.05")) == (f"{MINUS}$0.05", f"{MINUS}0,05{NB}$")


def test_a_tiny_loss_that_rounds_to_nothing_has_no_sign():
    assert formats.number(Decimal("-0.4")) == "0"


def test_numbers_round_half_up():
    assert both(lambda value: formats.number(value, 1), Decimal("12345.25")) == ("12,345.3", f"12{NB}345,3")


def test_percent_takes_a_share_of_one():
    assert both(formats.percent, Decimal("0.455")) == ("46%", f"46{NB}%")


@pytest.mark.parametrize(
    ("start", "english", "french"), [(2025, "2025-26", "2025-2026"), (1999, "1999-00", "1999-2000")]
)
def test_fiscal_year(start, english, french):
    assert both(formats.fiscal_year, start) == (english, french)


def test_dates():
    assert formats.iso_date(date(2026, 3, 5)) == "2026-03-05"
    assert both(formats.long_date, date(2026, 11, 22)) == (
        f"22{NB}November{NB}2026",
        f"22{NB}novembre{NB}2026",
    )
    assert both(formats.long_date, date(2026, 8, 1)) == (f"1{NB}August{NB}2026", f"1er{NB}août{NB}2026")
    # The last days of a year may lie in the first week of the next.
    assert formats.iso_week(date(2024, 12, 30)) == "2025-W01"


def test_instants_are_read_on_the_local_clock():
    late = datetime(2026, 7, 2, 3, 30, tzinfo=UTC)
    assert formats.iso_date(late) == "2026-07-01"
    assert both(formats.long_datetime, late) == (
        f"1{NB}July{NB}2026, 23:30{NB}EDT",
        f"1er{NB}juillet{NB}2026, 23{NB}h{NB}30{NB}HAE",
    )


def test_french_zone_names():
    assert formats.FRENCH_ZONES["NST"] == "HNT"
    assert formats.FRENCH_ZONES["MDT"] == "HAR"
