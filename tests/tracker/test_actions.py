"""Accounts and roles."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.factories import ACTOR, add_organization, add_plan
from tests.factories import add_user as person
from tracker.actions import add_user, first_administrator, grant_role, has_administrator
from tracker.choices import Role
from tracker.errors import Conflict, Invalid
from tracker.models import Revision, RoleGrant, User
from tracker.rules import Permission
from tracker.timemachine import as_of, head, revision

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
SECRET = "four words and more"


def add(username="marie", **fields):
    return add_user(
        **{"role": Role.MANAGER, "scope": "BP", "password": SECRET, "by": ACTOR, "at": NOW, **fields}, username=username
    )


def test_an_account_has_one_role_and_a_revision_that_says_so():
    user = add(name="Marie", language="fr")
    assert user.check_password(SECRET)
    assert [(grant.role, grant.scope) for grant in user.grants.all()] == [("manager", "BP")]
    assert Revision.objects.get(number=head()).reason == "marie becomes manager of BP"
    assert user.display_name == "Marie"


def test_without_a_password_nobody_signs_in():
    assert not add(password=None).has_usable_password()


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"username": "no spaces"}, "username"), ({"username": ""}, "username"), ({"language": "de"}, "language"),
     ({"password": "short"}, "password"), ({"password": "password1234"}, "password"), ({"role": "king"}, "role"),
     ({"scope": "x" * 65}, "scope")],
)  # fmt: skip
def test_an_account_that_cannot_be_is_refused_whole(fields, field):
    before = head()
    with pytest.raises(Invalid) as wrong:
        add(**fields)
    assert field in wrong.value.fields
    assert (User.objects.count(), head()) == (0, before)


def test_names_are_taken_once():
    add()
    with pytest.raises(Conflict):
        add()


def test_a_role_is_granted_once():
    user = add()
    before = head()
    held = grant_role(user=user, role=Role.MANAGER, scope="BP", by=ACTOR, at=NOW)
    assert (held, head()) == (user.grants.get(), before)
    grant_role(user=user, role=Role.VIEWER, scope="BP", by=ACTOR, at=NOW)
    assert user.grants.count() == 2


@pytest.mark.parametrize(
    ("starts", "ends", "now"),
    [(None, None, True), (0, 0, True), (-9, -1, False), (1, None, False), (1, 9, False), (-1, 1, True)],
)
def test_grants_hold_from_day_to_day_and_can_be_renewed(starts, ends, now):
    user = person("marie")
    day = lambda shift: None if shift is None else TODAY + timedelta(days=shift)  # noqa: E731
    with revision(by=ACTOR, reason="a grant for some days"):
        RoleGrant.objects.create(user=user, role=Role.MANAGER, scope="BP", starts_on=day(starts), ends_on=day(ends))
    assert User.objects.get().may(Permission.WRITE_UPDATE, ["BP"]) is now
    grant_role(user=user, role=Role.MANAGER, scope="BP", by=ACTOR, at=NOW)
    assert User.objects.get().may(Permission.WRITE_UPDATE, ["BP"])
    assert RoleGrant.objects.count() == 1


def test_a_closed_account_may_nothing():
    user = person("marie", role=Role.PLAN_ADMIN)
    assert user.may(Permission.MANAGE_PLAN, [""])
    User.objects.update(is_active=False)
    closed = User.objects.get()
    assert not closed.may(Permission.MANAGE_PLAN, [""])
    assert not closed.access.everywhere


def test_rights_in_the_past_are_those_of_today():
    user = person("marie", role=Role.MANAGER, scope="BP")
    then = head()
    with revision(by=ACTOR, reason="left"):
        RoleGrant.objects.all().delete()
    with as_of(then):
        assert RoleGrant.objects.count() == 1
        assert not User.objects.get(pk=user.pk).may(Permission.WRITE_UPDATE, ["BP"])


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"role": "king"}, "tracker_grant_role"),
        ({"scope": "bp"}, "tracker_grant_scope"),
        ({"scope": "BP/"}, "tracker_grant_scope"),
        ({"scope": "/2"}, "tracker_grant_scope"),
        ({"scope": "BP/2/3"}, "tracker_grant_scope"),
        ({"starts_on": TODAY, "ends_on": TODAY - timedelta(1)}, "tracker_grant_dates"),
    ],
)
def test_a_grant_that_cannot_be_is_refused(values, name):
    person("marie", role=Role.MANAGER, scope="BP")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        RoleGrant.objects.update(**values)


def test_a_role_is_held_once_per_scope():
    user = person("marie", role=Role.MANAGER, scope="BP")
    with pytest.raises(IntegrityError, match="tracker_grant_once"), transaction.atomic():
        RoleGrant.objects.bulk_create([RoleGrant(user=user, role=Role.MANAGER, scope="BP")])


@pytest.mark.parametrize(
    ("model", "values", "name"),
    [("user", {"language": "de"}, "tracker_user_language"), ("user", {"theme": "pink"}, "tracker_user_theme"),
     ("organization", {"fund_life_years": 3}, "fund_life"), ("organization", {"fund_life_years": 0}, "fund_life")],
)  # fmt: skip
def test_people_and_organizations_that_cannot_be_are_refused(model, values, name):
    rows = type(person("marie") if model == "user" else add_organization()).objects.all()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        rows.update(**values)


def test_the_first_administrator_is_made_once():
    assert not has_administrator()
    user = first_administrator(username="ann", name="Ann", password=SECRET, at=NOW)
    assert has_administrator()
    assert {(grant.role, grant.scope) for grant in user.grants.all()} == {("administrator", ""), ("plan_admin", "")}
    with pytest.raises(Conflict):
        first_administrator(username="eve", name="Eve", password=SECRET, at=NOW)
    assert not User.objects.filter(username="eve").exists()


def test_a_closed_administrator_is_none():
    first_administrator(username="ann", name="Ann", password=SECRET, at=NOW)
    User.objects.update(is_active=False)
    assert not has_administrator()


def test_plans_do_not_depend_on_people():
    assert add_plan().pk
