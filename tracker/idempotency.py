"""A write that is sent again is carried out once: the `Idempotency-Key` of the IETF's draft
(draft-ietf-httpapi-idempotency-key-header).

The key and what the write did are committed together. Two that come at the same time wait for the writers' turn, and
the second is given the answer of the first. A write that is refused leaves no key: it may be mended and sent again.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from tracker.errors import Invalid, KeyReused
from tracker.models import IdempotencyKey, User
from tracker.timemachine import hold_turn

HEADER = "Idempotency-Key"
REPLAY = "Idempotent-Replay"
KEPT = timedelta(days=7)
KEY = r"[\x21-\x7e]{1,200}"
ANSWERED = ("ETag", "Location", "X-Revision")  # headers of the first answer that a replay repeats

PAGE_FIELD, PAGE_TOKEN = "once", r"[0-9a-f]{32}"

Handler = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Sent:
    """A write as it came in: whose, under which key, where to, and the SHA-256 of its body."""

    user: User
    key: str
    route: str
    digest: str

    def first_answer(self) -> HttpResponse | None:
        """What the write was answered before. Raises `KeyReused` when the key was another write's."""
        kept = IdempotencyKey.objects.filter(user=self.user, key=self.key).first()
        if kept is None:
            return None
        if (kept.route, kept.digest) != (self.route, self.digest):
            message = _("This key was given to another write. Take a new key for each.")
            raise KeyReused(message, fields={HEADER: message})
        answer = HttpResponse(bytes(kept.body), status=kept.status, content_type="application/json")
        for name, value in kept.headers.items():
            answer[name] = value
        answer[REPLAY] = "true"
        return answer

    def keep(self, answer: HttpResponse, *, at: datetime) -> None:
        """Remember the answer, in the transaction of the write."""
        IdempotencyKey.objects.create(
            user=self.user, key=self.key, route=self.route, digest=self.digest, status=answer.status_code,
            headers={name: answer[name] for name in ANSWERED if name in answer}, body=answer.content, made_at=at,
        )  # fmt: skip


def once(handler: Handler) -> Handler:
    """The handler of a POST as one transaction, its answer included; with a key, carried out once."""

    @wraps(handler)
    def carried_out(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        sent = _sent(request)
        if sent is None:
            with transaction.atomic():
                return handler(view, request, *args, **kwargs)
        # Looked up before the turn too: who sends again because the tracker is busy should not have to wait.
        return sent.first_answer() or _carry_out(sent, lambda: handler(view, request, *args, **kwargs))

    carried_out.once = True  # type: ignore[attr-defined]  # by this a test tells handlers that are
    return carried_out


@dataclass(frozen=True)
class Carried:
    """What a page's form did: the result of the write, or that the same was carried out before."""

    result: Any
    again: bool


def once_by_page(request: HttpRequest, write: Callable[[], Any]) -> Carried:
    """Carry out what the form of a page asks for, in one transaction; the same content sent twice from the same page (a
    second click, a reload) once. The page carries a token in its field `once`; without one nothing is remembered."""
    token = request.POST.get(PAGE_FIELD, "")
    if not re.fullmatch(PAGE_TOKEN, token):
        return Carried(write(), again=False)
    digest = _content(request)
    user, key = cast(User, request.user), f"page:{token}:{digest[:32]}"
    with transaction.atomic():
        hold_turn()
        if IdempotencyKey.objects.filter(user=user, key=key).exists():
            return Carried(None, again=True)
        result = write()
        IdempotencyKey.objects.create(
            user=user, key=key, route=f"POST {request.path}", digest=digest, status=302, body=b"",
            made_at=timezone.now(),
        )  # fmt: skip
    return Carried(result, again=False)


def _content(request: HttpRequest) -> str:
    """SHA-256 of what the form says, its files included."""
    said = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    digest = hashlib.sha256(repr(said).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def forget_answers(*, at: datetime) -> int:
    """Delete the keys whose time is over; the number deleted."""
    return IdempotencyKey.objects.filter(made_at__lt=at - KEPT).delete()[0]


def _carry_out(sent: Sent, write: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        hold_turn()
        answer = sent.first_answer()
        if answer is None:
            answer = write()
            sent.keep(answer, at=timezone.now())
    return answer


def _sent(request: Request) -> Sent | None:
    """The write with its key; None without one. Raises `Invalid` for a key that is no key."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(KEY, key):
        message = _("Write 1 to 200 visible ASCII characters, such as a UUID.")
        raise Invalid(_("The key of the write cannot be taken."), fields={HEADER: message}, code="bad_key")
    return Sent(
        user=cast(User, request.user),
        key=key,
        route=f"{request.method} {request.path}",
        digest=hashlib.sha256(_body(request) + _reach(request)).hexdigest(),
    )


def _reach(request: Request) -> bytes:
    """Tells tokens of some plans from others: the answer to one is not another's to read."""
    plans = cast(User, request.user).only_plans
    return b"" if plans is None else repr(sorted(plans)).encode()


def _body(request: Request) -> bytes:
    """The body as it was sent. Read before its parser does, which would leave nothing of it."""
    try:
        return request._request.body  # noqa: SLF001 - the parsed request does not keep it
    except RawPostDataException as error:  # read as a form already, which is not JSON
        raise UnsupportedMediaType(request.content_type) from error
