# ruff: noqa: S608 - names come from the models, numbers are numbers, and all else is bound
"""Which revisions touched a figure's row or what feeds it: read from the tables of the history, by path."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, models

from initiatives.models import Initiative
from reports.differences.parts import Touch, Version
from reports.figures import Figure
from reports.figures.feeds import Feed, end_of
from reports.figures.scopes import Kind
from tracker.models import Revision

# Columns that are too large to be read here; none of them decides anything.
_LARGE = (models.TextField, models.BinaryField)


@dataclass(frozen=True)
class Span:
    """The revisions after `after`, up to and with `until`."""

    after: int
    until: int


@dataclass(frozen=True)
class Wanted:
    """The rows of a figure whose changes are to be traced."""

    figure: Figure
    model: type[models.Model]
    keys: frozenset[int]


@dataclass(frozen=True)
class _Step:
    """From a table to the next: which column of the one equals which of the other."""

    model: type[models.Model]
    here: str
    there: str
    forwards: bool


@dataclass(frozen=True)
class _Found:
    """A version of a fact that began or ended in the span, for one row of the figure."""

    row: int
    pk: int
    begins: int
    ends: int
    values: Version


class Traces:
    """The changes behind rows of several figures: a query for each path from a model, however many rows, figures and
    revisions there are."""

    def __init__(self, wanted: Iterable[Wanted], *, kind: Kind, span: Span) -> None:
        self._kind, self._span = kind, span
        listed = list(wanted)
        asked: dict[tuple[type[models.Model], str], set[int]] = defaultdict(set)
        for one in listed:
            for feed in self._feeds(one):
                asked[one.model, feed.path].update(one.keys)
        self._found = {
            (model, path): _by_row(_versions(model, path, keys, span)) for (model, path), keys in asked.items() if keys
        }
        numbers = {
            number
            for rows in self._found.values()
            for versions in rows.values()
            for version in versions
            for number in (version.begins, version.ends)
            if span.after < number <= span.until
        }
        self._revisions = Revision.objects.select_related("actor").in_bulk(numbers)

    def touches(self, wanted: Wanted) -> dict[int, tuple[Touch, ...]]:
        """Of each row, every change that matters to the figure, newest first."""
        found: dict[int, dict[tuple[int, str, int], Touch]] = defaultdict(dict)
        for feed in self._feeds(wanted):
            model = end_of(wanted.model, feed.path)
            stands = bool(feed.path) and _steps(wanted.model, feed.path)[-1].forwards and model is not Initiative
            rows = self._found.get((wanted.model, feed.path), {})
            for key in rows.keys() & wanted.keys:
                for touch in self._changes(model, rows[key], feed):
                    if touch.changed if touch.stayed else not stands:
                        place = (touch.revision.number, model.__name__, touch.pk)
                        known = found[key].get(place)
                        found[key][place] = replace(touch, matters=touch.matters | known.matters) if known else touch
        return {key: tuple(rows[place] for place in sorted(rows, reverse=True)) for key, rows in found.items()}

    def _feeds(self, wanted: Wanted) -> tuple[Feed, ...]:
        """What the figure says it is fed by, and where its rows stand in the plan, as far as that decides whether they
        lie in the scope."""
        return (Feed(""), *wanted.figure.fed_by, *_standing(wanted.figure, wanted.model, self._kind))

    def _changes(self, model: type[models.Model], versions: list[_Found], feed: Feed) -> list[Touch]:
        begun = {(one.pk, one.begins): one for one in versions}
        ended = {(one.pk, one.ends): one for one in versions}
        touches = []
        for pk, number in sorted({*begun, *ended}):
            if number in self._revisions:
                old, new = (_counts(side.get((pk, number)), feed.only) for side in (ended, begun))
                if old is not None or new is not None:
                    touches.append(Touch(model, pk, self._revisions[number], old, new, frozenset(feed.columns)))
        return touches


def _counts(found: _Found | None, only: Mapping[str, tuple[str, ...]]) -> Version | None:
    if found is None or any(found.values[name] not in values for name, values in only.items()):
        return None
    return found.values


def _standing(figure: Figure, model: type[models.Model], kind: Kind) -> tuple[Feed, ...]:
    initiative, below = figure.owner, f"{figure.owner}__" if figure.owner else ""
    columns = {Kind.PLAN: ("plan_id",), Kind.PILLAR: ("plan_id", "pillar_id"), Kind.INITIATIVE: ("plan_id", "code")}
    found = [Feed(initiative, columns[kind])]
    if kind is Kind.PILLAR:
        found.append(Feed(f"{below}pillar", ("number",)))
        if figure.pillar:
            found.append(Feed(figure.pillar.rpartition("__")[0], ("number",)))
    if any(field.name == "plan" for field in model._meta.local_concrete_fields):
        found.append(Feed("", ("plan_id",)))
    return tuple(found)


def _steps(model: type[models.Model], path: str) -> list[_Step]:
    steps = []
    for name in path.split("__"):
        relation: Any = model._meta.get_field(name)
        if relation.concrete:
            steps.append(_Step(relation.related_model, relation.column, "id", forwards=True))
        else:
            steps.append(_Step(relation.related_model, "id", relation.field.column, forwards=False))
        model = relation.related_model
    return steps


def _versions(model: type[models.Model], path: str, keys: Iterable[int], span: Span) -> list[_Found]:
    """Versions at the end of the path that began or ended in the span. What lies between is taken as it stood at any
    time of the span: what fed a row and no longer does is part of what happened to it."""
    steps = _steps(model, path) if path else []
    joins = [f"history.{model._meta.db_table} t0"]
    standing = []
    for number, step in enumerate(steps, start=1):
        here = f"t{number - 1}"
        joins.append(
            f'join history.{step.model._meta.db_table} t{number} on t{number}."{step.there}" = {here}."{step.here}"'
        )
        standing.append(f"{here}.from_rev <= {span.until:d} and {here}.to_rev > {span.after:d}")
    last = f"t{len(steps)}"
    within = " or ".join(
        f"{last}.{end} > {span.after:d} and {last}.{end} <= {span.until:d}" for end in ("from_rev", "to_rev")
    )
    fields = [field for field in end_of(model, path)._meta.local_concrete_fields if not isinstance(field, _LARGE)]
    columns = ", ".join(f'{last}."{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select distinct t0.id, {last}.id, {last}.from_rev, {last}.to_rev, {columns} from {' '.join(joins)}"
            f" where t0.id = any(%s) and {' and '.join(['true', *standing])} and ({within})",
            [sorted(keys)],
        )
        names = [field.attname for field in fields]
        return [
            _Found(row, pk, begins, ends, dict(zip(names, values, strict=True)))
            for row, pk, begins, ends, *values in cursor.fetchall()
        ]


def _by_row(versions: Iterable[_Found]) -> dict[int, list[_Found]]:
    found: dict[int, list[_Found]] = defaultdict(list)
    for version in versions:
        found[version.row].append(version)
    return found
