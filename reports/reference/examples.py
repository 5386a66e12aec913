"""Example requests of the API reference: made from the schema, so that none of them can grow old."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.snippets import TOKEN, Address

# What stands for a part of an address or a parameter, by its group where groups differ.
_PARTS: dict[str, str] = {
    "id": "12", "key": "health", "number": "57", "code": "BP", "scope": "BP", "q": "canine",
    "rollups/code": "BP-2026-W46-e1",
    "organizations/code": "CBSA", "places/code": "WINDSOR", "form": "parquet", "dataset": "initiatives",
    "If-Match": '"r57"',
}  # fmt: skip
_BY_NAME: dict[str, Any] = {
    "plan": "BP", "initiative": "1.01", "milestone": "M2", "organization": "CBSA", "fiscal_year": 2025,
    "week": "2026-W47", "indicator": "REMOVALS", "code": "REMOVALS", "decision": "approved", "needs": "M1",
    "amount": "1250000.10",
}  # fmt: skip
_BY_FORMAT: dict[str, Any] = {
    "date": "2026-11-30", "date-time": "2026-11-30T17:05:00Z", "decimal": "1.00", "uri": "https://www.canada.ca/",
    "binary": "minutes.pdf",
}  # fmt: skip
_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True, "string": "...", "object": {}}


@dataclass(frozen=True)
class Example:
    """A request: its method, its address below the site, its headers and its body."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: Any = None

    def curl(self, site: str) -> str:
        """The request as a shell command; the token comes from the environment."""
        lines = [f'curl --header "Authorization: Bearer ${TOKEN}"']
        if self.method not in ("GET", "POST") or (self.method == "POST" and self.body is None):
            lines.append(f"--request {self.method}")
        lines += [f"--header {shlex.quote(f'{name}: {value}')}" for name, value in self.headers]
        if self.body is not None:
            lines.append("--header 'Content-Type: application/json'")
            lines.append(f"--data {shlex.quote(json.dumps(self.body, ensure_ascii=False))}")
        lines.append(shlex.quote(Address(site, self.path, self.query).url))
        return " \\\n    ".join(lines) + "\n"


def example_of(
    group: str, path: str, method: str, said: Mapping[str, Any], components: Mapping[str, Any]
) -> Example:  # fmt: skip
    """An example of the operation: its parts and whatever it cannot go without."""
    query: list[tuple[str, str]] = []
    headers: list[tuple[str, str]] = []
    for one in said.get("parameters", ()):
        name = one["name"]
        value = _PARTS.get(f"{group}/{name}", _PARTS.get(name, ""))
        if one["in"] == "path":
            path = path.replace(f"{{{name}}}", value)
        elif one.get("required"):
            (query if one["in"] == "query" else headers).append((name, value))
        elif one["in"] == "query" and name in ("plan", "limit"):
            query.append((name, "BP" if name == "plan" else "500"))
    content = said.get("requestBody", {}).get("content", {}).get("application/json")
    body = _value("", content["schema"], components) if content else None
    return Example(method.upper(), path, tuple(query), tuple(headers), body)


def _value(name: str, said: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    """A value that fits: what the schema says itself, else one by name, format or type."""
    if "$ref" in said:
        return _value(name, components[said["$ref"].rpartition("/")[2]], components)
    if choices := said.get("oneOf") or said.get("allOf") or said.get("anyOf"):
        return _value(name, choices[0], components)
    if "properties" in said:
        return _object(said, components)
    if said.get("type") == "array":
        return [_value(name, said.get("items", {}), components)]
    return _plain(name, said)


def _object(said: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """Its required fields; of an object that requires none, the first."""
    names = [name for name in said["properties"] if name in said.get("required", ())] or list(said["properties"])[:1]
    return {name: _value(name, said["properties"][name], components) for name in names}


def _plain(name: str, said: Mapping[str, Any]) -> Any:
    kind = said.get("type", "string")
    kind = kind if isinstance(kind, str) else next(one for one in kind if one != "null")
    for known in (said.get("example"), next(iter(said.get("enum", ())), None)):
        if known is not None:
            return known
    if name in _BY_NAME and isinstance(_BY_NAME[name], int) == (kind == "integer"):
        return _BY_NAME[name]
    return _BY_FORMAT.get(said.get("format", ""), _BY_TYPE.get(kind, "..."))
