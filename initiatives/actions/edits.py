# ruff: noqa: S608 - names come from the models, never from a request
"""Writing over a row that somebody else may have changed since one read it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tracker.errors import Difference, EditConflict, Invalid, PreconditionFailed, PreconditionRequired
from tracker.merging import alike, merge
from tracker.models import Revision
from tracker.timemachine import Tracked, head

Version = tuple[int, dict[str, Any]]


def merged(
    row: Tracked, wanted: Mapping[str, Any], *, names: Collection[str], seen: int | None, exactly: bool = False
) -> dict[str, Any]:
    """The values to store in `row`, which the person read as of revision `seen` (0: there was none yet) and wants so.

    What each side changed is kept; what both changed differently raises `EditConflict`. `exactly`: any change since by
    anybody raises `PreconditionFailed`. A `seen` of None (not said) raises `PreconditionRequired` for a row
    that is there. `names` are the fields that people write; those that `wanted` leaves out keep what is stored. Called
    under the writers' turn, with the row as it is now; a new row takes all that is wanted.
    """
    if seen is None and row.pk is not None:
        message = _("Say which version you read: the revision of the row as it was then.")
        raise PreconditionRequired(message, fields={"revision": message})
    seen = seen or 0
    if seen > head():
        message = _("There is no revision %(number)s yet.") % {"number": seen}
        raise Invalid(message, fields={"revision": message})
    now = {name: getattr(row, name) for name in names}
    if row.pk is None:
        if exactly:
            raise PreconditionFailed(_("There is nothing here yet that could be the version you name."))
        return now | dict(wanted)
    if seen >= row.revision:
        return merge(base=now, now=now, wanted=wanted).values
    versions = list(_versions(row, list(names), seen=seen))
    base = _base(row, versions, names, seen=seen)
    found = merge(base=base, now=now, wanted=wanted)
    changed = [name for name in now if not alike(now[name], base[name])]
    fields = changed if exactly else found.conflicts
    differences = _differences(versions, fields, base=base, now=now, wanted=wanted)
    if exactly:
        raise PreconditionFailed(
            _("It was changed after the version you name. Read it again."), differences, revision=row.revision
        )
    if differences:
        kept = {**found.values, **{name: wanted[name] for name in found.conflicts}}
        raise EditConflict(
            _("Somebody else changed the same at the same time. Compare both, and send again what should stand."),
            differences, revision=row.revision, values=kept,
        )  # fmt: skip
    return found.values


def _versions(row: Tracked, names: list[str], *, seen: int) -> Iterator[Version]:
    """The row's values as of `seen`, if it was there, and after each revision since that touched it; oldest first."""
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields if field.attname in names]
    names = [field.attname for field in row._meta.concrete_fields if field.attname in names]
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'select from_rev, {quoted} from history."{table}" where "{row._meta.pk.column}" = %s and to_rev > %s'
            " order by from_rev",
            [row.pk, seen],
        )
        for number, *values in cursor.fetchall():
            yield number, dict(zip(names, values, strict=True))


def _base(row: Tracked, versions: list[Version], names: Collection[str], *, seen: int) -> dict[str, Any]:
    """What the person saw: an empty row where there was none yet."""
    if versions and versions[0][0] <= seen:
        return versions[0][1]
    empty = type(row)()
    return {name: getattr(empty, name) for name in names}


def _differences(
    versions: list[Version],
    fields: Collection[str],
    *,
    base: Mapping[str, Any],
    now: Mapping[str, Any],
    wanted: Mapping[str, Any],
) -> tuple[Difference, ...]:
    """Each of the fields with who changed it last, and when."""
    last: dict[str, int] = {}
    before = base
    for number, values in versions:
        last.update({name: number for name in fields if not alike(values[name], before[name])})
        before = values
    revisions = Revision.objects.in_bulk(set(last.values()))
    return tuple(
        Difference(
            field=name, stored=now[name], sent=wanted.get(name), revision=last[name], at=revisions[last[name]].at,
            by=revisions[last[name]].actor_name or pgettext("somebody", "unattributed"),
        )
        for name in fields
    )  # fmt: skip
