"""A token for some plans: at every address it is answered what a person is whose roles are of these plans alone."""

import io
import json
import zipfile

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given

from tests.access.api_writes import api_writings
from tests.access.facts import facts_beside
from tests.access.reads import QUERIES, table
from tests.factories import add_initiative, add_pillar, add_plan, add_update, add_user, add_week
from tests.scenarios import small_plan
from tests.tracker.addresses import everywhere
from tests.tracker.test_rules import GRANTS, LAW, access
from tests.tracker.writes import milestone_body
from tracker.authentication import make_token
from tracker.choices import Role, TokenScope
from tracker.models import Revision, User
from tracker.permissions import known_revisions, knows_why
from tracker.rules import EVERYWHERE, Access, Permission
from tracker.timemachine import head

NOW = timezone.now()


def bearing(user: User, *plans: str, scope: TokenScope = TokenScope.WRITE) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(user=user, name='t', scope=scope, at=NOW, plans=plans or None)}"}


class TestRule:
    def test_a_role_held_everywhere_is_held_in_each_plan_and_nowhere_above(self):
        cut = access((Role.ADMINISTRATOR, ""), (Role.MANAGER, "X/2.01"), (Role.VIEWER, "BP")).of_plans({"X", "Y"})
        assert cut.grants == {("administrator", "X"), ("administrator", "Y"), ("manager", "X/2.01")}
        assert not cut.everywhere
        assert not cut.may(Permission.MANAGE_PEOPLE, [EVERYWHERE])

    @LAW
    @given(GRANTS)
    def test_it_only_takes_away(self, grants):
        """What is permitted within the plans is what was, and beyond them nothing is; twice is once."""
        whole, cut = Access(grants), Access(grants).of_plans(frozenset({"BP"}))
        assert cut == cut.of_plans(frozenset({"BP"}))
        assert cut.all_plans <= {"BP"}
        for permission in Permission:
            for scopes in (["", "BP"], ["", "BP", "BP/1"], ["", "BP", "BP/1", "BP/1.01"]):
                assert cut.may(permission, scopes) == whole.may(permission, scopes)
            for scopes in ([""], ["", "OTHER"], ["", "OTHER", "OTHER/1"]):
                assert not cut.may(permission, scopes)


@pytest.fixture
def plan():
    """The small plan, and beside it another with a pillar, an initiative and an update."""
    made = small_plan()
    other = add_plan("X", title_en="The other plan")
    week = add_week(other, timezone.localdate())
    only = add_initiative(add_pillar(other, 1), "1.01", lead=made.organizations["CBSA"], title_en="Hidden elsewhere")
    add_update(only, week, author=made.people.auditor)
    return made


def said(response) -> tuple[int, bytes]:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):  # a workbook says on its last sheet when it was made
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = book.read("xl/worksheets/sheet1.xml")
    return response.status_code, body


@pytest.mark.django_db
class TestEveryAddress:
    """The table of addresses is complete by another test: a new address is asked here too."""

    def addresses(self, plan):
        named = [
            reverse(name, args=args) + QUERIES.get(name, "")
            for name, (args, _answers) in table(plan).items()
            if name.startswith("api:")
        ]
        return [*dict.fromkeys([*named, *everywhere(plan)])]

    def test_reads_as_a_person_of_that_plan(self, client, plan):
        pairs = [
            (bearing(plan.people.auditor, only, scope=TokenScope.READ),
             bearing(add_user(f"of-{only}", role=Role.AUDITOR, scope=only), scope=TokenScope.READ))
            for only in ("BP", "X")
        ]  # fmt: skip
        differ = 0
        for address in self.addresses(plan):
            got = [[said(client.get(address, headers=headers)) for headers in pair] for pair in pairs]
            for token, person in got:
                assert token == person, address
            differ += got[0] != got[1]
        assert differ > 40  # the plans are told apart at all

    def test_reads_the_past_so_too(self, client, plan):
        token, person = bearing(plan.people.auditor, "X"), bearing(add_user("only", role=Role.AUDITOR, scope="X"))
        past = f"as_of=r{plan.rollups[0].as_of}"
        for path in ("plans", "initiatives", "milestones", "ledger-entries", "status-updates", "rollups", "revisions"):
            got = said(client.get(f"/api/v1/{path}/?{past}", headers=token))
            assert got == said(client.get(f"/api/v1/{path}/?{past}", headers=person)), path
        assert json.loads(client.get(f"/api/v1/initiatives/?{past}", headers=token).content)["results"] == []
        assert client.get(f"/api/v1/figures/health/?scope=BP&{past}", headers=token).status_code == 404

    def test_writes_as_a_person_of_that_plan(self, plan):
        """The plan's administrator of both plans, by a token of either."""
        chief = add_user("chief", role=Role.PLAN_ADMIN)
        rows = [row for row in api_writings(plan, facts_beside(plan)) if row.writes or 404 in row.answers]
        wrong = []
        for only, wanted in (("BP", None), ("X", {400, 403, 404})):
            for row in rows:
                with transaction.atomic():
                    before = head()
                    got = getattr(Client(), row.method)(
                        reverse(row.name, args=row.args), row.data, content_type="application/json",
                        headers={**bearing(chief, only), **row.headers},
                    )  # fmt: skip
                    wrote = head() > before
                    transaction.set_rollback(True)
                right = (got.status_code == row.answers[7]) if wanted is None else (got.status_code in wanted)
                if not right or wrote != (wanted is None and "plan_admin" in row.writes):
                    wrong.append(f"{only}: {row.method} {row.name}: {got.status_code}, wrote: {wrote}")
        assert len(rows) > 20
        assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
class TestEdges:
    def test_a_plan_that_its_owner_lost_is_lost_to_it_too(self, client, plan):
        headers = bearing(plan.people.viewer, "X")
        response = client.get("/api/v1/plans/", headers=headers)
        assert (response.status_code, json.loads(response.content)["code"]) == (403, "not_allowed")

    def test_why_its_owner_changed_something_may_be_of_other_plans(self, plan):
        user = plan.people.plan_admin
        own = Revision(number=1, actor=user)
        assert knows_why(user, own)
        user.only_plans = frozenset({"BP"})
        assert not knows_why(user, own)
        assert not Revision.objects.filter(known_revisions(user)).exists()

    def test_writing_needs_the_role_beside_the_scope(self, client, plan):
        body = milestone_body()
        before = head()
        for user in (plan.people.viewer, plan.people.auditor):
            response = client.post(
                "/api/v1/milestones/", body, content_type="application/json", headers=bearing(user, "BP")
            )
            assert (response.status_code, head()) == (403, before)
