"""Places as rows of the list beside the map: what happens in each, and what happened there at another moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from initiatives.aggregates.places import Happenings
from reports.comparison import Comparison
from reports.figures import FIGURES
from reports.panels import explain_url
from reports.views.rows import history_since
from tracker.models import Place

LONG = 60  # characters of a reason in a list; the whole of it stands where the mark leads


@dataclass(frozen=True)
class Named:
    """An initiative that names the place, and the explanation of its health. Where the page is compared with another
    moment: whether it is `new` there, which the history tells of, and the state that it had (None: the same), with the
    address that tells why."""

    initiative: Any
    health_url: str
    new: bool = False
    history_url: str = ""
    was: str | None = None
    why_url: str = ""


@dataclass(frozen=True)
class Seen:
    """The newest value of an indicator there. Where the page is compared with another moment: whether it is `new`
    there, and the value that stood (None: the same), with the `reason` that a correction gives."""

    observation: Any
    new: bool = False
    was: Any = None
    reason: str = ""


@dataclass(frozen=True)
class PlaceRow:
    """A place with what happens there. `number` is its number on the map, None where it is not on it. `new`: nothing
    of the plan was tied to it at the moment compared with; `left`: initiatives that named it then, and do not now."""

    place: Place
    number: int | None
    symbol: SafeString
    province: str | Promise
    facts: Happenings
    named: list[Named]
    seen: list[Seen]
    new: bool = False
    left: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class PlacesBefore:
    """The places of a plan at another moment: the keys of those that fit the filters then, what happened in each, and
    which of them do not fit now."""

    keys: frozenset[int]
    facts: Mapping[int, Happenings]
    gone: list[Place]
    against: Comparison

    @property
    def initiatives(self) -> int:
        """How many of them named a place."""
        return initiatives_of(self.facts)


def initiatives_of(facts: Mapping[int, Happenings]) -> int:
    """How many initiatives name any of the places."""
    return len({one.pk for found in facts.values() for one in found.initiatives})


def named(facts: Happenings, place: int, before: PlacesBefore | None, *, on: date) -> list[Named]:
    """The initiatives of a place."""
    earlier = {one.pk: one for one in _then(before, place).initiatives}
    rows = []
    for one in facts.initiatives:
        code, then = f"{one.plan.code}/{one.code}", earlier.get(one.pk)
        rows.append(
            Named(
                initiative=one,
                health_url=explain_url(FIGURES["health"], code, on=on),
                new=before is not None and then is None,
                history_url=history_since(before.against.then, one.plan, within=one.code) if before else "",
                was=then.health if then is not None and then.health != one.health else None,
                why_url=before.against.why("health", code) if before else "",
            )
        )
    return rows


def seen(facts: Happenings, place: int, before: PlacesBefore | None) -> list[Seen]:
    """The values observed in a place."""
    earlier = {one.indicator_id: one for one in _then(before, place).observed}
    rows = []
    for one in facts.observed:
        then = earlier.get(one.indicator_id)
        differs = then is not None and _said(then) != _said(one)
        reason = Truncator(one.reason).chars(LONG) if differs else ""
        rows.append(Seen(one, before is not None and then is None, then if differs else None, reason))
    return rows


def left(facts: Happenings, place: int, before: PlacesBefore | None) -> list[Any]:
    """Initiatives that named the place then and do not now."""
    here = {one.pk for one in facts.initiatives}
    return [one for one in _then(before, place).initiatives if one.pk not in here]


def _then(before: PlacesBefore | None, place: int) -> Happenings:
    return before.facts.get(place, Happenings()) if before else Happenings()


def _said(observation: Any) -> tuple[object, ...]:
    return observation.availability, observation.amount, observation.qualifier, observation.period_end
