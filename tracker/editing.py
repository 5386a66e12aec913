# ruff: noqa: S608 - names come from the models, never from a request
"""Writing over a row that somebody else may have changed since one read it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tracker.errors import Difference, EditConflict, PreconditionRequired
from tracker.merging import alike, merge
from tracker.models import Revision
from tracker.timemachine import Tracked, head

Version = tuple[int, dict[str, Any]]


def merged(row: Tracked, wanted: Mapping[str, Any], *, seen: int | None) -> dict[str, Any]:
    """The values to store in the `wanted` fields of `row`, for somebody who read it as revision `seen` left it.

    What each side changed is kept; what both changed differently raises `EditConflict`, with both values. Fields that
    are not wanted keep what is stored. A `seen` of 0 says that there was none yet; of None (not said) raises
    `PreconditionRequired` for a row that is there. Called under the writers' turn, with the row as it is now.
    """
    if row.pk is None:
        if seen:
            raise EditConflict(_("There is nothing here yet that could be the version you name."))
        return dict(wanted)
    if seen is None:
        message = _("Say which version you read: the revision of the row as it was then.")
        raise PreconditionRequired(message, fields={"revision": message})
    if seen > head():
        raise EditConflict(_("There is no revision r%(number)s yet.") % {"number": seen}, revision=row.revision)
    now = {name: getattr(row, name) for name in wanted}
    if seen >= row.revision:
        return merge(base=now, now=now, wanted=wanted).values
    versions = list(_versions(row, list(wanted), seen=seen))
    base = _base(row, versions, wanted, seen=seen)
    found = merge(base=base, now=now, wanted=wanted)
    if found.conflicts:
        raise EditConflict(
            _("Somebody else changed the same at the same time. Compare both, and send again what should stand."),
            _differences(versions, found.conflicts, base=base, now=now, wanted=wanted),
            revision=row.revision, values={**found.values, **{name: wanted[name] for name in found.conflicts}},
        )  # fmt: skip
    return found.values


def _versions(row: Tracked, names: list[str], *, seen: int) -> Iterator[Version]:
    """The row's values as of `seen`, if it was there, and after each revision since that touched it; oldest first."""
    table = row._meta.db_table
    columns = {field.attname: field.column for field in row._meta.concrete_fields}
    quoted = ", ".join(["from_rev", *(f'"{columns[name]}"' for name in names)])
    with connection.cursor() as cursor:
        cursor.execute(
            f'select {quoted} from history."{table}" where "{row._meta.pk.column}" = %s and to_rev > %s'
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
            field=name, seen=base[name], stored=now[name], sent=wanted[name], revision=last[name],
            at=revisions[last[name]].at, by=revisions[last[name]].actor_name or pgettext("somebody", "unattributed"),
        )
        for name in fields
    )  # fmt: skip
