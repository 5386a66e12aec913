"""Reading one mapping of a plan file, field by field. What is wrong is noted, never raised: see `Reading`."""

from typing import TypeVar

import yaml

from initiatives.plan_files import scalars
from initiatives.plan_files.documents import line_of
from initiatives.plan_files.items import Bilingual
from initiatives.plan_files.problems import Location, Reading, Reference, suggestion
from initiatives.plan_files.scalars import Kind

T = TypeVar("T")

_NULL = "tag:yaml.org,2002:null"
_TEXT = "tag:yaml.org,2002:str"
_MISSING = {"fr": "the French is missing; write it, and mark the item `french: ours` unless a source has it"}
_LANGUAGES = ("en", "fr")
TITLE = scalars.prose(300)
LONG_TEXT = scalars.prose(10_000)


class Record:
    """The fields of one mapping. Ask for every field that may occur, then call `done`: a field not asked for
    is unknown, and noted. A wrong value is noted and a stand-in returned: such a reading yields no plan."""

    def __init__(self, node: yaml.MappingNode, *, reading: Reading, file: str, path: str = "") -> None:
        self.reading = reading
        self.path = path
        self.at = Location(file, line_of(node))
        self._file = file
        self._values: dict[str, yaml.Node] = {}
        self._lines: dict[str, Location] = {}
        self._asked: list[str] = []
        self._spoiled: set[str] = set()
        for key, value in node.value:
            self._take(key, value)

    def at_field(self, field: str) -> Location:
        """Where the field is written; where the record begins, if it is not."""
        return self._lines.get(field, self.at)

    def wrong(self, field: str, message: str) -> None:
        """Note what is wrong with the field; what is said of it after that only follows from it, and is dropped."""
        if field in self._spoiled:
            return
        self._spoiled.add(field)
        self.reading.report(self.at_field(field), self.name(field), message)

    def name(self, field: str) -> str:
        return f"{self.path}.{field}" if self.path else field

    def has(self, field: str) -> bool:
        """Whether the field is written and not empty, right or wrong."""
        return self._value(field) is not None

    def sound(self, field: str) -> bool:
        """Whether the field is written, and nothing is wrong with it."""
        return self.has(field) and field not in self._spoiled

    def declare(self, kind: str, field: str, code: str) -> None:
        """Note that `code`, written in `field`, is taken; a second item of the kind with it is a problem."""
        if self.sound(field):
            first = self.reading.declared[kind].setdefault(code, self.at)
            if first != self.at:
                self.wrong(field, f"{code} is taken already, at {first}; write another {kind}")

    def done(self) -> Location:
        """Note fields that are unknown; the record's place, for the item made of it."""
        for field in self._values:
            if field not in self._asked:
                self.wrong(field, f"unknown field; {suggestion(field, sorted(self._asked))}")
        return self.at

    def required(self, field: str, kind: Kind[T]) -> T:
        value = self.optional(field, kind)
        if value is None and not self.has(field):
            self.wrong(field, _MISSING.get(field, "missing; this field is required"))
        return kind.fallback if value is None else value

    def optional(self, field: str, kind: Kind[T]) -> T | None:
        """The field's value; None when the field is absent, empty or wrong."""
        node = self._value(field)
        return None if node is None else self._parsed(field, node, kind)

    def given(self, field: str, kind: Kind[T], default: T) -> T:
        value = self.optional(field, kind)
        return default if value is None else value

    def reference(self, field: str, kind: str) -> str:
        code = self.optional_reference(field, kind)
        if code is None and not self.has(field):
            self.wrong(field, f"missing; write the code of a {kind}")
        return code or ""

    def optional_reference(self, field: str, kind: str) -> str | None:
        node = self._value(field)
        if node is None:
            return None
        code = self._parsed(field, node, _CODE)
        if code:
            self.reading.references.append(Reference(kind, code, self.at_field(field), self.name(field)))
        return code

    def references(self, field: str, kind: str) -> tuple[str, ...]:
        codes: list[str] = []
        for number, node in enumerate(self._items(field), start=1):
            name = f"{field}[{number}]"
            self._lines[name] = Location(self._file, line_of(node))
            code = self._parsed(name, node, _CODE)
            if code in codes:
                self.wrong(name, f"{code} is named twice; keep one")
            elif code:
                codes.append(code)
                self.reading.references.append(Reference(kind, code, self._lines[name], self.name(name)))
        return tuple(codes)

    def pair(self, field: str, kind: Kind[str] = LONG_TEXT) -> Bilingual:
        pair = self.optional_pair(field, kind)
        if pair is None and not self.has(field):
            self.wrong(field, "missing; write it as `en:` and `fr:` on lines of their own")
        return pair or Bilingual("", "")

    def optional_pair(self, field: str, kind: Kind[str] = LONG_TEXT) -> Bilingual | None:
        record = self.record(field)
        if record is None:
            return None
        texts = [record.required(language, kind) for language in _LANGUAGES]
        record.done()
        return Bilingual(*texts)

    def record(self, field: str) -> "Record | None":
        node = self._value(field)
        if node is None:
            return None
        if isinstance(node, yaml.MappingNode):
            return Record(node, reading=self.reading, file=self._file, path=self.name(field))
        self.wrong(field, "wrong type; write fields on lines of their own, indented below it")
        return None

    def records(self, field: str, *, label: str = "code") -> list["Record"]:
        """The mappings of a list; each is named by its `label` field in messages, else by its position."""
        found = []
        for number, node in enumerate(self._items(field), start=1):
            if isinstance(node, yaml.MappingNode):
                path = f"{self.name(field)}[{_label(node, label) or number}]"
                found.append(Record(node, reading=self.reading, file=self._file, path=path))
            else:
                at = Location(self._file, line_of(node))
                self.reading.report(at, f"{self.name(field)}[{number}]", "wrong type; each entry holds fields")
        return found

    def _take(self, key: yaml.Node, value: yaml.Node) -> None:
        at = Location(self._file, line_of(key))
        if not isinstance(key, yaml.ScalarNode):
            self.reading.report(at, self.path or "YAML", "a field's name must be a word")
        elif key.value in self._values:
            first = self._lines[key.value].line
            self.reading.report(at, self.name(key.value), f"written twice, first on line {first}; keep one")
        else:
            self._values[key.value] = value
            self._lines[key.value] = at

    def _value(self, field: str) -> yaml.Node | None:
        if field not in self._asked:
            self._asked.append(field)
        node = self._values.get(field)
        return None if node is None or node.tag == _NULL else node

    def _items(self, field: str) -> list[yaml.Node]:
        node = self._value(field)
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.wrong(field, "wrong type; write a list, each entry after `- `")
        return []

    def _parsed(self, field: str, node: yaml.Node, kind: Kind[T]) -> T | None:
        if not isinstance(node, yaml.ScalarNode):
            self.wrong(field, "wrong type; a single value belongs here")
            return None
        text = node.value.strip()
        if not text:
            self.wrong(field, "empty; write it, or leave the field out")
            return None
        if kind.prose and node.tag != _TEXT:
            self.wrong(field, f"{text!r} is not read as text; put it in quotes")
            return None
        try:
            return kind.parse(text)
        except ValueError as error:
            self.wrong(field, str(error))
            return None


def _label(node: yaml.MappingNode, field: str) -> str | None:
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value == field and isinstance(value, yaml.ScalarNode):
            return str(value.value)
    return None


_CODE = scalars.code(r"[0-9A-Za-z][0-9A-Za-z.-]*", "CBSA or 1.02", 32)
