"""The small plan, and pages of it as somebody reads them."""

import pytest
from django.utils.html import strip_tags

from tests.scenarios import small_plan


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def show(client):
    """A page as somebody reads it: its markup and its words."""

    def get(user, address, *, status=200, language="en"):
        client.force_login(user)
        response = client.get(f"/{language}/{address}")
        assert response.status_code == status, strip_tags(response.content.decode())[:500]
        return response.content.decode()

    return get
