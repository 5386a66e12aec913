"""Loading the border plan: once, again, after people worked on it, and from wrong files."""

import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from initiatives.actions.milestones import meet_milestone, move_forecast
from initiatives.models import (
    FundingAnnouncement,
    Initiative,
    InitiativePlace,
    InitiativeSource,
    LedgerEntry,
    Milestone,
)
from pillars.models import Pillar, Plan
from tests.factories import ACTOR, add_user
from tracker.choices import Channel
from tracker.models import Organization, Place, Revision, User
from tracker.timemachine import Actor, as_of, head, revision

pytestmark = pytest.mark.django_db
BORDER_PLAN = Path(__file__).parents[2] / "plans" / "border-plan-2024"


def load(directory: Path = BORDER_PLAN, **options: object) -> str:
    out = StringIO()
    call_command("load_plan", str(directory), stdout=out, **options)
    return out.getvalue()


def test_loading_reports_every_row_and_is_one_revision():
    before = head()
    report = load()
    assert head() == before + 1
    made = Revision.objects.get(number=head())
    assert (made.actor_name, made.channel, made.attributed) == ("Plan files", "import", True)
    assert "added     initiative 1.02 (initiatives-1.yaml:" in report
    added = [line for line in report.splitlines() if line.startswith("added")]
    assert report.splitlines()[-1] == f"BP: {len(added)} rows: {len(added)} added, 0 changed, 0 kept, 0 unchanged"
    assert Pillar.objects.count() == 5
    assert Initiative.objects.count() == 32
    assert Milestone.objects.count() == 61
    assert Place.objects.exists()
    assert Organization.objects.get(code="CBSA").fund_life_years == 2
    split = FundingAnnouncement.objects.filter(in_total=True).values_list("amount", flat=True)
    assert sum(split) == 1_300_600_000
    assert Plan.objects.get().funding_announced == 1_300_000_000
    assert LedgerEntry.objects.count() == 1
    assert InitiativePlace.objects.count() == 8
    assert InitiativeSource.objects.count() == 102
    assert "added     initiativeplace 2.02 in QUEBEC (initiatives-2.yaml:" in report
    assert "added     initiativesource 1.01 commitment IRCC1 (initiatives-1.yaml:" in report
    assert "added     initiativesource 1.01 lifecycle SJ1 (initiatives-1.yaml:" in report


def sources(code: str, supports: str) -> list[str]:
    rows = InitiativeSource.objects.filter(initiative__code=code, supports=supports)
    return [row.code for row in rows.for_list()]


def test_places_sources_and_the_language_of_the_commitment_are_loaded():
    load()
    drones = Initiative.objects.get(code="2.03")
    assert set(drones.places.values_list("place__code", flat=True)) == {"ALBERTA", "MANITOBA", "SASKATCHEWAN"}
    assert sources("2.03", "commitment") == ["BSP", "NW1", "IRCC1", "RCMP1"]
    assert sources("2.03", "lifecycle") == ["IRCC1"]
    assert sources("1.02", "lifecycle") == []
    assert (drones.source_text_language, Initiative.objects.get(code="2.07").source_text_language) == ("en", "")
    french = InitiativeSource.objects.get(initiative__code="4.01", supports="lifecycle")
    assert (french.code, french.language, french.official) == ("IRCC3F", "fr", True)
    assert InitiativeSource.objects.filter(code="BSP", url="").exists()


def edited(directory: Path, **replaced: str) -> None:
    """Initiative 1.04 of the copy, with some lines of its own instead."""
    file = directory / "initiatives-1.yaml"
    before, start, rest = file.read_text().partition('  - code: "1.04"')
    for old, new in replaced.values():
        assert old in rest
        rest = rest.replace(old, new, 1)
    file.write_text(before + start + rest)


def test_the_source_of_a_lifecycle_follows_the_file(tmp_path):
    plan = tmp_path / "plan"
    shutil.copytree(BORDER_PLAN, plan)
    load(plan)
    before = head()
    edited(plan, source=("lifecycle_source: HC1", "lifecycle_source: SJ1"))
    assert "changed   initiativesource 1.04 lifecycle SJ1 (initiatives-1.yaml:" in load(plan)
    assert sources("1.04", "lifecycle") == ["SJ1"]
    with as_of(before):
        assert sources("1.04", "lifecycle") == ["HC1"]


def test_places_and_sources_that_the_files_no_longer_name_stay_and_are_reported(tmp_path):
    plan = tmp_path / "plan"
    shutil.copytree(BORDER_PLAN, plan)
    load(plan)
    before = head()
    edited(
        plan,
        places=("places: [TORONTO-LAB, VANCOUVER-LAB]", "places: [TORONTO-LAB]"),
        sources=("corroborated_by: [NW1, HC1]", "corroborated_by: [HC1]"),
    )
    for _again in range(2):
        report = load(plan)
        assert "kept      initiativeplace 1.04 in VANCOUVER-LAB (initiatives-1.yaml:" in report
        assert "kept      initiativesource 1.04 commitment NW1 (initiatives-1.yaml:" in report
        assert "the files do not name it; loading removes nothing" in report
        assert report.splitlines()[-1].endswith("0 added, 0 changed, 2 kept, 384 unchanged")
        assert head() == before


def test_a_source_that_somebody_worded_anew_is_kept():
    load()
    with revision(by=ACTOR, reason="the agency gave the address"):
        InitiativeSource.objects.filter(initiative__code="1.02", code="BSP").update(url="https://example.org/page")
    report = load()
    assert "kept      initiativesource 1.02 commitment BSP (initiatives-1.yaml:" in report
    assert "changed since by somebody else" in report
    assert InitiativeSource.objects.get(initiative__code="1.02", code="BSP").url == "https://example.org/page"


def test_a_second_load_makes_no_revision():
    load()
    before = head()
    assert load().splitlines()[-1].endswith("0 added, 0 changed, 0 kept, 386 unchanged")
    assert head() == before


def test_what_somebody_changed_since_is_kept_and_reported():
    load()
    milestone = Milestone.objects.get(initiative__code="1.01", code="M1")
    meet_milestone(milestone=milestone, on=date(2025, 2, 1), reason="the deed says so", by=ACTOR, at=timezone.now())
    before = head()
    report = load()
    assert head() == before
    assert "kept      milestone 1.01 M1" in report
    milestone.refresh_from_db()
    assert milestone.actual_on == date(2025, 2, 1)


def test_a_corrected_file_changes_just_that_row(tmp_path):
    plan = tmp_path / "plan"
    shutil.copytree(BORDER_PLAN, plan)
    load(plan)
    before = head()
    file = plan / "plan.yaml"
    file.write_text(file.read_text().replace("en: Canada's Border Plan", "en: Canada's Border Plan (corrected)"))
    report = load(plan)
    assert head() == before + 1
    assert "changed   plan BP (plan.yaml:" in report
    assert "1 changed, 0 kept, 385 unchanged" in report
    assert Plan.objects.get().title_en == "Canada's Border Plan (corrected)"


def test_a_wrong_file_changes_nothing_and_names_file_line_and_field(tmp_path):
    plan = tmp_path / "plan"
    shutil.copytree(BORDER_PLAN, plan)
    file = plan / "funding.yaml"
    lines = file.read_text().splitlines()
    where = next(number for number, line in enumerate(lines) if "667500000.00" in line)
    lines[where] = lines[where].replace("667500000.00", "667500000.005")
    file.write_text("\n".join(lines))
    before = head()
    with pytest.raises(CommandError, match=rf"nothing was changed.\n.*funding.yaml:{where + 1}: .*amount") as refused:
        load(plan)
    assert head() == before
    assert not Plan.objects.exists()
    assert "decimal" in str(refused.value) or "cent" in str(refused.value)


def test_a_person_who_bears_the_loader_s_name_is_a_person():
    """The name is free text: what the loader wrote is known by having no account, and by its channel."""
    load()
    mallory = add_user("mallory")
    User.objects.filter(pk=mallory.pk).update(name="Plan files")
    milestone = Milestone.objects.filter(actual_on__isnull=True).first()
    by = Actor(user=User.objects.get(pk=mallory.pk), channel=Channel.WEB)
    with revision(by=by, reason="a person's change"):
        milestone.title_en = "Changed by a person"
        milestone.save()
    assert "kept " in load()
    milestone.refresh_from_db()
    assert milestone.title_en == "Changed by a person"


def test_a_forecast_that_a_manager_made_since_stays_the_latest(tmp_path):
    """A file that is told of an older date brings it into the record, not before what was said after it."""
    plan = tmp_path / "plan"
    shutil.copytree(BORDER_PLAN, plan)
    load(plan)
    milestone = Milestone.objects.get(initiative__code="1.02", code="M1")
    moved = date(2031, 5, 5)
    move_forecast(milestone=milestone, to=moved, reason="the supplier folded", by=ACTOR, at=timezone.now())
    file = plan / "initiatives-1.yaml"
    before, after = file.read_text().split('- code: "1.02"', 1)
    said = "- code: M1\n        forecasts: [{on: 2028-01-01, published_on: 2026-01-05, source: NW1}]"
    file.write_text(before + '- code: "1.02"' + after.replace("- code: M1", said, 1))
    assert "added     milestoneforecast 1.02 M1" in load(plan)
    found = Milestone.objects.with_dates().get(pk=milestone.pk)
    assert (found.planned_on, found.forecast_on) == (date(2028, 1, 1), moved)
