"""I10: zero and unknown are never shown, told or exported alike, whichever figure it is."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from initiatives.choices import Availability, Stage, Vote
from tests.factories import (
    add_entry,
    add_indicator,
    add_initiative,
    add_observation,
    add_organization,
    add_pillar,
    add_plan,
    add_user,
    bearer,
)
from tracker.choices import Role

pytestmark = pytest.mark.django_db
ON = "2026-01-31"
CELL = "2025/CBSA"


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def reader():
    return add_user("auditor", role=Role.AUDITOR, language="en")


@pytest.fixture
def ask(client, reader):
    """The figure of the initiative as data, and as its explanation reads in each language."""
    headers = bearer(reader)
    client.force_login(reader)

    def ask(key):
        answer = json.loads(client.get(f"/api/v1/figures/{key}/?scope=BP/1.01&on={ON}", headers=headers).content)
        pages = [client.get(f"/{language}/figures/{key}/?scope=BP/1.01&on={ON}") for language in ("en", "fr")]
        return answer, [words(page.content.decode()) for page in pages]

    return ask


def words(html):
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", strip_tags(main).replace("\xa0", " "))


def money(initiative, zero):
    """Money of which nothing is left, will lapse or is overspent; or of which nobody can tell."""
    add_entry(initiative, "100.00", stage=Stage.PLANNED, vote=Vote.OPERATING)
    if zero:
        add_entry(initiative, "100.00", vote=Vote.OPERATING)
        add_entry(initiative, "100.00", stage=Stage.EXPENDITURE, vote=Vote.OPERATING)


@pytest.mark.parametrize("key", ["free_balance", "projected_lapse", "overspent"])
def test_money_of_nothing_is_not_money_of_which_nothing_is_known(initiative, ask, key):
    money(initiative, zero=False)
    answer, (english, french) = ask(key)
    assert (answer["total"], answer["cells"]) == (None, {})
    assert "not published" in english
    assert "No row feeds it: the figure is not published, which is not the same as zero." in english
    assert "$0" not in english
    assert "non publié" in french
    assert "0 $" not in french
    money(initiative, zero=True)
    answer, (english, french) = ask(key)
    assert (answer["total"], answer["cells"]) == ("0.00", {CELL: "0.00"})
    assert "$0.00" in english
    assert "not published" not in english
    assert "0,00 $" in french
    assert "non publié" not in french


def test_a_year_end_of_nothing_is_not_a_year_end_that_nobody_foresees(initiative, ask):
    """Spent and taken back: what will have been spent is zero."""
    add_entry(initiative, "100.00")
    assert ask("year_end_forecast")[0]["total"] is None
    for amount in ("10.00", "-10.00"):
        add_entry(initiative, amount, stage=Stage.EXPENDITURE)
    answer, (english, _french) = ask("year_end_forecast")
    assert (answer["total"], "$0.00" in english) == ("0.00", True)
    assert ask("money_by_organization")[0]["cells"] == {f"{CELL}/authority": "100.00", f"{CELL}/expenditure": "0.00"}


@pytest.mark.parametrize("zero", [False, True])
def test_pages_of_money_tell_them_apart(initiative, client, reader, zero):
    money(initiative, zero=zero)
    client.force_login(reader)
    for address in ("", "pillars/1/", "money/", "initiatives/1.01/"):
        html = client.get(f"/en/plans/BP/{address}?on={ON}").content.decode()
        html = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)  # whose axes begin at zero
        section = words("<main" + html[html.index("2025-26") : html.index("</main>")] + "</main>")
        assert ("$0" in section) == zero, address


@pytest.mark.parametrize("zero", [False, True])
def test_what_was_observed_as_zero_is_not_stored_shown_or_exported_as_nothing(initiative, client, reader, zero):
    """Trackers that keep a zero as empty text turn what was reported into what nobody knows."""
    indicator = add_indicator(initiative.plan, initiative=initiative)
    availability = Availability.REPORTED if zero else Availability.NOT_AVAILABLE
    seen = add_observation(indicator, date(2025, 4, 30), Decimal(0) if zero else None, availability=availability)
    seen.refresh_from_db()
    assert seen.value == (0 if zero else None)
    client.force_login(reader)

    def rows(dataset):
        body = b"".join(client.get(f"/api/v1/exports/{dataset}.csv?bom=0").streaming_content).decode()
        return list(csv.DictReader(io.StringIO(body)))

    assert [row["value"] for row in rows("observations")] == ["0.000000" if zero else ""]
    assert [row["actual"] for row in rows("indicators")] == ["0.000000" if zero else ""]
    page = words(client.get(f"/en/plans/BP/indicators/SEIZED/?on={ON}").content.decode())
    assert ("not available" in page) != zero
    listed = json.loads(client.get(f"/api/v1/indicators/?plan=BP&on={ON}").content)["results"]
    assert [row["actual"] for row in listed] == ["0.000000" if zero else None]
