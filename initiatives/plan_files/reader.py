"""A plan's directory, read whole and checked whole."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from initiatives.plan_files import commitments, frame, results
from initiatives.plan_files.data import PlanData, PlanHeader
from initiatives.plan_files.documents import compose
from initiatives.plan_files.problems import Location, PlanFileError, Reading, suggestion
from initiatives.plan_files.records import Record

T = TypeVar("T")

PLAN_FILE = "plan.yaml"
LIST_FILES = (
    "sources.yaml",
    "organizations.yaml",
    "places.yaml",
    "pillars.yaml",
    "funding.yaml",
    "series.yaml",
)
INITIATIVE_FILES = "initiatives-*.yaml"
_FILE = "file"


def read_plan(directory: Path, *, today: date) -> PlanData:
    """The plan that the directory's files describe. Raises PlanFileError naming all that is wrong in them."""
    reading = Reading(today=today)
    _check_files(directory, reading)
    # Sources first: whether an item is official depends on its source.
    sources = _items(directory / "sources.yaml", "sources", frame.source, reading)
    organizations = _items(directory / "organizations.yaml", "organizations", frame.organization, reading)
    places = _items(directory / "places.yaml", "places", frame.place, reading)
    pillars = _items(directory / "pillars.yaml", "pillars", frame.pillar, reading, label="number")
    header = _header(directory / PLAN_FILE, reading)
    initiatives = tuple(
        item
        for path in sorted(directory.glob(INITIATIVE_FILES))
        for item in _items(path, "initiatives", commitments.initiative, reading)
    )
    funding = _items(directory / "funding.yaml", "funding", results.funding, reading)
    series = _items(directory / "series.yaml", "series", results.series, reading)
    problems = reading.finish()
    if problems or header is None:
        raise PlanFileError(problems)
    return PlanData(
        plan=header,
        sources=sources,
        organizations=organizations,
        places=places,
        pillars=pillars,
        initiatives=initiatives,
        funding=funding,
        series=series,
    )


def _check_files(directory: Path, reading: Reading) -> None:
    expected = (PLAN_FILE, *LIST_FILES)
    present = sorted(path.name for path in directory.glob("*.y*ml"))
    for name in expected:
        if name not in present:
            reading.report(Location(name, 1), _FILE, f"missing; {directory.name} must hold {name}")
    initiative_files = {path.name for path in directory.glob(INITIATIVE_FILES)}
    if not initiative_files:
        reading.unread.add("initiative")
        reading.report(Location("initiatives-1.yaml", 1), _FILE, f"missing; write at least one {INITIATIVE_FILES}")
    for name in present:
        if name not in expected and name not in initiative_files:
            reading.report(Location(name, 1), _FILE, f"unknown file; {suggestion(name, list(expected))}")


def _header(path: Path, reading: Reading) -> PlanHeader | None:
    node = compose(path, reading=reading) if path.is_file() else None
    return frame.plan(Record(node, reading=reading, file=path.name)) if node else None


def _items(
    path: Path, field: str, read: Callable[[Record], T], reading: Reading, *, label: str = "code"
) -> tuple[T, ...]:
    kind = field.removesuffix("s")
    node = compose(path, reading=reading) if path.is_file() else None
    if node is None:
        reading.unread.add(kind)
        return ()
    top = Record(node, reading=reading, file=path.name)
    found = tuple(read(record) for record in top.records(field, label=label))
    if not top.has(field):
        reading.unread.add(kind)
        top.wrong(field, "missing; the file holds a list of this name")
    top.done()
    return found
