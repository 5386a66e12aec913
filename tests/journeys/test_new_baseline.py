"""A new baseline from the question to the answer, by keyboard alone and with JavaScript off."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.browser import chromium, serving
from tests.conftest import own_database
from tests.scenarios import small_plan

pytestmark = pytest.mark.browser
PDF = b"%PDF-1.7 minutes"


def signed_in(browser, site, user):
    """A window without JavaScript."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context = browser.new_context(java_script_enabled=False, locale="en-CA")
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return context.new_page()


def follow(page, address):
    """The link whose address ends so, by keyboard."""
    page.locator(f'main a[href$="{address}"]').press("Enter")


def test_a_manager_asks_and_the_lead_approves(django_db_setup, django_db_blocker):
    with own_database(django_db_blocker):
        made = small_plan()
        to = timezone.localdate() + timedelta(days=300)
        with serving() as site, chromium() as browser:
            page = signed_in(browser, site, made.people.manager)
            page.goto(f"{site}/en/plans/BP/initiatives/1.01/")
            follow(page, "/M2/baseline/")
            page.locator("#id_date").fill(to.isoformat())
            page.locator("#id_dollars").fill("12500.00")
            page.locator("button[name=preview]").press("Enter")
            assert "Why the date should change" in page.locator(".error-summary").inner_text()
            page.locator("#id_reason").fill("The steel is late")
            page.locator("#id_reason").press("Tab")
            page.keyboard.press("Enter")
            page.locator("button[name=send]").wait_for()
            assert page.locator("dt:text('latest baseline') + dd").last.inner_text() == "+330"
            page.locator("button[name=send]").press("Enter")
            assert "The request is sent." in page.locator("main").inner_text()

            lead = signed_in(browser, site, made.people.pillar_lead)
            lead.goto(f"{site}/en/plans/BP/review/")
            lead.locator("button[name=refuse]").press("Enter")
            assert "Say why it is refused." in lead.locator(".error-summary").inner_text()
            lead.locator("button[name=approve]").press("Enter")
            assert "this is the milestone’s baseline now" in lead.locator("main").inner_text()

            page.goto(f"{site}/en/plans/BP/initiatives/1.01/")
            assert to.isoformat() in page.locator("#milestone-M2").inner_text()
            follow(page, "/evidence/add/?milestone=M2")
            page.locator("#id_file").set_input_files({"name": "minutes.pdf", "mimeType": "x/y", "buffer": PDF})
            page.locator("form .primary").press("Enter")
            with page.expect_download() as download:
                follow(page, "/file/")
            assert download.value.suggested_filename == "minutes.pdf"
            assert download.value.path().read_bytes() == PDF
