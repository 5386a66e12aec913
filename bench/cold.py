"""Pages that nobody has read yet: at a revision that was written a moment ago, or at one of the past; with what figures
can be carried forward from, or without."""

import time

from bench import load
from bench.measure import timed
from bench.server import Web
from reports.figures import store
from tracker.models import Organization
from tracker.timemachine import Actor, revision
from tracker.valkey import key


def live(site: Web, path: str) -> float:
    """How long the page takes, in milliseconds, as nobody can have been given it before: nothing at all is kept."""
    write()
    forget()
    return asked(site, path)


def forget() -> None:
    """Have nothing kept of what was computed."""
    client = store.STORE.valkey.client()
    for name in client.scan_iter(match=key("figures", "*"), count=1000):
        client.delete(name)


def past(site: Web, path: str, number: int) -> float:
    """The same as of that revision, which has to be asked for the first time."""
    return asked(site, f"{path}{'&' if '?' in path else '?'}as_of=r{number}")


def asked(site: Web, path: str) -> float:
    """How long the page takes, in milliseconds."""
    headers = site.program if path.startswith("/api/") else site.browser
    return timed(lambda: load.download(site.port, path, headers))


def write() -> None:
    """A revision that concerns nothing that a page shows."""
    with revision(by=Actor(name="Benchmark"), reason="a new revision"):
        organization, _ = Organization.objects.get_or_create(
            code="BENCH",
            defaults={"abbreviation_en": "B", "abbreviation_fr": "B", "name_en": "B", "name_fr": "B"},
        )
        organization.name_en = f"Benchmark {time.time_ns()}"
        organization.save()
