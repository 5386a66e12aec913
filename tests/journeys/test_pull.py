"""The ready-made texts of the data page, run as they stand against the site: each gives just the rows of the list."""

import json
import os
import re
import subprocess
from datetime import datetime
from decimal import Decimal
from html import unescape
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import duckdb
import pytest
from django.test import Client

from tests.browser import serving
from tests.conftest import own_database
from tests.factories import ACTOR, add_initiative, token_for
from tests.scenarios import small_plan
from tracker.choices import TokenScope
from tracker.timemachine import revision

TITLE = 'Équipe « d’élite » & "co" 100% +1 #(lf) d\'ici; $(pwd)'
TEXTS = re.compile(r'<textarea id="text-([a-z-]+)"[^>]*>\n(.*?)</textarea>', re.DOTALL)


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    with own_database(django_db_blocker):
        made = small_plan()
        with revision(by=ACTOR, reason="awkward words"):
            for number, title in enumerate((TITLE, f"=1+1 {TITLE}", f"-{TITLE}\nsecond line, with a comma")):
                add_initiative(made.pillars[0], f"9.0{number}", lead=made.organizations["CBSA"], title_fr=title)
        with serving() as url:
            yield url, made


@pytest.fixture
def analyst(site, monkeypatch, tmp_path):
    """The analyst at a desk: an empty directory, and the token where the texts look for it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_TOKEN", token_for(site[1].people.analyst, TokenScope.READ))
    client = Client()
    client.force_login(site[1].people.analyst)
    return client


def texts(client, site, dataset, query):
    """The texts that the page builds for that query, by tool."""
    host = urlsplit(site).netloc
    page = client.get(f"/fr/data/{dataset}/", query, headers={"host": host})
    assert page.status_code == 200, page.content
    return {key: unescape(text) for key, text in TEXTS.findall(page.content.decode())}


def listed(site, dataset, query):
    """The rows of the list, all pages of it."""
    address, rows = f"{site}/api/v1/{dataset}/?{urlencode(query)}", []
    while address:
        signed = {"Authorization": f"Bearer {os.environ['TRACKER_TOKEN']}"}
        with urlopen(Request(address, headers=signed)) as answer:  # noqa: S310 - our own site
            page = json.load(answer)
        rows += page["results"]
        address = page["next"] and site + page["next"]
    return rows


def plain(value):
    """A value of any reader as one that can be compared: numbers exact, days and instants in ISO, lists as files."""
    if value is None or value != value or str(value) in ("<NA>", "NaT"):  # noqa: PLR0124 - not a number
        return None
    if isinstance(value, list):
        return "; ".join(value)
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00").replace("+00:00", "Z")
    if isinstance(value, float | Decimal):
        return str(Decimal(str(value)).normalize())
    return str(value)


def same(found, rows, columns):
    """Whether these are the rows. Decimals stand in JSON as text; an unknown word is empty or nothing in a file."""
    shown = [{name: plain(row[name]) for name in columns} for row in rows]
    for left, right in zip(found, shown, strict=True):
        for name in columns:
            one, other = plain(left[name]), right[name]
            if one and other and one != other:
                read = datetime.fromisoformat if "T" in other else Decimal  # of many digits, or with zeros at the end
                assert read(one) == read(other), (name, one, other)
            else:
                assert (one or "") == (other or ""), (name, one, other)


QUERIES = [
    ("initiatives", {"plan": "BP", "q": TITLE}),
    ("initiatives", {"plan": "BP", "q": "élite", "fields": "code,title_fr,funding,contributors,pillar"}),
    ("ledger-entries", {"plan": "BP"}),
    ("milestones", {"plan": "BP", "late": "false"}),
    ("revisions", {"number_to": "12"}),
]


@pytest.mark.parametrize(("dataset", "query"), QUERIES)
def test_every_text_that_runs_here_gives_the_rows_of_the_list(site, analyst, dataset, query):
    url = site[0]
    rows, made = listed(url, dataset, query), texts(analyst, url, dataset, query)
    assert rows
    columns = list(rows[0])
    assert set(made) == {"power-query", "curl", "pandas", "r", "duckdb", "duckdb-httpfs", "follow"}

    subprocess.run(["sh", "-e", "-c", made["curl"]], check=True)
    database = duckdb.connect()
    database.execute(made["duckdb"])
    instants = {name for name, kind in _types(database).items() if "TIME ZONE" in kind}
    chosen = ", ".join(
        f'cast("{name}" as varchar) as "{name}"' if name in instants else f'"{name}"' for name in columns
    )
    read = database.execute(f"set timezone = 'UTC'; select {chosen} from rows").fetchall()
    found = [dict(zip(columns, row, strict=True)) for row in read]
    for row in found:
        row |= {name: row[name] and row[name].replace(" ", "T").replace("+00", "+00:00") for name in instants}
    same(found, rows, columns)

    frame: dict = {}
    exec(made["pandas"], frame)  # noqa: S102 - what the page tells people to run
    same(frame["rows"].to_dict("records"), rows, columns)


def _types(database):
    return dict(database.execute("select column_name, data_type from duckdb_columns() where not internal").fetchall())


def test_a_follower_has_the_list_after_a_change(site, analyst, tmp_path):
    url, made = site
    query = {"plan": "BP", "fields": "code,title_fr,lifecycle"}
    text = texts(analyst, url, "initiatives", query)["follow"]
    kept = tmp_path / "initiatives.json"

    def rows():
        found = json.loads(kept.read_text("utf-8"))["rows"].values()
        return sorted(
            ({name: row[name] for name in ("code", "title_fr")} for row in found), key=lambda row: row["code"]
        )

    def expected():
        return sorted(
            listed(url, "initiatives", {"plan": "BP", "fields": "code,title_fr"}), key=lambda row: row["code"]
        )

    exec(text, {})  # noqa: S102 - as above
    assert rows() == expected()
    initiative = made.initiatives["green"]
    with revision(by=ACTOR, reason="another name"):
        initiative.title_fr = "Ça alors : « un autre nom »"
        initiative.save()
    exec(text, {})  # noqa: S102 - as above
    assert rows() == expected()
    assert initiative.title_fr in [row["title_fr"] for row in rows()]


def test_a_refusal_fails_the_shell_and_leaves_no_file(site, analyst, tmp_path, monkeypatch):
    text = texts(analyst, site[0], "initiatives", {"plan": "BP"})["curl"]
    monkeypatch.setenv("TRACKER_TOKEN", "apt_nobody")
    done = subprocess.run(["sh", "-c", text], check=False, capture_output=True)
    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not any(os.access(f"{place}/Rscript", os.X_OK) for place in os.get_exec_path()), reason="no R here")
def test_the_text_for_r_is_r(site, analyst, tmp_path):
    text = texts(analyst, site[0], "initiatives", {"plan": "BP", "q": TITLE})["r"]
    (tmp_path / "pull.R").write_text(text, "utf-8")
    subprocess.run(["Rscript", "-e", "invisible(parse('pull.R'))"], check=True)
