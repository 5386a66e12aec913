"""The files of the 5th National Action Plan's tracker, counted straight, and what the API says of the same."""

import ast
import calendar
import csv
import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from itertools import pairwise

from tests.factories import add_user, bearer
from tracker.choices import Role, TokenScope

ORDER = ["NS", "LP", "SP", "C"]
COLOUR = {"NS": "red", "LP": "amber", "SP": "green", "C": "green"}


def end_of(month):
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, calendar.monthrange(year, number)[1])


def iso_week(day):
    return "{}-W{:02d}".format(*day.isocalendar())


class Straight:
    """One published file, counted without a word of the loader."""

    def __init__(self, directory, copy):
        with (directory / "snapshots" / f"nap5_{copy}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        self.rows = [dict(zip(header, row, strict=True)) for row in rows]
        self.quarters = sorted({row["reporting_period"] for row in self.rows})
        self.due = {row["indicators"]: self._due(row) for row in self.rows}
        self.series = defaultdict(dict)
        for row in sorted(self.rows, key=lambda row: row["reporting_period"]):
            self.series[row["indicators"]][row["reporting_period"]] = row["status"]

    @staticmethod
    def _due(row):
        month = ast.literal_eval(row["indicator_due_date"]).decode()  # b'2023-12'
        return end_of(month) if month else None

    def statuses(self, quarter):
        return Counter(row["status"] for row in self.rows if row["reporting_period"] == quarter)

    def colours(self, quarter):
        return Counter(COLOUR[row["status"]] for row in self.rows if row["reporting_period"] == quarter)

    @cached_property
    def went_back(self):
        """Indicators of which some row is lower than the one before it."""
        return {
            code
            for code, series in self.series.items()
            if any(ORDER.index(after) < ORDER.index(before) for before, after in pairwise(series.values()))
        }

    def overdue(self, quarter, *, hindsight=False):
        """Indicators due before the quarter's last day and not complete by the rows up to it. With `hindsight` the
        later rows count, too: a completion that one of them takes back was none."""
        return {
            code
            for code, due in self.due.items()
            if due and due < end_of(quarter) and not self._complete(code, quarter, hindsight=hindsight)
        }

    def _complete(self, code, quarter, *, hindsight):
        since = None
        for day, status in self.series[code].items():
            if hindsight or day <= quarter:
                since = (since or day) if status == "C" else None
        return since is not None and since <= quarter


class Analyst:
    """What somebody with a token reads by the API, at one moment."""

    def __init__(self, ask, moment=""):
        self.ask, self.moment = ask, moment

    @classmethod
    def with_token(cls, client):
        """Somebody who may read the plan. What was asked once as of a revision is not asked again."""
        headers = bearer(add_user("analyst", role=Role.VIEWER, scope="NAP5"), TokenScope.READ)

        @cache
        def ask(path, query):
            answer = client.get(f"/api/v1/{path}/", dict(query), headers=headers)
            found = json.loads(answer.content)
            assert answer.status_code == 200, found
            return found

        return cls(ask)

    def at(self, revision):
        return Analyst(self.ask, f"r{revision}")

    def get(self, path, **query):
        return self.ask(path, frozenset((query | ({"as_of": self.moment} if self.moment else {})).items()))

    def rows(self, path, **query):
        found = self.get(path, plan="NAP5", limit="1000", **query)
        assert not found["next"]
        return found["results"]

    @cached_property
    def observed(self):
        """What stands, by its key: the indicator, the quarter and the status."""
        rows = sorted(self.rows("observations", standing="true"), key=lambda row: row["period_end"])
        return {
            row["id"]: (row["initiative"], row["period_end"][:7], ORDER[int(Decimal(row["value"]))]) for row in rows
        }

    @cached_property
    def series(self):
        """Statuses by indicator and quarter."""
        found = defaultdict(dict)
        for code, quarter, status in self.observed.values():
            found[code][quarter] = status
        return found

    @cached_property
    def evidence(self):
        """Standing addresses by indicator and quarter."""
        found = defaultdict(set)
        for row in self.rows("evidence", standing="true"):
            found[self.observed[row["observation"]][:2]].add(row["url"])
        return found

    @cached_property
    def updates(self):
        """Approved ratings by week."""
        found = defaultdict(list)
        for row in self.rows("status-updates", workflow="approved"):
            found[row["week"]].append(row["health_overall"])
        return found

    @cached_property
    def rollups(self):
        """The last edition of each week."""
        found = sorted(self.rows("rollups"), key=lambda row: row["edition"])
        return {row["week"]: row for row in found}

    def health(self, day):
        """Initiatives by colour, without those that nobody reported on."""
        return rated(self.get("figures/health", scope="NAP5", on=str(day))["cells"])

    def overdue(self, day):
        found = self.get("figures/milestones_late/explanation", scope="NAP5", on=str(day))
        codes = [row["label"].split()[0] for row in found["rows"]]
        assert found["value"] == len(codes) == len(set(codes))
        return set(codes)


def rated(cells):
    return {colour: cells[colour] for colour in ("green", "amber", "red") if cells[colour]}
