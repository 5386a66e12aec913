"""Who may do what, where."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.choices import Role
from tracker.rules import PERMISSIONS, Access, Permission

SCOPES = ["", "BP", "BP/1", "BP/2", "BP/1.01", "OTHER", "OTHER/1"]
GRANTS = st.frozensets(st.tuples(st.sampled_from(Role.values), st.sampled_from(SCOPES)))
LAW = settings(deadline=None, max_examples=200, database=None)


def access(*grants: tuple[str, str]) -> Access:
    return Access(frozenset(grants))


def test_every_role_reads_and_only_some_write():
    assert set(PERMISSIONS) == set(Role)
    assert all(Permission.READ in allowed for allowed in PERMISSIONS.values())
    may = {permission: {role for role in Role if permission in PERMISSIONS[role]} for permission in Permission}
    assert may[Permission.DECIDE_UPDATE] == {Role.PILLAR_LEAD, Role.PLAN_ADMIN}
    assert may[Permission.DECIDE_BASELINE] == {Role.PILLAR_LEAD, Role.PLAN_ADMIN}
    assert may[Permission.WRITE_UPDATE] == {Role.MANAGER, Role.PILLAR_LEAD, Role.PLAN_ADMIN}
    assert may[Permission.MANAGE_PLAN] == {Role.PLAN_ADMIN}
    assert may[Permission.MANAGE_PEOPLE] == {Role.ADMINISTRATOR}


def test_a_grant_covers_what_lies_below_it_and_nothing_beside_it():
    lead = access((Role.PILLAR_LEAD, "BP/1"))
    below = ("", "BP", "BP/1", "BP/1.01")
    beside = ("", "BP", "BP/2", "BP/2.01")
    assert lead.may(Permission.DECIDE_UPDATE, below)
    assert not lead.may(Permission.DECIDE_UPDATE, beside)
    assert not lead.may(Permission.DECIDE_UPDATE, ("", "BP"))
    assert access((Role.MANAGER, "")).may(Permission.WRITE_UPDATE, below)


def test_codes_that_resemble_each_other_are_not_confused():
    one = access((Role.MANAGER, "BP/1"))
    assert not one.may(Permission.WRITE_UPDATE, ("", "BP", "BP/10", "BP/10.01"))
    assert not access((Role.MANAGER, "BP/1.1")).may(Permission.WRITE_UPDATE, ("", "BP", "BP/1", "BP/1.10"))
    assert not access((Role.MANAGER, "B")).may(Permission.WRITE_UPDATE, ("", "BP"))


def test_scopes_are_sorted_by_kind():
    mixed = access((Role.VIEWER, "BP"), (Role.VIEWER, "X/2"), (Role.MANAGER, "X/2.01"), (Role.VIEWER, "Y/²"))
    assert mixed.plans == {"BP"}
    assert mixed.all_plans == {"BP", "X", "Y"}
    assert not mixed.everywhere
    assert (mixed.whole_plan("BP"), mixed.whole_plan("X")) == (True, False)
    assert access((Role.AUDITOR, "")).whole_plan("X")


@LAW
@given(GRANTS, st.sampled_from(list(Permission)), st.sampled_from(list(Permission)))
def test_what_permits_is_a_part_of_the_access(grants, one, other):
    """`permitting` keeps exactly the grants that permit something asked for: permission there is permission here."""
    whole = Access(grants)
    part = whole.permitting(one, other)
    assert part.grants <= whole.grants
    for scope in SCOPES:
        expected = whole.may(one, [scope]) or whole.may(other, [scope])
        assert (part.may(one, [scope]) or part.may(other, [scope])) == expected
        assert any(at == scope for _, at in part.grants) == expected


@LAW
@given(GRANTS, GRANTS, st.sampled_from(list(Permission)), st.lists(st.sampled_from(SCOPES)))
def test_more_grants_never_take_away(grants, more, permission, scopes):
    assert Access(grants | more).may(permission, scopes) >= Access(grants).may(permission, scopes)


def test_nobody_without_grants_may_anything():
    assert not any(access().may(permission, SCOPES) for permission in Permission)


@pytest.mark.parametrize("role", Role)
def test_reading_needs_any_role(role):
    assert access((role, "BP")).may(Permission.READ, ("", "BP"))
