"""EMAIL_URL: what is meant is taken, what cannot be meant is refused with a sentence."""

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.embedded.application import Address, Application
from config.embedded.home import Home


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {"place": "", "backend": "django.core.mail.backends.dummy.EmailBackend"}),
        (
            "smtp://anna:p%40ss@mail.example.org:2525?tls=1&from=tracker@example.org",
            {"place": "mail.example.org:2525", "user": "anna", "password": "p@ss", "starttls": True, "tls": False,
             "sender": "tracker@example.org", "backend": "tracker.delivery.SmtpBackend"},
        ),
        ("smtp://mail.example.org", {"port": 25, "starttls": False}),
        ("smtp://mail.example.org?tls=1", {"port": 587}),
        ("smtps://mail.example.org", {"port": 465, "tls": True, "starttls": False}),
        ("file:///var/lib/mail%20out", {"folder": "/var/lib/mail out", "backend": "tracker.delivery.FileBackend"}),
        ("console:", {"place": "console"}),
    ],
)  # fmt: skip
def test_what_is_meant(url, expected):
    found = environment.mail(url)
    assert {name: getattr(found, name) for name in expected} == expected
    assert "p@ss" not in found.place


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org", "http://mail.example.org", "smtp://", "smtp://mail.example.org:99999",
        "smtp://mail.example.org?tls=yes", "smtp://mail.example.org?tls=", "smtp://mail.example.org/inbox",
        "smtps://mail.example.org?tls=1", "smtp://mail.example.org?timeout=5", "file://mail/out", "file:///",
        "smtp://mail.example.org?from=nobody",
    ],
)  # fmt: skip
def test_what_cannot_be_meant(url):
    with pytest.raises(ImproperlyConfigured, match=r"EMAIL_URL|tls"):
        environment.mail(url)


@pytest.mark.parametrize(
    ("base", "domain"),
    [
        ("https://tracker.example.org", "tracker.example.org"),
        ("http://127.0.0.1:8000", "tracker.invalid"),
        ("http://localhost", "tracker.invalid"),
        ("http://[::1]:8000", "tracker.invalid"),
    ],
)
def test_the_domain_that_mail_comes_from(base, domain):
    assert environment.mail_domain(base) == domain


def test_without_a_server_mail_is_put_into_the_home(place, monkeypatch):
    """In a directory that only the worker's account can read; a server that is given is used."""
    home, address = Home(place / "a home"), Address("127.0.0.1", 8000)
    home.choose_account()
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example.org")
    given = Application(home, {}, address)
    assert (given.environment["EMAIL_URL"], "EMAIL_URL" in given.contract) == ("smtp://mail.example.org", False)
    assert not (home.path / "mail").exists()
    monkeypatch.delenv("EMAIL_URL")
    application = Application(home, {}, address)
    folder = home.path / "mail"
    assert environment.mail(application.environment["EMAIL_URL"]).folder == str(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_uid == (application.account.pw_uid if application.account else os.geteuid())
