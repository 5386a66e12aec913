"""YAML documents as nodes, which keep their lines. No tag makes an object, no anchor makes a copy."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from initiatives.plan_files.problems import Location, Reading

_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
}
_SYNTAX = "YAML"
_HINTS = {
    "mapping values": "a text with a colon and a space needs quotes, or `>-` and a line of its own",
    "'\\t'": "indent with spaces",
    "alias": "anchors and aliases are not allowed; repeat the text",
    "single document": "one document a file; leave `---` out",
}


def compose(path: Path, *, reading: Reading) -> yaml.MappingNode | None:
    """The document's top node; None, with the problem reported, when the file holds no mapping."""
    text = _text(path, reading)
    if text is None:
        return None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reading.report(Location(path.name, line), _SYNTAX, _advice(f"{error.problem or error.context}"))
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reading.report(
            Location(path.name, line), _SYNTAX, f"character U+{ord(text[error.position]):04X} is not allowed"
        )
        return None
    except RecursionError:
        reading.report(Location(path.name, 1), _SYNTAX, "nested too deeply")
        return None
    if not isinstance(node, yaml.MappingNode):
        line = line_of(node) if node else 1
        reading.report(Location(path.name, line), _SYNTAX, "the file must hold fields, written `name: value`")
        return None
    return node if _is_plain(node, path.name, reading) else None


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _advice(problem: str) -> str:
    hints = [hint for words, hint in _HINTS.items() if words in problem]
    return f"{problem}; {hints[0] if hints else 'look at the line above too'}"


def _text(path: Path, reading: Reading) -> str | None:
    try:
        content = path.read_bytes()
        return content.decode()
    except OSError as error:
        reading.report(Location(path.name, 1), _SYNTAX, f"the file cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reading.report(Location(path.name, line), _SYNTAX, "the file is not UTF-8; save it as UTF-8")
    return None


def _is_plain(root: yaml.Node, file: str, reading: Reading) -> bool:
    before = len(reading.problems)
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            reading.report(
                Location(file, line_of(node)), _SYNTAX, "anchors and aliases are not allowed; repeat the text"
            )
            continue
        seen.add(id(node))
        if node.tag not in _TAGS:
            reading.report(Location(file, line_of(node)), _SYNTAX, f"the tag {node.tag} is not allowed; leave it out")
        waiting.extend(_children(node))
    return len(reading.problems) == before


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value
