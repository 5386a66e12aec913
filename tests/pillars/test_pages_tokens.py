"""The page of one's tokens: made and shown once, listed, revoked by oneself alone."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from tests.factories import add_plan, add_user, token_for
from tracker.choices import Role
from tracker.models import ApiToken
from tracker.rules import MOST_TOKENS
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
PAGE = "/en/account/tokens/"
SENT = {"name": "Excel", "scope": "read", "reach": "all", "days": "90"}


@pytest.fixture
def ada(client):
    add_plan("BP", title_en="Border plan")
    add_plan("X", title_en="Hidden plan")
    user = add_user("ada", role=Role.ANALYST, scope="BP")
    client.force_login(user)
    return user


def words(response):
    html = response.content.decode()
    return re.sub(r"\s+", " ", strip_tags(html[html.index("<main") : html.index("</main>")]).replace("\u00a0", " "))


def secrets(response):
    return set(re.findall(r"apt_[0-9a-f]{12}_[\w-]{43}", response.content.decode()))


class TestMaking:
    def test_the_secret_is_shown_once_and_works_as_the_page_says(self, client, ada):
        before = head()
        response = client.post(PAGE, SENT)
        assert response.status_code == 200
        [secret] = secrets(response)
        assert "no-store" in response["Cache-Control"]
        text = words(response)
        assert f"Authorization: Bearer {secret}" in text
        assert f"curl -u token:{secret} http" in text
        assert Client().get("/api/v1/plans/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
        again = client.get(PAGE)
        assert secrets(again) == set()
        assert "Excel" in words(again)
        assert head() == before  # a token is no part of the plan's history

    def test_its_choices_are_kept(self, client, ada):
        client.post(PAGE, {**SENT, "scope": "write", "reach": "some", "plans": ["BP"], "days": "7"})
        token = ApiToken.objects.get()
        assert (token.user, token.scope, token.plans, token.name) == (ada, "write", ["BP"], "Excel")
        assert token.expires_at - token.created_at == timedelta(7)

    @pytest.mark.parametrize(
        ("changed", "told"),
        [({"name": " "}, "This field is required"), ({"days": "9999"}, "Select a valid choice"),
         ({"scope": "all"}, "Select a valid choice"), ({"reach": "some"}, "Tick at least one plan"),
         ({"plans": ["BP"]}, "You ticked plans"), ({"reach": "some", "plans": ["X"]}, "Select a valid choice"),
         ({"name": "a\u200bb"}, "cannot be shown")],
    )  # fmt: skip
    def test_what_cannot_be_meant_is_told_and_makes_none(self, client, ada, changed, told):
        response = client.post(PAGE, {**SENT, **changed})
        assert response.status_code == 422
        assert told in words(response)
        assert not ApiToken.objects.exists()

    def test_a_second_click_makes_no_second(self, client, ada):
        once = re.search(r'name="once" value="(\w+)"', client.get(PAGE).content.decode())[1]
        first = client.post(PAGE, {**SENT, "once": once})
        second = client.post(PAGE, {**SENT, "once": once}, follow=True)
        assert len(secrets(first)) == 1
        assert secrets(second) == set()
        assert "made already" in words(second)
        assert ApiToken.objects.count() == 1

    def test_past_the_bound_it_is_refused(self, client, ada):
        for _ in range(MOST_TOKENS):
            token_for(ada)
        response = client.post(PAGE, SENT)
        assert response.status_code == 422
        assert f"You have {MOST_TOKENS} tokens" in words(response)

    def test_plans_out_of_sight_are_not_named(self, client, ada):
        assert "Border plan" in words(client.get(PAGE))
        assert "Hidden plan" not in words(client.get(PAGE))

    def test_without_a_role_one_is_told_what_to_do(self, client):
        client.force_login(add_user("new"))
        page = client.get(PAGE)
        assert "You hold no role yet" in words(page)
        assert "Ask an administrator" in words(page)
        assert '<form method="post" class="form"' not in page.content.decode()
        assert client.post(PAGE, SENT).status_code == 422
        assert not ApiToken.objects.exists()

    def test_another_site_cannot_make_one(self, ada):
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada)
        assert client.post(PAGE, SENT).status_code == 403
        token_for(ada)
        prefix = ApiToken.objects.get().prefix
        assert client.post(f"{PAGE}{prefix}/revoke/", {}).status_code == 403
        assert ApiToken.objects.get().revoked_at is None


class TestList:
    def test_says_how_each_stands(self, client, ada):
        now = timezone.now()
        for name, changed in [
            ("used", {"last_used_at": now, "last_used_from": "192.0.2.7"}), ("gone", {"revoked_at": now}),
            ("seen", {"revoked_at": now, "leaked": True}), ("fresh", {}),
            ("old", {"created_at": now - timedelta(9), "expires_at": now - timedelta(1)}),
        ]:  # fmt: skip
            token_for(ada)
            ApiToken.objects.filter(name="a test").update(name=name, **changed)
        text = words(client.get(PAGE))
        assert re.findall(r"\b(used|gone|seen|fresh|old) apt_", text)[:2] == ["fresh", "used"]
        for told in ("from 192.0.2.7", "never", "expired", "revoked: it was sent in an address", "all that you see"):
            assert told in text
        assert len(re.findall(r"/revoke/", client.get(PAGE).content.decode())) == 2

    def test_is_one_s_own(self, client, ada):
        token_for(add_user("bob", role=Role.ANALYST))
        assert "apt_" not in words(client.get(PAGE))
        chief = add_user("chief", role=Role.ADMINISTRATOR)
        client.force_login(chief)
        assert "apt_" not in words(client.get(PAGE))

    def test_costs_the_same_for_few_and_many(self, client, ada):
        def cost():
            with CaptureQueriesContext(connection) as asked:
                client.get(PAGE)
            return len(asked)

        token_for(ada)
        few = cost()
        for _ in range(30):
            token_for(ada)
        assert cost() == few

    def test_a_past_moment_offers_nothing_to_change(self, client, ada):
        token_for(ada)
        page = client.get(f"{PAGE}?as_of=r{head()}").content.decode()
        assert "/revoke/" not in page
        assert "Make the token" not in page


class TestRevoking:
    def test_asks_first_and_then_holds_at_once(self, client, ada):
        secret = token_for(ada)
        address = f"{PAGE}{secret.split('_')[1]}/revoke/"
        asked = client.get(address)
        assert "a test" in words(asked)
        assert ApiToken.objects.get().revoked_at is None
        response = client.post(address, follow=True)
        assert "is revoked" in words(response)
        assert Client().get("/api/v1/plans/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
        assert "could not be used any more" in words(client.post(address, follow=True))

    def test_nobody_else_s_is_found(self, client, ada):
        other = token_for(add_user("bob", role=Role.ANALYST))
        for person in (ada, add_user("chief", role=Role.ADMINISTRATOR)):
            client.force_login(person)
            for prefix in (other.split("_")[1], "ffffffffffff", "x"):
                for method in (client.get, client.post):
                    assert method(f"{PAGE}{prefix}/revoke/").status_code == 404
        assert ApiToken.objects.get().revoked_at is None
