"""Which revision of a row a write is meant for: `ETag` says it to the reader, `If-Match` brings it back."""

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request

from tracker.errors import Invalid, PreconditionRequired

HEADER = "If-Match"
_TAG = re.compile(r'"r([1-9][0-9]{0,17})(?:-[0-9a-f]{32})?"')


def etag(revision: int, state: str = "") -> str:
    """`"r57"`: the revision that last touched the row. With the tag of the state in which it is read (`tracker.etags`)
    it is `"r57-1f0c..."`, which names all that the answer shows beside the row, too; a write looks at the revision."""
    return f'"r{revision}-{state[1:]}' if state else f'"r{revision}"'


def seen_revision(request: Request) -> int:
    """The revision that `If-Match` names. Raises `PreconditionRequired` without one, and `Invalid` for any other
    writing: `*` and lists would overwrite what nobody has read."""
    text = request.headers.get(HEADER)
    if text is None:
        message = _("Say in If-Match which revision of the row you read, as its ETag names it.")
        raise PreconditionRequired(message, fields={HEADER: message})
    match = _TAG.fullmatch(text.strip())
    if match is None:
        message = _('Write one ETag as it was given, such as "r57" with its quotation marks.')
        raise Invalid(_("The revision cannot be read."), fields={HEADER: message}, code="bad_if_match")
    return int(match[1])
