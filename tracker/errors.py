"""What can be refused, said once: pages, API, commands and tasks all show the same sentence and field."""

from collections.abc import Mapping

from django.utils.functional import Promise

Text = str | Promise


class Refused(Exception):
    """An action that was not carried out. `fields` names what to change; nothing was written."""

    status = 400
    code = "refused"

    def __init__(self, message: Text, *, fields: Mapping[str, Text] | None = None, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        if code:
            self.code = code

    def __str__(self) -> str:
        return "; ".join([str(self.message), *(f"{name}: {text}" for name, text in self.fields.items())])


class Invalid(Refused):
    """The input cannot be meant: each field says what to write instead."""

    code = "invalid"


class NotAllowed(Refused):
    """The person may see this but not do it."""

    status = 403
    code = "not_allowed"


class Conflict(Refused):
    """The rules of the plan, or somebody else's change, stand against it."""

    status = 409
    code = "conflict"


class Busy(Refused):
    """Another writer holds the turn; the same request may be sent again."""

    status = 503
    code = "busy"


class BadMoment(Refused):
    """`as_of` names no moment of this history."""

    code = "bad_as_of"
