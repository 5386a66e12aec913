"""Time that goes on evenly, whatever becomes of the machine's clock."""

import time
from datetime import UTC, datetime, timedelta

_BEGAN = datetime.now(UTC), time.monotonic()


def steady_now() -> datetime:
    """The time by the clock as it stood when the process began: for what comes every so often, not at an instant.
    Beat, which asks the machine's clock, would not tick for an hour once that is set back by an hour."""
    at, monotonic = _BEGAN
    return at + timedelta(seconds=time.monotonic() - monotonic)
