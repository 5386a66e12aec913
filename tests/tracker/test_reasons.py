"""Reasons of revisions that the program writes: each is declared, and shown in the reader's language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from tracker.reasons import shown_reason, stored_as, wordings

APPS = ("tracker", "pillars", "initiatives", "reports", "config")


def written() -> Iterator[tuple[str, str]]:
    """Every text that the program gives `revision()` or the simulation's `open` as the reason, with where: what differs
    is a null character. What a person wrote (a variable that is given to the function) is left out."""
    for app in APPS:
        for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py")):
            module = ast.parse(path.read_text(encoding="utf-8"))
            functions = [one for one in ast.walk(module) if isinstance(one, ast.FunctionDef)]
            for function in functions:
                for call in ast.walk(function):
                    for given in _given(call) if isinstance(call, ast.Call) else ():
                        yield from ((path.name, text) for text in _texts(given, function, functions))


def _given(call: ast.Call) -> list[ast.expr]:
    name = ast.unparse(call.func)
    if name == "revision":
        return [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
    return call.args[-1:] if name.endswith(("self._revision", "revisions.open")) else []


def _texts(given: ast.expr, function: ast.FunctionDef, functions: list[ast.FunctionDef]) -> Iterator[str]:
    if isinstance(given, ast.Constant):
        yield str(given.value)
    elif isinstance(given, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in given.values)
    elif isinstance(given, ast.BoolOp):
        for value in given.values:
            yield from _texts(value, function, functions)
    else:
        for value, inside in _elsewhere(given, function, functions):
            yield from _texts(value, inside, functions)


def _elsewhere(
    given: ast.expr, function: ast.FunctionDef, functions: list[ast.FunctionDef]
) -> Iterator[tuple[ast.expr, ast.FunctionDef]]:
    """What a variable is set to in the function; what another function of the module returns."""
    if isinstance(given, ast.Name):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == given.id:
                yield node.value, function
    elif isinstance(given, ast.Call) and isinstance(given.func, ast.Name):
        [made] = [one for one in functions if one.name == given.func.id]
        yield from ((one.value, made) for one in ast.walk(made) if isinstance(one, ast.Return) and one.value)


def test_every_reason_that_the_program_writes_is_declared():
    found = set(written())
    assert len(found) > 40
    missing = [
        (where, text.replace("\0", "…"))
        for where, text in found
        if not any(re.fullmatch(_any(text), declared) for declared in wordings())
    ]
    assert missing == []


def _any(text: str) -> str:
    """A regular expression of the wordings that it may be; a milestone is an initiative's code and its own."""
    return re.escape(re.sub("\0( \0)+", "\0", text)).replace("\0", ".+")


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("2026-W46 locked", "Semaine 2026-W46 verrouillée"),
        ("BP-2026-W46-e1 sealed", "Bilan BP-2026-W46-e1 scellé"),
        ("BP loaded from its plan files", "Plan BP chargé à partir de ses fichiers"),
        ("eve becomes pillar_lead of BP/1", "Rôle «\u00a0responsable de pilier\u00a0» accordé à eve pour BP/1"),
        ("eve becomes auditor of everything", "Rôle «\u00a0audit\u00a0» accordé à eve pour l’ensemble"),
        ("12 milestones added to 1.01, 1.02 and 3 more", "12 jalons ajoutés à 1.01, 1.02 et 3 de plus"),
        ("expenditure of 1250.50 recorded for 1.01", "Montant de 1\u00a0250,50\u00a0$ (dépense) inscrit pour 1.01"),
        # What a person wrote within it stays as they wrote it.
        ("1.01 M2 cancelled: no longer needed\nat all", "1.01 M2 annulé\u00a0: no longer needed\nat all"),
        ("restatement of TRAFFIC to 2026-03-31: new count", "TRAFFIC au 2026-03-31, redressement\u00a0: new count"),
    ],
)
def test_it_is_shown_in_the_readers_language_and_stays_what_it_is(stored, said):
    with translation.override("fr"):
        assert shown_reason(stored) == said
    with translation.override("en"):
        assert shown_reason(stored) == stored


@pytest.mark.parametrize(
    "stored",
    [
        "", "The gate was locked", "Return of the canine teams approved", "Les équipes changed", "moved: 100% {week}",
        "2026-W46 locked by mistake", "Baseline moved for 1.01 M1",
    ],
)  # fmt: skip
def test_what_a_person_wrote_is_shown_as_it_was_written(stored):
    with translation.override("fr"):
        assert shown_reason(stored) == stored


def test_every_wording_has_its_places_in_french_too():
    for text in wordings():
        with translation.override("fr"):
            said = translation.gettext(text)
        assert said != text, text
        assert set(re.findall(r"\{(\w+)\}", said)) == set(re.findall(r"\{(\w+)\}", text)), text


def test_words_that_are_shown_are_found_by_what_is_stored():
    with translation.override("fr"):
        assert [re.fullmatch(one, "2026-W46 locked") is not None for one in stored_as("Verrouillée")] == [True]
        [pattern] = stored_as("à l'avance")
        assert re.fullmatch(pattern, "Reporting weeks of BP made ahead")
        assert list(stored_as("such words nobody sees")) == []
    with translation.override("en"):
        assert list(stored_as("locked")) == []
