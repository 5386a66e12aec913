"""Reading: whatever is asked inside `as_of` is answered as of then, and afterwards everything is as before."""

import threading
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, InternalError, ProgrammingError, connection, models, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Subquery, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from initiatives.models import (
    BudgetLine,
    ChangeRequest,
    Evidence,
    FundingAnnouncement,
    Initiative,
    LedgerEntry,
    MilestoneDependency,
    StatusUpdate,
    Transfer,
)
from pillars.models import Pillar, WeekTransition
from reports.models import HeadlineOverride, WeeklyRollup
from tests import factories
from tracker.models import Organization, Revision, RoleGrant, User
from tracker.timemachine import Actor, as_of, head, reading, revision, tracked_models
from tracker.timemachine.audit import faults

ACTOR = Actor(name="A test")


def whole_plan() -> Initiative:
    """At least one row in every tracked table."""
    lead, other = factories.add_organization("CBSA"), factories.add_organization("RCMP")
    place, _other_place = factories.add_place(), factories.add_place("TORONTO-LAB")
    plan = factories.add_plan()
    initiative = factories.add_initiative(factories.add_pillar(plan), lead=lead)
    factories.add_contributor(initiative, other)
    factories.add_initiative_place(initiative, place)
    factories.add_source(initiative)
    day = plan.announced_on
    milestone = factories.add_milestone(initiative, baselines=[day], forecasts=[day])
    other_milestone = factories.add_milestone(initiative, "M2")
    now = timezone.now()
    for row in (
        MilestoneDependency(milestone=milestone, needs=other_milestone),
        ChangeRequest(
            milestone=milestone, date=day, reason="late", requested_by=factories.add_user("asks"), requested_at=now
        ),
        Transfer(initiative=initiative, kind="reprofile", reason="late", effective_on=day, made_at=now),
        Evidence(initiative=initiative, title="Minutes", url="https://example.org/", added_at=now),
    ):
        factories.kept(row)
    indicator = factories.add_indicator(plan)
    factories.add_target(indicator, day)
    factories.add_observation(indicator, day, "3")
    factories.add_entry(initiative, "100.00")
    factories.add_entry(initiative, "20.50")
    factories.add_announcement(plan)
    week = factories.add_week(plan)
    manager = factories.add_user(role="manager", scope="BP")
    factories.add_update(initiative, week, author=manager)
    factories.kept(WeekTransition(week=week, edition=1, state="opened", due_at=now, at=now, late=False))
    factories.kept(HeadlineOverride(plan=plan, week=week, colour="amber", reason_en="late", set_by=manager, set_at=now))
    factories.kept(
        WeeklyRollup(
            plan=plan, week=week, code="BP-1", on=day, as_of=head(), payload="{}", sha256="0" * 64,
            sealed_at=timezone.now(), late=False,
        )
    )  # fmt: skip
    return initiative


def everything() -> dict[str, list[dict[str, object]]]:
    return {
        tracking.model._meta.db_table: list(tracking.model._default_manager.order_by("pk").values())
        for tracking in tracked_models()
    }


@pytest.mark.django_db
def test_as_of_the_head_every_tracked_table_equals_live():
    whole_plan()
    live = everything()
    assert all(live.values()), [table for table, rows in live.items() if not rows]
    with as_of(head()):
        assert everything() == live
    assert faults() == []


def other_value(field: models.Field, row: models.Model) -> object:
    if field.is_relation:
        return field.related_model._default_manager.exclude(pk=getattr(row, field.attname)).values("pk")[:1]
    if isinstance(field, models.DateField):
        return F(field.name) - timedelta(days=1)
    if isinstance(field, models.IntegerField):
        return F(field.name) + 1
    return "Z9"


def change_some_row(model: type[models.Model]) -> bool:
    """Change a column of the first row, the first that the constraints let change; False when none may."""
    row = model._default_manager.order_by("pk").first()
    for field in model._meta.local_concrete_fields:
        if field.primary_key:
            continue
        with suppress(DatabaseError, ValueError, ValidationError), revision(by=ACTOR, reason="change") as turn:
            model._default_manager.filter(pk=row.pk).update(**{field.name: other_value(field, row)})
            if turn.written():
                return True
    return False


@pytest.mark.django_db
def test_what_was_read_never_changes_whatever_is_done_to_any_table():
    seen = {head(): everything()}
    whole_plan()
    seen[head()] = everything()
    for tracking in tracked_models():
        assert change_some_row(tracking.model) is not (tracking.append_only or tracking.model is StatusUpdate)
        seen[head()] = everything()
    with revision(by=ACTOR, reason="delete"):
        FundingAnnouncement.objects.all().delete()
        RoleGrant.objects.all().delete()
    seen[head()] = everything()
    assert len(seen) > 12
    for number, rows in seen.items():
        with as_of(number):
            assert everything() == rows, number


QUERIES = {
    "join": lambda: list(Initiative.objects.select_related("plan", "pillar", "lead").values_list("lead__name_en")),
    "group by a key": lambda: [
        (row.title_en, row.entries) for row in Initiative.objects.annotate(entries=Count("budget_lines__entries"))
    ],
    "group by with joined rows": lambda: [
        (row.pillar.title_en, row.dollars)
        for row in Initiative.objects.select_related("pillar").annotate(dollars=Sum("budget_lines__entries__amount"))
    ],
    "having": lambda: Pillar.objects.annotate(n=Count("initiatives")).filter(n__gt=0).count(),
    "aggregate": lambda: LedgerEntry.objects.aggregate(Sum("amount"), Max("effective_on"), Count("pk")),
    "values and sum": lambda: list(BudgetLine.objects.values("fiscal_year").annotate(Sum("entries__amount"))),
    "subquery": lambda: list(
        Initiative.objects.annotate(
            last=Subquery(LedgerEntry.objects.filter(line__initiative=OuterRef("pk")).order_by("-pk").values("amount")[:1])
        ).values_list("last")
    ),
    "exists": lambda: Initiative.objects.filter(Exists(BudgetLine.objects.filter(initiative=OuterRef("pk")))).count(),
    "distinct on": lambda: list(LedgerEntry.objects.order_by("line", "-pk").distinct("line").values_list("amount")),
    "window": lambda: list(
        LedgerEntry.objects.annotate(n=Window(RowNumber(), order_by=F("pk").asc())).values_list("n", "amount")
    ),
    "union": lambda: list(
        Organization.objects.values_list("name_en").union(Initiative.objects.values_list("title_en")).order_by("name_en")
    ),
    "prefetch": lambda: [
        [entry.amount for entry in line.entries.all()]
        for line in BudgetLine.objects.prefetch_related(Prefetch("entries", LedgerEntry.objects.order_by("pk")))
    ],
    "server-side cursor": lambda: [row.amount for row in LedgerEntry.objects.order_by("pk").iterator(chunk_size=1)],
    "raw": lambda: [row.title_en for row in Initiative.objects.raw("select * from initiatives_initiative order by id")],
    "in bulk": lambda: {row.name_en for row in Organization.objects.in_bulk().values()},
    "copy": lambda: copied("select name_en from tracker_organization order by code"),
    "revisions": lambda: Revision.objects.aggregate(Max("number"), Count("pk")),
}  # fmt: skip


def copied(query: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format csv)") as lines:
        return b"".join(bytes(line) for line in lines)


@pytest.mark.django_db
@pytest.mark.parametrize("name", QUERIES)
def test_every_kind_of_query_reads_the_past(name):
    initiative = whole_plan()
    number, then = head(), QUERIES[name]()
    with revision(by=ACTOR, reason="later"):
        Organization.objects.update(name_en="Later")
        Initiative.objects.update(title_en="Later")
        Pillar.objects.update(title_en="Later")
        factories.add_entry(initiative, "999.00")
        factories.add_entry(initiative, "1.00", fiscal_year=2026)
        second = factories.add_initiative(factories.add_pillar(initiative.plan, 2), "2.01", lead=initiative.lead)
        factories.add_entry(second, "5.00")
    now = QUERIES[name]()
    assert now != then
    with as_of(number):
        assert QUERIES[name]() == then
    assert QUERIES[name]() == now


@pytest.mark.django_db
def test_the_past_within_the_past_is_left_as_it_was_found():
    for name in ("first", "second", "third"):
        with revision(by=ACTOR, reason=name):
            Organization.objects.update_or_create(code="A", defaults={"name_en": name, "name_fr": name})
    last = head()
    with as_of(last - 1):
        assert Organization.objects.get().name_en == "second"
        with as_of(last - 2):
            assert Organization.objects.get().name_en == "first"
            assert head() == last
        assert Organization.objects.get().name_en == "second"
        with reading() as shown:
            assert shown == last - 1
            assert Organization.objects.get().name_en == "second"
    assert Organization.objects.get().name_en == "third"
    with as_of(0):
        assert not Organization.objects.exists()


def fail(error: type[BaseException]) -> None:
    if error is ProgrammingError:
        Organization.objects.raw("select nonsense")[0]
    raise error


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ZeroDivisionError, GeneratorExit, ProgrammingError])
def test_after_an_error_in_the_past_the_present_is_live_and_writable(error):
    factories.add_organization("A", name_en="then")
    number = head()
    Organization.objects.update(name_en="now")
    derived = connection.features.allows_group_by_selected_pks
    with pytest.raises(error), transaction.atomic(), as_of(number):
        fail(error)
    assert Organization.objects.get().name_en == "now"
    assert connection.features.allows_group_by_selected_pks is derived is True
    factories.add_organization("B")


@pytest.mark.django_db
def test_a_transaction_that_looks_back_goes_on_writing_in_its_revision():
    factories.add_organization("A", name_en="then")
    number = head()
    with revision(by=ACTOR, reason="looks back") as turn:
        Organization.objects.update(name_en="now")
        with as_of(number):
            assert Organization.objects.get().name_en == "then"
            with pytest.raises(InternalError, match="read-only"), transaction.atomic():
                factories.add_organization("B")
        with as_of(turn.number()):
            assert Organization.objects.get().name_en == "now"
        with reading() as shown:
            assert shown == turn.number()
        factories.add_organization("C")
    assert head() == number + 1
    assert faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize("number", [-1, 1, 10**30])
def test_a_revision_that_does_not_exist_cannot_be_read(number):
    assert head() == 0
    with pytest.raises(ValueError, match=f"no revision {number}"), as_of(number):
        raise AssertionError
    factories.add_organization("A")


@pytest.mark.django_db
def test_accounts_are_shown_as_they_are_today():
    person = factories.add_user("dana", role="viewer", name="Dana")
    number = head()
    User.objects.update(name="Dana R.")
    with as_of(number):
        assert RoleGrant.objects.select_related("user").get().user == person
        assert User.objects.get().name == "Dana R."


@pytest.mark.django_db
def test_reading_cannot_write_and_leaves_the_transaction_writable():
    factories.add_organization("A")
    with reading() as number:
        assert number == head() == 1
        with pytest.raises(InternalError, match="read-only"), transaction.atomic():
            factories.add_organization("B")
    factories.add_organization("B")
    assert head() == 2


def test_reading_shows_one_revision_while_others_commit(committed):
    factories.add_organization("A", name_en="then")

    def rename() -> None:
        Organization.objects.update(name_en="now")
        connection.close()

    with reading() as number:
        thread = threading.Thread(target=rename)
        thread.start()
        thread.join()
        assert Organization.objects.get().name_en == "then"
        assert head() == number == 1
    assert head() == 2
    with as_of(number):
        assert Organization.objects.get().name_en == "then"
    factories.add_organization("B")


def test_a_stream_reads_the_past_that_its_generator_opened(committed):
    """A streamed answer is made after the view has returned, so its generator opens the past itself."""
    with revision(by=ACTOR, reason="rows"):
        for number in range(10):
            factories.add_organization(f"O{number}", name_en="then")
    past = head()

    def stream():
        with as_of(past):
            for row in Organization.objects.order_by("pk").iterator(chunk_size=2):
                yield row.name_en

    for read_all in (True, False):
        lines = stream()
        first = [next(lines), next(lines)]
        rest = list(lines) if read_all else lines.close() or []
        assert set(first + rest) == {"then"}
        Organization.objects.update(name_en=f"now {read_all}")
        assert Organization.objects.first().name_en == f"now {read_all}"


@pytest.mark.django_db
def test_figures_of_the_past_are_to_the_cent():
    initiative = whole_plan()
    number = head()
    factories.add_entry(initiative, "0.01")
    with as_of(number):
        assert LedgerEntry.objects.aggregate(total=Sum("amount"))["total"] == Decimal("120.50")
    assert LedgerEntry.objects.aggregate(total=Sum("amount"))["total"] == Decimal("120.51")
