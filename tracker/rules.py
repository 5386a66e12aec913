"""Decisions of the ground floor: who may do what, where. No database, no clock, no request."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tracker.choices import Role


class Permission(StrEnum):
    """What can be permitted. Reading needs any role at all."""

    READ = "read"
    RECORD_FACTS = "record_facts"  # milestones, money
    WRITE_UPDATE = "write_update"  # draft and submit a status update
    DECIDE_UPDATE = "decide_update"  # return or approve one that somebody else wrote
    MANAGE_PLAN = "manage_plan"  # initiatives, pillars, reporting weeks
    MANAGE_PEOPLE = "manage_people"


_READ = frozenset({Permission.READ})
_MANAGER = _READ | {Permission.RECORD_FACTS, Permission.WRITE_UPDATE}
_LEAD = _MANAGER | {Permission.DECIDE_UPDATE}

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
    def pillars(self) -> frozenset[tuple[str, int]]:
        """(plan code, pillar number) of pillars granted by themselves."""
        return frozenset((plan, int(code)) for plan, code in self._parts() if _is_number(code))

    @property
    def initiatives(self) -> frozenset[tuple[str, str]]:
        """(plan code, initiative code) of initiatives granted by themselves."""
        return frozenset((plan, code) for plan, code in self._parts() if not _is_number(code))

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

    def _parts(self) -> Iterable[tuple[str, str]]:
        for _, scope in self.grants:
            plan, slash, code = scope.partition("/")
            if slash:
                yield plan, code


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdigit()
