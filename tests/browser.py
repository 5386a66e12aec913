"""What the browser tests share: a real Chromium, the site on a port, and what is looked for on every page."""

import gzip
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.page_audits import CROWD, KEPT_BACK, LISTEN, LOOK, REACH, ROWS, RUN, SHOWN, STOPPED, STOPS
from tracker.models import User

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (1280, 360)
THEMES = ("light", "dark")
MOST_SCRIPT = 40_000  # bytes of a page's scripts, compressed
PALETTES = frozenset((width, theme) for width in WIDTHS for theme in THEMES)
# A page that is looked at in both languages shows each of them in one: no style depends on the language, and what lies
# where depends on language and width only (tests/test_styles.py), which every pair is seen of.
SHARED = {
    "en": frozenset({(1280, "light"), (360, "dark")}),
    "fr": frozenset({(360, "light"), (1280, "dark")}),
}

# Paths of the scripts of a page; empty for one that is written into it.
SCRIPTS = "[...document.scripts].map(one => one.src && new URL(one.src).pathname)"

# The rules that colours can break, by axe-core's own tag; they take two thirds of its time. A theme changes colours and
# nothing else (tests/test_styles.py), so all others say in the dark what they say in the light.
OF_COLOURS = ("color-contrast", "link-in-text-block")
EVERY_RULE: dict[str, Any] = {}
COLOURS = {"runOnly": list(OF_COLOURS)}
ALL_BUT_COLOURS = {"rules": {name: {"enabled": False} for name in OF_COLOURS}}


def chromium_path() -> str:
    """The browser that CHROMIUM names, else the first of the usual names. There must be one: nothing is skipped."""
    names = [name for name in (os.environ.get("CHROMIUM"), *NAMES) if name]
    found = next((path for name in names if (path := shutil.which(name))), None)
    assert found, f"no Chromium: set CHROMIUM, or install one of {', '.join(NAMES)}"
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser for many pages. Its loop runs in this thread, which Django would take for asynchronous code."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            try:
                yield browser
            finally:
                connections.close_all()
                browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def serving() -> Iterator[str]:
    """The site on a free port, in threads of this process, on the database that the settings name now."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None, thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()


@dataclass
class Visit:
    """A browser window of one person, and what went wrong in it. Pages add their faults to `faults`."""

    site: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, site: str, user: User | None) -> "Visit":
        """A window in which the person is signed in; nobody is, without one."""
        context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
        visit = cls(site, context, context.new_page())
        if user is not None:
            client = Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            visit.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
        visit.context.add_init_script(LISTEN)
        visit.context.on("request", visit._asked)
        visit.page.on("console", visit._said)
        return visit

    def open(self, address: str, *, status: int = 200) -> Page:
        """A page that answers with that status."""
        answer = self.page.goto(self.site + address)
        assert answer is not None
        if answer.status != status:
            self.faults.append(f"{address} answers {answer.status}, not {status}")
        return self.page

    def look(self, page: Page, language: str, palettes: frozenset[tuple[int, str]] = PALETTES) -> None:
        """Everything that must hold of any page, in both themes at both widths. `palettes`: where axe-core looks at
        the colours of HTML, when the same page in the other language shows it the others."""
        where = page.url.removeprefix(self.site)
        page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
        if page.locator("html").get_attribute("lang") != language:
            self.faults.append(f"{where}: the language is not said to be {language}")
        if page.locator("h1").count() != 1:
            self.faults.append(f"{where}: {page.locator('h1').count()} main headings")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for theme in THEMES:
                page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                colours, rest = (width, theme) in palettes, theme == THEMES[0]
                rules = EVERY_RULE if colours and rest else COLOURS if colours else ALL_BUT_COLOURS if rest else None
                self.faults += [f"{where} ({theme}, {width}): {fault}" for fault in self._faults(page, rules)]
        self.faults += [f"{where}: keyboard: {fault}" for fault in page.evaluate(REACH)]
        self.faults += [f"{where}: policy {broken}" for broken in page.evaluate("window.broken")]
        if (weight := sum(map(script_weight, page.evaluate(SCRIPTS)))) > MOST_SCRIPT:
            self.faults.append(f"{where}: {weight} bytes of scripts")

    def compare(self, plain: Page) -> None:
        """In a window of the same person where no script runs, the page that is open says and offers the same, hides
        nothing, and does not scroll sideways."""
        address = self.page.url
        for _attempt in range(2):  # a minute may turn between the two
            plain.goto(address)
            with_scripts, without = self.page.evaluate(SHOWN), plain.evaluate(SHOWN)
            if with_scripts == without:
                break
            self.page.goto(address)
        else:
            pairs = enumerate(zip(with_scripts, without, strict=False))
            at = next((n for n, (ours, theirs) in pairs if ours != theirs), 60)
            self.faults.append(f"{address}: without scripts: {without[max(at - 60, 0) : at + 120]}")
        for width in WIDTHS:
            plain.set_viewport_size({"width": width, "height": 900})
            self.faults += [f"{address}: without scripts: {fault}" for fault in plain.evaluate(KEPT_BACK)]

    def walk(self, page: Page) -> None:
        """From the top to the end of the page by the Tab key, all folds open: past everything that is seen and can be
        used, in the order of the page, and one sees where one is."""
        stops, reached = page.evaluate(STOPS), -1
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{page.url}: scrolls sideways with its folds open")
        for _key in range(4 * stops):  # dates have several stops each
            page.keyboard.press("Tab")
            at, seen, told = page.evaluate(STOPPED)
            if at in (-1, reached):
                continue
            if at != reached + 1:
                self.faults.append(f"{page.url}: the Tab key goes from stop {reached} to {at}: {told}")
            if not seen:
                self.faults.append(f"{page.url}: one does not see the focus on {told}")
            reached = at
            if reached == stops - 1:
                return
        self.faults.append(f"{page.url}: the Tab key ends at stop {reached} of {stops}")

    def _faults(self, page: Page, rules: dict[str, Any] | None = EVERY_RULE) -> Iterator[str]:
        beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if beyond > 0:
            yield f"scrolls sideways by {beyond} px"
        yield from page.evaluate(LOOK)
        yield from page.evaluate(ROWS)
        if rules is not None:
            yield from (described(*found) for found in page.evaluate(RUN, rules))

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.site):
            self.faults.append(f"asks another host: {request.url}")

    def _said(self, message: Any) -> None:
        if "Failed to load resource" not in message.text or "status of 4" not in message.text:
            self.faults.append(f"{self.page.url}: console: {message.text}")


@cache
def script_weight(address: str) -> int:
    """Bytes of a script as it is sent, from its path below STATIC_URL; all that there may be, if it is not ours."""
    found = finders.find(address.removeprefix(settings.STATIC_URL))
    return len(gzip.compress(Path(found).read_bytes())) if isinstance(found, str) else MOST_SCRIPT + 1


def crowded(page: Page) -> list[str]:
    """What is wrong with where texts stand in the page's charts, at both widths."""
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        faults += [f"{width}: {fault}" for fault in page.evaluate(CROWD)]
    return faults


def described(kind: str, name: str, help_text: str, targets: list[str]) -> str:
    """A finding of axe-core in one line."""
    return f"axe {kind}: {name}: {help_text}: {'; '.join(targets[:3])}"
