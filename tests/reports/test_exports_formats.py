"""Every dataset in every format: the rows of the list, for everybody, as programs read them."""

import csv
import io
import json
import shutil
import subprocess
import zipfile
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import duckdb
import openpyxl
import pandas
import pyarrow.parquet
import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from reports.datasets import DATASETS
from tests.factories import add_contributor, add_entry, add_initiative_place, add_plan, bearer, kept
from tests.scenarios import small_plan
from tests.tracker.addresses import bytes_of
from tracker.models import ExportRecord, Place
from tracker.tabular import Kind
from tracker.tabular.columns import FORMULA_STARTS
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
FORMS = ("csv", "ndjson", "xlsx", "parquet")
ROLES = ("viewer", "manager", "pillar_lead", "auditor")
HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\tTab", 'Say "no"', "a;b,c", "Équipes « prêtes », dès l’été", "line\nline\r\nline",
    "\x01\x1f bell \x07", "a_x0041_b", "<b>&amp;</b>", "🍁 emoji", "'quoted", "true", "007", "\\N \\n", "]]>", "\ufffe",
]  # fmt: skip


@pytest.fixture
def plan():
    made = small_plan()
    for code in ("WINDSOR", "LAB-1"):
        add_initiative_place(made.initiatives["green"], Place.objects.get(code=code))
    return made


def read_csv(body):
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def read_ndjson(body):
    return [json.loads(line) for line in body.splitlines()]


def read_xlsx(body, sheet="data"):
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True)
    header, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def read_parquet(body):
    return pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist()


READERS = {"csv": read_csv, "ndjson": read_ndjson, "xlsx": read_xlsx, "parquet": read_parquet}


def in_csv(value, column):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "; ".join(value) if isinstance(value, list) else str(value)
    guarded = column.kind in (Kind.TEXT, Kind.TEXTS) and text and ord(text[0]) in FORMULA_STARTS
    return f"'{text}" if guarded else text


def in_xlsx(value, column):
    """What openpyxl makes of the cell."""
    if value is None:
        return None
    match column.kind:
        case Kind.DECIMAL:
            return float(value)
        case Kind.DAY:
            return datetime.combine(date.fromisoformat(value), datetime.min.time())
        case Kind.INSTANT:
            return parse_datetime(value).replace(tzinfo=None)
        case Kind.TEXTS:
            return "; ".join(value)
    return value


def in_parquet(value, column):
    if value is None:
        return None
    match column.kind:
        case Kind.DECIMAL:
            return Decimal(value)
        case Kind.DAY:
            return date.fromisoformat(value)
        case Kind.INSTANT:
            return parse_datetime(value)
    return value


EXPECTED = {"csv": in_csv, "ndjson": lambda value, _column: value, "xlsx": in_xlsx, "parquet": in_parquet}


def same(found, expected):
    """Instants of a worksheet are numbers of days: equal to the tenth of a millisecond."""
    if isinstance(found, datetime) and isinstance(expected, datetime):
        return abs(found - expected) < timedelta(milliseconds=1)
    if isinstance(found, float) or isinstance(expected, float):
        return float(found) == float(expected)
    return type(found) is type(expected) and found == expected


def get(client, user, name, form, query=""):
    return client.get(f"/api/v1/exports/{name}.{form}{query}", headers=bearer(user))


@pytest.mark.parametrize("form", FORMS)
def test_every_dataset_has_the_rows_of_its_list_for_everybody(client, plan, form, settings):
    settings.API_READS_PER_MINUTE = 0
    wrong = []
    for name, dataset in DATASETS.items():
        columns = dataset.row.columns()
        for role in ROLES:
            user = getattr(plan.people, role)
            listed = json.loads(client.get(f"/api/v1/{name}/?limit=1000", headers=bearer(user)).content)["results"]
            found = READERS[form](bytes_of(get(client, user, name, form)))
            expected = [{one.name: EXPECTED[form](row[one.name], one) for one in columns} for row in listed]
            if len(found) != len(expected):
                wrong.append((name, role, len(found), len(expected)))
            for got, meant in zip(found, expected, strict=False):
                wrong += [
                    (name, role, key, got.get(key), meant[key]) for key in meant if not same(got.get(key), meant[key])
                ]
    assert wrong == []


@pytest.fixture
def hostile(plan):
    """Entries whose notes no reader may change, with zero-sum, negative and large amounts."""
    for number, note in enumerate(HOSTILE):
        add_entry(
            plan.initiatives["green"], f"{-1 if number % 2 else 1}0.{number:02}", note=note, reference=f"H{number}"
        )
    add_entry(plan.initiatives["green"], "99999999999.99", note="", reference="largest")
    return plan


def of_ledger(client, plan, form, query="?initiative=1.01"):
    return bytes_of(get(client, plan.people.auditor, "ledger-entries", form, query))


def notes(rows):
    return {row["reference"]: row["note"] for row in rows if str(row["reference"]).startswith("H")}


MEANT = {f"H{number}": note for number, note in enumerate(HOSTILE)}


def test_no_reader_changes_a_text(client, hostile, tmp_path):
    files = {}
    for form in FORMS:
        files[form] = tmp_path / f"ledger.{form}"
        files[form].write_bytes(of_ledger(client, hostile, form, "?initiative=1.01&defuse=0" if form == "csv" else ""))
    assert notes(pandas.read_csv(files["csv"], dtype=str, keep_default_na=False).to_dict("records")) == MEANT
    assert notes(pandas.read_json(files["ndjson"], lines=True, dtype=False).to_dict("records")) == MEANT
    assert notes(pandas.read_parquet(files["parquet"]).to_dict("records")) == MEANT
    query = f"select reference, note from read_parquet('{files['parquet']}')"
    assert notes({"reference": one, "note": two} for one, two in duckdb.sql(query).fetchall()) == MEANT
    query = f"select reference, note from read_csv('{files['csv']}', header = true, all_varchar = true)"
    assert len(duckdb.sql(query).fetchall()) == len(HOSTILE) + 4
    cells = notes(read_xlsx(files["xlsx"].read_bytes()))
    # What XML cannot hold is written by its number, as Excel itself does.
    control, escaped, last = HOSTILE.index("\x01\x1f bell \x07"), HOSTILE.index("a_x0041_b"), len(HOSTILE) - 1
    assert cells == {
        **MEANT, f"H{control}": "_x0001__x001F_ bell _x0007_", f"H{escaped}": "a_x005F_x0041_b", f"H{last}": "_xFFFE_",
    }  # fmt: skip


def test_sums_are_those_of_the_figure_in_every_format(client, hostile):
    today = timezone.localdate().isoformat()
    answer = client.get("/api/v1/figures/money/?scope=BP", headers=bearer(hostile.people.auditor))
    cells = {key: value for key, value in json.loads(answer.content)["cells"].items() if value not in (None, "0.00")}
    for form in FORMS:
        sums = defaultdict(Decimal)
        for row in READERS[form](of_ledger(client, hostile, form, f"?plan=BP&effective_to={today}")):
            sums[f"{row['fiscal_year']}/{row['stage']}"] += Decimal(str(row["amount"]))
        assert {key: f"{value:.2f}" for key, value in sums.items() if value} == cells, form


def test_a_workbook_is_sound_and_tells_of_itself(client, hostile):
    body = of_ledger(client, hostile, "xlsx")
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            ElementTree.fromstring(parts.read(name))  # noqa: S314 - our own; strict XML
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    book = openpyxl.load_workbook(io.BytesIO(body))
    data = book["data"]
    assert book.sheetnames == ["data", "dictionary", "about"]
    assert (data.freeze_panes, data.auto_filter.ref.startswith("A1:")) == ("A2", True)
    columns = [column.name for column in DATASETS["ledger-entries"].row.columns()]
    first = dict(zip(columns, data[2], strict=True))
    assert (first["amount"].data_type, first["effective_on"].is_date, first["simulated"].data_type) == ("n", True, "b")
    dictionary = read_xlsx(body, "dictionary")
    assert [row["column"] for row in dictionary] == columns
    assert all(row["label_en"] and row["label_fr"] for row in dictionary)
    about = {row["what"]: row["value"] for row in read_xlsx(body, "about")}
    assert (about["revision"], about["rows"], about["texts_cut"]) == (f"r{head()}", len(HOSTILE) + 4, 0)


def test_a_cell_holds_what_excel_can_and_says_what_was_cut(client, plan):
    texts = ["é" * 32_767, "é" * 32_768, "🍁" * 16_383, "🍁" * 16_384, "<&>" * 20_000]
    for number, note in enumerate(texts):
        add_entry(plan.initiatives["green"], "1.00", note=note, reference=f"L{number}")
    body = of_ledger(client, plan, "xlsx")
    found = {row["reference"]: row["note"] for row in read_xlsx(body) if str(row["reference"]).startswith("L")}
    units = {key: len(text.encode("utf-16-le")) // 2 for key, text in found.items()}
    assert found["L0"] == texts[0]
    assert found["L2"] == texts[2]
    assert [found[f"L{n}"][-1] for n in (1, 3, 4)] == ["…"] * 3
    assert max(units.values()) <= 32_767
    assert {row["what"]: row["value"] for row in read_xlsx(body, "about")}["texts_cut"] == 3


def test_parquet_has_types_and_meanings(client, hostile):
    table = pyarrow.parquet.read_table(io.BytesIO(of_ledger(client, hostile, "parquet")))
    types = {field.name: str(field.type) for field in table.schema}
    assert types["amount"] == "decimal128(38, 2)"
    assert types["effective_on"] == "date32[day]"
    assert types["stage"].startswith("dictionary<")
    assert table.schema.field("amount").metadata[b"unit"] == b"dollars"
    assert table.schema.field("amount").metadata[b"label_fr"]
    assert table.schema.metadata[b"revision"] == f"r{head()}".encode()
    initiatives = bytes_of(get(client, hostile.people.auditor, "initiatives", "parquet"))
    assert pyarrow.parquet.read_table(io.BytesIO(initiatives)).column("contributors").to_pylist()[0] == ["PS", "RCMP"]


def test_semicolons_come_with_decimal_commas(client, hostile):
    body = of_ledger(client, hostile, "csv", "?initiative=1.01&separator=semicolon&fields=amount,reference")
    assert body.splitlines()[0] == b"\xef\xbb\xbfid;simulated;amount;reference"
    frame = pandas.read_csv(io.BytesIO(body), sep=";", decimal=",")
    assert frame.set_index("reference")["amount"]["largest"] == 99999999999.99


def test_no_text_begins_a_formula_at_the_other_separator(client, plan):
    texts = ["a;=1+1", 'a;"=1+1;b', "a;\t=2", "a,@SUM(A1)", 'a,""+1,b', "plain; = 1", "1,250 - 3;x", "ends;", "ends,"]
    for number, note in enumerate(texts):
        add_entry(plan.initiatives["green"], "-1.50", note=note, reference=f"H{number}")
    for separator, other in ((",", ";"), (";", ",")):
        chosen = f"?initiative=1.01&separator={'comma' if separator == ',' else 'semicolon'}"
        text = of_ledger(client, plan, "csv", chosen).decode("utf-8-sig")
        cells = [cell for line in csv.reader(io.StringIO(text, newline=""), delimiter=other) for cell in line]
        cells += [cell.lstrip('"') for line in text.splitlines() for cell in line.split(other)]
        assert [cell for cell in cells if cell and ord(cell[0]) in FORMULA_STARTS] == []
        read = notes(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))
        assert {key: note.replace("'", "") for key, note in read.items()} == {f"H{n}": t for n, t in enumerate(texts)}
        assert {key for key, note in read.items() if "'" in note} == (
            {"H0", "H1", "H2"} if separator == "," else {"H3", "H4"}
        )
        plain = of_ledger(client, plan, "csv", f"{chosen}&defuse=0").decode("utf-8-sig")
        assert list(notes(csv.DictReader(io.StringIO(plain, newline=""), delimiter=separator)).values()) == texts


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_workbook_and_the_csv(client, hostile, tmp_path):
    for form in ("xlsx", "csv"):
        (tmp_path / f"{form}.{form}").write_bytes(of_ledger(client, hostile, form))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    as_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", as_csv, "--outdir", tmp_path / "out",
         tmp_path / "xlsx.xlsx"], check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    [made] = (tmp_path / "out").iterdir()
    rows = read_csv(made.read_bytes())
    found = notes(rows)
    assert found["H0"] == "=1+1"
    assert found["H7"] == HOSTILE[7]
    assert found["H12"] == HOSTILE[12]
    amounts = [Decimal(row["amount"].replace(",", "")) for row in rows]
    assert sum(amounts) == sum(Decimal(row["amount"]) for row in read_csv(of_ledger(client, hostile, "csv")))


def test_every_file_is_on_record_with_its_gravest_marking(client, plan):
    plan.initiatives["green"].security_marking = "protected_b"
    kept(plan.initiatives["green"])
    answer = get(client, plan.people.auditor, "ledger-entries", "xlsx", "?stage=authority&fields=amount")
    body = bytes_of(answer)
    [one] = ExportRecord.objects.all()
    assert (one.account, one.dataset, one.form, one.query) == (
        "auditor", "ledger-entries", "xlsx", "fields=amount&stage=authority"
    )  # fmt: skip
    assert (one.rows, one.size, one.sha256) == (2, len(body), answer["X-Content-SHA256"])
    assert (one.revision, one.marking, one.way, bool(one.token)) == (head(), "protected_b", "direct", True)
    bytes_of(get(client, plan.people.auditor, "ledger-entries", "csv", "?initiative=1.02"))
    bytes_of(get(client, plan.people.auditor, "plans", "csv"))
    assert list(ExportRecord.objects.order_by("pk").values_list("marking", flat=True)[1:]) == ["unclassified", ""]
    client.head("/api/v1/exports/plans.csv", headers=bearer(plan.people.auditor))
    assert ExportRecord.objects.count() == 3
    tag = {"If-None-Match": answer["ETag"], **bearer(plan.people.auditor)}
    known = client.get("/api/v1/exports/ledger-entries.xlsx?stage=planned&fields=amount", headers=tag)
    assert bytes_of(known) != body


def test_the_past_is_the_same_file_for_ever(client, plan):
    before = head()
    first = {form: of_ledger(client, plan, form, f"?as_of=r{before}") for form in ("ndjson", "parquet")}
    add_plan("NEW", first_fiscal_year=2025)
    add_contributor(plan.initiatives["amber"], plan.organizations["PS"])
    add_entry(plan.initiatives["green"], "17.00")
    assert {form: of_ledger(client, plan, form, f"?as_of=r{before}") for form in first} == first
