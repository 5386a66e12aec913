"""Asking, checking, saving; and refusals in words."""

import pytest
from django.core.exceptions import ValidationError

from tests.factories import ACTOR, add_organization, add_user
from tracker.choices import Role
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Organization, User
from tracker.rules import Permission
from tracker.timemachine import Actor, head, revision
from tracker.writing import fill, invalid, require, save


@pytest.mark.django_db
def test_only_those_who_may_pass():
    manager = add_user("marie", role=Role.MANAGER, scope="BP/1")
    require(Actor(user=manager), Permission.WRITE_UPDATE, ("", "BP", "BP/1"))
    require(ACTOR, Permission.MANAGE_PLAN, ("",))
    for permission, scopes in [(Permission.DECIDE_UPDATE, ("BP/1",)), (Permission.WRITE_UPDATE, ("", "BP", "BP/2"))]:
        with pytest.raises(NotAllowed) as refusal:
            require(Actor(user=manager), permission, scopes)
        assert (refusal.value.status, refusal.value.code) == (403, "not_allowed")
    User.objects.update(is_active=False)
    with pytest.raises(NotAllowed):
        require(Actor(user=User.objects.get()), Permission.WRITE_UPDATE, ("BP/1",))


@pytest.mark.django_db
def test_saving_brings_back_the_revision_of_the_database():
    with revision(by=ACTOR, reason="one"):
        row = add_organization("RCMP")
    assert row.revision == head()


@pytest.mark.django_db
def test_a_row_with_wrong_fields_is_refused_field_by_field():
    before = head()
    row = Organization(code="X" * 17, abbreviation_en="", abbreviation_fr="X", name_en="X", name_fr="X")
    with pytest.raises(Invalid) as wrong, revision(by=ACTOR, reason="never"):
        save(row)
    assert set(wrong.value.fields) == {"code", "abbreviation_en"}
    assert (Organization.objects.count(), head()) == (0, before)


def test_errors_without_a_field_have_the_empty_name():
    assert invalid(ValidationError("no")).fields == {"": "no"}


def test_refusals_read_as_one_sentence_after_the_other():
    error = Conflict("Not now.", fields={"week": "It is locked.", "": "Ask."}, code="week_locked")
    assert str(error) == "Not now.; week: It is locked.; : Ask."
    assert (error.status, error.code, Conflict("x").code) == (409, "week_locked", "conflict")


def test_fill_sets_what_is_named():
    row = Organization(code="A")
    fill(row, {"name_en": "Name", "gc_org_id": 4})
    assert (row.code, row.name_en, row.gc_org_id) == ("A", "Name", 4)
