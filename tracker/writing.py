"""What every action does the same way: ask whether it is permitted, check the row, save it."""

from collections.abc import Iterable

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from tracker.errors import Invalid, NotAllowed
from tracker.rules import Permission
from tracker.timemachine import Actor, Tracked


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
