"""The laws of the time machine, for any sequence of writes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracker.timemachine_model import TRANSACTIONS, Block, Model, forget, shown, shown_as_of
from tracker.models import Revision
from tracker.timemachine import head
from tracker.timemachine.audit import faults

LAWS = settings(
    deadline=None, max_examples=60, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.usefixtures("committed")
def test_any_sequence_of_writes_keeps_the_laws():
    """Every revision shows for ever what a model of the tables in plain Python says that it left."""
    model = Model()
    seen: dict[int, object] = {}

    @LAWS
    @given(st.lists(TRANSACTIONS, min_size=1, max_size=5))
    def sequence(transactions: list[Block]) -> None:
        forget(model)
        for block in transactions:
            block.run()
            block.expect(model)
            model.commit()
            assert head() == model.head
            assert shown() == model.rows
            assert shown_as_of(model.head) == model.rows
            seen[model.head] = dict(model.rows)
        first = model.head - 12
        for number in range(max(first, 1), model.head + 1):
            if number in model.past:
                assert shown_as_of(number) == model.past[number], number

    sequence()
    assert faults() == []
    assert {number: shown_as_of(number) for number in model.past} == model.past
    assert {number: shown_as_of(number) for number in seen} == seen
    assert list(Revision.objects.order_by("number").values_list("number", flat=True)) == list(range(1, model.head + 1))
