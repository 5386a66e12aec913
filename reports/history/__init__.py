"""The history of a plan, in words: of all of it, of a pillar, of an initiative, of one object.

`history(Asked(...), size=50)` reads the tables of the history as the reader may see them today, and tells each change:
what it was about, from what to what, by which revision.
"""

from reports.history.asked import Asked, Event
from reports.history.changes import Change, History, Step, history, told_events
from reports.history.kinds import BY_SLUG, KINDS, Kind

__all__ = ["BY_SLUG", "KINDS", "Asked", "Change", "Event", "History", "Kind", "Step", "history", "told_events"]
