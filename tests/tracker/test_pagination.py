"""Keyset pages: every row once, in order, whatever the keys are; and no cursor does harm."""

import base64
import json
from contextlib import suppress
from datetime import date, timedelta

import orjson
import pytest
from django.db.models import F, UniqueConstraint
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.api import router
from initiatives.models import FundingAnnouncement, LedgerEntry, StatusUpdate
from tests.factories import ACTOR, add_announcement, add_initiative, add_organization, add_pillar, add_plan
from tests.tracker.addresses import LISTS
from tracker.errors import Invalid
from tracker.models import Organization
from tracker.ordering import order_of
from tracker.pagination import KeysetPagination
from tracker.tabular import Column, Kind
from tracker.timemachine import revision

pytestmark = pytest.mark.django_db

ID = [Column("id", "pk", Kind.WHOLE)]


def page(rows, **query):
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return KeysetPagination().page(rows, ID, QueryDict(text))


def walk(rows, limit):
    """Every key, page by page."""
    found, after = [], ""
    while True:
        one = page(rows, limit=limit, after=after)
        assert len(one.rows) <= limit
        found += [json.loads(row)["id"] for row in one.rows]
        if not one.after:
            return found
        after = one.after


def cursor(*values) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


@pytest.fixture
def announcements():
    """Rows with equal, different and missing values in every key."""
    plan = add_plan()
    lead = add_organization()
    pillar = add_pillar(plan)
    initiatives = [None, add_initiative(pillar, "1.01", lead=lead), add_initiative(pillar, "1.02", lead=lead)]
    with revision(by=ACTOR, reason="announcements"):
        for number in range(18):
            add_announcement(
                plan, f"A{number}", initiative=initiatives[number % 3], fiscal_year=[None, 2024, 2025][number // 6],
                announced_on=date(2025, 1, 1) + timedelta(number % 2), in_total=number % 2 == 0,
            )  # fmt: skip
    return FundingAnnouncement.objects.all()


@pytest.mark.parametrize(
    "order",
    [
        ("pk",),
        ("-pk",),
        ("announced_on", "pk"),
        ("-announced_on", "pk"),
        ("fiscal_year", "pk"),
        ("-fiscal_year", "pk"),
        ("fiscal_year", "-pk"),
        ("initiative__code", "-fiscal_year", "pk"),
        ("-initiative__code", "fiscal_year", "-pk"),
        ("in_total", "fiscal_year", "pk"),
        ("initiative_id", "pk"),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 5, 18, 19])
def test_a_walk_gives_every_row_once_in_order(announcements, order, limit):
    rows = announcements.order_by(*order)
    assert walk(rows, limit) == list(rows.values_list("pk", flat=True))


def test_instants_keep_their_microseconds(announcements):
    rows = StatusUpdate.objects.order_by("submitted_at", "pk")
    assert page(rows, after=cursor("2026-11-22T17:05:00.123456Z", 1)).rows == []


def test_the_last_page_has_no_next_even_when_it_is_full(announcements):
    rows = announcements.order_by("pk")
    assert page(rows, limit=18).after == ""
    assert page(rows, limit=17).after != ""


def test_rows_added_behind_the_cursor_do_not_shift_the_pages(announcements):
    rows = announcements.order_by("code", "pk")
    first = page(rows, limit=5)
    add_announcement(announcements[0].plan, "A0-added")
    second = page(rows, limit=5, after=first.after)
    assert not {*first.rows} & {*second.rows}


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "00001", "1e2", "٣", "1.0", "9" * 400, "0" * 20 + "11000"])
def test_a_limit_that_cannot_be_meant_is_refused(limit):
    with pytest.raises(Invalid) as error:
        page(Organization.objects.order_by("code"), limit=limit)
    assert set(error.value.fields) == {"limit"}


@pytest.mark.parametrize(
    "after",
    [
        "!",
        "a",
        "AAAA",
        "é",
        "a" * 9000,
        cursor(),
        cursor("BP"),
        cursor("BP", "1.01", "7"),
        cursor("BP", "1.01", True),
        cursor("BP", "1.01", 1.5),
        cursor("BP", "1.01", None),
        cursor("BP", "1.01", 2**63),
        cursor("BP", 7, 1),
        cursor(None, "1.01", 1),
        cursor("BP", ["1.01"], 1),
        cursor("since", 1, 1),
        cursor("BP", "1.01", {"a": 1}),
        cursor("B\0P", "1.01", 1),
        base64.urlsafe_b64encode(b'{"a":1}').decode(),
        base64.urlsafe_b64encode(b"[1" * 700).decode(),
        base64.urlsafe_b64encode(b'["BP","1.01",' + b"9" * 40 + b"]").decode(),
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(after):
    with pytest.raises(Invalid) as error:
        page(LedgerEntry.objects.for_list(), after=after)
    assert set(error.value.fields) == {"after"}


@pytest.mark.parametrize("when", ["", "yesterday", "2026-13-01", 5, "2026-11-22T10:00:00"])
def test_a_cursor_with_a_wrong_date_is_refused(when):
    with pytest.raises(Invalid):
        page(StatusUpdate.objects.for_list(), after=cursor(when, "BP", "1.01", 1))


def test_a_number_beyond_the_column_is_only_far_away():
    add_announcement(add_plan(), "A1", fiscal_year=2025)
    rows = FundingAnnouncement.objects.order_by("fiscal_year", "pk")
    assert page(rows, after=cursor(2**40, 1)).rows == []
    assert len(page(rows, after=cursor(-(2**40), 1)).rows) == 1


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_cursor_breaks_a_list(after):
    with suppress(Invalid):
        KeysetPagination().page(LedgerEntry.objects.for_list(), ID, QueryDict(mutable=True) | {"after": after})


@given(
    st.lists(st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8), max_size=5)
)
@settings(max_examples=150, deadline=None)
def test_no_well_formed_cursor_breaks_a_list(values):
    try:
        after = cursor(*values)
    except TypeError:  # orjson takes no number beyond 64 bits
        after = base64.urlsafe_b64encode(str(values).encode(errors="replace")).decode()
    for rows in (LedgerEntry.objects.for_list(), StatusUpdate.objects.for_list(), Organization.objects.for_list()):
        with suppress(Invalid):
            page(rows, after=after)


def test_every_list_ends_in_a_unique_key():
    views = {prefix: view for prefix, view, _name in router.registry if prefix in LISTS}
    assert set(views) == set(LISTS)
    for view in views.values():
        model = view.queryset.model
        keys = order_of(model.objects.for_list())
        together = [set(one.fields) for one in model._meta.constraints if isinstance(one, UniqueConstraint)]
        named = {key.path.split("__")[0] for key in keys}
        assert keys[-1].field.unique or any(fields <= named for fields in together), view
        assert not any(key.nullable for key in keys), view


def test_a_key_that_is_also_a_column_is_read_twice():
    add_organization("CBSA")
    add_organization("RCMP")
    columns = [Column("code", "code", Kind.TEXT), Column("again", F("code"), Kind.TEXT)]
    one = KeysetPagination().page(Organization.objects.for_list(), columns, QueryDict("limit=1"))
    assert one.rows == ['{"code":"CBSA","again":"CBSA"}']
    two = KeysetPagination().page(Organization.objects.for_list(), columns, QueryDict(f"limit=1&after={one.after}"))
    assert two.rows == ['{"code":"RCMP","again":"RCMP"}']
