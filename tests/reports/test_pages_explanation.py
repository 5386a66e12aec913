"""The page that explains a number."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from initiatives.choices import Lifecycle, Stage
from initiatives.models import Initiative
from reports.figures import declaration
from tests.factories import ACTOR, add_entry
from tests.reports.reading import words
from tracker.timemachine import revision

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


class TestExplanation:
    def test_rows_add_up_and_lead_to_where_they_stand(self, made, show):
        html = show(made.people.viewer, "figures/health_dollars/?scope=BP")
        text = words(html)
        assert "$7,000,000.00" in text
        assert "Sum of all 2 rows $7,300,000.33" in text
        assert 'href="/en/plans/BP/initiatives/1.01/"' in html
        assert "Its rows come from 2 of 7 initiatives." in text

    def test_says_what_is_left_out_and_why(self, made, show):
        text = words(show(made.people.viewer, "figures/milestones_met/?scope=BP"))
        assert "Met before the plan was announced: earns the plan no progress 1.02 M2 Milestone M2" in text
        assert "Cancelled 1.02 M3" in text

    def test_a_figure_whose_parts_make_no_sum_shows_its_parts(self, made, show):
        text = words(show(made.people.viewer, "figures/money/?scope=BP"))
        assert "The parts make no sum." in text
        assert "2025-26, authority $5.0 M" in text
        part = words(show(made.people.viewer, "figures/money/?scope=BP&bucket=2025/expenditure"))
        assert "Sum of 1 row $1,250,000.10" in part
        assert "Reversed, with the reversal" in part

    def test_of_one_that_owes_no_update_none_is_said_to_give_its_colour(self, made, show):
        assert "The update that it rests on" in show(made.people.viewer, "figures/health/?scope=BP/1.01")
        with revision(by=ACTOR, reason="Met"):
            Initiative.objects.filter(code="1.01").update(lifecycle=Lifecycle.MET)
        html = show(made.people.viewer, "figures/health/?scope=BP/1.01")
        assert "The update that it rests on" not in html
        assert "Met" in words(html)

    def test_money_left_out_shows_its_part_and_its_amount(self, made, show):
        wrong = made.reversed_entry
        text = words(show(made.people.viewer, "figures/money/?scope=BP/1.03"))
        assert f"1.03 #{wrong.pk}, {wrong.effective_on} · =1+1 2025-26, expenditure, $999.99" in text
        assert f"1.03 #{wrong.reversed_by.pk}, {wrong.effective_on} · =1+1 2025-26, expenditure, −$999.99" in text

    def test_a_row_of_money_lands_on_its_entry(self, made, show, client):
        """However many there are: the page shows the latest ones only, the link leads to all."""
        green = made.initiatives["green"]
        entry = green.budget_lines.get(fiscal_year=2025).entries.get(stage=Stage.EXPENDITURE)
        for number in range(12):
            add_entry(green, "1.00", stage=Stage.AUTHORITY, effective_on=TODAY() - timedelta(number))
        html = show(made.people.viewer, "figures/money/?scope=BP/1.01&bucket=2025/expenditure")
        link = re.search(rf'href="([^"]+)#entry-{entry.pk}"', html)
        assert link
        assert f'id="entry-{entry.pk}"' in client.get(link[1].replace("&amp;", "&")).content.decode()
        short = show(made.people.viewer, "plans/BP/initiatives/1.01/")
        assert short.count('id="entry-') == 10
        assert f'id="entry-{entry.pk}"' not in short
        assert "All 15 entries" in words(short)

    def test_nothing_known_is_not_zero(self, made, show):
        text = words(show(made.people.viewer, "figures/health_dollars/?scope=BP/2.02"))
        assert "not published" in text
        assert "which is not the same as zero" in text
        assert "so it is zero" in words(show(made.people.viewer, "figures/milestones_late/?scope=BP/2.02"))

    def test_a_link_names_the_version_of_its_figure(self, made, show, monkeypatch):
        """What a number meant when it was linked to or sealed is what is explained, also once the figure is declared
        anew."""
        link = re.search(r'href="([^"]+figures/health/[^"]+)"', show(made.people.viewer, "plans/BP/"))
        sealed = show(made.people.viewer, f"rollups/{made.rollups[0].code}/")
        assert link
        assert "version=1" in link[1]
        assert not [url for url in re.findall(r'"(/en/figures/[^"]+)"', sealed) if "version=1" not in url]
        declared = dict(declaration.FIGURES)
        monkeypatch.setattr(declaration, "_VERSIONS", dict(declaration._VERSIONS))
        try:
            declaration.declare(replace(declared["health"], version=2, label_en="Health, anew"))
            html = show(made.people.viewer, link[1].removeprefix("/en/").replace("&amp;", "&"))
            assert "Health, anew" not in html
            assert "version=1" in re.search(r'href="(/api/v1/figures/[^"]+)"', html)[1]
            assert "Health, anew" in show(made.people.viewer, "figures/health/?scope=BP")
        finally:
            declaration.FIGURES.clear()
            declaration.FIGURES.update(declared)

    def test_the_same_can_be_had_as_data(self, made, show, client):
        html = show(made.people.viewer, "figures/health/?scope=BP/1&bucket=red")
        link = re.search(r'href="(/api/v1/figures/[^"]+)"', html)
        assert link
        answer = json.loads(client.get(link[1].replace("&amp;", "&")).content)
        assert answer["value"] == 1
        assert [row["label"] for row in answer["rows"]] == ["1.03"]

    @pytest.mark.parametrize(
        ("address", "status"),
        [("nonsense/?scope=BP", 400), ("health/?scope=NO", 404), ("health/?scope=BP&bucket=teal", 400),
         ("health/", 404), ("health/?scope=BP&on=yesterday", 400), ("health/?scope=BP&version=99", 400),
         ("health/?scope=BP&version=x", 400), ("health/?scope=BP&version=", 200)],
    )  # fmt: skip
    def test_what_there_is_not(self, made, show, address, status):
        show(made.people.viewer, f"figures/{address}", status=status)
