"""What every address of the API promises: who may, what is refused, what is shown."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from initiatives.models import LedgerEntry
from reports.models import WeeklyRollup
from tests.factories import ACTOR, add_organization, bearer, token_for
from tests.scenarios import small_plan
from tests.tracker.addresses import LISTS, bytes_of, everywhere, problem
from tracker.authentication import make_token
from tracker.choices import TokenScope
from tracker.models import ApiToken
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def get(client, plan):
    """GET as the auditor, who sees everything."""
    headers = bearer(plan.people.auditor)
    return lambda path: client.get(path, headers=headers)


def test_what_no_list_takes_is_refused_by_name(get):
    for name in LISTS:
        _takes_nothing_else(get, name)


def _takes_nothing_else(get, name):
    assert set(problem(get(f"/api/v1/{name}/?colour=red"), 400, "unknown_filter")) == {"colour"}
    assert set(problem(get(f"/api/v1/{name}/?page=2"), 400, "unknown_filter")) == {"page"}
    assert set(problem(get(f"/api/v1/{name}/?bom=0"), 400, "unknown_filter")) == {"bom"}
    assert "nonsense" in problem(get(f"/api/v1/{name}/?fields=nonsense"), 400, "unknown_field")["fields"]
    assert set(problem(get(f"/api/v1/{name}/?limit=0"), 400, "bad_page")) == {"limit"}
    assert set(problem(get(f"/api/v1/{name}/?after=zzz"), 400, "bad_page")) == {"after"}


def test_one_row_takes_no_filters(plan, get):
    assert set(problem(get("/api/v1/plans/BP/?q=x"), 400, "unknown_filter")) == {"q"}
    assert set(problem(get("/api/v1/plans/BP/?on=2026-01-01"), 400, "unknown_filter")) == {"on"}
    pk = plan.initiatives["red"].pk
    assert get(f"/api/v1/initiatives/{pk}/?on=2026-01-01").status_code == 200
    assert set(problem(get(f"/api/v1/initiatives/{pk}/?on=x"), 400, "bad_filter")) == {"on"}


def test_fields_choose_columns_in_their_own_order(get):
    body = bytes_of(get("/api/v1/places/?fields=name_fr,code&code=LAB-1"))
    assert b'{"code":"LAB-1","name_fr":"Laboratoire d\xe2\x80\x99Ottawa"}' in body


def test_what_is_not_there_is_not_found(get, plan):
    absent = [
        "initiatives/999999/", "initiatives/9999999999999999999/", "initiatives/abc/", "initiatives/0/",
        "plans/NONE/", "plans/%00/", "rollups/NONE/", "rollups/NONE/payload/", "nowhere/", "nowhere",
        "plans/BP/more/", "revisions/99999/", "milestones/1.5/", f"organizations/{'x' * 500}/",
    ]  # fmt: skip
    for path in absent:
        problem(get(f"/api/v1/{path}"), 404, "not_found")


def test_an_address_without_its_slash_leads_to_the_one_with_it(get):
    response = get("/api/v1/plans?q=x")
    assert (response.status_code, response["Location"]) == (301, "/api/v1/plans/?q=x")


def test_nobody_reads_without_signing_in(client, plan):
    for path in everywhere(plan):
        response = client.get(path)
        problem(response, 401, "not_signed_in")
        assert response["WWW-Authenticate"].startswith("Basic realm=")


def test_somebody_without_a_role_reads_nothing(client, plan):
    for path in everywhere(plan):
        problem(client.get(path, headers=bearer(plan.people.outsider)), 403, "not_allowed")


def test_a_session_reads_too(client, plan):
    client.force_login(plan.people.viewer)
    assert client.get("/api/v1/plans/").status_code == 200


def test_a_token_that_is_unknown_expired_or_revoked_is_refused(client, plan):
    user = plan.people.viewer
    now = timezone.now()
    expired = make_token(
        user=user, name="old", scope=TokenScope.READ, at=now - timedelta(days=2), lifetime=timedelta(1)
    )
    revoked = token_for(user)
    ApiToken.objects.filter(prefix=revoked.split("_")[1]).update(revoked_at=now)
    good = token_for(user)
    for token in (expired, revoked, good[:-1] + "x", good.upper(), "apt_", "apt__", "", "x" * 5000, "apt_é_é"):
        problem(client.get("/api/v1/plans/", headers={"Authorization": f"Bearer {token}"}), 401, "not_signed_in")
    assert client.get("/api/v1/plans/", headers={"Authorization": f"bearer {good}"}).status_code == 200
    user.is_active = False
    user.save()
    problem(client.get("/api/v1/plans/", headers={"Authorization": f"Bearer {good}"}), 401, "not_signed_in")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_what_cannot_be_written_is_not_allowed(client, plan, method):
    headers = bearer(plan.people.plan_admin)
    for path in ("/api/v1/plans/", "/api/v1/plans/BP/", "/api/v1/figures/", "/api/v1/exports/initiatives.csv"):
        response = getattr(client, method)(path, headers=headers, content_type="application/json")
        problem(response, 405, "method_not_allowed")


def test_head_gives_the_headers_alone(client, plan):
    headers = bearer(plan.people.viewer)
    for path in ("/api/v1/plans/", "/api/v1/exports/initiatives.csv"):
        response = client.head(path, headers=headers)
        assert response.status_code == 200
        assert response["X-Revision"] == str(head())
        assert bytes_of(response) == b""


@pytest.mark.parametrize("asked", ["", "?as_of=r{head}"])
def test_head_of_a_file_says_nothing_that_the_file_does_not(client, plan, asked):
    """A file's tag is of its bytes, which nobody knows before it is made."""
    path = f"/api/v1/exports/initiatives.csv{asked.format(head=head())}"
    first, file = (getattr(client, method)(path, headers=bearer(plan.people.viewer)) for method in ("head", "get"))
    assert bytes_of(file)
    assert "ETag" not in first
    assert first.headers.items() <= file.headers.items()


def test_lists_are_cut_to_what_the_person_may_see(client, plan):
    def count(name, user):
        return len(json.loads(client.get(f"/api/v1/{name}/", headers=bearer(user)).content)["results"])

    who = plan.people
    manager = {name: count(name, who.manager) for name in LISTS}
    assert manager["initiatives"] == 1
    assert manager["milestones"] == 3
    assert manager["ledger-entries"] == LedgerEntry.objects.filter(line__initiative__code="1.01").count()
    assert manager["rollups"] == 0
    assert manager["plans"] == 1
    assert count("initiatives", who.pillar_lead) == 3
    assert count("initiatives", who.viewer) == 7
    assert count("rollups", who.viewer) == 2
    problem(
        client.get(f"/api/v1/initiatives/{plan.initiatives['red'].pk}/", headers=bearer(who.manager)), 404, "not_found"
    )


def test_why_a_revision_was_made_shows_to_those_who_see_everything(client, plan):
    def newest(user):
        return json.loads(client.get("/api/v1/revisions/?limit=1", headers=bearer(user)).content)["results"][0]

    assert newest(plan.people.auditor)["reason"]
    hidden = newest(plan.people.viewer)
    assert (hidden["reason"], hidden["actor"]) == (None, None)
    assert hidden["number"] == head()


def test_a_plan_that_is_simulated_says_so_on_every_row(client, plan):
    with revision(by=ACTOR, reason="a simulation"):
        type(plan.plan).objects.update(simulated=True)
    headers = bearer(plan.people.auditor)
    for name in LISTS:
        for row in json.loads(client.get(f"/api/v1/{name}/", headers=headers).content)["results"]:
            if name not in ("organizations", "places", "revisions"):
                assert row["simulated"] is True, name
    assert json.loads(client.get("/api/v1/figures/health/?scope=BP", headers=headers).content)["simulated"] is True


def test_rollups_that_the_person_cannot_read_whole_are_not_found(client, plan):
    code = WeeklyRollup.objects.order_by("pk").first().code
    for path in (f"/api/v1/rollups/{code}/", f"/api/v1/rollups/{code}/payload/"):
        problem(client.get(path, headers=bearer(plan.people.manager)), 404, "not_found")


def test_places_without_coordinates_are_null_not_zero(client, plan):
    rows = json.loads(client.get("/api/v1/places/", headers=bearer(plan.people.viewer)).content)["results"]
    assert [(row["code"], row["latitude"]) for row in rows] == [("LAB-1", None), ("WINDSOR", "42.31200")]


def test_a_body_that_is_too_long_is_a_problem(client, plan, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = client.post(
        "/api/v1/status-updates/", {"headline_en": "x" * 200}, content_type="application/json",
        headers=bearer(plan.people.manager),
    )  # fmt: skip
    problem(response, 413, "too_big")


def test_organizations_are_read_by_their_code(client, plan):
    headers = bearer(plan.people.viewer)
    for code in ("A.B-C", "ÉCO"):
        add_organization(code)
        response = client.get(f"/api/v1/organizations/{code}/", headers=headers)
        assert json.loads(response.content)["abbreviation_fr"] == f"{code}-fr"
        assert client.get(response["Content-Location"], headers=headers).content == response.content
