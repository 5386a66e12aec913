"""Decisions of the ground floor: who may do what, where. No database, no clock, no request."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.choices import Role


class Permission(StrEnum):
    """What can be permitted. Reading needs any role at all."""

    READ = "read"
    RECORD_FACTS = "record_facts"  # milestones, money
    WRITE_UPDATE = "write_update"  # draft and submit a status update
    DECIDE_UPDATE = "decide_update"  # return or approve one that somebody else wrote
    DECIDE_BASELINE = "decide_baseline"  # approve or refuse a new baseline that somebody else asks for
    MANAGE_PLAN = "manage_plan"  # initiatives, pillars, reporting weeks
    MANAGE_PEOPLE = "manage_people"


_READ = frozenset({Permission.READ})
_MANAGER = _READ | {Permission.RECORD_FACTS, Permission.WRITE_UPDATE}
_LEAD = _MANAGER | {Permission.DECIDE_UPDATE, Permission.DECIDE_BASELINE}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _READ,
    Role.ANALYST: _READ,
    Role.AUDITOR: _READ,
    Role.MANAGER: _MANAGER,
    Role.PILLAR_LEAD: _LEAD,
    Role.PLAN_ADMIN: _LEAD | {Permission.MANAGE_PLAN},
    # An administrator looks after accounts and the machine, and reads; the plan's content belongs to others.
    Role.ADMINISTRATOR: _READ | {Permission.MANAGE_PEOPLE},
}

EVERYWHERE = ""

# Under these the tracker signs its own revisions, or shows that nobody is named for one.
RESERVED_NAMES = (
    "Plan files", "Weekly cycle", "Setup link", "Simulation", "Backfill", "Benchmark", "Soak", "migrate", "manage.py",
    "unattributed", "non attribué", "the tracker itself", "le suivi lui-même",
)  # fmt: skip


@dataclass(frozen=True)
class Access:
    """All that a person's grants of today allow. A scope is `""`, a plan `BP`, a pillar `BP/2`, an initiative
    `BP/2.01`; a grant covers what lies below it."""

    grants: frozenset[tuple[str, str]]

    @property
    def everywhere(self) -> bool:
        """Some role covers every plan."""
        return any(scope == EVERYWHERE for _, scope in self.grants)

    @property
    def plans(self) -> frozenset[str]:
        """Codes of plans covered whole."""
        return frozenset(scope for _, scope in self.grants if scope and "/" not in scope)

    @property
    def all_plans(self) -> frozenset[str]:
        """Codes of plans of which something is covered."""
        return self.plans | {plan for plan, _ in self._parts()}

    def whole_plan(self, code: str) -> bool:
        """Everything in the plan may be read."""
        return self.everywhere or code in self.plans

    def may(self, permission: Permission, scopes: Iterable[str]) -> bool:
        """Whether a role held at one of `scopes` (the object's own and those above it) permits this."""
        at = set(scopes)
        return any(permission in PERMISSIONS[Role(role)] for role, scope in self.grants if scope in at)

    def permitting(self, *permissions: Permission) -> "Access":
        """The same access, cut to the grants whose role permits at least one of these."""
        wanted = set(permissions)
        return Access(frozenset(grant for grant in self.grants if wanted & PERMISSIONS[Role(grant[0])]))

    def of_plans(self, codes: Collection[str]) -> "Access":
        """The same access, cut to these plans: a role held everywhere is held in each of them, and nowhere above."""
        return Access(
            frozenset(
                (role, plan)
                for role, scope in self.grants
                for plan in (codes if scope == EVERYWHERE else (scope,))
                if plan.partition("/")[0] in codes
            )
        )

    def _parts(self) -> Iterable[tuple[str, str]]:
        for _, scope in self.grants:
            plan, slash, code = scope.partition("/")
            if slash:
                yield plan, code


def is_reserved(name: str) -> bool:
    """Whether a reader could take the name for one of the tracker's own: case, accents, width, spaces, signs and
    characters that cannot be seen make no difference, and whatever begins with `manage.py` is a command's."""
    bare = _bare(name)
    return bare in _RESERVED or bare.startswith(_bare("manage.py"))


def _bare(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).casefold()
    return "".join(character for character in decomposed if character.isalnum())


_RESERVED = frozenset(map(_bare, RESERVED_NAMES))


@dataclass(frozen=True)
class Tries:
    """How failures to sign in slow the next try down: `free` of them cost nothing, then the wait doubles from half a
    minute to `longest`; after each `longest` without a failure one of them is forgotten."""

    free: int
    longest: timedelta

    def wait(self, failures: int, since: timedelta) -> timedelta:
        """How much longer the next try has to wait, `since` the last failure."""
        over = failures - self.free
        if over < 0:
            return timedelta()
        whole = min(timedelta(seconds=30 * (1 << min(over, 10))), self.longest)
        return max(whole - max(since, timedelta()), timedelta())

    def left(self, failures: int, since: timedelta) -> int:
        """The failures that are not forgotten yet."""
        return max(failures - max(since // self.longest, 0), 0)


# Tight where one guesser sits. Wide and short where innocent people share the count: the owner of an account that is
# attacked from elsewhere, and everybody behind one office's address.
PAIR_TRIES = Tries(5, timedelta(minutes=15))
ACCOUNT_TRIES = Tries(20, timedelta(minutes=1))
ADDRESS_TRIES = Tries(50, timedelta(minutes=1))


MOST_TOKENS = 20  # usable ones of one person: who needs more has lost count of them
LONGEST_TOKEN = timedelta(days=365)


# A mail that the server does not take is tried again after these, nearly a day in all; then it has failed.
MAIL_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
MAIL_TRIES = len(MAIL_WAITS) + 1


def next_mail_try(tries: int, at: datetime) -> datetime:
    """When a mail that was tried so often is tried again, at the earliest."""
    return at + MAIL_WAITS[min(tries, len(MAIL_WAITS)) - 1]
