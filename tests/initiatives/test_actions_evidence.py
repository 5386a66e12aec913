"""Evidence: links and files, each once, with their hash, never lost."""

import hashlib
from datetime import UTC, date, datetime

import pytest

from initiatives.actions.evidence import Borne, add_file, add_link, withdraw_evidence
from initiatives.models import Evidence, EvidenceFile
from tests.factories import add_entry, add_initiative, add_milestone, add_organization, add_pillar, add_plan, add_user
from tracker.choices import Role
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Revision
from tracker.timemachine import Actor, as_of, head

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
PDF = b"%PDF-1.7 minutes"
URL = "https://example.org/minutes"


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def milestone(initiative):
    return add_milestone(initiative, actual_on=date(2026, 11, 1))


@pytest.fixture
def manager():
    return Actor(user=add_user("manager", role=Role.MANAGER, scope="BP/1.01"))


def link(borne, by, url=URL, title="Minutes"):
    return add_link(borne=borne, title=title, url=url, by=by, at=NOON)


def file(borne, by, name="minutes.pdf", content=PDF, title=""):
    return add_file(borne=borne, title=title, name=name, content=content, by=by, at=NOON)


def refused(kind, action, *args, **values):
    before = head()
    with pytest.raises(kind) as error:
        action(*args, **values)
    assert head() == before
    return error.value


def test_a_file_is_kept_once_with_its_hash(initiative, milestone, manager):
    made = file(Borne(initiative=initiative, milestone=milestone), manager)
    digest = hashlib.sha256(PDF).hexdigest()
    assert (made.sha256, made.size, made.media_type) == (digest, len(PDF), "application/pdf")
    assert (made.title, made.file_name, made.added_by) == ("minutes.pdf", "minutes.pdf", manager.user)
    whole = file(Borne(initiative=initiative), manager, title="The same, of the whole")
    assert whole.milestone is None
    assert bytes(EvidenceFile.objects.get().content) == PDF
    assert "Evidence added to 1.01" in Revision.objects.get(number=head()).reason


def test_a_link_is_an_address_of_the_web(initiative, manager):
    borne = Borne(initiative=initiative)
    assert link(borne, manager, title=" ").title == URL
    for url in ("javascript:alert(1)", "ftp://example.org/", "example.org", "https://", ""):
        assert "url" in refused(Invalid, link, borne, manager, url).fields
    assert link(borne, manager, f"https://example.org/{'a' * 300}", "").title.endswith("aaa")


def test_the_same_for_the_same_fact_is_refused_until_it_is_withdrawn(initiative, milestone, manager):
    about = Borne(initiative=initiative, milestone=milestone)
    first = file(about, manager)
    assert "file" in refused(Invalid, file, about, manager, "another-name.pdf").fields
    link(about, manager)
    assert "url" in refused(Invalid, link, about, manager).fields
    withdraw_evidence(evidence=first, reason="of another site", by=manager, at=NOON)
    file(about, manager)


def test_it_may_bear_out_an_entry_of_the_ledger(initiative, manager):
    entry = add_entry(initiative)
    made = link(Borne(initiative=initiative, entry=entry), manager)
    assert entry.evidence.get() == made


@pytest.mark.parametrize(
    ("name", "content"),
    [("minutes.exe", b"MZ"), ("minutes.pdf", b"<html>"), ("minutes.pdf", b""), ("", PDF), ("x" * 210 + ".pdf", PDF)],
)
def test_what_is_not_what_it_says_is_refused_and_not_kept(initiative, manager, name, content):
    assert "file" in refused(Invalid, file, Borne(initiative=initiative), manager, name, content).fields
    assert not EvidenceFile.objects.exists()


def test_a_name_is_only_a_name(initiative, manager):
    made = file(Borne(initiative=initiative), manager, "C:\\temp\\../a\r\nb\u202e\0.pdf")
    assert made.file_name == "ab.pdf"


def test_withdrawn_it_stays_on_record(initiative, milestone, manager):
    made = file(Borne(initiative=initiative, milestone=milestone), manager)
    then = head()
    assert "reason" in refused(Invalid, withdraw_evidence, evidence=made, reason=" ", by=manager, at=NOON).fields
    withdraw_evidence(evidence=made, reason="of another site", by=manager, at=NOON)
    assert not Evidence.objects.standing().exists()
    again = {"evidence": made, "reason": "again", "by": manager, "at": NOON}
    assert refused(Conflict, withdraw_evidence, **again).code == "withdrawn"
    with as_of(then):
        assert Evidence.objects.standing().get() == made


def test_only_those_who_record_facts_may(initiative, manager):
    viewer = Actor(user=add_user("viewer", role=Role.VIEWER, scope="BP"))
    borne = Borne(initiative=initiative)
    made = link(borne, manager)
    refused(NotAllowed, link, borne, viewer, "https://example.org/2")
    refused(NotAllowed, file, borne, viewer)
    refused(NotAllowed, withdraw_evidence, evidence=made, reason="x", by=viewer, at=NOON)
