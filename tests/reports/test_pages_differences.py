"""The pages and the API of restatements and comparisons."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.choices import Stage
from initiatives.models import Initiative
from reports.figures import Result
from reports.views import differences as pages
from tests.factories import ACTOR, add_entry, add_milestone, add_plan, bearer
from tests.reports.reading import add_more, words
from tests.tracker.addresses import problem
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db
API = "/api/v1/figures/money/difference/?scope=BP"


def links(html):
    """Addresses of differences on a page."""
    return [unescape(link) for link in re.findall(r'href="(/[^"]*/difference/[^"]*)"', html)]


class TestRestated:
    def test_nothing_has_been_restated(self, made, show):
        html = show(made.people.viewer, f"rollups/{made.rollups[0].code}/restated/?scope=BP/2")
        assert "Nothing has been restated" in words(html)

    def test_a_late_invoice_is_told_with_its_rows_and_revisions(self, made, show, client):
        add_entry(made.initiatives["amber"], "1000.25", stage=Stage.EXPENDITURE)
        number = head()
        html = show(made.people.auditor, f"rollups/{made.rollups[1].code}/restated/")
        assert "2025-26, expenditure $1,250,000.10 $1,251,000.35 +$1,000.25 Late fact +$1,000.25 (1 row)" in words(html)
        [link] = [one for one in links(html) if "figures/money/" in one and "expenditure" in one]
        page = client.get(link).content.decode()
        told = words(page)
        assert "+$1,000.25" in told
        assert f"r{number}" in told
        assert "Ledger entry added" in told
        assert "A test" in told  # who, for one who may know

    def test_in_french_and_for_a_part(self, made, show):
        add_entry(made.initiatives["amber"], "1000.25", stage=Stage.EXPENDITURE)
        html = show(made.people.auditor, f"rollups/{made.rollups[1].code}/restated/?scope=BP/1.02", language="fr")
        assert "1 000,25 $" in words(html)

    def test_what_the_document_says_is_shown_where_computing_gives_something_else(self, made, show, monkeypatch):
        sealed = pages.sealed_board

        def altered(payload):
            board = sealed(payload)
            panels = board.plan.panels
            object.__setattr__(panels["milestones"], "result", Result({"": 99}, None))
            return board

        monkeypatch.setattr(pages, "sealed_board", altered)
        text = words(show(made.people.auditor, f"rollups/{made.rollups[0].code}/restated/"))
        assert "sealed: 99" in text
        assert "not what computing them again gives" in text

    @pytest.mark.parametrize(
        ("query", "status", "field"),
        [("?scope=XX", 400, "scope"), ("?scope=BP/77", 404, "no plan"), ("?on=2026-01-01", 400, "Unknown")],
    )
    def test_what_cannot_be_asked(self, made, show, query, status, field):
        html = show(made.people.auditor, f"rollups/{made.rollups[0].code}/restated/{query}", status=status)
        assert field in html

    def test_only_for_a_whole_plan_and_for_what_there_is(self, made, show):
        show(made.people.manager, f"rollups/{made.rollups[0].code}/restated/", status=404)
        show(made.people.auditor, "rollups/BP-2020-W01-e1/restated/", status=404)


class TestCompare:
    def test_the_two_newest_rollups(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/compare/"))
        assert made.rollups[0].code in text
        assert "no update" in text.lower()
        assert "Time passed" in text or "New fact" in text

    def test_any_two_points_also_backwards_and_in_french(self, made, show):
        first, code = made.rollups[0], made.rollups[1].code
        for query, language in (
            (f"from={code}&to=now&scope=BP/1", "en"),
            (f"from=now&to={code}&scope=BP/1", "fr"),
            (f"from={timezone.localdate()}&to=r{head()}@{first.on}&scope=BP/1.01", "fr"),
        ):
            show(made.people.viewer, f"plans/BP/compare/?{query}", language=language)

    def test_the_same_at_both_ends(self, made, show):
        assert "No figure differs" in words(show(made.people.viewer, "plans/BP/compare/?from=now&to=now"))

    def test_a_plan_without_rollups(self, made, show):
        add_plan("NEW")
        assert "No figure differs" in words(show(made.people.auditor, "plans/NEW/compare/"))

    def test_who_sees_a_part_compares_that_part(self, made, show):
        text = words(show(made.people.manager, "plans/BP/compare/"))
        assert "Part of the plan:" in text
        assert "1.02" not in text

    @pytest.mark.parametrize(
        ("query", "status", "words_"),
        [
            ("from=BP-2020-W01-e1", 404, "There is no rollup"),
            ("from=yesterday", 400, "is not a moment"),
            ("to=now@12/12/2026", 400, "Write a date"),
            ("to=2999-01-01", 400, "future"),
            ("from=r9", 200, ""),
            ("version=2", 400, "Unknown"),
        ],
    )
    def test_points_that_there_are_not(self, made, show, query, status, words_):
        assert words_ in show(made.people.viewer, f"plans/BP/compare/?{query}", status=status)

    def test_from_the_past_nothing_later_is_seen(self, made, show):
        was, since = made.rollups[0].as_of, head()
        html = show(made.people.viewer, f"plans/BP/compare/?as_of=r{was}&from=r{since}", status=400)
        assert "There is no revision" in words(html)

    def test_the_number_of_queries_does_not_depend_on_how_much_there_is(self, made, client):
        client.force_login(made.people.auditor)
        counts = []
        for prefix, rows in (("1.3", 2), ("1.4", 20)):
            add_more(made, prefix, rows)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/en/plans/BP/compare/?from={made.rollups[0].code}&to=now").status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 250


class TestOneFigure:
    def test_each_row_in_its_part(self, made, show):
        start = head()
        add_milestone(made.initiatives["red"], "M9", baselines=[timezone.localdate() - timedelta(days=3)])
        html = show(made.people.auditor, f"figures/milestones_late/difference/?scope=BP&from=r{start}&to=now")
        text = words(html)
        assert "Change of scope: +1" in text
        assert "not counted → 1 +1" in text
        assert f"as_of=r{head()}" in html

    def test_a_bucket_that_there_is_not_and_a_figure_that_there_is_not(self, made, show):
        assert "no such bucket" in show(
            made.people.auditor, "figures/health/difference/?scope=BP&bucket=teal", status=400
        )
        show(made.people.auditor, "figures/nothing/difference/?scope=BP", status=400)
        show(made.people.auditor, "figures/health/difference/?scope=NONE", status=404)

    def test_who_is_not_told_who_made_a_change(self, made, show):
        start = head()
        with revision(by=ACTOR, reason="a secret reason"):
            Initiative.objects.filter(code="1.01").update(lifecycle="met")
        address = f"figures/health/difference/?scope=BP/1.01&from=r{start}&to=now"
        assert "a secret reason" not in show(made.people.manager, address)
        assert "a secret reason" in show(made.people.auditor, address)


class TestApi:
    def test_the_parts_add_up_and_the_answer_says_its_address(self, made, client):
        start = head()
        add_entry(made.initiatives["amber"], "1000.25", stage=Stage.EXPENDITURE)
        headers = bearer(made.people.auditor)
        answer = client.get(f"{API}&from=r{start}&to=now", headers=headers)
        body = json.loads(answer.content)
        assert body["total"] is None
        [cell] = [one for one in body["cells"] if one["parts"]]
        assert (cell["before"], cell["after"], cell["change"]) == ("1250000.10", "1251000.35", "1000.25")
        assert sum(Decimal(part["change"]) for part in cell["parts"]) == Decimal(cell["change"])
        [row] = body["rows"]
        assert (row["part"], row["label_fr"]) == ("late_fact", "late fact") or row["label_fr"]
        assert [one["number"] for one in row["revisions"]] == [head()]
        assert client.get(row["url"], headers=headers).status_code == 200
        again = client.get(answer["Content-Location"], headers=headers)
        assert json.loads(again.content)["cells"] == body["cells"]

    def test_what_cannot_be_asked(self, made, client):
        headers = bearer(made.people.auditor)
        assert "scope" in problem(client.get("/api/v1/figures/money/difference/", headers=headers), 400, "no_scope")
        assert "since" in problem(client.get(f"{API}&since=3", headers=headers), 400, "unknown_filter")
        assert "from" in problem(client.get(f"{API}&from=soon", headers=headers), 400, "bad_point")
        assert "to" in problem(client.get(f"{API}&to=BP-2020-W01-e1", headers=headers), 404, "no_such_rollup")
        assert "bucket" in problem(client.get(f"{API}&bucket=teal", headers=headers), 400, "invalid")

    def test_it_is_the_difference_of_the_pages(self, made, client):
        body = json.loads(
            client.get("/api/v1/figures/health/difference/?scope=BP", headers=bearer(made.people.auditor)).content
        )
        assert (body["from"]["rollup"], body["to"]["rollup"]) == (made.rollups[0].code, made.rollups[1].code)
