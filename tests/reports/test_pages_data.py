"""The data page, and the page that builds addresses for a dataset."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from reports.datasets import DATASETS
from reports.figures import FIGURES
from reports.pulls import counted
from tests.reports.reading import add_more, words
from tests.reports.test_snippets import formula_of, m_parts

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r'<textarea id="address-(\w+)"[^>]*>\n(.*?)</textarea>', re.DOTALL)


def addresses(html):
    """The addresses that the page built, by what they are for."""
    return {key: unescape(text) for key, text in ADDRESS.findall(html)}


def asked(url):
    return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}


class TestStart:
    def test_lists_every_dataset_with_what_a_row_is_and_how_many_one_may_see(self, made, show):
        html = show(made.people.manager, "data/")  # of one initiative
        for name, dataset in DATASETS.items():
            assert f'href="/en/data/{name}/"' in html
            assert str(dataset.about).split("`")[0] in unescape(html)
        told = words(html)
        assert re.search(r"Initiatives One row for each initiative.*? 1 ", told)
        assert 'href="/en/api-reference/"' in html

    def test_keeps_the_figures_where_links_look_for_them(self, made, show):
        html = show(made.people.viewer, "data/")
        assert all(f'id="figure-{key}"' in html for key in FIGURES)

    def test_travels_with_its_reader(self, made, show):
        assert 'href="/en/data/initiatives/?as_of=r20"' in show(made.people.viewer, "data/?as_of=r20")


class TestBuilder:
    def test_every_dataset_can_be_built(self, made, show):
        for name in DATASETS:
            built = addresses(show(made.people.administrator, f"data/{name}/"))
            assert resolve(urlsplit(built["file"]).path).url_name == f"export-{name}"
            assert resolve(urlsplit(built["list"]).path).url_name.endswith("-list")
            assert f"/{name}/" in built["list"]

    def test_what_is_asked_is_asked_by_every_address(self, made, show):
        query = "plan=BP&late=true&q=%C3%89t%C3%A9+%26+%22x%22&fields=code&fields=title_fr&ordering=-code&health="
        html = show(made.people.analyst, f"data/milestones/?{query.replace('&health=', '')}")
        built = addresses(html)
        wanted = {"plan": "BP", "late": "true", "q": 'Été & "x"', "fields": "code,title_fr"}
        assert asked(built["file"]) == wanted
        assert asked(built["list"]) == {**wanted, "ordering": "-code"}
        cited = asked(built["cited"])
        assert {"as_of", "on"} <= set(cited)
        assert all(address.startswith("http://testserver/api/v1/") for address in built.values())

    def test_all_columns_are_asked_for_by_asking_for_none(self, made, show):
        every = "&".join(f"fields={column.name}" for column in DATASETS["plans"].row.columns())
        assert "fields" not in asked(addresses(show(made.people.analyst, f"data/plans/?{every}"))["list"])

    def test_shows_how_many_rows_and_the_first_as_the_list_has_them(self, made, show, client):
        html = show(made.people.analyst, "data/initiatives/?plan=BP&health=red&fields=code,title_fr,manager")
        rows = client.get("/api/v1/initiatives/?plan=BP&health=red").json()["results"]
        told = words(html)
        assert f" {len(rows)} row " in told
        assert rows[0]["title_fr"] in told
        assert "unknown" in told  # nobody manages it

    def test_a_reader_sees_only_what_the_list_gives(self, made, show):
        assert "1 row " in words(show(made.people.manager, "data/initiatives/"))
        assert "no role yet" in words(show(made.people.outsider, "data/initiatives/"))

    def test_the_past_is_in_every_address(self, made, show):
        html = show(made.people.analyst, "data/initiatives/?as_of=r20")
        built = addresses(html)
        assert {asked(url)["as_of"] for url in built.values()} == {"r20"}
        assert "initiatives.odc" not in built["list"]
        assert "connection.odc?as_of=r20" in html
        assert 'id="tool-follow"' not in html  # the past does not change

    def test_what_cannot_be_meant_is_said_at_its_field_and_builds_nothing(self, made, show):
        for query, field in (
            ("health=teal", "health"), ("pillar=two", "pillar"), ("on=yesterday", "on"),
            ("fields=code,colour", "fields_0"), ("ordering=colour", "ordering"),
        ):  # fmt: skip
            html = show(made.people.analyst, f"data/initiatives/?{query}", status=422)
            assert re.search(r"<title>\s*Error:", html)
            assert "There is 1 thing to correct" in html
            assert f'href="#id_{field}"' in html
            assert f'id="id_{field}"' in html
            assert "errorlist" in html
            assert addresses(html) == {}

    def test_what_no_list_reads_is_refused(self, made, show):
        for query in ("bogus=1", "on=2026-01-05&on=2026-01-12", "page=2"):
            show(made.people.analyst, f"data/initiatives/?{query}", status=400)
        show(made.people.analyst, "data/nothing/", status=404)

    def test_looks_at_no_more_rows_than_it_counts(self, made):
        rows = DATASETS["initiatives"].filters.base(made.people.analyst, on=made.week.starts_on)
        assert counted(rows, 2) == 3
        assert counted(rows, 100) == rows.count()

    def test_costs_the_same_for_any_number_of_rows(self, made, show):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                show(made.people.plan_admin, "data/initiatives/?plan=BP&health=red")
                show(made.people.plan_admin, "data/")
            return len(captured)

        queries()
        few = queries()
        add_more(made, "7", 60)
        assert queries() <= few

    def test_speaks_french(self, made, show):
        html = show(made.people.analyst, "data/initiatives/?plan=BP", language="fr")
        assert 'href="/fr/data/"' in html
        assert addresses(html)["list"].endswith("/api/v1/initiatives/?plan=BP")


class TestFilesForOffice:
    def test_an_office_data_connection_has_the_same_address(self, made, client):
        client.force_login(made.people.analyst)
        query = {"plan": "BP", "q": 'Été & "x" ]]> #(lf)', "fields": "code"}
        answer = client.get("/fr/data/initiatives/connection.odc", query)
        assert answer["Content-Type"] == "text/x-ms-odc; charset=utf-8"
        assert answer["Content-Disposition"] == 'attachment; filename="initiatives.odc"'
        rest, literals = m_parts(formula_of(answer.content))
        assert literals[:2] == ["http://testserver", "api/v1/exports/initiatives.csv"]
        names = re.findall(r"^ {16}(\w+) = L", rest, re.MULTILINE)
        assert dict(zip(names, literals[2:], strict=False)) == query

    def test_a_power_bi_source_has_it_too(self, made, client):
        client.force_login(made.people.analyst)
        source = json.loads(client.get("/en/data/initiatives/source.pbids", {"q": "Été & x"}).content)
        url = source["connections"][0]["details"]["address"]["url"]
        assert asked(url) == {"q": "Été & x"}

    def test_what_cannot_be_meant_makes_no_file(self, made, client):
        client.force_login(made.people.analyst)
        for file in ("connection.odc", "source.pbids"):
            assert client.get(f"/en/data/initiatives/{file}?health=teal").status_code == 400
