"""How the benchmarks judge: no engine, no clock."""

from dataclasses import replace

import pytest

from bench.kept import Run, keep, kept
from bench.load import quantile
from bench.measure import Result, alternate
from bench.table import HEAD, PROMISES, machine, page

RATE = Result("CSV", 90, "psql", 100, 0.8, unit="rows/s", least=True, memory=12, memory_goal=20)
TIME = Result("page “money”", 30, "live", 20, 2)


def ran(*results: Result) -> Run:
    return Run(list(results), 61, "Two cores.", "On a simulated plan.")


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (RATE, "met"),
        (replace(RATE, ours=80), "met"),
        (replace(RATE, ours=79), "missed"),
        (replace(RATE, memory=20.5), "missed"),
        (TIME, "met"),
        (replace(TIME, ours=40.5), "missed"),
        (replace(TIME, goal=None), ""),
    ],
)
def test_a_goal_is_met_or_missed(result, verdict):
    assert result.verdict == verdict
    assert verdict in str(result)


def test_the_aim_is_said():
    assert (RATE.aim, TIME.aim, replace(TIME, goal=None).aim) == ("at least 0.8; under 20 MB", "at most 2", "")


def test_the_table_shows_of_each_promise_what_is_furthest_from_its_goal():
    worse = replace(TIME, what="page “weeks”", ours=50)
    beside = replace(TIME, what="page “none”", ours=900, goal=None)
    runs = {"csv_export": ran(RATE), "past_pages": ran(TIME, worse, beside)}
    answers = [promise.answer(runs) for promise in PROMISES]
    assert [answer for answer in answers if answer] == [RATE, worse]


def test_ours_and_the_peer_take_turns_and_the_first_round_counts_for_nothing():
    said = []

    def turn(name, times):
        def measured():
            said.append(name)
            return times.pop(0)

        return measured

    assert alternate(turn("ours", [99, 3, 1, 2]), turn("peer", [99, 4, 6, 5]), rounds=3) == (2, 5)
    assert said == ["ours", "peer"] * 4


def test_a_quantile_is_one_of_the_values():
    assert [quantile([4, 1, 3, 2], share) for share in (0, 0.5, 0.95)] == [1, 3, 4]


def test_the_page_names_the_machine_and_every_measurement():
    text = page({"past_pages": ran(TIME)})
    assert text.count(HEAD[0]) == 2
    assert text.count("| page “money” | 30.00 | live | 20.00 | ms | 1.50 |  | at most 2 | met |") == 2
    assert "Two cores. Took 61 s. On a simulated plan." in text


def test_what_was_measured_is_kept_and_only_its_own_part_is_renewed(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    assert kept(["csv_export", "past_pages"]) == {}
    keep("csv_export", ran(RATE))
    keep("past_pages", ran(TIME))
    keep("past_pages", ran(replace(TIME, ours=20)))
    assert kept(["past_pages", "none", "csv_export"]) == {
        "past_pages": ran(replace(TIME, ours=20)), "csv_export": ran(RATE),
    }  # fmt: skip


@pytest.mark.django_db
def test_the_machine_is_told_without_names():
    assert "PostgreSQL 18" in machine()
