"""The database does not answer: pages and API say so with 503 and when to come again, and keep working afterwards."""

import json

import pytest
from django.db import connection, connections
from django.test import Client

from tests.factories import add_plan, add_user, bearer
from tracker.choices import Role


@pytest.fixture
def reader(committed):
    add_plan()
    return add_user("auditor", role=Role.AUDITOR)


def test_while_the_database_is_away_the_answer_says_when_to_come_again(reader):
    page, api = Client(raise_request_exception=False), Client(raise_request_exception=False)
    page.force_login(reader)
    headers = bearer(reader)
    socket = connection.settings_dict["HOST"]
    connections.close_all()
    connection.settings_dict["HOST"] = "/nobody-listens-here"
    try:
        answers = [page.get("/fr/plans/BP/"), api.get("/api/v1/plans/", headers=headers)]
    finally:
        connections.close_all()
        connection.settings_dict["HOST"] = socket
    for answer in answers:
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert b"Traceback" not in answer.content
    assert json.loads(answers[1].content)["code"] == "database_away"
    assert page.get("/fr/plans/BP/").status_code == 200
