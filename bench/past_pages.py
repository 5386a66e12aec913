"""Every page that shows a plan, and two lists of it filtered, as of a past revision and live; all cold.

Before each question something is written and what is kept of figures forgotten, so that neither an answer for the
newest revision can have been kept nor what it is carried forward from; and each past revision is asked for the first
time. What depends on no revision (templates, connections, plans of queries) is warm
for both. One client asks; ours and the peer take turns.
"""

from collections.abc import Iterator
from itertools import count

from django.urls import reverse

from bench import cold
from bench.data import PLAN
from bench.measure import Result, alternate
from bench.server import web
from initiatives.models import Indicator, Initiative
from pillars.models import Plan
from reports.models import WeeklyRollup
from tracker.timemachine import head

ROUNDS = 5
GOAL = 2
WORDS = "people trained"  # which some of the simulated milestones and many of the updates hold


def addresses() -> dict[str, str]:
    """A page of each kind that a plan has, by its name."""
    plan = Plan.objects.get(code=PLAN)
    first = Initiative.objects.filter(plan=plan).order_by("code").first()
    assert first is not None
    indicator = Indicator.objects.filter(plan=plan).order_by("code").first()
    rollup = WeeklyRollup.objects.filter(plan=plan).order_by("pk").first()
    pages = {
        "overview": reverse("plan", args=[PLAN]),
        "pillar": reverse("pillar", args=[PLAN, 1]),
        "initiatives": reverse("initiatives", args=[PLAN]),
        "initiative": reverse("initiative", args=[PLAN, first.code]),
        "milestones": reverse("milestones", args=[PLAN]),
        "late milestones": f"{reverse('milestones', args=[PLAN])}?late=true",
        "initiatives off track": f"{reverse('initiatives', args=[PLAN])}?health=red",
        "money": reverse("money", args=[PLAN]),
        "indicators": reverse("indicators", args=[PLAN]),
        **({"indicator": reverse("indicator", args=[PLAN, indicator.code])} if indicator else {}),
        "places": reverse("places", args=[PLAN]),
        "review": reverse("review", args=[PLAN]),
        "rollups": reverse("rollups", args=[PLAN]),
        **({"rollup": reverse("rollup", args=[rollup.code])} if rollup else {}),
        "weeks": reverse("weeks", args=[PLAN]),
        "history": reverse("plan-history", args=[PLAN]),
        "search": f"{reverse('search', args=[PLAN])}?q={WORDS.replace(' ', '+')}",
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
                return cold.past(site, path, newest - newest // 10 - next(back))

            def live(path: str = path) -> float:
                return cold.live(site, path)

            ours, peer = alternate(past, live, rounds=ROUNDS)
            yield Result(f"page “{name}” as of a past revision", ours, "the same page live, cold", peer, GOAL)
