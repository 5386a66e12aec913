"""Errors of the API as RFC 9457 problem documents."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from psycopg import errors as postgres
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as stock_handler

from tracker.errors import Busy, Refused, TooManyRequests
from tracker.http import PROBLEM, problem

_CODES = {
    status.HTTP_400_BAD_REQUEST: "invalid",
    status.HTTP_401_UNAUTHORIZED: "not_signed_in",
    status.HTTP_403_FORBIDDEN: "not_allowed",
    status.HTTP_404_NOT_FOUND: "not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method_not_allowed",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "not_json",
}


class TooBig(Refused):
    """The body is longer than any that can be meant."""

    status = 413
    code = "too_big"


class Malformed(Refused):
    """The request breaks HTTP's own rules."""

    code = "malformed"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal of the API: title, status, a stable code, and the fields to change. Faults stay faults (500)."""
    error = _translated(error)
    if isinstance(error, Refused):
        headers = {"Retry-After": "5"} if isinstance(error, Busy) else None
        if isinstance(error, TooManyRequests):
            headers = {"Retry-After": str(error.seconds)}
        return Response(problem(error), status=error.status, headers=headers, content_type=PROBLEM)
    response = stock_handler(error, context)
    if response is None:
        return None
    response.data = {
        "type": "about:blank",
        "title": _title(error),
        "status": response.status_code,
        "code": _CODES.get(response.status_code, "refused"),
        **_fields(error),
    }
    response.content_type = PROBLEM
    return response


def _translated(error: Exception) -> Exception:
    """What drivers and Django raise for a caller's fault, as a refusal."""
    if isinstance(error, OperationalError) and isinstance(error.__cause__, postgres.LockNotAvailable):
        return Busy(_("Another change is being written. Wait a few seconds and send yours again."))
    if isinstance(error, RequestDataTooBig):
        return TooBig(_("The body is too long."))
    if isinstance(error, SuspiciousOperation):
        return Malformed(_("The request cannot be read."))
    return error


def _title(error: Exception) -> str:
    match error:
        case exceptions.ValidationError():
            return _("Some fields cannot be accepted.")
        case exceptions.APIException():
            return str(error.detail)
        case Http404():
            return _("Nothing is found here.")
        case PermissionDenied():
            return _("You may not do this.")
    return str(error)


def _fields(error: Exception) -> dict[str, Any]:
    if not isinstance(error, exceptions.ValidationError):
        return {}
    return {"fields": flat(error.detail)}


def flat(detail: Any) -> dict[str, str]:
    """Faults of a body, one sentence for each field."""
    return dict(_flat(detail, ""))


def _flat(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    """Nested messages as `field` or `row.field` with one sentence each."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and detail and isinstance(detail[0], dict | list):
        for number, inner in enumerate(detail):
            yield from _flat(inner, f"{path}.{number}" if path else str(number))
    elif isinstance(detail, list):
        yield path or "body", " ".join(str(message) for message in detail)
    else:
        yield path or "body", str(detail)
