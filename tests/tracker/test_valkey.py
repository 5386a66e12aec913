"""What is kept for a while: made once by whoever asks first, also while Valkey is away."""

import threading

import pytest

from tracker.valkey import Store


@pytest.fixture
def store(settings):
    """Of a Valkey that is away: nothing is kept, so whatever is shared is shared by those who ask at once."""
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    return Store("test", "a test goes on")


def asked_at_once(store, make, names):
    """What each of these asks for, in threads of their own; faults as they come."""
    found = {}

    def ask(place, name):
        try:
            found[place] = store.get_or_make(name, lambda: make(name), seconds=5)
        except RuntimeError as error:
            found[place] = error

    threads = [threading.Thread(target=ask, args=pair, daemon=True) for pair in enumerate(names)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return [found[place] for place in range(len(names))]


def test_of_many_who_ask_at_once_one_makes_it(store):
    made, all_ask = [], threading.Event()

    def make(name):
        made.append(name)
        all_ask.wait(0.3)
        return name.encode()

    assert asked_at_once(store, make, ["a"] * 5 + ["b"]) == [b"a"] * 5 + [b"b"]
    assert sorted(made) == ["a", "b"]
    assert store._making == {}


def test_others_go_on_where_one_fails(store):
    tries, all_ask = [], threading.Event()

    def make(name):
        tries.append(name)
        all_ask.wait(0.3)
        if len(tries) == 1:
            raise RuntimeError(name)
        return b"made"

    found = asked_at_once(store, make, ["a"] * 3)
    assert sorted(str(one) for one in found) == ["a", "b'made'", "b'made'"]
    assert len(tries) == 2
    assert store._making == {}
