"""What every action does the same way: ask whether it is permitted, check the row, save it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from tracker.errors import Invalid, NotAllowed, Refused, RowsRefused
from tracker.rules import Permission
from tracker.timemachine import Actor, Tracked

Draft = TypeVar("Draft")
Row = TypeVar("Row", bound=Tracked)
NAMED = 10  # names in a reason


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
    for row in rows:
        # The database stamps it. Were that left to its default, Django would send each value by itself and not each
        # column, which takes twice as long.
        row.revision = 0
    if rows:
        _manager(rows[0]).bulk_create(rows, batch_size=1000)


def some_of(names: Iterable[str]) -> str:
    """The first ten of them, for the reason of a revision, and how many more there are."""
    found = sorted(set(names))
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more


def _manager(row: models.Model) -> models.Manager[Any]:
    manager: models.Manager[Any] | None = row._meta.default_manager
    assert manager is not None, row  # noqa: S101 - every model of ours has one
    return manager
