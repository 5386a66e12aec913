"""Laws of merging two people's changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.merging import alike, merge

FIELDS = ("headline", "narrative", "cost", "no_change")
VALUE = st.one_of(st.sampled_from(["", "a", "b", " a ", "a\nb", "a\r\nb"]), st.integers(0, 2), st.booleans(), st.none())
ROW = st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUE))
PART = st.dictionaries(st.sampled_from(FIELDS), VALUE)


@given(base=ROW, now=ROW, wanted=PART)
def test_every_change_is_kept_or_told(base, now, wanted):
    """No update is lost: what either side changed is stored, unless both did and differently; then it is told."""
    merged = merge(base=base, now=now, wanted=wanted)
    for name in FIELDS:
        theirs = not alike(now[name], base[name])
        mine = name in wanted and not alike(wanted[name], base[name])
        both = theirs and mine and not alike(now[name], wanted[name])
        assert (name in merged.conflicts) is both
        assert alike(merged.values[name], wanted[name] if mine and not theirs else now[name])


@given(base=ROW, one=ROW, other=ROW)
def test_it_does_not_matter_who_came_first(base, one, other):
    first, second = merge(base=base, now=one, wanted=other), merge(base=base, now=other, wanted=one)
    assert set(first.conflicts) == set(second.conflicts)
    for name in set(FIELDS) - set(first.conflicts):
        assert alike(first.values[name], second.values[name])


@given(base=ROW, now=ROW, wanted=PART)
def test_sending_the_same_again_changes_nothing_more(base, now, wanted):
    merged = merge(base=base, now=now, wanted=wanted)
    again = merge(base=base, now=merged.values, wanted=wanted)
    assert (again.values, again.conflicts) == (merged.values, merged.conflicts)


@given(now=ROW, wanted=PART)
def test_who_saw_the_row_as_it_is_has_the_last_word(now, wanted):
    merged = merge(base=now, now=now, wanted=wanted)
    assert not merged.conflicts
    assert all(alike(merged.values[name], value) for name, value in (now | wanted).items())


@given(base=ROW, now=ROW)
def test_who_changed_nothing_undoes_nothing(base, now):
    assert merge(base=base, now=now, wanted=base).values == now
    assert merge(base=base, now=now, wanted={}).values == now


def test_line_breaks_and_space_around_are_no_change():
    stored = {"narrative": "one\ntwo", "cost": "green"}
    merged = merge(base=stored, now=stored, wanted={"narrative": "one\r\ntwo ", "cost": "green"})
    assert merged.values == stored


def test_a_field_that_the_row_has_not_is_a_fault():
    with pytest.raises(KeyError):
        merge(base={}, now={}, wanted={"colour": "red"})
