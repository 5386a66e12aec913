"""Types and texts of the schema, in words."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WORD = re.compile(r"^\* `([^`]*)` - (.*)$", re.MULTILINE)  # a value of a vocabulary, as descriptions list it
_SPACES = re.compile(r"[ \t\r\n]+")  # a no-break space stays
_TYPES = {
    "string": gettext_lazy("text"), "integer": gettext_lazy("whole number"), "number": gettext_lazy("any number"),
    "boolean": gettext_lazy("true or false"), "object": gettext_lazy("object"), "date": gettext_lazy("day"),
    "date-time": gettext_lazy("instant"), "decimal": gettext_lazy("decimal number, as text"),
    "binary": gettext_lazy("file"), "uri": gettext_lazy("web address"),
}  # fmt: skip


def plain_words(said: Mapping[str, Any], kind: str) -> str:
    """A type that is no object and no list, with its bounds."""
    words = str(_TYPES.get(said.get("format", ""), _TYPES.get(kind, kind)))
    least, most = said.get("minimum"), said.get("maximum")
    if least is not None and most is not None:
        return _("%(what)s, %(least)s to %(most)s") % {"what": words, "least": least, "most": most}
    if said.get("maxLength"):
        return _("%(what)s, at most %(most)s characters") % {"what": words, "most": said["maxLength"]}
    return words


def or_null(words: str) -> str:
    """The type, or null."""
    return _("%(what)s, or null") % {"what": words}


def type_words(name: str) -> str:
    """The words of a type or a format."""
    return str(_TYPES.get(name, name))


def name_of(ref: str) -> str:
    """The component that a reference names."""
    return ref.rpartition("/")[2]


def split(text: str) -> Iterator[str]:
    """Its paragraphs, each on one line."""
    for paragraph in text.split("\n\n"):
        if line := _SPACES.sub(" ", paragraph).strip(" "):
            yield line


def paragraphs(said: Any) -> Iterator[str]:
    """Every paragraph of every description in a schema."""
    if isinstance(said, Mapping):
        for key, value in said.items():
            if key == "description" and isinstance(value, str):
                yield from split(WORD.sub("", value))
            else:
                yield from paragraphs(value)
    elif isinstance(said, list):
        for value in said:
            yield from paragraphs(value)
