"""The COVID-19 measures loaded as a plan: totals by fiscal year and organization are those of the files, at each date.

`COVID_MEASURES` names the directory of the published files; made-up files of the same form stand for them without."""

import csv
import json
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from initiatives.aggregates.money import Funds, grouped, line_funds
from initiatives.models import BudgetLine, Initiative, LedgerEntry
from tests.covid_measures import DATES, CovidPlan
from tests.factories import add_user, bearer
from tracker.choices import Role
from tracker.timemachine import as_of

pytestmark = pytest.mark.django_db
ON = "2023-03-31"
SAMPLE = Path(__file__).parent / "covid_sample"


def straight_from_the_files(directory: Path, at: str) -> dict[str, Decimal]:
    """`2020/ORG1/authority`: the dollars of its rows, added without a word of the loader."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for kind, stage in (("estimates", "authority"), ("expenditures", "expenditure")):
        with (directory / f"covid_{kind}_{at}.csv").open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        names = [name.lower() for name in header]
        for row in filter(None, rows):
            given = dict(zip(names, row, strict=True))
            for column in ("vote", "stat"):
                totals[f"{given['fiscal_year']}/ORG{given['org_id']}/{stage}"] += Decimal(given[column] or 0)
    return {cell: total for cell, total in totals.items() if total}


def check(directory, client):
    """Load the dates in their order; then ask for each as it was known."""
    plan = CovidPlan(directory)
    loaded = [plan.load(at) for at in DATES]
    assert Initiative.objects.filter(plan=plan.plan, code__in=[row["covid_measure_id"] for row in plan.listed]).count()
    headers = bearer(add_user("auditor", role=Role.AUDITOR))
    for one in loaded:
        address = f"/api/v1/figures/money_by_organization/?scope=COVID&on={ON}&as_of=r{one.revision}"
        cells = json.loads(client.get(address, headers=headers).content)["cells"]
        known = {cell: Decimal(total) for cell, total in cells.items() if Decimal(total)}
        assert known == straight_from_the_files(directory, one.date), one.date
        with as_of(one.revision):
            report(one, line_funds(BudgetLine.objects.for_list(), on=date.fromisoformat(ON)))
    return plan, loaded


def report(one, lines):
    """What is to be seen with `pytest -s`."""
    whole = Funds(tuple(lines))
    totals = whole.totals
    print(f"\n{one.date} = r{one.revision}: {dict(one.done)}; {len(lines)} lines")  # noqa: T201 - asked for by -s
    print(f"  authority {totals.authority}, spent {totals.expenditure}, beyond authority {whole.overspent}")  # noqa: T201
    cells = grouped((line for line in lines if line.totals.authority or line.totals.expenditure),
                    lambda line: (line.fiscal_year, line.organization_id, line.initiative_id))  # fmt: skip
    kinds = defaultdict(int)
    for cell in cells.values():
        given, spent = cell.totals.authority or 0, cell.totals.expenditure or 0
        kinds["over"] += bool(given and spent > given)
        kinds["unspent"] += bool(given and not spent)
        kinds["without authority"] += bool(spent and not given)
    print(f"  {len(cells)} cells: {dict(kinds)}")  # noqa: T201


def test_made_up_files_of_the_same_form(client):
    plan, loaded = check(SAMPLE, client)
    assert [dict(one.done) for one in loaded] == [
        {"added": 11}, {"reversed": 2, "unchanged": 6, "corrected": 3, "added": 3},
        {"reversed": 3, "unchanged": 8, "corrected": 1, "added": 2},
    ]  # fmt: skip
    assert "COV999" in plan.measures
    assert LedgerEntry.objects.filter(corrects__isnull=False).count() == 4


@pytest.mark.skipif("COVID_MEASURES" not in os.environ, reason="COVID_MEASURES names no directory of published files")
def test_the_published_files(client):
    plan, _loaded = check(Path(os.environ["COVID_MEASURES"]), client)
    assert len(plan.listed) == 163
