"""Two people edit one milestone: whatever they do, no update is lost, and who is refused is told."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from initiatives.actions.milestones import change_milestone
from initiatives.models import Milestone
from initiatives.serializers.milestone import MilestoneChanges
from tests.scenarios import small_plan
from tests.tracker.writes import MILESTONES, Writer, refusal, row
from tracker.errors import EditConflict
from tracker.models import User
from tracker.timemachine import Actor, as_of, head

ROUNDS = 1000
BY_REST = 0.1  # of them, and half of those in conflict; the others call what REST calls, in a fifth of the time
VALUES: dict[str, list[Any]] = {
    "title_en": ["Hub", "Hub open", "Hub of the North"],
    "weight": ["1.00", "2.50", "0.00"],
    "acceptance_criteria_en": ["", "Open all week", "Staffed"],
    "note_en": ["", "First\nsecond", "Third"],
    "evidence": ["", "https://example.org/1", "https://example.org/2"],
    "actual_on": [None, "2025-06-01", "2025-06-02"],
}


@dataclass
class Change:
    """A change that was accepted: what its author had read, what was sent, and the revision that it left."""

    seen: int
    sent: dict[str, Any]
    base: dict[str, Any]
    revision: int

    @property
    def meant(self) -> dict[str, Any]:
        """What of it says something else than what was read."""
        return {name: value for name, value in self.sent.items() if value != self.base[name]}


@dataclass
class Answer:
    """The row as it is once the change is accepted; or what both sides wrote into each field in conflict."""

    row: dict[str, Any] = field(default_factory=dict)
    conflicts: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Editor:
    """Somebody with a page open: `shown` is what stands there, which may be old."""

    user: User
    milestone: Milestone
    dice: random.Random
    shown: dict[str, Any] = field(default_factory=dict)
    accepted: list[Change] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        self.writer = Writer(self.user)
        self.path = f"{MILESTONES}{self.milestone.pk}/"

    def look(self, *, by_rest: bool = True) -> None:
        self.shown = row(self.writer.get(self.path)) if by_rest else self._stored()

    def _stored(self) -> dict[str, Any]:
        found = Milestone.objects.values("revision", *VALUES).get(pk=self.milestone.pk)
        return {name: written(value) for name, value in found.items()}

    def choice(self) -> dict[str, Any]:
        """One to three fields, sometimes as they stand in the page already."""
        names = self.dice.sample(sorted(VALUES), self.dice.randint(1, 3))
        return {name: self.dice.choice([*VALUES[name], self.shown[name]]) for name in names}

    def send(self, wanted: dict[str, Any], *, by_rest: bool = True) -> Answer:
        """Accepted, the page shows the row as it is now; refused, the page stays as it is."""
        seen = self.shown["revision"]
        answer = (self._patch if by_rest else self._act)(wanted, seen)
        if answer.row:
            base = {name: self.shown[name] for name in wanted}
            self.shown = answer.row
            self.accepted.append(Change(seen, wanted, base, self.shown["revision"]))
        else:
            self.refused += 1
        return answer

    def _patch(self, wanted: dict[str, Any], seen: int) -> Answer:
        response = self.writer.patch(self.path, wanted | {"reason": "in a round"}, seen)
        if response.status_code == 200:
            return Answer(row(response))
        found = refusal(response, 412, "edit_conflict")
        sides = {one["field"]: {side: one[side] for side in ("seen", "stored", "sent")} for one in found["conflicts"]}
        assert set(found["fields"]) == set(sides)
        return Answer(conflicts=sides)

    def _act(self, wanted: dict[str, Any], seen: int) -> Answer:
        body = MilestoneChanges(data=wanted, partial=True)
        body.is_valid(raise_exception=True)
        by, now = Actor(user=self.user), timezone.now()
        try:
            change_milestone(
                milestone=self.milestone, changes=body.validated_data, seen=seen, reason="in a round", by=by, at=now
            )
        except EditConflict as error:
            return Answer(
                conflicts={
                    one.field: {side: written(getattr(one, side)) for side in ("seen", "stored", "sent")}
                    for one in error.differences
                }
            )
        return Answer(self._stored())


def written(value: Any) -> Any:
    """A value of the milestone as the API writes it."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else value


def editors(seed: int) -> tuple[Editor, Editor]:
    plan = small_plan()
    people = (plan.people.plan_admin, plan.people.pillar_lead)
    milestone = plan.milestones["next"]
    one, other = (Editor(user, milestone, random.Random(seed + n)) for n, user in enumerate(people))  # noqa: S311 - as below
    one.look()
    other.look()
    return one, other


@pytest.mark.heavy
@pytest.mark.django_db
def test_a_thousand_random_rounds_lose_no_update():
    """Beside a model of what should be stored: what nobody else changed is taken, what both changed otherwise is told
    field by field with both values, and nothing else happens. Each field takes part in each of that, by REST and
    without; what REST adds is the reading of If-Match and the telling, which need no thousand rounds."""
    dice = random.Random(20241217)  # noqa: S311 - a repeatable test
    both = editors(7)
    stored = {name: both[0].shown[name] for name in VALUES}
    met: Counter[tuple[str, bool, bool]] = Counter()
    for number in range(ROUNDS):
        editor = dice.choice(both)
        if dice.random() < 0.2:
            editor.look(by_rest=dice.random() < BY_REST)
            assert {name: editor.shown[name] for name in VALUES} == stored, number
        wanted, base = editor.choice(), dict(editor.shown)
        mine = {name: value for name, value in wanted.items() if value not in (base[name], stored[name])}
        conflicts = {name for name in mine if stored[name] != base[name]}
        by_rest = dice.random() < (0.5 if conflicts else BY_REST)
        answer = editor.send(wanted, by_rest=by_rest)
        met.update((name, by_rest, name in conflicts) for name in conflicts or mine)
        if conflicts:
            assert answer.conflicts == {
                name: {"seen": base[name], "stored": stored[name], "sent": wanted[name]} for name in conflicts
            }, number
            if dice.random() < 0.5:
                editor.look(by_rest=by_rest)
        else:
            stored |= mine
            assert {name: answer.row[name] for name in VALUES} == stored, number
    both[0].look()
    assert {name: both[0].shown[name] for name in VALUES} == stored
    assert both[0].refused + both[1].refused > ROUNDS / 25
    assert len(both[0].accepted) + len(both[1].accepted) > ROUNDS / 2
    assert set(met) == set(product(VALUES, (True, False), (True, False)))


@pytest.mark.usefixtures("committed")
def test_two_at_the_same_time_lose_no_update():
    """On two connections, with real commits: the history tells what each accepted change did."""
    both = editors(11)
    before = head()

    def edit(editor: Editor) -> None:
        try:
            for _ in range(100):
                if not editor.send(editor.choice()).row or editor.dice.random() < 0.2:
                    editor.look()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(edit, both))
    accepted = [change for editor in both for change in editor.accepted]
    past = {number: shown(both[0].milestone.pk, number) for number in range(before, head() + 1)}
    assert len(accepted) > 100
    for number in range(before + 1, head() + 1):
        was, now = past[number - 1], past[number]
        changed = {name for name in VALUES if was[name] != now[name]}
        # One of these made the revision; others may have wanted just what it had stored already, and made none.
        here = [change for change in accepted if change.revision == number]
        for change in here:
            assert {name: now[name] for name in change.meant} == change.meant, "an accepted change is stored"
        for name in changed:
            read = {change.base[name] for change in here if name in change.meant}
            assert was[name] in read, "nothing is overwritten unread, and nothing else changes"


def shown(pk: int, number: int) -> dict[str, Any]:
    """The milestone's fields at a revision, as the API writes them."""
    with as_of(number):
        found = Milestone.objects.values(*VALUES).get(pk=pk)
    return {name: written(value) for name, value in found.items()}
