# ruff: noqa: S608 - names come from the models, never from a request
"""Which rows of a tracked table were touched between two revisions: made, changed or deleted."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, models
from django.db.models.expressions import RawSQL

from tracker.timemachine.shape import key
from tracker.timemachine.sql import FOREVER
from tracker.timemachine.tracked import tracked_models


@dataclass(frozen=True)
class Span:
    """The revisions after `after`, up to and with `until`."""

    after: int
    until: int


def is_tracked(model: type[models.Model]) -> bool:
    """Whether the model has a history."""
    return any(tracking.model is model for tracking in tracked_models())


def touched(model: type[models.Model], span: Span) -> RawSQL:
    """The keys of the rows that revisions of the span touched, for `__in`. The same in any past, for it names the
    history itself."""
    sql, params = _touched(model, span)
    return RawSQL(sql, params)  # noqa: S611 - parameters are bound


def touched_models(asked: Iterable[type[models.Model]], span: Span) -> set[type[models.Model]]:
    """Those of the models of which revisions of the span touched any row; by one query."""
    wanted = list(asked)
    parts = [_touched(model, span) for model in wanted]
    with connection.cursor() as cursor:
        cursor.execute(
            "select " + ", ".join(f"exists ({sql})" for sql, _ in parts), [one for _, params in parts for one in params]
        )
        return {model for model, any_row in zip(wanted, cursor.fetchone(), strict=True) if any_row}


def _touched(model: type[models.Model], span: Span) -> tuple[str, tuple[int, ...]]:
    """Two ranges of the index of revisions: versions that still stand, and versions that ended."""
    table, pk = f"history.{model._meta.db_table}", f'"{key(model)}"'
    sql = f"""select {pk} from {table} where to_rev = {FOREVER} and from_rev > %s and from_rev <= %s
        union all select {pk} from {table} where to_rev > %s and to_rev < {FOREVER}
        and (to_rev <= %s or (from_rev > %s and from_rev <= %s))"""
    return sql, (span.after, span.until, span.after, span.until, span.after, span.until)
