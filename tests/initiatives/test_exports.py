"""CSV: the same rows as the list, whole, and safe to open."""

import csv
import io
import json
import re
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from initiatives.choices import Health, HealthBucket, Lifecycle, Stage, Workflow
from initiatives.serializers import InitiativeRow, LedgerEntryRow, StatusUpdateRow
from tests.factories import add_entry, add_initiative, add_initiative_place, add_update, bearer
from tests.scenarios import BROKEN, FORMULA, FRENCH, QUOTED, small_plan
from tracker.models import Place
from tracker.tabular import Kind
from tracker.tabular.columns import FORMULA_STARTS
from tracker.timemachine import head

pytestmark = pytest.mark.django_db

ROWS = {"initiatives": InitiativeRow, "status-updates": StatusUpdateRow, "ledger-entries": LedgerEntryRow}


@pytest.fixture
def plan():
    made = small_plan()
    for code in ("WINDSOR", "LAB-1"):
        add_initiative_place(made.initiatives["green"], Place.objects.get(code=code))
    return made


@pytest.fixture
def download(client, plan):
    """The bytes of an export, as somebody."""

    def get(name, query="", user=None):
        headers = bearer(user or plan.people.auditor)
        response = client.get(f"/api/v1/exports/{name}.csv{query}", headers=headers)
        assert response.status_code == 200, response.content
        body = b"".join(response.streaming_content)
        assert int(response["Content-Length"]) == len(body)
        return response, body

    return get


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def as_csv(value, kind: Kind) -> str:
    """A value of the JSON list, as a CSV reader hands it over."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "; ".join(value) if isinstance(value, list) else str(value)
    guarded = kind in (Kind.TEXT, Kind.TEXTS) and text and ord(text[0]) in FORMULA_STARTS
    return f"'{text}" if guarded else text


def test_a_file_says_what_it_is(plan, download):
    response, body = download("initiatives", "?plan=BP")
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response["Content-Disposition"] == f'attachment; filename="BP-initiatives-r{head()}.csv"'
    assert response["X-Revision"] == str(head())
    assert response["X-Data-As-Of"].endswith("Z")
    assert body.startswith(b"\xef\xbb\xbfid,plan,simulated,pillar,code,")
    assert len(rows_of(body)) == 7


def test_the_byte_order_mark_can_be_left_out(download):
    with_mark, without = download("initiatives")[1], download("initiatives", "?bom=0")[1]
    assert with_mark == b"\xef\xbb\xbf" + without


def test_the_plan_in_the_file_s_name_is_a_code_or_nothing(download):
    for query in ("", "?plan=", "?plan=%22%0d%0aX: y", "?plan=../../etc", "?plan=" + "A" * 300):
        response, _body = download("ledger-entries", query)
        assert response["Content-Disposition"] == f'attachment; filename="ledger-entries-r{head()}.csv"'


def test_lines_end_by_crlf_and_texts_keep_their_own_breaks(download):
    body = download("ledger-entries", "?bom=0")[1]
    assert body.endswith(b"\r\n")
    note = f'"{BROKEN}"'.encode()
    assert note in body
    outside = body.replace(note, b"")
    assert outside.count(b"\n") == outside.count(b"\r\n") == 7


def test_texts_arrive_as_they_were_written(download):
    green, amber, red = rows_of(download("initiatives")[1])[:3]
    assert (green["title_en"], green["title_fr"]) == (QUOTED, FRENCH)
    assert (amber["description_en"], amber["aliases_en"]) == (BROKEN, "K-9; Dogs; more")
    assert (red["title_en"], red["title_fr"]) == (f"'{FORMULA}", "'+1 équipe")
    assert (green["contributors"], green["places"], amber["places"]) == ("PS; RCMP", "LAB-1; WINDSOR", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_runs_as_a_formula(plan, download, start):
    add_entry(plan.initiatives["green"], "-5.00", note=f"{start}cmd|' /C calc'!A0", reference=start)
    row = rows_of(download("ledger-entries", "?initiative=1.01")[1])[-1]
    assert row["note"] == f"'{start}cmd|' /C calc'!A0"
    assert row["reference"] == f"'{start}"
    assert row["amount"] == "-5.00"


def test_text_that_only_holds_such_a_sign_is_left_alone(plan, download):
    add_entry(plan.initiatives["green"], "5.00", note="a=b", reference="'quoted")
    row = rows_of(download("ledger-entries", "?initiative=1.01")[1])[-1]
    assert (row["note"], row["reference"]) == ("a=b", "'quoted")


def test_unknown_and_empty_are_written_differently(plan, download):
    line = download("ledger-entries", "?bom=0&initiative=1.02&fields=funding_source,amount,reference")[1].splitlines()[
        1
    ]
    assert line.split(b",")[2:] == [b"", b"300000.33", b'""']


def test_numbers_dates_and_flags_are_for_programs(plan, download):
    row = rows_of(download("ledger-entries", "?initiative=1.01")[1])[1]
    assert (row["amount"], row["effective_on"], row["simulated"]) == ("1250000.10", "2025-06-01", "false")
    update = rows_of(download("status-updates", f"?week={plan.week.code}&workflow=approved")[1])[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", update["decided_at"])


def test_fields_choose_the_columns(download):
    assert download("initiatives", "?bom=0&fields=health,code")[1].startswith(b"id,simulated,code,health\r\n")


def test_an_export_of_nothing_keeps_its_columns(download):
    body = download("ledger-entries", "?bom=0&plan=NONE")[1]
    assert body.count(b"\r\n") == 1
    assert body.startswith(b"id,plan,simulated,")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("?colour=red", "unknown_filter", "colour"),
        ("?limit=5", "unknown_filter", "limit"),
        ("?after=x", "unknown_filter", "after"),
        ("?fields=id,nothing", "unknown_field", "fields"),
        ("?bom=2", "bad_filter", "bom"),
        ("?bom=yes", "bad_filter", "bom"),
        ("?as_of=r99999", "bad_as_of", "as_of"),
        ("?plan=a&plan=b", "unknown_filter", "plan"),
    ],
)
def test_errors_come_before_the_first_byte(client, plan, query, code, field):
    for name in ROWS:
        response = client.get(f"/api/v1/exports/{name}.csv{query}", headers=bearer(plan.people.auditor))
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
        body = json.loads(response.content)
        assert (body["code"], set(body["fields"])) == (code, {field})


def test_a_full_disk_is_a_problem_and_not_half_a_file(client, plan, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tracker.tabular.csv.copied", full)
    response = client.get("/api/v1/exports/initiatives.csv", headers=bearer(plan.people.auditor))
    assert (response.status_code, json.loads(response.content)["code"]) == (507, "no_room")


def test_a_past_export_never_changes(plan, download):
    before = head()
    _response, body = download("ledger-entries", f"?as_of=r{before}")
    add_entry(plan.initiatives["green"], "17.00")
    assert download("ledger-entries", f"?as_of=r{before}")[1] == body
    assert len(rows_of(download("ledger-entries")[1])) == len(rows_of(body)) + 1


def test_exports_are_cut_to_what_the_person_may_see(plan, download):
    codes = {row["initiative"] for row in rows_of(download("ledger-entries", user=plan.people.manager)[1])}
    assert codes == {"1.01"}


FILTERS = {
    "initiatives": {
        "plan": ["BP", "NONE"],
        "pillar": ["1", "2"],
        "lead": ["CBSA", "RCMP"],
        "organization": ["PS", "RCMP"],
        "place": ["WINDSOR", "LAB-1"],
        "lifecycle": Lifecycle.values,
        "health": HealthBucket.values,
        "q": ["a", "équipe", "="],
        "on": ["2025-05-01", "2026-04-01"],
    },
    "status-updates": {
        "plan": ["BP"],
        "initiative": ["1.01", "1.02", "2.01"],
        "workflow": Workflow.values,
        "health": Health.values,
        "q": ["red", "1"],
    },
    "ledger-entries": {
        "stage": Stage.values,
        "fiscal_year": ["2025", "2026"],
        "initiative": ["1.01", "1.03"],
        "effective_to": ["2025-06-01", "2026-12-31"],
        "funding_source": ["new"],
    },
}
queries = st.sampled_from(list(FILTERS)).flatmap(
    lambda name: st.fixed_dictionaries({}, optional={key: st.sampled_from(v) for key, v in FILTERS[name].items()}).map(
        lambda chosen: (name, "&".join(f"{key}={value}" for key, value in chosen.items()))
    )
)


@given(asked=queries, who=st.sampled_from(["auditor", "viewer", "pillar_lead", "manager", "plan_admin"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_file_and_the_list_have_the_same_rows_for_any_filter(client, plan, download, asked, who):
    name, query = asked
    user = getattr(plan.people, who)
    listed = client.get(f"/api/v1/{name}/?limit=1000&{query}", headers=bearer(user))
    found = json.loads(listed.content)["results"]
    columns = ROWS[name].columns()
    expected = [{column.name: as_csv(row[column.name], column.kind) for column in columns} for row in found]
    assert rows_of(download(name, f"?{query}", user)[1]) == expected


def figure(client, plan, key, user):
    response = client.get(f"/api/v1/figures/{key}/?scope=BP", headers=bearer(user))
    return json.loads(response.content)


@pytest.mark.parametrize("who", ["auditor", "pillar_lead", "manager"])
def test_the_rows_of_the_ledger_add_up_to_the_figure(client, plan, download, who):
    user = getattr(plan.people, who)
    today = timezone.localdate().isoformat()
    sums = defaultdict(Decimal)
    for row in rows_of(download("ledger-entries", f"?plan=BP&effective_to={today}", user)[1]):
        sums[f"{row['fiscal_year']}/{row['stage']}"] += Decimal(row["amount"])
    cells = figure(client, plan, "money", user)["cells"]
    assert {key: f"{value:.2f}" for key, value in sums.items() if value} == {
        key: value for key, value in cells.items() if value not in (None, "0.00")
    }


@pytest.mark.parametrize("who", ["auditor", "pillar_lead", "manager"])
def test_the_initiatives_count_up_to_the_figure(client, plan, download, who):
    user = getattr(plan.people, who)
    add_initiative(plan.pillars[0], "1.04", lead=plan.organizations["PS"])
    counts = dict.fromkeys(HealthBucket.values, 0)
    dollars = dict.fromkeys(HealthBucket.values, Decimal())
    for row in rows_of(download("initiatives", "?plan=BP", user)[1]):
        counts[row["health"]] += 1
        dollars[row["health"]] += Decimal(row["funding"] or 0)
    assert figure(client, plan, "health", user)["cells"] == counts
    cells = figure(client, plan, "health_dollars", user)["cells"]
    assert {key: Decimal(value or 0) for key, value in cells.items()} == dollars


def test_two_hundred_thousand_rows_take_no_more_memory(client, plan):
    _many_entries(plan.reversed_entry.line_id, 200_000)
    headers = bearer(plan.people.auditor)
    path = "/api/v1/exports/ledger-entries.csv"
    b"".join(client.get(f"{path}?effective_to=2025-06-02", headers=headers).streaming_content)  # warm
    with open("/proc/self/clear_refs", "w") as peak:  # noqa: PTH123 - not a file
        peak.write("5")
    before = _memory("VmRSS")
    size = 0
    for piece in client.get(path, headers=headers).streaming_content:
        size += len(piece)
    assert size > 20_000_000
    assert _memory("VmHWM") - before < 20_000_000


def _many_entries(line: int, count: int) -> None:
    """Entries by one statement, as an import would."""
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into initiatives_ledgerentry (line_id, stage, amount, effective_on, reference, note)
               select %s, 'expenditure', n / 100.0 + 1, date '2025-07-01', 'GL ' || n, repeat('x', 40)
               from generate_series(1, %s) n""",
            [line, count],
        )
        cursor.execute("analyze")  # as the server does by itself soon after


def _memory(name: str) -> int:
    """Bytes, from /proc."""
    with open("/proc/self/status") as status:  # noqa: PTH123 - not a file
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(f"{name}:"))


def test_updates_of_all_weeks_are_there(plan, download):
    add_update(plan.initiatives["met"], plan.week, author=plan.people.plan_admin, reviewer=plan.people.pillar_lead)
    weeks = [row["week"] for row in rows_of(download("status-updates")[1])]
    assert weeks[:-1] == sorted(weeks[:-1])  # as recorded
    assert set(weeks) == {week.code for week in plan.weeks[:3]}
