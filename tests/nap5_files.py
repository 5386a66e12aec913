"""The published files of the 5th National Action Plan on Open Government tracker: what they say, read for a replay."""

import calendar
import csv
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from initiatives.actions.updates import UpdateContent
from initiatives.choices import Health

COPIES = ("2025-01-24", "2025-01-28", "2025-02-01")
COMPLETE = "C"
LEVELS = {"NS": 0, "LP": 1, "SP": 2, COMPLETE: 3}
RATINGS = {"NS": Health.RED, "LP": Health.AMBER, "SP": Health.GREEN, COMPLETE: Health.GREEN}
TEXTS = ("progress_en", "progress_fr", "challenges_en", "challenges_fr")  # those that a status update takes
NO_WAY_OUT = ("No challenge and no way out of it is published.", "Ni difficulté ni solution n’est publiée.")
NOTHING = frozenset({"", "nil", "nul", "n/a", "s/o", "n/d", "na", "none", "rien", "aucun", "aucune"})
LONGEST_HEADLINE = 200
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s|\n")
Row = dict[str, str]
Key = tuple[str, str]  # quarter and indicator


@dataclass(frozen=True)
class Labels:
    """The dictionary of the table: names of its codes in both languages, due months and departments."""

    choices: dict[str, dict[str, dict[str, Any]]]

    def both(self, column: str, code: str) -> tuple[str, str]:
        """English and French."""
        found = self.choices[column][code]
        return found["en"], found["fr"]

    def due_on(self, indicator: str) -> date | None:
        """The last day of the month that the indicator is due in; None where none is published."""
        month = self.choices["indicators"][indicator].get("due_date")
        return last_day(month) if month else None

    def department(self, indicator: str) -> str:
        """The code of the department that answers for it."""
        return str(self.choices["indicators"][indicator]["lead_dept"]).upper()


def labels(directory: Path) -> Labels:
    """Those of the published dictionary."""
    read = json.loads((directory / "dictionaries_nap5.json").read_text(encoding="utf-8"))
    return Labels({column["id"]: column.get("choices", {}) for column in read["resources"][0]["fields"]})


def rows_of(directory: Path, copy: str) -> dict[Key, Row]:
    """The rows of a copy, by quarter and indicator in that order."""
    with (directory / "snapshots" / f"nap5_{copy}.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["reporting_period"], row["indicators"]): row for row in csv.DictReader(file)}
    return dict(sorted(rows.items()))


def last_day(month: str) -> date:
    """The last day of `2022-03`."""
    year, number = map(int, month.split("-"))
    return date(year, number, calendar.monthrange(year, number)[1])


def first_day(quarter: str) -> date:
    """The first day of the quarter that ends with the month `2022-03`."""
    year, number = map(int, quarter.split("-"))
    return date(year, number - 2, 1)


def short(text: str, length: int) -> str:
    """Its beginning, cut where it is longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def addresses(row: Row) -> list[str]:
    """Those among the evidence, in either language, each once."""
    found = _ADDRESS.findall(f"{row['evidence_en']} {row['evidence_fr']}")
    return list(dict.fromkeys(address.rstrip(".,;:’'»") for address in found))


def content(row: Row, status: tuple[str, str]) -> UpdateContent:
    """A row as a status update. `status` is its status in words, the headline where nothing else is said."""
    health = RATINGS[row["status"]]
    progress = (_said(row["progress_en"]), _said(row["progress_fr"]))
    headline = [short(_SENTENCE.split(text)[0].strip(), LONGEST_HEADLINE) for text in progress]
    if not any(headline):
        headline = list(status)
    challenges = (_said(row["challenges_en"]), _said(row["challenges_fr"]))
    way_out = challenges if any(challenges) else NO_WAY_OUT
    if health == Health.GREEN:
        way_out = ("", "")
    return UpdateContent(
        health_schedule=health, health_cost=health, health_scope=health, health_overall=health,
        headline_en=headline[0], headline_fr=headline[1], narrative_en=progress[0], narrative_fr=progress[1],
        path_to_green_en=way_out[0], path_to_green_fr=way_out[1],
    )  # fmt: skip


def _said(text: str) -> str:
    """A text of the table; empty where it says in one word that there is nothing."""
    return "" if text.strip().rstrip(".").casefold() in NOTHING else text.strip()
