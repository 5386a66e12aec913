"""Pages of the ground floor, and what holds of every template."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import strip_tags

from tests.factories import PASSWORD, add_organization, add_plan, add_user
from tracker.choices import Role
from tracker.models import Organization, User
from tracker.pages import shown_instant
from tracker.timemachine import head
from tracker.timemachine.moments import Moment
from tracker.views.account import SETUP_SALT, setup_token
from tracker.views.errors import server_error

TEMPLATES = sorted(Path(settings.BASE_DIR).glob("*/templates/**/*.html"))


def words(response) -> str:
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", strip_tags(main).replace("\u00a0", " "))


class TestShownInstant:
    """Deadlines of a past page are judged at the time that was asked for."""

    FRIDAY = datetime(2026, 3, 6, 17, tzinfo=UTC)

    def at(self, rf, on: date, text: str) -> datetime:
        request = rf.get("/")
        request.moment = Moment(57, self.FRIDAY, on, text)
        return shown_instant(request)

    def test_a_revision_is_shown_at_its_own_time(self, rf):
        assert self.at(rf, date(2026, 3, 6), "r57") == self.FRIDAY

    def test_a_day_that_is_named_is_shown_at_its_end(self, rf):
        shown = timezone.localtime(self.at(rf, date(2026, 3, 8), "2026-W10"))
        assert (shown.date(), shown.hour) == (date(2026, 3, 8), 23)

    def test_the_present_is_now(self, rf):
        assert timezone.now() - self.at(rf, date(2026, 3, 6), "") < timedelta(minutes=1)
        assert timezone.now() - shown_instant(rf.get("/")) < timedelta(minutes=1)


class TestTemplates:
    """The content security policy refuses these; here they are found before a browser meets them."""

    def test_there_are_some(self):
        assert len(TEMPLATES) > 60

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_nothing_is_styled_or_scripted_inline(self, path):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?! src=\"{% static )|\son\w+=[\"']|javascript:", text)
        # A mail has no style sheet that its readers' programs would load.
        assert path.name == "mail.html" or not re.search(r"\sstyle=|<style", text)

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_nothing_is_loaded_from_elsewhere(self, path):
        assert not re.search(r'(?:src|href)="https?://', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"])
def test_an_error_page_needs_no_request_and_no_database(name):
    assert "<h1>" in render_to_string(name)


@pytest.mark.django_db
class TestSignIn:
    def test_goes_on_to_the_page_that_was_asked_for(self, client):
        add_user("anna", role=Role.AUDITOR)
        asked = client.get("/fr/history/")
        assert asked.url == "/fr/sign-in/?next=/fr/history/"
        done = client.post(asked.url, {"username": "anna", "password": PASSWORD})
        assert done.url == "/fr/history/"

    def test_leads_to_no_other_site(self, client):
        add_user("anna", role=Role.AUDITOR)
        done = client.post("/en/sign-in/?next=https://evil.example/", {"username": "anna", "password": PASSWORD})
        assert "evil" not in done.url

    def test_a_wrong_password_is_said_in_both_languages(self, client):
        add_user("anna")
        for language, sentence in (("en", "do not go together"), ("fr", "ne vont pas ensemble")):
            response = client.post(f"/{language}/sign-in/", {"username": "anna", "password": "wrong"})
            assert sentence in words(response)

    def test_signing_out_takes_a_post(self, client):
        client.force_login(add_user("anna"))
        assert client.get("/en/sign-out/").status_code == 405
        assert "signed out" in words(client.post("/en/sign-out/"))
        assert client.get("/en/account/").status_code == 302


@pytest.mark.django_db
class TestSetup:
    SENT = {"username": "chief", "name": "Chief", "password": PASSWORD, "again": PASSWORD}

    def test_makes_the_first_administrator_once(self, client):
        address = f"/en/setup/{setup_token()}/"
        assert "Make the first administrator" in words(client.get(address))
        assert client.post(address, self.SENT).status_code == 302
        assert {grant.role for grant in User.objects.get().grants.all()} == {Role.ADMINISTRATOR, Role.PLAN_ADMIN}
        assert client.get(address).status_code == 404
        assert client.post(address, {**self.SENT, "username": "second"}).status_code == 404

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"again": "another one altogether"}, "The two passwords differ."),
            ({"username": ""}, "This field is required."),
            ({"password": "short", "again": "short"}, "too short"),
        ],
    )
    def test_says_what_is_wrong(self, client, change, sentence):
        response = client.post(f"/en/setup/{setup_token()}/", {**self.SENT, **change})
        assert response.status_code == 422
        assert sentence in words(response)
        assert not User.objects.exists()

    def test_a_link_of_our_own_making_is_needed(self, client):
        assert client.get("/en/setup/guess/").status_code == 404
        assert client.get(f"/en/setup/{signing.dumps('administrator', salt='another')}/").status_code == 404
        assert signing.loads(setup_token(), salt=SETUP_SALT) == "administrator"


@pytest.mark.django_db
class TestAccount:
    def test_shows_roles_in_words_and_keeps_settings(self, client):
        user = add_user("anna", role=Role.PILLAR_LEAD, scope="")
        client.force_login(user)
        assert "pillar lead · all plans" in words(client.get("/en/account/")).lower()
        assert "Responsable de pilier" in words(client.get("/fr/account/"))
        saved = client.post("/en/account/", {"name": "Anna A.", "language": "fr", "theme": "dark"}, follow=True)
        assert saved.redirect_chain == [("/fr/account/", 302)]
        assert "Vos préférences sont enregistrées." in words(saved)
        user.refresh_from_db()
        assert (user.name, user.language, user.theme) == ("Anna A.", "fr", "dark")

    def test_its_language_decides_where_the_address_says_none(self, client):
        client.force_login(add_user("anna", language="fr"))
        assert client.get("/").url == "/fr/"

    def test_a_theme_is_kept_for_browser_and_account(self, client):
        user = add_user("anna")
        client.force_login(user)
        response = client.post("/en/theme/", {"theme": "dark", "next": "/en/account/"})
        assert (response.url, response.cookies["theme"].value) == ("/en/account/", "dark")
        user.refresh_from_db()
        assert user.theme == "dark"
        assert client.post("/en/theme/", {"theme": "pink"}).status_code == 404
        assert client.post("/en/theme/", {"theme": "light", "next": "//evil.example"}).url == "/en/"

    @pytest.mark.parametrize(
        "target",
        [
            "foo",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "javascript:x",
            "http:///x",
            "[",
            "/[",
            "",
        ],
    )
    def test_back_leads_to_a_path_of_this_site_or_home(self, client, target):
        for path, sent in (("theme", {"theme": "light"}), ("sign-in", {"username": "anna", "password": PASSWORD})):
            add_user("anna") if path == "theme" else None
            response = client.post(f"/en/{path}/", {**sent, "next": target})
            assert response.status_code == 302
            assert response.url == ("/[" if target == "/[" else "/en/")

    @pytest.mark.parametrize("target", ["/en/sign-in/", "/en/sign-in/?next=/en/sign-in/", "/fr/sign-in/"])
    def test_signing_in_does_not_lead_to_signing_in(self, client, target):
        client.force_login(add_user("anna"))
        assert client.get("/en/sign-in/", {"next": target}, follow=True).status_code == 200


@pytest.mark.django_db
class TestRefused:
    """What cannot be served says so, in the form that the caller reads."""

    @pytest.mark.parametrize("path", ["/en/explain/health/?scope=BP%00", "/en/plans/B%00P/", "/en/history/?before=%00"])
    def test_an_address_with_nul(self, client, path):
        client.force_login(add_user("reader"))
        response = client.get(path)
        assert response.status_code == 400
        assert "NUL" in words(response)

    def test_a_fault_of_ours_is_a_page_for_pages_and_a_problem_for_the_api(self, rf):
        assert "Something went wrong" in words(server_error(rf.get("/en/")))
        response = server_error(rf.get("/api/v1/plans/"))
        assert response["Content-Type"] == "application/problem+json"
        assert json.loads(response.content)["code"] == "server_error"


@pytest.mark.django_db
class TestHistory:
    @pytest.fixture
    def reader(self, client):
        client.force_login(add_user("anna", role=Role.AUDITOR))
        return client

    def test_says_who_when_why_and_leads_to_the_past(self, reader):
        add_organization()
        html = reader.get("/en/history/").content.decode()
        assert "made by a factory" in html
        assert "A test" in html
        assert f'href="/en/?as_of=r{head()}"' in html

    def test_hides_who_and_why_from_people_of_one_plan(self, client):
        add_organization()
        add_plan("BP")
        client.force_login(add_user("vera", role=Role.VIEWER, scope="BP"))
        html = client.get("/en/history/").content.decode()
        assert "made by a factory" not in html
        assert "A test" not in html
        assert "not shown to you" in html

    def test_flags_what_nobody_is_named_for(self, reader):
        add_organization()
        assert "nobody is named" not in words(reader.get("/en/history/"))
        Organization.objects.update(name_en="Renamed past every action")
        text = words(reader.get("/en/history/"))
        assert "1 revision was written outside" in text
        assert "unattributed" in text

    def test_turns_pages_that_do_not_shift_while_others_write(self, reader):
        for number in range(60):
            add_organization(f"ORG{number}")
        first = reader.get("/en/history/").content.decode()
        following = re.search(r'href="([^"]+)" rel="next"', first)
        assert following
        numbers = [int(found) for found in re.findall(r'id="r(\d+)"', first)]
        second = reader.get(following[1]).content.decode()
        assert max(int(found) for found in re.findall(r'id="r(\d+)"', second)) == numbers[-1] - 1

    @pytest.mark.parametrize("before", ["x", "-1", "1" * 30])
    def test_refuses_what_is_no_number(self, reader, before):
        assert reader.get(f"/en/history/?before={before}").status_code == 400


@pytest.mark.django_db
def test_the_accessibility_statement_says_what_was_not_tested(client):
    assert "have not tested these pages yet" in words(client.get("/en/accessibility/"))
    assert "n’ont pas encore essayé" in words(client.get("/fr/accessibility/"))


@pytest.mark.django_db
def test_a_refusal_stays_in_the_plan_that_was_asked_for(client):
    client.force_login(add_user("anna", role=Role.AUDITOR))
    response = client.get("/en/history/?as_of=2999-01-01")
    assert response.status_code == 400
    assert "lies in the future" in words(response)
    assert 'aria-invalid="true"' in response.content.decode()
