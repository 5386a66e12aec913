"""One linear history of every tracked table, kept by PostgreSQL and readable by any query.

Writing:   `with revision(by=actor, reason="..."):` - all writes inside belong to one numbered revision.
Reading:   `with as_of(57):` - every query inside sees the database as revision 57 left it.
Tracking:  `@tracked()` above a `Tracked` model; tables, triggers and views are made after `migrate`.

Laws (tests/tracker/test_timemachine_laws.py): reading as of the head equals reading live; what is read as of a past
revision never changes; deleted rows are there in their time; numbers have no gap and `at` strictly increases.
"""

from tracker.timemachine.past import as_of, head, reading, seen_since, sight_since
from tracker.timemachine.tracked import Tracked, tracked, tracked_models
from tracker.timemachine.turn import Actor, Turn, database_time, hold_turn, revision

__all__ = [
    "Actor",
    "Tracked",
    "Turn",
    "as_of",
    "database_time",
    "head",
    "hold_turn",
    "reading",
    "revision",
    "seen_since",
    "sight_since",
    "tracked",
    "tracked_models",
]
