"""How a milestone ends, and how an ending is taken back."""

from datetime import date

import pytest

from initiatives.rules.endings import Ending, ending_problems

TODAY, YESTERDAY, TOMORROW = date(2026, 11, 18), date(2026, 11, 17), date(2026, 11, 19)
OPEN, MET, CANCELLED = Ending(None, None, ""), Ending(YESTERDAY, None, ""), Ending(None, YESTERDAY, "merged")


@pytest.mark.parametrize(
    ("old", "new", "reason", "named"),
    [
        (OPEN, OPEN, "", set()),
        (OPEN, MET, "", set()),
        (OPEN, Ending(TODAY, None, ""), "", set()),
        (OPEN, CANCELLED, "", set()),
        (MET, Ending(TODAY, None, ""), "", {"reason"}),
        (MET, Ending(TODAY, None, ""), "A day later", set()),
        (MET, OPEN, "Another hub", set()),
        (CANCELLED, OPEN, "Not merged", set()),
        (OPEN, Ending(TOMORROW, None, ""), "", {"actual_on"}),
        (OPEN, Ending(None, TOMORROW, "merged"), "", {"cancelled_on"}),
        (OPEN, Ending(None, TODAY, " "), "", {"cancelled_reason"}),
        (OPEN, Ending(None, None, "merged"), "", {"cancelled_reason"}),
        (CANCELLED, Ending(None, YESTERDAY, ""), "", {"cancelled_reason"}),
        (CANCELLED, Ending(None, None, "merged"), "Not merged", {"cancelled_reason"}),
        (MET, OPEN, " ", {"reason"}),
        (CANCELLED, OPEN, "", {"reason"}),
        (Ending(TOMORROW, None, ""), Ending(TOMORROW, None, ""), "", set()),
    ],
)
def test_each_step_is_allowed_or_says_what_is_missing(old, new, reason, named):
    assert set(ending_problems(new, old=old, reason=reason, today=TODAY)) == named


def test_met_and_cancelled_is_twice():
    assert Ending(TODAY, TODAY, "x").twice
    assert not any(one.twice for one in (OPEN, MET, CANCELLED))
