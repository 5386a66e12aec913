"""What the style sheets depend on: a theme changes colours only, and a language nothing. The browser tests rest on it:
they look at each page's colours once in every theme and width, not again in the other language."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHEETS = sorted(ROOT.glob("*/static/**/*.css"))
SCRIPTS = sorted(path for path in ROOT.glob("*/static/**/*.js") if "vendor" not in path.parts)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_are_some():
    assert len(SHEETS) > 5


@pytest.mark.parametrize("sheet", SHEETS, ids=named)
def test_a_theme_changes_colours_only_and_a_language_nothing(sheet):
    """`light-dark()` holds colours, and nothing else, by its definition; what asks for the theme in another way may
    only say which of the two is meant."""
    text = COMMENT.sub("", sheet.read_text(encoding="utf-8"))
    assert "prefers-color-scheme" not in text
    assert not re.search(r":lang\(|\[(xml:|href)?lang\b|:dir\(|\[dir\b", text)
    for selector, declared in RULE.findall(text):
        if "data-theme" in selector:
            assert [one.split(":")[0].strip() for one in declared.split(";") if one.strip()] == ["color-scheme"], (
                selector
            )


@pytest.mark.parametrize("script", SCRIPTS, ids=named)
def test_no_script_asks_for_the_theme(script):
    text = script.read_text(encoding="utf-8")
    assert not re.search(r"prefers-color-scheme|data-theme|dataset\.theme", text)
