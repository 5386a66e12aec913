"""Bodies that are read many at once are read as each would be by itself."""

from itertools import permutations

import pytest
from rest_framework.exceptions import ValidationError

from initiatives.serializers.milestone import MilestoneBody
from initiatives.serializers.money import LedgerEntryBody
from initiatives.serializers.transfer import MoveBody
from tests.tracker.writes import entry_body, milestone_body
from tracker.api_writing import BodyReader

# Some of these are equal to Python, and not to the API: 1 and true, 2025 and 2025.0, null and nothing.
ENTRIES = [
    entry_body(),
    entry_body(fiscal_year=True),
    entry_body(fiscal_year=1),
    entry_body(fiscal_year=2025.0),
    entry_body(fiscal_year="2025"),
    entry_body(vote=None),
    entry_body(vote=""),
    entry_body(vote=0),
    entry_body(vote=["operating"]),
    entry_body(note=" spaced "),
    entry_body(note=None),
    entry_body(amount=1),
    entry_body(amount=True),
    entry_body(amount="1.00"),
    entry_body(reference="x" * 201),
    entry_body(colour="red"),
    {},
    None,
    [],
    "text",
]
MILESTONES = [
    milestone_body(),
    milestone_body(weight="0.5"),
    milestone_body(weight=1),
    milestone_body(weight=True),
    milestone_body(forecast_on=None),
    milestone_body(forecast_on="2026-11-23"),
    milestone_body(forecast_on=20261123),
    milestone_body(title_en=""),
    milestone_body(kind="party"),
]


def alone(body, item):
    return said(lambda: body.run_validation(item))


def said(read):
    try:
        return {name: (type(value), value) for name, value in read().items()}
    except ValidationError as error:
        return error.get_full_details()


@pytest.mark.parametrize(("body", "items"), [(LedgerEntryBody, ENTRIES), (MilestoneBody, MILESTONES)])
def test_what_one_body_says_of_another_is_nothing(body, items):
    """Whichever of two comes first, and also when they come again."""
    assert BodyReader(body()).plain
    apart = [alone(body(), item) for item in items]
    for one, other in permutations(range(len(items)), 2):
        reader = BodyReader(body())
        for place in (one, other, one):
            assert said(lambda reader=reader, place=place: reader.values(items[place])) == apart[place], items[place]


def test_a_body_that_checks_more_than_its_fields_is_left_to_itself():
    move = {"organization": "CBSA", "fiscal_year": 2025, "amount": "0.00"}
    reader = BodyReader(MoveBody())
    assert not reader.plain
    for amount in ("1.00", "0.00", "1.00"):
        item = move | {"amount": amount}
        assert said(lambda item=item: reader.values(item)) == alone(MoveBody(), item)
