"""Loads the Government of Canada's COVID-19 measures, as GC InfoBase published them at three dates, as a plan: its
measures are initiatives, and what changed from one date to the next is corrected, reversed and added by the actions.

A file's figure is of an organization, fiscal year, measure and column: statutory, or voted (which vote is not said).
The Estimates document or kind of spending is the entry's reference. Authorities have no day in the files: 1 April of
their fiscal year stands for it. Spending is as of the last day of its month.
"""

import calendar
import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from initiatives.actions.corrections import as_recorded, correct_entry
from initiatives.actions.money import EntryContent, NewEntry, record_entries, reverse_entry
from initiatives.choices import Lifecycle, Stage, Vote
from initiatives.models import Initiative, LedgerEntry
from pillars.models import Pillar, Plan
from tracker.choices import Channel
from tracker.models import Organization
from tracker.timemachine import Actor, head, revision
from tracker.writing import save

DATES = ("2021-05-27", "2021-11-26", "2022-11-17")
BY = Actor(name="COVID measures", channel=Channel.IMPORT)
MARCH = 3
COLUMNS = {"stat": Vote.STATUTORY.value, "vote": ""}
Row = dict[str, str]


@dataclass(frozen=True)
class Key:
    """What a figure of the files is of; figures of one key are added."""

    measure: str
    organization: str
    fiscal_year: int
    stage: str
    vote: str
    reference: str


@dataclass(frozen=True)
class Dated:
    amount: Decimal
    effective_on: date


@dataclass(frozen=True)
class Loaded:
    """What loading one date did, and the revision that it made."""

    date: str
    revision: int
    done: Counter[str]


def rows_of(path: Path) -> list[Row]:
    """The rows of a file, columns in small letters."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name.lower(): value for name, value in row.items()} for row in csv.DictReader(file)]


def _figures(directory: Path, at: str) -> Iterator[tuple[Key, Dated]]:
    for row in rows_of(directory / f"covid_estimates_{at}.csv"):
        year = int(row["fiscal_year"])
        reference = row["est_doc"] if row["is_above_line"] == "1" else f"{row['est_doc']}, below the line"
        for column, vote in COLUMNS.items():
            key = Key(row["covid_measure_id"], row["org_id"], year, Stage.AUTHORITY.value, vote, reference)
            yield key, Dated(Decimal(row[column] or 0), date(year, 4, 1))
    for row in rows_of(directory / f"covid_expenditures_{at}.csv"):
        year, month = int(row["fiscal_year"]), int(row["calendar_month"])
        civil = year + 1 if month <= MARCH else year
        day = date(civil, month, calendar.monthrange(civil, month)[1])
        reference = "budgetary" if row["is_budgetary"] == "1" else "non-budgetary"
        for column, vote in COLUMNS.items():
            key = Key(row["covid_measure_id"], row["org_id"], year, Stage.EXPENDITURE.value, vote, reference)
            yield key, Dated(Decimal(row[column] or 0), day)


def figures_of(directory: Path, at: str) -> dict[Key, Dated]:
    """What the files of a date say, without the zeros: a ledger has none."""
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    days: dict[Key, date] = {}
    for key, dated in _figures(directory, at):
        sums[key] += dated.amount
        days[key] = max(dated.effective_on, days.get(key, dated.effective_on))
    return {key: Dated(amount, days[key]) for key, amount in sums.items() if amount}


class CovidPlan:
    """The plan and its rows by their codes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        with revision(by=BY, reason="COVID-19 measures: the frame"):
            self.plan = Plan(
                code="COVID", title_en="COVID-19 measures", title_fr="Mesures liées à la COVID-19",
                announced_on=date(2020, 3, 11), first_fiscal_year=2019, last_fiscal_year=2022,
            )  # fmt: skip
            save(self.plan)
            self.pillar = Pillar(plan=self.plan, number=1, title_en="Measures", title_fr="Mesures")
            save(self.pillar)
            self.organizations = {code: _organization(code) for code in self._named("org_id")}
            self.listed = rows_of(directory / "covid_measures.csv")
            self.measures = {
                row["covid_measure_id"]: self._measure(row["covid_measure_id"], row["name_en"], row["name_fr"])
                for row in self.listed
            }
            for code in self._named("covid_measure_id"):
                if code not in self.measures:
                    self.measures[code] = self._measure(code, f"{code}, not in the list", f"{code}, hors de la liste")
        self.entries: dict[Key, LedgerEntry] = {}

    def _named(self, column: str) -> list[str]:
        files = [self.directory / f"covid_{kind}_{at}.csv" for kind in ("estimates", "expenditures") for at in DATES]
        return sorted({row[column] for file in files for row in rows_of(file)})

    def _measure(self, code: str, name_en: str, name_fr: str) -> Initiative:
        lead = next(iter(self.organizations.values()))
        row = Initiative(
            plan=self.plan, pillar=self.pillar, code=code, title_en=name_en[:300], title_fr=name_fr[:300], lead=lead,
            lifecycle=Lifecycle.ONGOING,
        )  # fmt: skip
        save(row)
        return row

    def load(self, at: str) -> Loaded:
        """Bring the ledger to what the files of that date say, in one revision."""
        said, now, done = figures_of(self.directory, at), timezone.now(), Counter[str]()
        with revision(by=BY, reason=f"GC InfoBase, {at}", at=now):
            for key in [key for key in self.entries if key not in said]:
                reverse_entry(entry=self.entries.pop(key), reason=f"Not published on {at}", by=BY, at=now)
                done["reversed"] += 1
            for key in [key for key in said if key in self.entries]:
                content = self._content(key, said[key])
                if content == as_recorded(self.entries[key]):
                    done["unchanged"] += 1
                    continue
                self.entries[key] = correct_entry(
                    entry=self.entries[key], content=content, reason=f"Published anew on {at}", by=BY, at=now
                )
                done["corrected"] += 1
            new = [key for key in said if key not in self.entries]
            drafts = [
                NewEntry(initiative=self.measures[key.measure], content=self._content(key, said[key])) for key in new
            ]
            if drafts:
                self.entries |= zip(new, record_entries(drafts=drafts, by=BY, at=now), strict=True)
            done["added"] = len(new)
        return Loaded(at, head(), done)

    def _content(self, key: Key, dated: Dated) -> EntryContent:
        return EntryContent(
            organization=self.organizations[key.organization], fiscal_year=key.fiscal_year, stage=key.stage,
            amount=dated.amount, effective_on=dated.effective_on, vote=key.vote, reference=key.reference,
        )  # fmt: skip


def _organization(number: str) -> Organization:
    code = f"ORG{number}"
    row = Organization(
        code=code, gc_org_id=int(number), abbreviation_en=code, abbreviation_fr=code,
        name_en=f"Organization {number}", name_fr=f"Organisation {number}",
    )  # fmt: skip
    save(row)
    return row
