"""A token that comes in an address: found however it is written, refused, revoked, and told to its owner."""

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from initiatives import notifications
from tests.factories import add_plan, add_user, token_for
from tests.tracker.addresses import problem
from tracker import outbox
from tracker.choices import MailState, Role, TokenState
from tracker.credentials import is_secret, secrets_in
from tracker.models import ApiToken, Mail

NOW = timezone.now()
PLANS = "/api/v1/plans/"
SECRET = "apt_0123456789ab_" + "x" * 43


@pytest.fixture
def ada():
    add_plan("BP")
    return add_user("ada", role=Role.ANALYST, scope="BP", email="ada@example.org")


class TestSecrets:
    def test_are_known_by_how_they_are_written(self):
        assert is_secret(SECRET)
        for other in ("", SECRET[:-1], SECRET + "x", SECRET.upper(), "xpt" + SECRET[3:], SECRET + "\n", "apt_é_é"):
            assert not is_secret(other)

    @pytest.mark.parametrize(
        "text",
        [f"token={SECRET}", f"q=a%20b&x={SECRET}&y", SECRET.replace("_", "%5F"), f"%61{SECRET[1:]}",
         f"next=%2Fapi%3Ftoken%3D{SECRET.replace('_', '%255f')}", f"{SECRET}=1"],
    )  # fmt: skip
    def test_are_found_in_an_address_however_it_is_encoded(self, text):
        assert secrets_in(text) == [SECRET]

    def test_are_not_found_where_there_are_none(self):
        for text in ("", "q=apt_", "q=%", "q=%zz%E9", "q=apt_0123456789ab_short", "%25" * 9):
            assert secrets_in(text) == []
        assert secrets_in(f"{SECRET}&{SECRET}&{SECRET[:-1]}y") == [SECRET, SECRET[:-1] + "y"]


@pytest.mark.django_db
class TestInAnAddress:
    """Revoked at once, whatever was asked for; told to its owner; never repeated."""

    @pytest.mark.parametrize(
        "address",
        ["/api/v1/plans/?token={}", "/api/v1/plans/?as_of=r1&q={}", "/en/?token={}", "/en/sign-in/?next=/x?t={}",
         "/nowhere?{}", "/health/live?t={}", "/api/v1/organizations/{}/", "/en/plans/{}/", "/fr/plans/BP/{}?q=1",
         "/nowhere/{}", "/api/v1/initiatives/?fields={}", "/en/%61{}/", "/{}"],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["get", "post", "head"])
    def test_it_is_refused_and_revoked(self, client, ada, address, method, caplog):
        secret = token_for(ada)
        response = getattr(client, method)(address.format(secret), headers={"Referer": f"/en/?t={secret}"})
        assert response.status_code == 400
        assert secret.split("_", 2)[2] not in f"{response.content.decode()} {response.headers}"
        token = ApiToken.objects.get()
        assert (token.leaked, token.state(at=timezone.now())) == (True, TokenState.LEAKED)
        assert token.revoked_at is not None
        assert token.prefix in caplog.text
        assert secret not in caplog.text
        assert client.get(PLANS, headers={"Authorization": f"Bearer {secret}"}).status_code == 401

    def test_the_api_says_so_by_a_stable_code(self, client, ada):
        problem(client.get(f"{PLANS}?token={token_for(ada)}"), 400, "token_in_address")
        problem(client.get(f"{PLANS}?token={SECRET}"), 400, "token_in_address")  # also one of nobody

    def test_another_token_in_the_header_does_not_help(self, client, ada):
        good, leaked = token_for(ada), token_for(ada)
        problem(client.get(f"{PLANS}?t={leaked}", headers={"Authorization": f"Bearer {good}"}), 400, "token_in_address")
        assert client.get(PLANS, headers={"Authorization": f"Bearer {good}"}).status_code == 200

    def test_who_knows_only_its_beginning_cannot_revoke_it(self, client, ada):
        secret = token_for(ada)
        forged = secret[:-43] + "y" * 43
        assert client.get(f"{PLANS}?t={forged}").status_code == 400
        assert client.get(PLANS, headers={"Authorization": f"Bearer {secret}"}).status_code == 200
        assert not Mail.objects.exists()

    def test_one_that_was_revoked_before_stays_as_it_was(self, client, ada):
        secret = token_for(ada)
        ApiToken.objects.update(revoked_at=NOW)
        assert client.get(f"{PLANS}?t={secret}").status_code == 400
        assert (ApiToken.objects.get().leaked, Mail.objects.count()) == (False, 0)

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_its_owner_is_written_to_once_wishes_or_not(self, client, ada, language, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        settings.MAIL_GOES_TO = "a test"
        ada.language = language
        ada.mail_off = ["due_soon", "overdue", "returned", "approved", "digest"]
        ada.save()
        secret = token_for(ada)
        for _ in range(2):
            client.get(f"{PLANS}?t={secret}")
        kept = Mail.objects.get()
        assert (kept.recipient, kept.state) == (ada, MailState.WAITING)
        written = notifications.compose(kept, timezone.now())()
        assert "a test" in written.subject
        assert secret not in str(written)
        assert written.link.url.endswith("/account/tokens/")
        assert outbox.send_due(notifications.compose, clock=timezone.now) == {"sent": 1}
        assert secret not in str(django_mail.outbox[0].message())

    def test_the_account_s_page_does_not_offer_to_turn_it_off(self, client, ada):
        client.force_login(ada)
        assert 'value="token"' not in client.get("/en/account/").content.decode()
