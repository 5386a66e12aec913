"""The main job, whole: one supervisor with real web, worker and beat; people in Chromium; an analyst over HTTP."""

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, sync_playwright

from tests.config.supervised import CHECKOUT, free_port, run_in, started

pytestmark = [pytest.mark.browser, pytest.mark.processes]

INITIATIVE = "1.01"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
READ_BY_ANALYST = (
    "/api/v1/initiatives/?plan=BP&limit=7",
    "/api/v1/milestones/?plan=BP",
    "/api/v1/ledger-entries/?plan=BP",
    "/api/v1/status-updates/?plan=BP",
    "/api/v1/rollups/?plan=BP",
    "/api/v1/revisions/?limit=20",
    "/api/v1/figures/health/?scope=BP",
    "/api/v1/figures/health_dollars/?scope=BP/1",
    "/api/v1/figures/milestones_late/?scope=BP",
    "/api/v1/figures/money/?scope=BP",
    "/api/v1/figures/money/explanation/?scope=BP",
    "/api/v1/exports/initiatives.csv?plan=BP",
    "/api/v1/exports/status-updates.csv?plan=BP",
    "/api/v1/exports/ledger-entries.csv?plan=BP",
)


@dataclass(frozen=True)
class Tracker:
    """A running tracker: where it is, and its data directory."""

    url: str
    setup: str
    home: Path

    def get(self, address: str, token: str = "") -> requests.Response:
        return requests.get(self.url + address, headers=_bearer(token), timeout=20)

    def post(self, address: str, body: dict[str, str], token: str) -> requests.Response:
        return requests.post(self.url + address, json=body, headers=_bearer(token), timeout=20)

    def manage(self, *arguments: str) -> str:
        done = run_in(self.home, sys.executable, str(CHECKOUT / "manage.py"), *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


@pytest.fixture
def tracker(place: Path) -> Iterator[Tracker]:
    home = place / "home"
    port = free_port()
    with started("run", "--home", home, "--port", str(port)) as process:
        assert process.stdout
        said = ""
        deadline = time.monotonic() + 120
        while "/setup/" not in said and time.monotonic() < deadline:
            line = process.stdout.readline()
            assert line, said + (process.stderr.read() if process.stderr else "")
            said += line
        setup = re.search(r"http://\S+/setup/\S+", said)
        assert setup, said
        yield Tracker(f"http://127.0.0.1:{port}", setup[0], home)


@pytest.fixture
def browser() -> Iterator[Browser]:
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    assert found, "no Chromium can be had here; script/test installs one where it can"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


def sign_in(browser: Browser, tracker: Tracker, username: str, password: str) -> Page:
    page = browser.new_context(locale="en-CA", viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{tracker.url}/en/sign-in/")
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(password)
    page.locator("main button").first.click()
    page.wait_for_url(re.compile(r"/plans/BP/"))
    return page


def account(tracker: Tracker, name: str, role: str, *more: str) -> dict[str, str]:
    """A new account from the shell; its password and token."""
    printed = tracker.manage("add_user", name, "--role", role, "--scope", "BP", *more)
    return dict(line.split(" ", 1) for line in printed.splitlines())


def account_lines(tracker: Tracker, name: str) -> list[str]:
    return tracker.manage("add_user", name, "--role", "manager", "--scope", "BP", "--token").splitlines()


def shown(page: Page) -> str:
    """What the main part of a page says, without its links' addresses."""
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def read_all(tracker: Tracker, token: str, as_of: str = "") -> dict[str, bytes]:
    bodies = {}
    for address in READ_BY_ANALYST:
        answer = tracker.get(address + (f"&as_of={as_of}" if as_of else ""), token)
        assert answer.status_code == 200, (address, answer.text)
        bodies[address] = answer.content
    return bodies


def wait_for(condition: Any, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.5)
    pytest.fail(f"did not happen within {seconds} s")


def make_administrator(browser: Browser, tracker: Tracker) -> None:
    page = browser.new_page()
    page.goto(tracker.setup)
    page.locator("#id_username").fill("chief")
    page.locator("#id_name").fill("Chief of the first day")
    page.locator("#id_password").fill("correct horse battery staple")
    page.locator("#id_again").fill("correct horse battery staple")
    page.locator("main button").first.click()
    page.wait_for_url(re.compile(r"/plans/BP/"))
    assert "Border Plan" in shown(page)
    again = browser.new_page()
    assert again.goto(tracker.setup).status == 404  # type: ignore[union-attr]


def record_the_week(page: Page, tracker: Tracker) -> None:
    """A manager's week: a milestone, an expenditure, the status update."""
    initiative = f"{tracker.url}/en/plans/BP/initiatives/{INITIATIVE}/"
    page.goto(f"{initiative}milestones/add/")
    page.locator("#id_title_en").fill("First new team at work")
    page.locator("#id_title_fr").fill("Première nouvelle équipe au travail")
    page.locator("#id_forecast_on").fill("2027-01-15")
    page.locator("main form button.primary, main form button").first.click()
    page.wait_for_url(re.compile(re.escape(initiative) + r"(#.*)?$"))
    assert "First new team at work" in shown(page)

    page.goto(f"{initiative}money/add/")
    page.locator("#id_stage").select_option("expenditure")
    page.locator("#id_amount").fill("1234567890123456789.00")
    page.locator("main form button.primary, main form button").first.click()
    assert "too many digits" in shown(page)
    page.locator("#id_amount").fill("123456.78")
    page.locator("#id_effective_on").fill("2026-10-30")
    page.locator("#id_fiscal_year").select_option("2026")
    page.locator("main form button.primary, main form button").first.click()
    page.wait_for_url(re.compile(re.escape(initiative) + r"(#.*)?$"))
    assert "$123,456.78" in shown(page)

    page.goto(f"{initiative}update/")
    for rating in ("schedule", "cost", "scope", "overall"):
        page.locator(
            f"input[name=health_{rating}][value={'amber' if rating in ('schedule', 'overall') else 'green'}]"
        ).check()
    page.locator("#id_headline_en").fill("Imagers arrive two weeks late")
    page.locator("button[name=submit]").click()
    assert "path to green" in shown(page).lower()
    assert "who does what by when" in shown(page)
    page.locator("#id_path_to_green_en").fill("The supplier delivers the second group by 15 December.")
    page.locator("button[name=submit]").click()
    page.wait_for_url(re.compile(re.escape(initiative) + r"(#.*)?$"))


def test_the_main_job(tracker: Tracker, browser: Browser) -> None:  # noqa: PLR0915 - one story, told whole
    make_administrator(browser, tracker)
    manager = account(tracker, "marie", "manager")
    lead = account(tracker, "luc", "pillar_lead")
    viewer = account(tracker, "executive", "viewer")
    analyst = account(tracker, "analyst", "analyst", "--token")
    token = analyst["token"]

    wait_for(lambda: tracker.get("/health/ready").json()["status"] == "ok", 40)
    weeks = tracker.get("/api/v1/weeks/?plan=BP", token).json()["results"]
    assert len(weeks) == 9  # this one and eight ahead, made by the first tick

    page = sign_in(browser, tracker, "marie", manager["password"])
    record_the_week(page, tracker)

    reviewer = sign_in(browser, tracker, "luc", lead["password"])
    reviewer.goto(f"{tracker.url}/en/plans/BP/review/")
    reviewer.locator("button[name=approve]").click()
    reviewer.wait_for_load_state()
    assert "approved" in shown(reviewer)

    # What everybody reads before the week closes.
    before = tracker.get("/api/v1/figures/health/?scope=BP", token)
    revision = f"r{before.json()['revision']}"
    cells = before.json()["cells"]
    bodies = read_all(tracker, token)
    assert f'"revision":{revision[1:]}'.encode() in bodies["/api/v1/figures/health/?scope=BP"]
    executive = sign_in(browser, tracker, "executive", viewer["password"])
    executive.goto(f"{tracker.url}/en/plans/BP/")
    overview = shown(executive)
    assert "Imagers arrive two weeks late" in overview
    assert b"123456.78" in bodies["/api/v1/exports/ledger-entries.csv?plan=BP"]

    # The week closes; tick locks it and a worker seals its rollup.
    current = min(week["code"] for week in weeks)
    tracker.manage("close_week", "--plan", "BP", "--week", current, "--reason", "everybody has reported")
    rollup = wait_for(lambda: tracker.get("/api/v1/rollups/?plan=BP", token).json()["results"], 45)[0]
    assert rollup["code"] == f"BP-{current}-e1"
    sealed = tracker.get(f"/api/v1/rollups/{rollup['code']}/payload/", token).json()
    assert sealed["results"]["health"]["cells"]["amber"] == 1
    assert sealed["results"]["money"]["cells"]["2026/expenditure"] == "123456.78"

    # The dashboard and the analyst see it; the sealed numbers are theirs.
    executive.goto(f"{tracker.url}/en/rollups/{rollup['code']}/")
    assert rollup["code"] in shown(executive)
    after = tracker.get("/api/v1/figures/health/?scope=BP", token).json()
    assert after["cells"] == cells
    assert after["revision"] > int(revision[1:])
    late = {"plan": "BP", "initiative": "1.04", "week": current, "headline_en": "Too late",
            **{f"health_{name}": "green" for name in ("schedule", "cost", "scope", "overall")}}  # fmt: skip
    assert tracker.post("/api/v1/status-updates/", late, token).status_code == 403  # an analyst reads
    reporter = dict(line.split(" ", 1) for line in account_lines(tracker, "marie"))["token"]
    locked = tracker.post("/api/v1/status-updates/", late, reporter)
    assert (locked.status_code, locked.json()["code"]) == (409, "week_locked")

    # And all of it again as of the revision before: the same bytes.
    assert read_all(tracker, token, as_of=revision) == bodies
    unsealed = executive.goto(f"{tracker.url}/en/rollups/{rollup['code']}/?as_of={revision}")
    assert unsealed
    assert unsealed.status == 404
    executive.goto(f"{tracker.url}/en/plans/BP/?as_of={revision}")
    assert "You are looking at the past" in executive.locator("header").inner_text()
    assert shown(executive) == overview
    refused = tracker.post(f"/api/v1/status-updates/?as_of={revision}", late, reporter)
    assert refused.status_code == 409
    assert refused.json()["code"] == "past_is_read_only"

    assert "BP: 1 of 1 rollups hold" in tracker.manage("verify")
