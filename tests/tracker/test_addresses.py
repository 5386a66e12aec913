"""What the address says: no parameter is ignored; and whose language a page and an answer speak."""

import json
import re

import pytest
from django.utils.html import strip_tags

from tests.factories import PASSWORD, add_user, bearer
from tracker.choices import Role
from tracker.pages import in_language


def words(response) -> str:
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", strip_tags(main).replace("\u00a0", " "))


@pytest.mark.django_db
class TestUnknownParameters:
    """Nothing is ignored, whatever the page."""

    @pytest.mark.parametrize(
        "path", ["history/", "account/", "account/password/", "accessibility/", "sign-in/", f"setup/{'x'}/"]
    )
    def test_are_refused_by_name(self, client, path):
        if path not in ("sign-in/", "setup/x/"):
            client.force_login(add_user("anna", role=Role.AUDITOR))
        response = client.get(f"/en/{path}?foo=1")
        assert response.status_code == 400
        assert "foo" in words(response)
        assert f'<a class="button" href="/en/{path}">' in response.content.decode()
        assert "Nothing was changed" not in words(response)
        assert client.get(f"/en/{path}").status_code == (404 if path == "setup/x/" else 200)

    def test_also_where_a_form_is_sent(self, client):
        add_user("anna")
        sent = {"username": "anna", "password": PASSWORD}
        refused = client.post("/en/sign-in/?foo=1", sent)
        assert refused.status_code == 400
        assert "Nothing was changed" in words(refused)
        assert client.post("/en/theme/?foo=1", {"theme": "dark"}).status_code == 400
        assert client.post("/en/sign-out/?foo=1").status_code == 400

    def test_a_moment_is_given_once(self, client):
        client.force_login(add_user("anna", role=Role.AUDITOR))
        for path in ("/en/history/", "/en/account/", "/en/"):
            for query in ("as_of=r1&as_of=r1", "as_of=&as_of=r1", "as_of=r1&as_of=r0"):
                response = client.get(f"{path}?{query}")
                assert response.status_code == 400
                assert "more than once" in words(response)
        response = client.get("/api/v1/plans/?as_of=r1&as_of=r1")
        assert (response.status_code, json.loads(response.content)["code"]) == (400, "bad_as_of")
        assert client.post("/en/theme/?as_of=&as_of=", {"theme": "dark"}).status_code == 400


@pytest.mark.django_db
class TestLanguage:
    """The account's language holds from the sign-in on."""

    @pytest.mark.parametrize(
        ("asked", "leads"),
        [("", "/fr/"), ("?next=/en/history/%3Fbefore%3D9", "/fr/history/?before=9"),
         ("?next=/fr/history/", "/fr/history/"), ("?next=/", "/"), ("?next=/api/v1/", "/api/v1/")],
    )  # fmt: skip
    def test_signing_in_leads_to_it(self, client, asked, leads):
        add_user("anna", language="fr")
        response = client.post(f"/en/sign-in/{asked}", {"username": "anna", "password": PASSWORD})
        assert response.url == leads

    def test_an_account_without_one_stays_in_the_page_s(self, client):
        add_user("anna")
        sent = {"username": "anna", "password": PASSWORD}
        assert client.post("/fr/sign-in/?next=/en/history/", sent).url == "/en/history/"
        client.logout()
        assert client.post("/fr/sign-in/", sent).url == "/fr/"

    @pytest.mark.parametrize(
        ("path", "code"),
        [("plans/?colour=red", "unknown_filter"), ("plans/?as_of=2999-01-01", "bad_as_of"), ("nothing/", "not_found")],
    )
    def test_a_token_speaks_its_account_s(self, client, path, code):
        user = add_user("anna", role=Role.AUDITOR, language="fr")
        french = client.get(f"/api/v1/{path}", headers=bearer(user)).content.decode()
        english = client.get(f"/api/v1/{path}", headers=bearer(add_user("bob", role=Role.AUDITOR))).content.decode()
        assert french != english
        assert json.loads(french)["code"] == json.loads(english)["code"] == code

    def test_a_token_is_looked_up_once(self, client, django_assert_max_num_queries):
        headers = bearer(add_user("anna", role=Role.AUDITOR, language="fr"))
        client.get("/api/v1/plans/", headers=headers)  # notes its use, which it does once a minute
        with django_assert_max_num_queries(20) as asked:
            client.get("/api/v1/plans/", headers=headers)
        assert sum("tracker_apitoken" in query["sql"] for query in asked.captured_queries) == 1


def test_the_page_of_another_site_keeps_its_language():
    assert in_language("/health/live", "fr") == "/health/live"
    assert in_language("/en/accessibility/?as_of=r1", "fr") == "/fr/accessibility/?as_of=r1"
    assert in_language("/en/no/such/page/", "fr") == "/en/no/such/page/"
    assert in_language("/en/", "") == "/en/"
