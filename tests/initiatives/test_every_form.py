"""What holds of every form: a wrong value is told beside its field, nothing is changed, and what was typed stays."""

from html.parser import HTMLParser

import pytest

from initiatives.urls import urlpatterns
from tests.initiatives.every_form import Wrong, every_form
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
OTHERS = {"plan-headline", "pillar-headline"}  # forms of the reading side
NO_FORMS = {"my-week", "review", "evidence-file", "change-request"} | {"approve-ticked"}  # nothing is typed there


class Controls(HTMLParser):
    """The controls of a page by name: what a browser would send, and their attributes; and every id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.ids: dict[str, dict[str, str | None]] = {}
        self.links: set[str] = set()
        self._textarea = self._select = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if found.get("id"):
            self.ids[found["id"]] = found
        if tag == "a":
            self.links.add(found.get("href") or "")
        name = found.get("name") or ""
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.attributes.setdefault(name, found)
        if tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in found or self._select not in self.values):
            self.values[self._select] = found.get("value") or ""
        elif tag == "textarea":
            self._textarea, self.values[name] = name, ""
        elif tag == "input" and (found.get("type") not in ("radio", "checkbox") or "checked" in found):
            self.values[name] = found.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data):
        if self._textarea:
            self.values[self._textarea] += data


@pytest.fixture(scope="module")
def every_name():
    return {pattern.name for pattern in urlpatterns} - NO_FORMS | OTHERS


def test_none_is_left_out(every_name):
    named = [form.name for form in every_form().forms]
    assert len(named) == len(set(named))
    assert set(named) == every_name


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_wrong_value_is_told_beside_its_field_and_nothing_typed_is_lost(client, language):
    world = every_form()
    client.force_login(world.chief)
    faults = []
    for form in world.forms:
        before = head()
        shown = client.get(f"/{language}/{form.shown_at}")
        # As a browser sends it: what the page shows, but for what is typed.
        sent = Controls(shown.content.decode()).values | form.sent
        response = client.post(f"/{language}/{form.address}", sent)
        faults += [f"{form.name}: {fault}" for fault in _faults(form, language, shown, response)]
        if head() != before:
            faults.append(f"{form.name}: something was written")
    assert not faults, "\n".join(faults)


def _faults(form: Wrong, language, shown, response):
    if (shown.status_code, response.status_code) != (200, 422):
        yield f"opens with {shown.status_code} and answers {response.status_code}"
        return
    html = response.content.decode()
    page = Controls(html)
    if not html.split("<title>")[1].lstrip().startswith(("Error", "Erreur")):
        yield "the title does not tell of the error"
    told = {name for name, control in page.attributes.items() if control.get("aria-invalid") == "true"}
    if told != form.told(language):
        yield f"wrong are {sorted(told)}, not {sorted(form.told(language))}"
    for name in told:
        yield from _unheard(name, page)
    yield from _lost(form, page)


def _unheard(name, page):
    """What keeps the error from being found by those who hear the page."""
    control = page.attributes[name]
    described = (control.get("aria-describedby") or "").split()
    if not any(one.endswith("_error") for one in described) or not set(described) <= set(page.ids):
        yield f"{name} is described by {described}"
    if f"#{control['id']}" not in page.links:
        yield f"no link leads to {name}"


def _lost(form, page):
    """What was typed and does not stand in its control any more."""
    for name, value in form.sent.items():
        if name in page.attributes and value.strip() and page.values.get(name, "").strip() != value:
            yield f"{name} was {value!r} and is {page.values.get(name)!r}"
