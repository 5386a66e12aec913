"""The small plan and the one that searches look through; readers, and pages as they read them."""

import pytest
from django.utils.html import strip_tags

from tests.factories import add_user
from tests.reports.searching import border_plan
from tests.scenarios import small_plan
from tracker.choices import Role


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def border():
    return border_plan()


@pytest.fixture
def auditor():
    return add_user("auditor", role=Role.AUDITOR)


@pytest.fixture
def show(client):
    """A page as somebody reads it: its markup and its words."""

    def get(user, address, *, status=200, language="en"):
        client.force_login(user)
        response = client.get(f"/{language}/{address}")
        assert response.status_code == status, strip_tags(response.content.decode())[:500]
        return response.content.decode()

    return get
