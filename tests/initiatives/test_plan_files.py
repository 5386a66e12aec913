"""Plan files: how they are read, and how what is wrong with them is told."""

import os
import subprocess
import sys
from dataclasses import fields
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from initiatives.choices import ObservationKind
from initiatives.plan_files import PlanFileError, Problem, data, read_plan
from initiatives.plan_files.items import Item
from initiatives.plan_files.vocabulary import French, Precision
from tests.initiatives.sound_plan import SOUND, TODAY, write_plan

REPOSITORY = Path(__file__).resolve().parents[2]


def problems_of(directory: Path) -> tuple[Problem, ...]:
    with pytest.raises(PlanFileError) as caught:
        read_plan(directory, today=TODAY)
    return caught.value.problems


def test_a_sound_plan_is_read(tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path), today=TODAY)

    initiative = plan.initiatives[0]
    assert initiative.code == "1.10"
    assert initiative.official
    assert initiative.french is French.OURS
    assert plan.places[0].province == "ON"
    assert plan.source("NW1").published_on == date(2024, 12, 17)


def test_every_item_knows_its_line(tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path), today=TODAY)

    initiative = plan.initiatives[0]
    places = [initiative.at, initiative.milestones[0].at, initiative.money[0].at, initiative.money[0].entries[0].at]
    assert [str(at) for at in places] == [
        "initiatives-1.yaml:2",
        "initiatives-1.yaml:16",
        "initiatives-1.yaml:24",
        "initiatives-1.yaml:27",
    ]


def test_amounts_never_pass_through_float(tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path), today=TODAY)

    assert plan.initiatives[0].money[0].entries[0].amount == Decimal("12345678901234.56")
    assert str(plan.plan.funding_announced) == "1300000000.00"


def test_the_weekly_calendar_has_defaults(tmp_path: Path) -> None:
    calendar = read_plan(write_plan(tmp_path), today=TODAY).plan.calendar

    assert (calendar.initiative_due.day, calendar.initiative_due.at) == (3, time(17))
    assert (calendar.pillar_due.day, calendar.pillar_due.at) == (4, time(12))
    assert (calendar.lock.day, calendar.lock.at) == (7, time(6))


@pytest.mark.parametrize(
    ("written", "on", "precision"),
    [
        ("2025-06-30", date(2025, 6, 30), Precision.DAY),
        ("2025-06", date(2025, 6, 30), Precision.MONTH),
        ("2024-02", date(2024, 2, 29), Precision.MONTH),
        ("2024-12", date(2024, 12, 31), Precision.MONTH),
        ("2025", date(2025, 12, 31), Precision.YEAR),
    ],
)
def test_a_date_is_as_exact_as_its_source(tmp_path: Path, written: str, on: date, precision: Precision) -> None:
    dated = f"actual_on: {written}\n        note: {{en: No more is known., fr: On n'en sait pas plus.}}"
    plan = read_plan(write_plan(tmp_path, "initiatives-1.yaml", "actual_on: 2025-06-30", dated), today=TODAY)

    actual = plan.milestones[0].actual
    assert actual is not None
    assert (actual.on, actual.precision) == (on, precision)


@pytest.mark.parametrize("source", ["source: NW1\n    official: false", "source: PRESS"])
def test_an_item_is_no_more_official_than_its_source_or_says_less(tmp_path: Path, source: str) -> None:
    plan = read_plan(write_plan(tmp_path, "funding.yaml", "source: NW1", source), today=TODAY)

    assert not plan.funding[0].official


@pytest.mark.parametrize("kind", ["original", "restatement"])
def test_only_a_restatement_may_follow_an_original(tmp_path: Path, kind: str) -> None:
    second = f"- {{period_start: 2023-04-01, period_end: 2024-03-31, value: 7, kind: {kind}, source: NW1}}"
    write_plan(tmp_path, "series.yaml", "value: 69300\n", f"value: 69300\n        source: NW1\n      {second}\n")
    text = (tmp_path / "series.yaml").read_text(encoding="utf-8")
    (tmp_path / "series.yaml").write_text(text.removesuffix("        source: NW1\n"), encoding="utf-8")

    if kind == "original":
        assert "has a value already" in problems_of(tmp_path)[0].message
    else:
        points = read_plan(tmp_path, today=TODAY).series[0].points
        assert [point.kind for point in points] == [ObservationKind.ORIGINAL, ObservationKind.RESTATEMENT]


def test_all_problems_are_told_at_once_in_order(tmp_path: Path) -> None:
    write_plan(tmp_path, "plan.yaml", "announced_on: 2024-12-17", "announced_on: soon\nlast: 1")
    pillars = SOUND["pillars.yaml"].replace("      fr: Détecter\n", "").replace("NW1", "NW7")
    (tmp_path / "pillars.yaml").write_text(pillars, encoding="utf-8")

    problems = problems_of(tmp_path)

    assert [(str(problem.at), problem.field) for problem in problems] == [
        ("pillars.yaml:4", "pillars[1].title.fr"),
        ("pillars.yaml:5", "pillars[1].source"),
        ("plan.yaml:8", "announced_on"),
        ("plan.yaml:9", "last"),
    ]
    assert str(PlanFileError(problems)).count("\n") == len(problems) - 1


def test_what_only_follows_from_a_problem_is_not_told(tmp_path: Path) -> None:
    write_plan(tmp_path, "sources.yaml", "sources:\n", "sources: [\n")

    told = problems_of(tmp_path)

    assert {problem.at.file for problem in told} == {"sources.yaml"}


def test_missing_and_unknown_files_are_named(tmp_path: Path) -> None:
    write_plan(tmp_path)
    (tmp_path / "pillars.yaml").rename(tmp_path / "pilars.yaml")
    (tmp_path / "initiatives-1.yaml").unlink()

    told = [str(problem) for problem in problems_of(tmp_path)]

    assert "pilars.yaml:1: file: unknown file; did you mean pillars.yaml?" in told
    assert any(line.startswith("pillars.yaml:1: file: missing") for line in told)
    assert any(line.startswith("initiatives-1.yaml:1: file: missing") for line in told)


def test_an_empty_directory_is_no_plan(tmp_path: Path) -> None:
    assert len(problems_of(tmp_path)) == 8


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    write_plan(tmp_path)
    (tmp_path / "places.yaml").write_bytes("places:\n  - code: QUÉBEC\n".encode("latin-1"))

    assert "places.yaml:2: YAML: the file is not UTF-8" in str(PlanFileError(problems_of(tmp_path)))


def test_anchors_are_refused_before_they_multiply(tmp_path: Path) -> None:
    layers = [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 30)]
    write_plan(tmp_path)
    (tmp_path / "plan.yaml").write_text("\n".join(["a0: &a0 [x, x]", *layers]), encoding="utf-8")

    assert "anchors and aliases are not allowed" in problems_of(tmp_path)[0].message


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    write_plan(tmp_path)
    (tmp_path / "plan.yaml").write_text("code: " + "[" * 20_000, encoding="utf-8")

    assert problems_of(tmp_path)[0].message == "nested too deeply"


def test_the_guide_names_every_field() -> None:
    guide = (REPOSITORY / "plans" / "README.md").read_text(encoding="utf-8")
    items = [item for item in vars(data).values() if isinstance(item, type) and issubclass(item, Item)]

    named = {field.name for item in items for field in fields(item)} - {"at", "actual"}
    assert len(named) > 60
    assert {name for name in named if f"`{name}`" not in guide} == set()


def test_reading_needs_neither_settings_nor_database() -> None:
    program = (
        "from initiatives.plan_files import read_plan; from pathlib import Path; from datetime import date; "
        "print(len(read_plan(Path('plans/border-plan-2024'), today=date(2026, 11, 16)).pillars))"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "DATABASE"))}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, env=bare, capture_output=True, text=True, check=True
    )

    assert done.stdout == "5\n"
