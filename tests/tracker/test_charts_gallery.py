"""Who sees the gallery of charts."""

import pytest

from tests.factories import add_user
from tracker.choices import Role

pytestmark = pytest.mark.django_db
GALLERY = "/en/gallery/"


@pytest.fixture
def viewer(client):
    client.force_login(add_user("viewer", role=Role.VIEWER))
    return client


def test_nobody_sees_it_unknown(client):
    assert client.get(GALLERY).status_code == 302


def test_it_is_for_who_looks_after_the_site(viewer):
    assert viewer.get(GALLERY).status_code == 403


def test_while_developing_it_is_for_everybody(viewer, settings):
    settings.DEBUG = True
    page = viewer.get(GALLERY).content.decode()
    assert page.count("<figure") == page.count('class="drawing wide"') == page.count('class="drawing small"')
    assert "style=" not in page
    assert viewer.post(GALLERY).status_code == 405
    assert viewer.get(f"{GALLERY}?colour=teal").status_code == 400


def test_its_tables_have_heads_and_figures_to_the_right(viewer, settings):
    settings.DEBUG = True
    page = viewer.get(GALLERY).content.decode()
    assert '<th scope="col" class="num">Spent</th>' in page
    assert '<td class="num">$142,000,000.00</td>' in page
    assert '<th scope="row">2026-27</th>' in page
