"""What each kind of row tells of its changes, in both languages."""

from collections.abc import Callable

import pytest

from reports.history import BY_SLUG
from tests.reports.happenings import (
    announcement_added,
    baseline_approved,
    contributor_gone,
    dependency_come_and_gone,
    entry_added,
    evidence_withdrawn,
    forecast_moved,
    headline_reported,
    indicator_changed,
    initiative_changed,
    milestone_met,
    milestone_weighed,
    observation_corrected,
    pillar_changed,
    place_added,
    plan_changed,
    reprofiled,
    source_added,
    target_added,
    tell,
    update_approved,
    week_locked,
    week_reopened,
)
from tests.scenarios import SmallPlan, small_plan
from tracker.timemachine import head

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallPlan:
    return small_plan()


# Of each kind: what happens, and how it is told in English and in French.
SAID: list[tuple[str, Callable[[SmallPlan], object], tuple[str, ...], tuple[str, ...]]] = [
    ("plan", plan_changed,
     ("Plan changed: BP | Funding announced changed from $1,300,000,000.00 to $1,400,000,000.00.",),
     ("Plan modifié: BP | Financement annoncé : de 1 300 000 000,00 $ à 1 400 000 000,00 $.",)),
    ("pillar", pillar_changed,
     ("Pillar changed: 2 | Title, French changed from “Équipes canines : « prêtes », dès l’été”",),
     ("Pilier modifié: 2 | Titre, français : de « Équipes canines : « prêtes », dès l’été » à « Nouveau titre ».",)),
    ("reporting-week", week_locked, ("Reporting week locked: 2026-W", "Locked at revision: now"),
     ("Semaine de rapport verrouillée: 2026-W",)),
    ("week-step", week_reopened,
     ("Reporting week reopened: 2026-W", "because “An update was lost”"), ("Semaine de rapport rouverte: 2026-W",)),
    ("weekly-rollup", lambda made: None, ("Weekly rollup sealed: BP-20",), ("Bilan hebdomadaire scellé: BP-20",)),
    ("headline-override", headline_reported,
     ("Headline colour reported: 1 2026-W", "at risk"), ("Couleur d’ensemble communiquée: 1 2026-W", "à risque")),
    ("initiative", initiative_changed,
     ("Initiative changed: 1.01 | Manager: nothing any more; it was Marie Manager.",
      "| Lifecycle changed from underway to met."),
     ("Initiative modifiée: 1.01 | Gestionnaire : plus rien, auparavant Marie Manager.",)),
    ("contributor", contributor_gone, ("Contributing organization removed: 1.01 | PS",),
     ("Organisation participante supprimée: 1.01 | PS-fr",)),
    ("place", place_added, ("Place added: 1.01 | Ottawa",), ("Lieu ajouté: 1.01 | Ottawa (Ontario)",)),
    ("source", source_added,
     ("Source added: 1.01 NW9 | “Release NW9”",), ("Source ajoutée: 1.01 NW9 | « Release NW9 »",)),
    ("funding-announcement", announcement_added, ("Funding announcement added: FA-9 | $12.50, 2025-01-02",),
     ("Annonce de financement ajoutée: FA-9 | 12,50 $, 2025-01-02",)),
    ("milestone", milestone_weighed, ("Milestone changed: 1.01 M2 | Weight changed from 1.00 to 2.50.",),
     ("Jalon modifié: 1.01 M2 | Pondération : de 1,00 à 2,50.",)),
    ("milestone", milestone_met, ("Milestone met: 1.01 M2 | Met on: now 2026-03-31.",),
     ("Jalon atteint: 1.01 M2 | Atteint le : désormais 2026-03-31.",)),
    ("baseline", baseline_approved, ("Baseline added: 1.01 M2 | 2027-05-01 | because “Scope grew”",),
     ("Référence ajoutée: 1.01 M2 | 2027-05-01 | motif : « Scope grew »",)),
    ("forecast", forecast_moved, ("Forecast added: 1.01 M2 | 2027-03-31 | because “Steel is late”",),
     ("Prévision ajoutée: 1.01 M2 | 2027-03-31 | motif : « Steel is late »",)),
    ("dependency", dependency_come_and_gone,
     ("Dependency added: 1.01 M2 | 1.02 M1", "Dependency removed: 1.01 M2 | 1.02 M1"),
     ("Dépendance ajoutée: 1.01 M2 | 1.02 M1", "Dépendance supprimée: 1.01 M2 | 1.02 M1")),
    ("change-request", baseline_approved,
     ("Change request added: 1.01 M2 | 2027-05-01 | because “Scope grew”",
      "Change request approved: 1.01 M2 | Decided by: now Luc Lead."),
     ("Demande de changement approuvée: 1.01 M2 | Décidé par : désormais Luc Lead.",)),
    ("budget-line", entry_added, ("Budget line added: 1.02 2026-27",), ("Ligne budgétaire ajoutée: 1.02 2026-2027",)),
    ("transfer", reprofiled,
     ("Transfer made: 1.01 | reprofile between fiscal years, 2026-03-01 | because “Later delivery”",),
     ("Virement effectué: 1.01",)),
    ("ledger-entry", entry_added, ("Ledger entry added: 1.02 2026-27 #", "| −$1,250.10, expenditure, 2025-06-01"),
     ("Écriture ajoutée: 1.02 2026-2027 #", "| −1 250,10 $, dépense, 2025-06-01")),
    ("indicator", indicator_changed,
     ("Indicator changed: SEIZED | Baseline: now 12.5. | Baseline date: now 2024-12-31.",),
     ("Indicateur modifié: SEIZED", ": désormais 12,5.")),
    ("target", target_added, ("Target added: SEIZED 2027-03-31 | at least, 120, 2027-03-31",),
     ("Cible ajoutée: SEIZED 2027-03-31 | au moins, 120, 2027-03-31",)),
    ("observation", observation_corrected,
     ("Value recorded: SEIZED 2026-01-01 to 2026-01-31 | 745, reported, correction | because “Counted again”",
      "Value recorded: SEIZED 2026-01-01 to 2026-01-31 | 740, reported, original"),
     ("Valeur consignée: SEIZED du 2026-01-01 au 2026-01-31 | 745,",)),
    ("evidence", evidence_withdrawn,
     ("Evidence added: 1.01 | “Minutes”", "Evidence withdrawn: 1.01 | Why it was withdrawn: now"),
     ("Preuve ajoutée: 1.01 | « Minutes »", "Preuve retirée: 1.01")),
    ("status-update", update_approved,
     ("Status update approved: 2.01 2026-W", "Cost changed from off track to at risk."),
     ("Mise à jour approuvée: 2.01 2026-W",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "happens", "english", "french"), SAID, ids=[f"{row[0]}{row[1].__name__}" for row in SAID]
)
def test_each_kind_tells_its_change_in_both_languages(made, kind, happens, english, french):
    before = head() if kind != "weekly-rollup" else 0
    happens(made)
    chief = made.people.auditor
    for language, expected in (("en", english), ("fr", french)):
        told = tell(chief, kind=kind, since=before, language=language)
        text = str(told).replace("\u00a0", " ").replace("\u202f", " ")
        for words in expected:
            assert words in text, text


def test_every_kind_is_told_above():
    assert {kind for kind, *_rest in SAID} == set(BY_SLUG)
