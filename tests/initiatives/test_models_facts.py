"""What the database refuses of change requests, dependencies, transfers, indicators and evidence."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from initiatives.choices import Availability, Decision, Direction, Measure, ObservationKind, RollupRule, TargetType
from initiatives.models import (
    BudgetLine,
    ChangeRequest,
    Evidence,
    EvidenceFile,
    Indicator,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneDependency,
    Observation,
    Target,
    Transfer,
)
from tests.factories import (
    add_entry,
    add_indicator,
    add_initiative,
    add_milestone,
    add_observation,
    add_organization,
    add_pillar,
    add_plan,
    add_target,
    add_user,
    kept,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()
JUNE = date(2025, 6, 30)
SOUND = {
    "code": "SOUND", "title_en": "x", "title_fr": "x", "unit_en": "x", "unit_fr": "x", "level": "output",
    "direction": "increase", "accumulation": "flow", "calendar": "fiscal",
}  # fmt: skip


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def plan(initiative):
    return initiative.plan


def refused(rows, **values):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        rows.all().update(**values)
    return str(error.value)


def not_added(*rows):
    """The rows are refused together; deferred rules speak at once."""
    with pytest.raises(IntegrityError) as error:
        added(*rows)
    return str(error.value)


def added(*rows):
    with transaction.atomic():
        type(rows[0]).objects.bulk_create(rows)
        connection.check_constraints()


class TestChangeRequests:
    @pytest.fixture
    def request_(self, initiative):
        return kept(
            ChangeRequest(
                milestone=add_milestone(initiative), date=JUNE, reason="late steel", requested_by=add_user("asks"),
                requested_at=NOW,
            )
        )  # fmt: skip

    def decided(self, request, by, decision=Decision.APPROVED, **values):
        given = {"decision": decision, "decided_by": by, "decided_at": NOW, **values}
        ChangeRequest.objects.filter(pk=request.pk).update(**given)

    def test_nobody_decides_on_their_own(self, request_):
        own = {"decided_by": request_.requested_by, "decided_at": NOW}
        assert "decided_by_another" in refused(ChangeRequest.objects, decision=Decision.APPROVED, **own)
        ChangeRequest.objects.update(decision=Decision.WITHDRAWN, **own)

    def test_a_decision_is_by_somebody_and_final(self, request_):
        lead = add_user("lead")
        assert "decided_by_somebody" in refused(ChangeRequest.objects, decision=Decision.APPROVED)
        said = {"decided_by": lead, "decided_at": NOW}
        assert "refused_says_why" in refused(ChangeRequest.objects, decision=Decision.REFUSED, **said)
        self.decided(request_, lead)
        assert "sealed" in refused(ChangeRequest.objects, comment="on second thought")

    def test_one_at_a_time(self, request_):
        again = ChangeRequest(milestone=request_.milestone, date=JUNE, reason="x", requested_by=request_.requested_by,
                              requested_at=NOW)  # fmt: skip
        assert "one_undecided" in not_added(again)
        self.decided(request_, add_user("lead"))
        added(again)

    def test_a_baseline_is_what_was_approved(self, request_):
        lead = add_user("lead")
        baseline = MilestoneBaseline(milestone=request_.milestone, number=1, date=JUNE, request=request_,
                                     approved_by=lead, approved_at=NOW)  # fmt: skip
        assert "baseline_as_approved" in not_added(baseline)
        self.decided(request_, lead)
        baseline.date = date(2025, 7, 1)
        assert "baseline_as_approved" in not_added(baseline)
        baseline.date = JUNE
        added(baseline)


def test_dependencies_close_no_circle(initiative):
    one, two, three = (add_milestone(initiative, code) for code in ("M1", "M2", "M3"))
    assert "not_on_itself" in not_added(MilestoneDependency(milestone=one, needs=one))
    added(MilestoneDependency(milestone=one, needs=two), MilestoneDependency(milestone=two, needs=three))
    assert "acyclic" in not_added(MilestoneDependency(milestone=three, needs=one))
    assert "dependency_once" in not_added(MilestoneDependency(milestone=one, needs=two))


class TestTransfers:
    @pytest.fixture
    def lines(self, initiative):
        return [add_entry(initiative, fiscal_year=year).line for year in (2025, 2026)]

    @pytest.fixture
    def transfer(self, initiative):
        return kept(Transfer(initiative=initiative, kind="reprofile", reason="late", effective_on=JUNE, made_at=NOW))

    def moves(self, transfer, lines, *amounts, **fields):
        given = {"stage": "authority", "effective_on": JUNE, "transfer": transfer, **fields}
        return [
            LedgerEntry(line=line, amount=Decimal(amount), **given) for line, amount in zip(lines, amounts, strict=True)
        ]

    def test_sum_to_zero(self, transfer, lines):
        assert "sums_to_zero" in not_added(*self.moves(transfer, lines, "-10.00", "9.99"))
        added(*self.moves(transfer, lines, "-10.00", "10.00"))

    def test_are_undone_whole(self, transfer, lines):
        moves = self.moves(transfer, lines, "-10.00", "10.00")
        added(*moves)
        alone = self.moves(None, lines[:1], "10.00", reverses=moves[0])
        assert "belongs to that transfer" in not_added(*alone)
        assert "sums_to_zero" in not_added(*self.moves(transfer, lines[:1], "10.00", reverses=moves[0]))
        back = self.moves(transfer, lines, "10.00", "-10.00")
        for move, entry in zip(back, moves, strict=True):
            move.reverses = entry
        added(*back)

    def test_stay_within_an_initiative_and_a_day(self, initiative, transfer, lines):
        other = add_entry(add_initiative(initiative.pillar, "1.02", lead=initiative.lead)).line
        assert "of one initiative" in not_added(*self.moves(transfer, [lines[0], other], "-10.00", "10.00"))
        moves = self.moves(transfer, lines, "-10.00", "10.00", effective_on=date(2025, 7, 1))
        assert "of one initiative" in not_added(*moves)

    def test_a_correction_follows_a_reversal(self, lines):
        wrong = lines[0].entries.get()
        right = self.moves(None, lines[:1], "90.00", corrects=wrong)
        assert "follows the reversal" in not_added(*right)
        added(LedgerEntry(line=wrong.line, stage=wrong.stage, amount=-wrong.amount, effective_on=wrong.effective_on,
                          reverses=wrong))  # fmt: skip
        added(*right)


class TestIndicators:
    @pytest.mark.parametrize(
        ("values", "name"),
        [
            ({"direction": "sideways"}, "vocabulary"),
            ({"baseline_value": Decimal(1)}, "baseline_is_dated"),
            ({"rollup_rule": RollupRule.RATIO}, "rollup_of_its_measure"),
            ({"measure": Measure.RATIO}, "rollup_of_its_measure"),
            ({"accumulation": "stock"}, "only_flows_add_up"),
        ],
    )
    def test_say_what_they_are(self, plan, values, name):
        add_indicator(plan)
        assert name in refused(Indicator.objects, **values)

    def test_have_one_scope_within_their_plan(self, initiative):
        indicator = add_indicator(initiative.plan, initiative=initiative)
        assert indicator.scopes == initiative.scopes
        assert "one_scope" in refused(Indicator.objects, pillar=initiative.pillar)
        elsewhere = Indicator(plan=add_plan("OTHER"), initiative=initiative, **SOUND)
        assert "within_plan" in not_added(elsewhere)
        assert "indicator_form" in not_added(Indicator(plan=initiative.plan, **SOUND | {"code": "lower"}))

    @pytest.mark.parametrize(
        ("kind", "lower", "upper", "allowed"),
        [
            (TargetType.AT_LEAST, "1", None, True),
            (TargetType.AT_LEAST, None, "1", False),
            (TargetType.AT_MOST, None, "0", True),
            (TargetType.BETWEEN, "1", "2", True),
            (TargetType.BETWEEN, "2", "1", False),
            (TargetType.BETWEEN, "1", None, False),
            (TargetType.EXACTLY, "1", "1", True),
            (TargetType.EXACTLY, "1", "2", False),
            (TargetType.TBD, None, None, True),
            (TargetType.TBD, "1", None, False),
        ],
    )
    def test_targets_have_the_bounds_of_their_type(self, plan, kind, lower, upper, allowed):
        target = Target(indicator=add_indicator(plan), due_on=JUNE, target_type=kind, lower=lower, upper=upper,
                        set_at=NOW)  # fmt: skip
        if allowed:
            added(target)
        else:
            assert "bounds_of_its_type" in not_added(target)

    def test_targets_are_revised_not_overwritten(self, plan):
        first = add_target(add_indicator(plan), JUNE)
        assert "only added" in refused(Target.objects, lower=Decimal(1))
        revised = Target(indicator=first.indicator, due_on=JUNE, target_type="at_least", lower=50, set_at=NOW)
        assert "target_version" in not_added(revised)
        revised.number = 2
        assert "revision_says_why" in not_added(revised)
        revised.reason = "fewer teams"
        added(revised)
        assert [target.number for target in Target.objects.current()] == [2]


class TestObservations:
    def test_zero_is_a_value_and_nothing_is_none(self, plan):
        indicator = add_indicator(plan)
        assert add_observation(indicator, JUNE, "0").value == 0
        may, april = date(2025, 5, 31), date(2025, 4, 30)
        add_observation(indicator, may, None, availability=Availability.SUPPRESSED)
        for value, availability in [(None, "reported"), (0, "not_available")]:
            row = Observation(indicator=indicator, period_end=april, value=value, availability=availability,
                              recorded_at=NOW)  # fmt: skip
            assert "reported_has_a_value" in not_added(row)
        amounts = dict(Observation.objects.with_amount().values_list("period_end", "amount"))
        assert amounts == {JUNE: 0, may: None}

    def test_ratios_have_a_numerator_and_a_denominator(self, plan):
        indicator = add_indicator(plan, measure=Measure.RATIO, rollup_rule=RollupRule.RATIO)
        assert "of_its_measure" in not_added(Observation(indicator=indicator, value=1, recorded_at=NOW))
        by_zero = Observation(indicator=indicator, numerator=1, denominator=0, recorded_at=NOW)
        assert "reported_has_a_value" in not_added(by_zero)
        add_observation(indicator, JUNE, None, numerator=1, denominator=4)
        assert Observation.objects.with_amount().get().amount == Decimal("0.25")
        number = add_indicator(plan, "NUMBER", direction=Direction.DECREASE)
        ratio = Observation(indicator=number, numerator=1, denominator=4, recorded_at=NOW)
        assert "of_its_measure" in not_added(ratio)

    def test_are_superseded_by_their_like_and_say_why(self, plan):
        first = add_observation(add_indicator(plan), JUNE, "7")
        assert "one_original" in not_added(
            Observation(indicator=first.indicator, period_start=first.period_start, period_end=JUNE, value=8,
                        recorded_at=NOW)
        )  # fmt: skip
        again = Observation(indicator=first.indicator, period_start=first.period_start, period_end=JUNE, value=8,
                            kind=ObservationKind.CORRECTION, supersedes=first, recorded_at=NOW)  # fmt: skip
        assert "supersedes_says_why" in not_added(again)
        again.reason, again.period_end = "typing error", date(2025, 7, 31)
        assert "supersedes_its_like" in not_added(again)
        again.period_end = JUNE
        added(again)
        assert Observation.objects.standing().get().value == 8


class TestEvidence:
    def row(self, initiative, **fields):
        given = {"title": "Photograph", "url": "https://example.org/photo", "added_at": NOW}
        return Evidence(initiative=initiative, **{**given, **fields})

    def test_is_a_link_or_a_file_that_is_kept(self, initiative):
        added(self.row(initiative))
        digest = "0" * 64
        file = {"url": "", "sha256": digest, "file_name": "a.pdf", "media_type": "application/pdf", "size": 1}
        assert "link_or_file" in not_added(self.row(initiative, **{**file, "url": "https://example.org"}))
        assert "of_its_initiative" in not_added(self.row(initiative, **file))
        EvidenceFile.objects.create(sha256=digest, content=b"x")
        added(self.row(initiative, **file))
        assert "file_is_kept" in refused(EvidenceFile.objects, content=b"y")

    def test_bears_out_one_fact_of_its_initiative(self, initiative):
        milestone = add_milestone(initiative)
        added(self.row(initiative, milestone=milestone))
        assert "of_one_fact" in not_added(self.row(initiative, milestone=milestone, entry=add_entry(initiative)))
        other = add_initiative(initiative.pillar, "1.02", lead=initiative.lead)
        assert "of_its_initiative" in not_added(self.row(other, milestone=milestone))


def test_what_facts_are_facts_of_stays(initiative):
    """Beneath append-only dollars, dates and values nothing is put in another's place."""
    other = add_initiative(initiative.pillar, lead=initiative.lead, code="1.77")
    line = add_entry(initiative, "100").line
    assert "rows are only added" in refused(BudgetLine.objects.filter(pk=line.pk), fiscal_year=2031)
    one, two, three = (add_milestone(initiative, code=f"M{n}") for n in (1, 2, 3))
    assert "written once" in refused(Milestone.objects.filter(pk=one.pk), initiative=other)
    kept(MilestoneDependency(milestone=one, needs=two))
    assert "written once" in refused(MilestoneDependency.objects, needs=three)
    indicator = add_indicator(initiative.plan)
    assert "written once" in refused(Indicator.objects, code="OTHER")
    Indicator.objects.update(calendar="calendar")
    add_observation(indicator, JUNE, "5")
    for changed in (
        {"calendar": "fiscal"},
        {"accumulation": "stock", "rollup_rule": "latest"},
        {"measure": "ratio", "rollup_rule": "ratio"},
    ):
        assert "keeps_its_meaning" in refused(Indicator.objects, **changed)
    Indicator.objects.update(title_en="What it is called may change")
