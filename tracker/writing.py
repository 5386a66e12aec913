"""What every action does the same way: ask whether it is permitted, check the row, save it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from tracker.errors import Invalid, NotAllowed, Refused, RowsRefused, Stale
from tracker.merging import merge
from tracker.rules import Permission
from tracker.timemachine import Actor, Tracked, as_of, head

Draft = TypeVar("Draft")
Row = TypeVar("Row", bound=models.Model)
NAMED = 10  # names in a reason
LONGEST = 120  # characters of a value that a sentence quotes


def require(by: Actor, permission: Permission, scopes: Iterable[str]) -> None:
    """Raise `NotAllowed` unless the actor may do that there. The tracker itself (no user) may."""
    if by.user is not None and not by.user.may(permission, scopes):
        raise NotAllowed(_("Your roles do not allow this here. Ask the plan's administrator for a role that does."))


def save(row: Tracked) -> None:
    """Check every field, save, and bring back the revision that the database stamped. Raises `Invalid` by field.

    Constraints are left to the database: the rules that an action checks have said them in words before.
    """
    try:
        row.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise invalid(error) from error
    row.save()
    row.refresh_from_db(fields=["revision"])


def invalid(error: ValidationError, message: str = "") -> Invalid:
    """Django's validation error as ours, one sentence for each field; `""` is the row as a whole."""
    fields = {
        ("" if name == NON_FIELD_ERRORS else name): " ".join(ValidationError(errors).messages)
        for name, errors in error.update_error_dict({}).items()
    }
    return Invalid(message or _("Some fields cannot be accepted."), fields=fields)


def fill(row: models.Model, values: dict[str, object]) -> None:
    """Set each named attribute."""
    for name, value in values.items():
        setattr(row, name, value)


def check(row: models.Model) -> None:
    """Check every field but those that name other rows, without asking the database. Raises `Invalid` by field."""
    try:
        row.clean_fields(exclude={field.name for field in row._meta.concrete_fields if field.is_relation})
    except ValidationError as error:
        raise invalid(error) from error


def refusals(drafts: Mapping[int, Draft], rule: Callable[[Draft], object]) -> dict[int, Refused]:
    """Why drafts of rows cannot be accepted, by their place; `rule` raises it."""
    refused: dict[int, Refused] = {}
    for index, draft in drafts.items():
        try:
            rule(draft)
        except Refused as error:
            refused[index] = error
    return refused


def accept(drafts: Iterable[Draft], rule: Callable[[Draft], object]) -> None:
    """Raise `RowsRefused` with every draft that the rule refuses."""
    refused = refusals(dict(enumerate(drafts)), rule)
    if refused:
        raise RowsRefused(refused)


def save_all(rows: Sequence[Row]) -> None:
    """Insert rows whose fields are checked, by one statement for each thousand. Their constraints are left to the
    database, as in `save`."""
    if rows:
        _manager(rows[0]).bulk_create(rows, batch_size=1000)


def some_of(names: Iterable[str]) -> str:
    """The first ten of them, for the reason of a revision, and how many more there are."""
    found = sorted(set(names))
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more


def change(row: Tracked, wanted: Mapping[str, Any], *, seen: int) -> None:
    """Set on a row, read under the turn, what somebody wants who saw it as revision `seen` left it.

    What others changed meanwhile is kept. Raises `Stale` where they changed the same fields otherwise, with what was
    seen, is stored and was sent, and where the row did not exist at that revision.
    """
    now = {name: getattr(row, name) for name in wanted}
    base = now if row.revision <= seen <= head() else _as_seen(row, wanted, seen=seen)
    if base is None:
        raise Stale(_("There was no such row at revision r%(seen)d. Read it again.") % {"seen": seen})
    merged = merge(base=base, now=now, wanted=wanted)
    if merged.conflicts:
        both = {name: (now[name], wanted[name]) for name in merged.conflicts}
        raise Stale(
            _("Somebody else changed this meanwhile. Read it again, and send what should hold."),
            fields={
                name: _("Now it is %(stored)s; you sent %(sent)s.") % {"stored": _quoted(stored), "sent": _quoted(sent)}
                for name, (stored, sent) in both.items()
            },
            more={
                "conflicts": {
                    name: {"seen": base[name], "stored": stored, "sent": sent} for name, (stored, sent) in both.items()
                }
            },
        )
    fill(row, merged.values)


def _as_seen(row: Tracked, names: Iterable[str], *, seen: int) -> dict[str, Any] | None:
    """The row's values as a past revision left them; None where it did not exist."""
    if not 0 < seen <= head():
        return None
    with as_of(seen):
        found: dict[str, Any] | None = _manager(row).filter(pk=row.pk).values(*names).first()
    return found


def _manager(row: models.Model) -> models.Manager[Any]:
    manager: models.Manager[Any] | None = row._meta.default_manager
    assert manager is not None, row  # noqa: S101 - every model of ours has one
    return manager


def _quoted(value: str | Decimal | date | None) -> str:
    if value is None or value == "":
        return _("empty")
    text = str(value)
    return _("“%(text)s”") % {"text": text if len(text) <= LONGEST else f"{text[:LONGEST]}…"}
