"""Which models have a history, and what the database refuses on each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db import models


class Tracked(models.Model):
    """A row with a history. `revision` is the last revision that touched it: its ETag and its export cursor."""

    revision = models.BigIntegerField(editable=False, db_default=0)

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Tracking:
    """How one table is kept.

    append_only: rows are never updated nor deleted. sealed_when: an SQL condition on `old`; rows that meet it are
    never updated nor deleted. write_once: columns that may be filled once and never changed again. renewed_by: a
    number that never falls; the write that raises it may empty the `write_once` columns, to be filled once more.
    words: the words that a row is searched by, as SQL of a `tsvector`; what its past said is then found by an index.
    """

    model: type[models.Model]
    append_only: bool = False
    sealed_when: str = ""
    write_once: tuple[str, ...] = ()
    renewed_by: str = ""
    words: str = ""


_tracked: dict[str, Tracking] = {}
ModelClass = TypeVar("ModelClass", bound=type[Tracked])


def tracked(
    *,
    append_only: bool = False,
    sealed_when: str = "",
    write_once: tuple[str, ...] = (),
    renewed_by: str = "",
    words: str = "",
) -> Callable[[ModelClass], ModelClass]:
    """Put a model into the time machine: the one line that a new model needs."""

    def register(model: ModelClass) -> ModelClass:
        _tracked[model._meta.db_table] = Tracking(model, append_only, sealed_when, write_once, renewed_by, words)
        return model

    return register


def tracked_models() -> list[Tracking]:
    """Every tracked model, by table name."""
    return [_tracked[table] for table in sorted(_tracked)]


def words_of(model: type[models.Model]) -> str:
    """What `words` its declaration names; empty where it names none."""
    known = _tracked.get(model._meta.db_table)
    return known.words if known else ""
