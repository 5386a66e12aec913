"""Reads the schema that the API gives of itself.

Once for each language while the program runs: the schema changes only with the code.
"""

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any, cast

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.utils.translation.trans_real import catalog

from reports.datasets import DATASETS
from reports.reference.examples import example_of
from reports.reference.shapes import Answer, Body, Group, Operation, Prose, Shape, Term
from reports.reference.words import WORD, name_of, or_null, paragraphs, plain_words, split, type_words
from tracker.api_translation import described
from tracker.serializers import RowSerializer

PREFIX = "/api/v1/"
_UNTOLD = next(split(RowSerializer.__doc__ or ""))  # what rows say that say nothing of their own
METHODS = ("get", "post", "patch", "put", "delete")
_LABELS = {
    "figures": gettext_lazy("Figures"), "exports": gettext_lazy("Exports"), "dictionary": gettext_lazy("Dictionary"),
    "datapackage": gettext_lazy("Data package"), "changelog": gettext_lazy("Changes of the API"),
    "search": gettext_lazy("Search"),
}  # fmt: skip


@cache
def reference(language: str) -> Mapping[str, Group]:
    """All groups by slug, datasets first and in their order."""
    with override(language):
        return _Reader(language).groups()


class _Reader:
    """Reads one schema. English paragraphs that come through in another language are marked so."""

    def __init__(self, language: str) -> None:
        self.schema = described(language)
        self.language = language
        self.components: dict[str, Any] = self.schema["components"]["schemas"]

    @cached_property
    def english(self) -> frozenset[str]:
        """Every paragraph of the English schema; none where that is the one that is read."""
        return frozenset() if self.language == "en" else frozenset(paragraphs(described("en")))

    def groups(self) -> dict[str, Group]:
        found: dict[str, Group] = {}
        for path, methods in sorted(self.schema["paths"].items(), key=lambda item: "/exports/" in item[0]):
            slug = group_of(path)
            group = found.setdefault(slug, Group(slug, self.label(slug)))
            for method in METHODS:
                if method in methods:
                    group.operations.append(self.operation(slug, path, method, methods[method]))
        order = [*DATASETS, *sorted(found.keys() - DATASETS.keys())]
        groups = {slug: found[slug] for slug in order if slug in found}
        for group in groups.values():
            group.objects = self.objects(group)
            if group.slug in DATASETS:
                group.about = [Prose(str(DATASETS[group.slug].about))]
            else:
                group.about = group.operations[0].about[:1]
        return groups

    def label(self, slug: str) -> str:
        if slug in DATASETS:
            return str(DATASETS[slug].label)
        return str(_LABELS.get(slug, slug.replace("-", " ").capitalize()))

    def operation(self, slug: str, path: str, method: str, said: Mapping[str, Any]) -> Operation:
        parameters = [self.parameter(one) for one in said.get("parameters", ())]
        content = said.get("requestBody", {}).get("content", {})
        bodies = [self.body(media, one["schema"]) for media, one in content.items()]
        return Operation(
            key=slugify(said["operationId"]).replace("_", "-"),
            method=method.upper(),
            path=path,
            about=self.prose(said.get("description", "")),
            parameters=sorted(parameters, key=lambda one: (not one.required, one.place != "path")),
            bodies=[body for body in bodies if body is not None],
            answers=[self.answer(status, one) for status, one in sorted(said["responses"].items())],
            example=example_of(slug, path, method, said, self.components),
        )

    def parameter(self, said: Mapping[str, Any]) -> Term:
        return self.term(
            said["name"], {**said["schema"], "description": said.get("description", "")},
            required=said.get("required", False), place=said["in"],
        )  # fmt: skip

    def body(self, media: str, said: Mapping[str, Any]) -> Body | None:
        several = said
        if "$ref" in said and "oneOf" in (found := self.components[name_of(said["$ref"])]):
            several = found
        choices = several.get("oneOf", [several])
        first = next((one["$ref"] for one in choices if "$ref" in one), "")
        many = any(one.get("type") == "array" for one in choices)
        return Body(media, self.shape(name_of(first)), many) if first else None

    def answer(self, status: str, said: Mapping[str, Any]) -> Answer:
        content = said.get("content", {})
        schemas = [one.get("schema", {}) for one in content.values()]
        name, many = self.carried(schemas[0] if schemas else {})
        about = self.prose(said.get("description", ""))
        return Answer(status, about, name, many, tuple(content)) if status < "400" else Answer(status, about)

    def carried(self, said: Mapping[str, Any]) -> tuple[str, bool]:
        """The object that an answer is made of, and whether it is a list of them."""
        if "$ref" in said:
            name = name_of(said["$ref"])
            found = self.components[name]
            results = found.get("properties", {}).get("results")
            if results is not None:
                return self.carried(results)[0], True
            return (self.carried(found["oneOf"][0])[0], True) if "oneOf" in found else (name, False)
        if said.get("type") == "array":
            return self.carried(said["items"])[0], True
        choices = said.get("oneOf") or said.get("allOf")
        return self.carried(choices[0]) if choices else ("", False)

    def shape(self, name: str) -> Shape:
        found = self.components[name]
        required = set(found.get("required", ()))
        terms = [self.term(key, one, required=key in required) for key, one in found.get("properties", {}).items()]
        about = [one for one in self.prose(found.get("description", "")) if one.text != _UNTOLD]
        return Shape(name, about, terms)

    def objects(self, group: Group) -> list[Shape]:
        """What answers and bodies of the group are made of, each once, in the order in which one meets them."""
        wanted = [one.object for operation in group.operations for one in operation.answers if one.object]
        wanted += [
            term.object for operation in group.operations for body in operation.bodies for term in body.shape.terms
        ]
        found: dict[str, Shape] = {}
        while wanted:
            name = wanted.pop(0)
            if name and name not in found and "properties" in self.components[name]:
                found[name] = self.shape(name)
                wanted += [term.object for term in found[name].terms]
        return list(found.values())

    def term(self, name: str, said: Mapping[str, Any], *, required: bool = False, place: str = "") -> Term:
        words, called, enum, about = self.kind(said)
        text = said.get("description") or about
        allowed = (
            WORD.findall(text) or WORD.findall(about) or [(str(value), "") for value in enum if value not in ("", None)]
        )
        if name in ("fields", "ordering"):  # they take columns of the row, which is told by itself
            allowed = []
        return Term(name, words, self.prose(WORD.sub("", text)), allowed, called, required, place)

    def kind(self, said: Mapping[str, Any]) -> tuple[str, str, Sequence[Any], str]:
        """The words of a type, the object that it names, the values that it allows, what its component says."""
        if "$ref" in said:
            name = name_of(said["$ref"])
            found = self.components[name]
            if "properties" in found:
                return type_words("object"), name, (), ""
            words, called, enum, about = self.kind(found)
            return words, called, enum, found.get("description", about)
        if choices := said.get("allOf") or said.get("oneOf") or said.get("anyOf"):
            words, called, enum, about = self.kind(choices[0])
            return (or_null(words) if {"type": "null"} in choices else words), called, enum, about
        return self.plain(said)

    def plain(self, said: Mapping[str, Any]) -> tuple[str, str, Sequence[Any], str]:
        types = said.get("type", "object")
        types = [types] if isinstance(types, str) else types
        first = next((one for one in types if one != "null"), "object")
        if first == "array":
            words, called, enum, about = self.kind(said.get("items", {}))
            words = _("list: %(what)s") % {"what": words}
        else:
            words, called, enum, about = plain_words(said, first), "", said.get("enum", ()), ""
        return (or_null(words) if "null" in types else words), called, enum, about

    def prose(self, text: str) -> list[Prose]:
        # The same words in both languages are a translation too, where the catalogue has them.
        known = cast(Any, catalog())._catalog  # noqa: SLF001 - it has no other way to ask
        return [Prose(one, english=one in self.english and one not in known) for one in split(text)]


def group_of(path: str) -> str:
    """The group of an address: its dataset, also where that is a file, else its first part."""
    first, _slash, rest = path.removeprefix(PREFIX).partition("/")
    if first == "exports" and (name := rest.rpartition(".")[0]) in DATASETS:
        return name
    return str(slugify(first.partition(".")[0]))
