"""Loading the border plan: once, again, after people worked on it, and from wrong files."""

import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from initiatives.actions.milestones import meet_milestone
from initiatives.models import FundingAnnouncement, Initiative, LedgerEntry, Milestone
from pillars.models import Pillar, Plan
from tests.factories import ACTOR
from tracker.models import Organization, Place, Revision
from tracker.timemachine import head

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


def test_a_second_load_makes_no_revision():
    load()
    before = head()
    assert load().splitlines()[-1].endswith("0 added, 0 changed, 0 kept, 162 unchanged")
    assert head() == before


def test_what_somebody_changed_since_is_kept_and_reported():
    load()
    milestone = Milestone.objects.get(initiative__code="1.01", code="M1")
    meet_milestone(milestone=milestone, on=date(2025, 2, 1), evidence="", by=ACTOR, at=timezone.now())
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
    assert "1 changed, 0 kept, 161 unchanged" in report
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
