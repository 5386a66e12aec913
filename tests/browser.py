"""What the browser tests share: a real Chromium, the site on a port, and what is looked for on every page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tracker.models import User

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (1280, 360)
THEMES = ("light", "dark")
PALETTES = frozenset((width, theme) for width in WIDTHS for theme in THEMES)
# A page that is looked at in both languages shows each of them in one: no style depends on the language, and what lies
# where depends on language and width only (tests/test_styles.py), which every pair is seen of.
SHARED = {
    "en": frozenset({(1280, "light"), (360, "dark")}),
    "fr": frozenset({(360, "light"), (1280, "dark")}),
}

# Violations of the policy, from the first moment of a page.
LISTEN = """window.broken = [];
addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective + ' ' + e.blockedURI));"""

# What axe-core leaves out: text inside SVG must stand 4.5 to 1 off what is painted under it and measure 11 px as it
# is shown, wherever it is; a mark's fill or edge must stand 3 to 1 off its surroundings.
LOOK = """() => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const linear = v => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)];
    return (Math.max(x, y) + .05) / (Math.min(x, y) + .05);
  };
  const behind = element => {
    for (let n = element.closest('svg').parentElement; n; n = n.parentElement) {
      const colour = rgba(getComputedStyle(n).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  const under = text => {
    const box = text.getBoundingClientRect();
    for (const n of document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2)) {
      if (n === text || n.tagName === 'text' || n.tagName === 'svg') continue;
      if (!n.ownerSVGElement) break;
      const fill = getComputedStyle(n).fill;
      if (fill.startsWith('url')) return null;
      if (fill !== 'none' && rgba(fill)[3] > 250) return rgba(fill);
    }
    return behind(text);
  };
  const faults = [];
  for (const text of document.querySelectorAll('svg text')) {
    if (!text.checkVisibility()) continue;
    text.scrollIntoView({block: 'center', inline: 'center'});
    const style = getComputedStyle(text), below = under(text);
    const ratio = below ? contrast(rgba(style.fill), below) : 0;
    if (ratio < 4.5) faults.push(`text “${text.textContent}” at ${ratio.toFixed(2)} to 1`);
    const pixels = parseFloat(style.fontSize) * text.getScreenCTM().a;
    if (pixels < 11) faults.push(`text “${text.textContent}” of ${pixels.toFixed(1)} px`);
  }
  for (const mark of document.querySelectorAll('svg .mark, svg.symbol')) {
    if (!mark.checkVisibility()) continue;
    const style = getComputedStyle(mark), ground = behind(mark);
    const ratio = Math.max(...[style.fill, style.stroke].filter(c => c !== 'none').map(c => contrast(rgba(c), ground)));
    if (ratio < 3) faults.push(`mark ${mark.getAttribute('class')} at ${ratio.toFixed(2)} to 1`);
  }
  scrollTo(0, 0);
  return faults;
}"""


# Texts of one chart that touch each other, and those that stick out of it. A letter box is blank at the top and foot.
CROWD = """() => [...document.querySelectorAll('svg.drawing')].filter(one => one.checkVisibility()).flatMap(drawing => {
  const name = drawing.querySelector('title').id, box = drawing.getBoundingClientRect(), faults = [];
  const letters = ({left, right, top, bottom, height}) =>
    ({left, right, top: top + .12 * height, bottom: bottom - .04 * height});
  const texts = [...drawing.querySelectorAll('text')].map(
    one => [one.textContent, letters(one.getBoundingClientRect())]);
  texts.forEach(([said, a], n) => {
    if (a.left < box.left - 1 || a.right > box.right + 1 || a.top < box.top - .5 || a.bottom > box.bottom + .5)
      faults.push(`${name}: “${said}” sticks out`);
    for (const [other, b] of texts.slice(n + 1))
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > .5
          && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > .5)
        faults.push(`${name}: “${said}” touches “${other}”`);
  });
  return faults;
})"""


# Every rule that does not hold (violations), and every one that axe-core cannot decide (incomplete), but for contrast
# inside SVG, which LOOK measures, and in what is scrolled out of a table's box, which the wide window shows.
RUN = """async rules => {
  const results = await axe.run(document, {resultTypes: ['violations', 'incomplete'], preload: false, ...rules});
  const undecided = (kind, {id}, {target}) => {
    const element = document.querySelector(target.at(-1));
    return kind === 'incomplete' && id === 'color-contrast'
      && (element.closest('svg') || (innerWidth < 1000 && element.closest('.scroll')));
  };
  return ['violations', 'incomplete'].flatMap(kind => results[kind].map(rule => [
    kind, rule.id, rule.help,
    rule.nodes.filter(node => !undecided(kind, rule, node)).map(node => node.target.join(' '))
  ])).filter(([, , , targets]) => targets.length);
}"""

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
        self.faults += [f"{where}: policy {broken}" for broken in page.evaluate("window.broken")]

    def _faults(self, page: Page, rules: dict[str, Any] | None = EVERY_RULE) -> Iterator[str]:
        beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if beyond > 0:
            yield f"scrolls sideways by {beyond} px"
        yield from page.evaluate(LOOK)
        if rules is not None:
            yield from (described(*found) for found in page.evaluate(RUN, rules))

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.site):
            self.faults.append(f"asks another host: {request.url}")

    def _said(self, message: Any) -> None:
        if "Failed to load resource" not in message.text or "status of 4" not in message.text:
            self.faults.append(f"{self.page.url}: console: {message.text}")


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
