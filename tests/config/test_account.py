"""Under which account root's processes run, and what root is told when it has to be root."""

import os
import pwd
from pathlib import Path

import pytest

from config.embedded.account import barred_at
from config.embedded.application import Address, Application
from config.embedded.home import Home

IS_ROOT = os.geteuid() == 0
root_only = pytest.mark.skipif(not IS_ROOT, reason="only root drops to another account")


@pytest.fixture
def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def application(home: Path, account, *, port: int = 8000) -> Application:
    made = Home(home)
    made.account = account
    return Application(made, {}, Address("127.0.0.1", port))


@root_only
class TestBarred:
    def test_names_the_directory_that_lets_nobody_pass(self, place, nobody):
        closed = place / "closed"
        (closed / "in").mkdir(parents=True)
        (closed / "in" / "python").touch(0o755)
        closed.chmod(0o700)
        assert barred_at(nobody, closed / "in" / "python") == closed

    def test_names_the_file_itself_when_only_that_is_closed(self, place, nobody):
        (place / "settings.py").touch(0o600)
        assert barred_at(nobody, place / "settings.py") == place / "settings.py"

    def test_follows_links_to_where_the_file_lies(self, place, nobody):
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        (closed / "python").touch(0o755)
        (place / "python").symlink_to(closed / "python")
        assert barred_at(nobody, place / "python") == closed

    def test_is_nothing_where_the_account_can_read(self, place, nobody):
        (place / "open.py").touch(0o644)
        assert barred_at(nobody, place / "open.py") is None


@root_only
class TestWarning:
    def test_names_the_directory_and_the_way_out(self, place, nobody, monkeypatch):
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        (closed / "python").touch(0o755)
        monkeypatch.setattr("sys.executable", str(closed / "python"))
        made = application(place / "home", nobody)
        assert made.account is None
        assert f"nobody cannot reach {closed}/python ({closed} is closed to it)" in made.warning()
        assert "start as an ordinary user" in made.warning()
        assert len(made.warning().splitlines()) == 1

    def test_names_the_port_that_only_root_may_take(self, place, nobody):
        made = application(place / "home", nobody, port=80)
        assert made.account is None
        assert "port 80" in made.warning()
        assert "1024" in made.warning()
        assert "checkout" not in made.warning()

    def test_is_empty_where_the_account_serves(self, place, nobody, monkeypatch):
        for name in ("sys.executable", "django.__file__"):
            (place / "open.py").touch(0o644)
            monkeypatch.setattr(name, str(place / "open.py"))
        monkeypatch.setattr("config.embedded.application.CHECKOUT", place)
        (place / "config").mkdir()
        (place / "config" / "settings.py").touch(0o644)
        made = application(place / "home", nobody)
        assert (made.account, made.warning()) == (nobody, "")


def test_an_ordinary_user_is_told_nothing(place):
    if IS_ROOT:
        pytest.skip("this is root")
    assert application(place / "home", None).warning() == ""
