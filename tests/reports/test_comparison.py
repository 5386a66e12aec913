"""Pages beside themselves at another moment: what differs says what it was, and leads to why."""

import re
from html import unescape

import pytest

from initiatives.models import Initiative, Milestone
from tests.factories import add_entry, add_initiative, add_milestone, add_pillar
from tests.scenarios import small_plan
from tracker.timemachine import Actor, head, revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def reader(plan, client):
    client.force_login(plan.people.plan_admin)
    return client


def marks(answer) -> list[tuple[str, str]]:
    """What was something else: where it leads, and what it says."""
    found = re.findall(r'<a class="was" href="([^"]+)">(.*?)</a>', answer.content.decode(), re.DOTALL)
    return [(unescape(url), " ".join(re.sub(r"<[^>]+>", " ", text).split())) for url, text in found]


def test_a_page_beside_itself_says_nothing(plan, reader):
    for address in ("", "pillars/1/", "initiatives/", "initiatives/1.01/"):
        answer = reader.get(f"/en/plans/BP/{address}?compare=now")
        assert answer.status_code == 200, address
        assert b"Compared with another moment" in answer.content
        assert marks(answer) == []


def test_figures_say_what_they_were_and_lead_to_rows_that_make_the_difference(plan, reader):
    then = head()
    before = reader.get("/en/plans/BP/").context["milestones_met"].total
    late = plan.milestones["late"]
    with revision(by=Actor(user=plan.people.plan_admin), reason="Met after all"):
        Milestone.objects.filter(pk=late.pk).update(actual_on=plan.week.starts_on)
    answer = reader.get(f"/en/plans/BP/?compare=r{then}")
    now = answer.context["milestones_met"].total
    assert now == before + 1
    found = {text.split(":")[0]: url for url, text in marks(answer) if "milestones_met" in url}
    assert set(found) == {f"was {before} Milestones met"}
    why = reader.get(found[f"was {before} Milestones met"])
    assert why.status_code == 200
    assert f"1.01/#milestone-{late.code}" in why.content.decode() or late.code in why.content.decode()


def test_sums_of_a_year_and_cells_of_a_bar_say_what_they_were(plan, reader):
    then = head()
    with revision(by=Actor(user=plan.people.plan_admin), reason="More"):
        Initiative.objects.filter(code="1.01").update(lifecycle="not_pursued", not_pursued_reason="No need any more")
    add_entry(plan.initiatives["green"], "1000.00")
    urls = [url for url, _ in marks(reader.get(f"/en/plans/BP/?compare=r{then}"))]
    assert any("/figures/free_balance/" in url and "bucket=2025" in url for url in urls)
    assert any("/figures/health/" in url and "bucket=green" in url for url in urls)


def test_a_pillar_that_was_not_there_was_not_zero(plan, reader):
    then = head()
    new = add_pillar(plan.plan, 9)
    add_milestone(add_initiative(new, "9.01", lead=plan.organizations["CBSA"]), "M1")
    found = [(url, text) for url, text in marks(reader.get(f"/en/plans/BP/?compare=r{then}")) if "scope=BP%2F9" in url]
    assert found
    assert all(text.startswith("was not known") for _, text in found)


def test_a_page_of_the_past_is_compared_with_what_was_known_by_then(plan, reader):
    then = head()
    add_milestone(plan.initiatives["green"], "M9")
    assert marks(reader.get(f"/en/plans/BP/?as_of=r{then}&compare=now")) == []
    assert reader.get(f"/en/plans/BP/?as_of=r{then}&compare=r{then - 1}").status_code == 200
    later = reader.get(f"/en/plans/BP/?as_of=r{then}&compare=r{head()}")
    assert later.status_code == 400
    assert "compare" in later.content.decode()


def test_rows_say_what_they_were(plan, reader):
    then = head()
    with revision(by=Actor(user=plan.people.plan_admin), reason="Begun"):
        Initiative.objects.filter(code="2.04").update(lifecycle="underway")
    for address in ("initiatives/", "pillars/2/"):
        texts = [
            text for url, text in marks(reader.get(f"/en/plans/BP/{address}?compare=r{then}")) if "within=2.04" in url
        ]
        assert any(text.startswith("was ") for text in texts), address
    listed = dict(marks(reader.get(f"/en/plans/BP/initiatives/?compare=r{then}")))
    [history] = {url for url in listed if "within=2.04" in url}
    assert b"Begun" in reader.get(history).content


def test_what_was_not_there_says_so(plan, reader):
    then = head()
    add_milestone(plan.initiatives["green"], "M9")
    page = reader.get(f"/en/plans/BP/initiatives/1.01/?compare=r{then}").content.decode()
    row = page[page.index('id="milestone-M9"') :]
    assert "was not there" in row[: row.index("</tr>")]


def test_the_initiative_says_what_its_health_and_dates_were(plan, reader):
    then, late = head(), plan.milestones["late"]
    with revision(by=Actor(user=plan.people.plan_admin), reason="Done"):
        Milestone.objects.filter(pk=late.pk).update(actual_on=plan.week.starts_on)
    found = marks(reader.get(f"/en/plans/BP/initiatives/1.01/?compare=r{then}"))
    assert any("was without a date" in text and "/history/milestone/" in url for url, text in found)


@pytest.mark.parametrize("text", ["2999-01-01", "yesterday", "r0", "r99999999", "BP-1999-W01-e1"])
def test_no_moment_is_refused_by_its_name(plan, reader, text):
    answer = reader.get(f"/en/plans/BP/?compare={text}")
    assert answer.status_code in (400, 404, 422)
    assert "compare" in answer.content.decode()


def test_the_control_keeps_filters_and_steps_by_weeks(plan, reader):
    page = reader.get("/en/plans/BP/initiatives/?lifecycle=underway&compare=r5").content.decode()
    control = page[page.index('class="date-control"') : page.index("</form>", page.index('class="date-control"'))]
    assert '<input type="hidden" name="lifecycle" value="underway">' in control
    assert 'name="compare" value="r5"' in control
    assert control.count('name="compare"') == 1


def test_a_page_that_cannot_be_compared_does_not_offer_it(plan, reader):
    page = reader.get("/en/plans/BP/rollups/").content.decode()
    assert 'name="as_of"' in page
    assert 'name="compare"' not in page
