"""Every page that shows a plan, as of a past revision and live; both cold.

Before each question something is written, so that no answer for the newest revision can have been kept; and each past
revision is asked for the first time. What depends on no revision (templates, connections, plans of queries) is warm
for both. One client asks; ours and the peer take turns.
"""

import time
from collections.abc import Iterator
from itertools import count

from django.urls import reverse

from bench import load
from bench.data import PLAN
from bench.measure import Result, alternate, timed
from bench.server import Web, web
from initiatives.models import Indicator, Initiative
from pillars.models import Plan
from tracker.models import Organization
from tracker.timemachine import Actor, head, revision

ROUNDS = 5
GOAL = 2


def addresses() -> dict[str, str]:
    """A page of each kind that a plan has, by its name."""
    plan = Plan.objects.get(code=PLAN)
    first = Initiative.objects.filter(plan=plan).order_by("code").first()
    assert first is not None
    indicator = Indicator.objects.filter(plan=plan).order_by("code").first()
    pages = {
        "overview": reverse("plan", args=[PLAN]),
        "pillar": reverse("pillar", args=[PLAN, 1]),
        "initiatives": reverse("initiatives", args=[PLAN]),
        "initiative": reverse("initiative", args=[PLAN, first.code]),
        "money": reverse("money", args=[PLAN]),
        "indicators": reverse("indicators", args=[PLAN]),
        **({"indicator": reverse("indicator", args=[PLAN, indicator.code])} if indicator else {}),
        "rollups": reverse("rollups", args=[PLAN]),
        "weeks": reverse("weeks", args=[PLAN]),
        "history": reverse("plan-history", args=[PLAN]),
        "explanation": f"{reverse('explain', args=['milestones_late'])}?scope={PLAN}",
    }
    return {**pages, "list of the API": f"{reverse('api:initiative-list')}?plan={PLAN}"}


def run() -> Iterator[Result]:
    """One result a page: the past revision lies a tenth of the history back."""
    back = count(1)
    newest = head()
    with web() as site:
        for name, path in addresses().items():

            def past(path: str = path) -> float:
                return _asked(site, path, f"r{newest - newest // 10 - next(back)}")

            def live(path: str = path) -> float:
                _write()
                return _asked(site, path, "")

            ours, peer = alternate(past, live, rounds=ROUNDS)
            yield Result(f"page “{name}” as of a past revision", ours, "the same page live, cold", peer, GOAL)


def _asked(site: Web, path: str, moment: str) -> float:
    at = f"{'&' if '?' in path else '?'}as_of={moment}" if moment else ""
    headers = site.program if path.startswith("/api/") else site.browser
    return timed(lambda: load.download(site.port, path + at, headers))


def _write() -> None:
    """A revision that concerns nothing that a page shows."""
    with revision(by=Actor(name="Benchmark"), reason="a new revision"):
        organization, _ = Organization.objects.get_or_create(
            code="BENCH",
            defaults={"abbreviation_en": "B", "abbreviation_fr": "B", "name_en": "B", "name_fr": "B"},
        )
        organization.name_en = f"Benchmark {time.time_ns()}"
        organization.save()
