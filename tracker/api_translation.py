"""The texts of the API's description in the reader's language.

Views, parameters and fields say in English what they are. What the schema gathers from them is translated here,
paragraph by paragraph, when it is made in another language; the list of all paragraphs is made from the schema too.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import get_language, gettext, override
from drf_spectacular.generators import SchemaGenerator

_TEXTS = ("description", "summary", "title")
_SPACES = re.compile(r"[ \t\r\n]+")  # a no-break space stays


def described(language: str) -> dict[str, Any]:
    """The API's description, in a language."""
    with override(language):
        made: dict[str, Any] = SchemaGenerator().get_schema(  # type: ignore[no-untyped-call]  # theirs
            request=None, public=True
        )
    return made


def in_the_readers_language(result: Any, **_: Any) -> Any:
    """The schema with every text in the active language: the last step of making it."""
    return result if get_language() == "en" else _mapped(result, _translated)


def paragraphs_of(schema: Any) -> list[str]:
    """Every paragraph of the texts of a schema, each once, sorted; lists of words excepted, which come translated."""
    found: set[str] = set()

    def note(text: str) -> str:
        found.update(one for one in _paragraphs(text) if not _is_list(one))
        return text

    _mapped(schema, note)
    return sorted(found)


def texts_module(paragraphs: Iterable[str]) -> str:
    """A module that names the texts for those who collect what is to be translated."""
    return "\n".join(_module(paragraphs))


def _module(paragraphs: Iterable[str]) -> Iterator[str]:
    yield '"""Texts of the API\'s description, for translation. Made by `script/manage api_schema --write`."""'
    yield ""
    yield "from django.utils.translation import gettext_noop as _"
    yield ""
    yield "# fmt: off"
    yield "# ruff: noqa: E501"
    yield "TEXTS = ("
    yield from (f"    _({_literal(text)})," for text in paragraphs)
    yield ")"
    yield ""


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _mapped(node: Any, change: Callable[[str], str], key: str = "") -> Any:
    """The node with its texts changed; a field that is called `description` is no text."""
    if isinstance(node, dict):
        return {name: _mapped(value, change, name) for name, value in node.items()}
    if isinstance(node, list):
        return [_mapped(value, change) for value in node]
    return change(str(node)) if key in _TEXTS and isinstance(node, str) else node


def _translated(text: str) -> str:
    return "\n\n".join(one if _is_list(one) else gettext(one) for one in _paragraphs(text))


def _paragraphs(text: str) -> list[str]:
    """Paragraphs without the line breaks of the source; a list keeps its lines."""
    parts = [part.strip() for part in text.split("\n\n")]
    return [part if _is_list(part) else _SPACES.sub(" ", part) for part in parts if part]


def _is_list(paragraph: str) -> bool:
    return paragraph.startswith("* ")
