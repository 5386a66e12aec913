"""What a change of the API's description means to the programs that read it: two OpenAPI documents compared.

Breaking is what can stop a program that was right before: an address, a parameter, a field or a word that is gone, a
type that became another, something that became required. Texts are not compared. Pure: documents in, changes out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
_METHODS = ("get", "head", "post", "put", "patch", "delete")
# What says which values there are; any change of it may shut out, or let in, a value that was not so before.
_LIMITS = ("pattern", "format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")


@dataclass(frozen=True, order=True)
class Change:
    """One difference. `name` is what a changelog calls it by: `GET /api/v1/plans/ q`, or `PlanRow.code`."""

    name: str
    what: str
    breaking: bool

    def __str__(self) -> str:
        return f"{self.name}: {self.what}"


def changes(old: Document, new: Document) -> list[Change]:
    """Every difference that a program can meet, each once, by name."""
    return sorted(set(_Comparison(old, new).all()))


def unexcused(found: list[Change], changelog: str) -> list[Change]:
    """Breaking changes that no line "- Breaking: ..." of the changelog's unreleased section names."""
    told = [line for line in _unreleased(changelog) if line.lstrip("-* ").lower().startswith("breaking")]
    return [one for one in found if one.breaking and not any(f"`{one.name}`" in line for line in told)]


def _unreleased(changelog: str) -> Iterator[str]:
    inside = False
    for line in changelog.splitlines():
        if line.startswith("## "):
            inside = "unreleased" in line.lower()
        elif inside:
            yield line


class _Comparison:
    """Walks both documents side by side; what components say is told once, by the component's name."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.seen: set[tuple[str, str, bool]] = set()

    def all(self) -> Iterator[Change]:
        for path, method, old, new in self.operations():
            name = f"{method.upper()} {path}"
            if new is None:
                yield Change(name, "is gone", breaking=True)
            elif old is None:
                yield Change(name, "is new", breaking=False)
            else:
                yield from self.parameters(name, old, new)
                for way in old.get("security", ()):  # of signing in
                    if "security" in new and way not in new["security"]:
                        signed = " and ".join(way) or "unsigned request"
                        yield Change(name, f"takes no {signed} any more", breaking=True)
                yield from self.body(name, old.get("requestBody"), new.get("requestBody"))
                yield from self.answers(name, old["responses"], new["responses"])

    def operations(self) -> Iterator[tuple[str, str, Any, Any]]:
        for path in sorted({*self.old["paths"], *self.new["paths"]}):
            before, after = self.old["paths"].get(path, {}), self.new["paths"].get(path, {})
            for method in _METHODS:
                if method in before or method in after:
                    yield path, method, before.get(method), after.get(method)

    def parameters(self, name: str, old: Document, new: Document) -> Iterator[Change]:
        before, after = _by_name(old), _by_name(new)
        for key in sorted({*before, *after}):
            called = f"{name} {key[1]}"
            if key not in after:
                yield Change(called, "is gone", breaking=True)
            elif key not in before:
                needed = bool(after[key].get("required"))
                yield Change(called, "is new and required" if needed else "is new", breaking=needed)
            else:
                if after[key].get("required") and not before[key].get("required"):
                    yield Change(called, "became required", breaking=True)
                for way in ("style", "explode"):  # how several values are told apart
                    if before[key].get(way) != after[key].get(way):
                        yield Change(called, f"has another {way}", breaking=True)
                yield from self.schema(called, before[key]["schema"], after[key]["schema"], sent=True)

    def body(self, name: str, old: Any, new: Any) -> Iterator[Change]:
        name = f"{name} body"
        if old is None or new is None:
            if old != new:
                needed = new is None or bool(new.get("required"))
                yield Change(name, "is gone" if new is None else "is new", breaking=needed)
            return
        if new.get("required") and not old.get("required"):
            yield Change(name, "became required", breaking=True)
        yield from self.content(name, old, new, sent=True)

    def answers(self, name: str, old: Document, new: Document) -> Iterator[Change]:
        for status in sorted({*old, *new}):
            called = f"{name} {status}"
            if status not in new:
                yield Change(called, "is gone", breaking=status < "400")
            elif status not in old:
                yield Change(called, "is new", breaking=False)
            else:
                yield from self.content(called, old[status], new[status], sent=False)
                before, after = old[status].get("headers", {}), new[status].get("headers", {})
                for header in sorted(before):
                    if header not in after:
                        yield Change(f"{called} {header}", "is gone", breaking=True)
                    else:
                        types = (one[header].get("schema", {}) for one in (before, after))
                        yield from self.schema(f"{called} {header}", *types, sent=False)

    def content(self, name: str, old: Document, new: Document, *, sent: bool) -> Iterator[Change]:
        before, after = old.get("content", {}), new.get("content", {})
        for media in sorted({*before, *after}):
            if media not in after or media not in before:
                there = "gone" if media not in after else "new"
                yield Change(f"{name} {media}", f"is {there}", breaking=there == "gone")
            else:
                yield from self.schema(name, before[media].get("schema", {}), after[media].get("schema", {}), sent=sent)

    def schema(self, name: str, old: Document, new: Document, *, sent: bool) -> Iterator[Change]:
        """Differences of what may be `sent`, or else is answered."""
        named_old, named_new = old.get("$ref", ""), new.get("$ref", "")
        if named_new:
            name = named_new.rpartition("/")[2]
        if named_old and named_new:  # one of them alone is another difference of each field that names it
            if (named_old, named_new, sent) in self.seen:
                return
            self.seen.add((named_old, named_new, sent))
        old, new = _found(self.old, old), _found(self.new, new)
        yield from _types(name, old, new, sent=sent)
        yield from _words(name, old, new)
        yield from self.properties(name, old, new, sent=sent)
        for part in ("items", "additionalProperties"):
            before, after = old.get(part, True), new.get(part, True)
            if isinstance(before, Mapping) and isinstance(after, Mapping):
                yield from self.schema(f"{name}[]", before, after, sent=sent)
            elif before != after:
                # Anything instead of something hurts who reads; something, or nothing, instead of anything who sends.
                wider = after is True or before is False
                told = "anything" if after is True else "nothing" if after is False else "something else"
                yield Change(name, f"has {told} as {part}", breaking=wider is not sent)
        for part in ("oneOf", "anyOf", "allOf"):
            yield from self.choices(name, old.get(part, []), new.get(part, []), sent=sent)

    def choices(self, name: str, old: list[Any], new: list[Any], *, sent: bool) -> Iterator[Change]:
        if len(old) != len(new):
            # More of what may be sent, or fewer of what is answered, hurts nobody.
            yield Change(name, f"has {len(new)} forms instead of {len(old)}", breaking=(len(new) < len(old)) is sent)
        for before, after in zip(old, new, strict=False):
            yield from self.schema(name, before, after, sent=sent)

    def properties(self, name: str, old: Document, new: Document, *, sent: bool) -> Iterator[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for field in sorted({*before, *after}):
            called = f"{name}.{field}"
            was, is_now = field in old.get("required", ()), field in new.get("required", ())
            if field not in after:
                yield Change(called, "is gone", breaking=True)
            elif field not in before:
                needed = sent and is_now
                yield Change(called, "is new and required" if needed else "is new", breaking=needed)
            else:
                if was != is_now:
                    yield Change(called, f"became {'required' if is_now else 'optional'}", breaking=is_now is sent)
                yield from self.schema(called, before[field], after[field], sent=sent)


def _by_name(operation: Document) -> dict[tuple[str, str], Any]:
    return {(one["in"], one["name"]): one for one in operation.get("parameters", ())}


def _found(document: Document, schema: Document) -> Document:
    """What a reference names; the schema itself where it is none."""
    for name in schema.get("$ref", "#").split("/")[1:]:
        document = document[name]
    return document if "$ref" in schema else schema


def _types(name: str, old: Document, new: Document, *, sent: bool) -> Iterator[Change]:
    before, after = _kinds(old), _kinds(new)
    if before != after:
        fits = bool(before) and (after >= before if sent else after <= before) and bool(after)
        yield Change(name, f"is {_told(after)} instead of {_told(before)}", breaking=not fits)
    for limit in _LIMITS:
        if old.get(limit) != new.get(limit):
            # A limit that is lifted lets in what was refused: that hurts who reads, not who sends.
            lifted = sent and limit not in new
            yield Change(name, f"has {limit} {new.get(limit)!r} instead of {old.get(limit)!r}", breaking=not lifted)


def _kinds(schema: Document) -> frozenset[str]:
    found = schema.get("type", ())
    return frozenset([found] if isinstance(found, str) else found)


def _told(kinds: frozenset[str]) -> str:
    return " or ".join(sorted(kinds)) or "anything"


def _words(name: str, old: Document, new: Document) -> Iterator[Change]:
    before, after = old.get("enum"), new.get("enum")
    if before is None or after is None:
        if before != after:
            yield Change(name, "is of fixed words" if before is None else "is of any words", breaking=True)
        return
    yield from (Change(name, f"has no word {word!r} any more", breaking=True) for word in before if word not in after)
    yield from (Change(name, f"has the new word {word!r}", breaking=False) for word in after if word not in before)
