"""The 5th National Action Plan's tracker, replayed copy by copy: what an analyst reads by the API is what the published
files say, quarter by quarter, also of the first copy when the later ones are in.

`NAP5` names the directory of the published files; made-up files of the same form stand for them without."""

import os
import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from reports.models import WeeklyRollup
from reports.proof import verify
from tests.nap5 import Replay
from tests.nap5_files import COPIES
from tests.reports.nap5_reading import ORDER, Analyst, Straight, end_of, iso_week, rated
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parent / "nap5_sample"


def check_copy(straight, analyst):
    """Everything that the copy says, read as of the moment at which it was in."""
    assert analyst.series == straight.series
    went_back = {
        code
        for code, series in analyst.series.items()
        if any(ORDER.index(after) < ORDER.index(before) for before, after in pairwise(series.values()))
    }
    assert went_back == straight.went_back
    texts = {
        (row["indicators"], row["reporting_period"]): row["evidence_en"] + row["evidence_fr"] for row in straight.rows
    }
    assert analyst.evidence.keys() == {key for key, text in texts.items() if "http" in text}
    assert all(url in texts[key] for key, urls in analyst.evidence.items() for url in urls)
    assert analyst.rollups.keys() == analyst.updates.keys() == {iso_week(end_of(one)) for one in straight.quarters}
    return [check_quarter(straight, analyst, quarter) for quarter in straight.quarters]


def check_quarter(straight, analyst, quarter):
    """One quarter; the line that tells of it with `pytest -s`."""
    day = end_of(quarter)
    week, sunday = iso_week(day), day + timedelta(days=6 - day.weekday())
    statuses, colours = straight.statuses(quarter), straight.colours(quarter)
    assert len(analyst.updates[week]) == statuses.total()
    assert Counter(series[quarter] for series in analyst.series.values() if quarter in series) == statuses
    assert Counter(analyst.updates[week]) == colours == analyst.health(sunday)
    sealed = analyst.rollups[week]
    cells = analyst.get(f"rollups/{sealed['code']}/payload")["results"]["health"]["cells"]
    assert (rated(cells), cells["no_update"]) == (colours, len(straight.due) - statuses.total())
    then, now = analyst.at(sealed["as_of"]).overdue(day), analyst.overdue(day)
    assert then == straight.overdue(quarter)
    assert now == straight.overdue(quarter, hindsight=True)
    told = " ".join(f"{status} {statuses[status]:2}" for status in ORDER)
    return f"{quarter} {sealed['code']} {statuses.total():3} updates: {told}; overdue {len(then)}, now {len(now)}"


def check(directory, client):
    """Replay the copies in their order, then ask for each of them."""
    began = time.monotonic()
    replay = Replay(directory, COPIES[0])
    loaded = [replay.load(copy) for copy in COPIES]
    tell(f"\nreplayed in {time.monotonic() - began:.1f} s, to r{head()}")
    began, analyst = time.monotonic(), Analyst.with_token(client)
    copies = [Straight(directory, copy) for copy in COPIES]
    for one, straight in zip(loaded, copies, strict=True):
        lines = check_copy(straight, analyst.at(one.revision))
        tell(f"{one.copy} = r{one.revision}: {dict(one.done)}", *lines, f"went back: {sorted(straight.went_back)}")
    check_texts(copies[0], copies[-1], analyst)
    check_editions(replay.plan, analyst)
    tell(f"read in {time.monotonic() - began:.1f} s")
    return replay, loaded


def check_texts(first, last, analyst):
    """What a later copy words otherwise was approved as it stood: there it stays."""
    narratives = {(row["initiative"], row["week"]): row["narrative_en"] for row in analyst.rows("status-updates")}
    told = [
        {(row["indicators"], row["reporting_period"]): row["progress_en"].strip() for row in one.rows}
        for one in (first, last)
    ]
    changed = {key: before for key, before in told[0].items() if told[1][key] != before and len(before) > len("NIL")}
    assert changed
    assert {(code, quarter): narratives[code, iso_week(end_of(quarter))] for code, quarter in changed} == changed


def check_editions(plan, analyst):
    """The last week has an edition of each copy; each is proved, and what differs came late, row by row."""
    sealed = WeeklyRollup.objects.filter(plan=plan).order_by("pk")
    codes = [f"NAP5-2025-W01-e{edition}" for edition in (1, 2, 3)]
    assert list(sealed.values_list("code", flat=True))[-3:] == codes
    assert [(one.code, one.problem) for one in verify(plan)] == [(one.code, "") for one in sealed]
    results = [analyst.get(f"rollups/{code}/payload")["results"] for code in codes]
    assert results[0] != results[1] != results[2]
    for key in ("health", "milestones_late", "milestones_met"):
        cells = analyst.get(f"figures/{key}/difference", scope="NAP5", **{"from": codes[0], "to": codes[2]})["cells"]
        for cell in cells:
            before, after = (results[place][key]["cells"].get(cell["bucket"], 0) for place in (0, 2))
            assert (cell["before"], cell["after"], cell["change"]) == (before, after, after - before), (key, cell)
            assert sum(part["change"] for part in cell["parts"]) == after - before, (key, cell)
        assert {part["part"] for cell in cells for part in cell["parts"]} == {"late_fact"}, key


def tell(*lines):
    """What is to be seen with `pytest -s`."""
    print(*lines, sep="\n  ")  # noqa: T201 - asked for by -s


def test_made_up_files_of_the_same_form(client, tmp_path):
    replay, loaded = check(SAMPLE, client)
    assert [dict(one.done) for one in loaded] == [
        {
            "rows": 8, "milestones met": 2, "milestones reopened": 1, "facts against the status": 3,
            "evidence added": 7, "addresses refused": 1,
        },
        {"rows": 1, "weeks reopened": 1, "milestones met": 1},
        {
            "rows": 1, "weeks reopened": 1, "milestones met": 1, "rows worded otherwise": 2,
            "approved updates that stay": 1, "evidence withdrawn": 2, "evidence added": 3,
        },
    ]  # fmt: skip
    refuses_what_it_cannot_follow(replay, tmp_path)


def refuses_what_it_cannot_follow(replay, directory):
    """Copies that lose a row, change a status, or add a row before one that is known: nothing is written."""
    (directory / "snapshots").mkdir()
    rows = (SAMPLE / "snapshots" / f"nap5_{COPIES[-1]}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    known = next(line for line in rows if line.startswith("2024-12,C01,C01.1,C01.1.2,SP,"))
    before, replay.directory = head(), directory
    for says, changed in [
        ("has lost", ""),
        ("changes the status", known.replace(",SP,", ",C,", 1)),
        ("before a row that is known", known + known.replace("2024-12", "2024-09", 1)),
    ]:
        text = "".join(rows).replace(known, changed)
        (directory / "snapshots" / "nap5_2025-02-07.csv").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=says):
            replay.load("2025-02-07")
    assert head() == before


@pytest.mark.skipif("NAP5" not in os.environ, reason="NAP5 names no directory of published files")
def test_the_published_files(client):
    directory = Path(os.environ["NAP5"])
    check(directory, client)
    copies = [Straight(directory, copy) for copy in COPIES]
    assert [len(one.rows) for one in copies] == [702, 703, 713]
    assert {(len(one.due), len(one.went_back)) for one in copies} == {(106, 11)}
