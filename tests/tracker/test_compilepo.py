"""The catalogue compiler: what it writes, and what it refuses."""

import gettext
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""
GOOD = 'msgid "Plan: %(title)s"\nmsgstr "Plan\u00a0: %(title)s"\n'


@pytest.fixture
def catalogue(tmp_path, settings) -> Path:
    settings.LOCALE_PATHS = [tmp_path]
    path = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + GOOD, encoding="utf-8")
    return path


def test_what_it_compiles_gettext_reads(catalogue):
    call_command("compilepo", strict=True)
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Plan: %(title)s") == "Plan\u00a0: %(title)s"


def test_check_finds_a_stale_or_missing_catalogue_and_writes_nothing(catalogue):
    with pytest.raises(CommandError, match="stale"):
        call_command("compilepo", check=True)
    assert not catalogue.with_suffix(".mo").exists()
    call_command("compilepo")
    call_command("compilepo", check=True)
    catalogue.write_text(catalogue.read_text() + '\nmsgid "Save"\nmsgstr "Enregistrer"\n')
    with pytest.raises(CommandError, match="stale"):
        call_command("compilepo", check=True)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "Save"\nmsgstr ""', "not translated"),
        ('#, fuzzy\nmsgid "Save"\nmsgstr "Enregistrer"', "fuzzy"),
        ('msgid "%(n)s rows"\nmsgstr "lignes"', "placeholders"),
        ('msgid "Plan:"\nmsgstr "Plan :"', "no-break"),
        ('msgid "Plan:"\nmsgstr "Plan:"', "no-break"),
        ('msgid "Why?"\nmsgstr "Pourquoi?"', "no-break"),
        ('msgid "row"\nmsgid_plural "%(n)s rows"\nmsgstr[0] "ligne"\nmsgstr[1] ""', "not translated"),
    ],
)
def test_strict_names_french_that_a_reader_would_stumble_over(catalogue, entry, fault):
    catalogue.write_text(f"{HEAD}{entry}\n", encoding="utf-8")
    with pytest.raises(CommandError, match=fault):
        call_command("compilepo", strict=True)


def test_strict_leaves_addresses_clock_times_and_dropped_entries_alone(catalogue):
    catalogue.write_text(
        HEAD + 'msgid "At"\nmsgstr "2026-11-22T17:00, https://example.org"\n\n#~ msgid "Old"\n#~ msgstr ""\n',
        encoding="utf-8",
    )
    call_command("compilepo", strict=True)
