"""Making tokens, and what becomes of them by being used. Revoking them is among the actions on accounts."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import Error, connection, transaction
from django.utils.translation import gettext as _

from tracker.choices import MailKind, TokenScope
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import ApiToken, User
from tracker.models.token import ADDRESS_LENGTH, USE_NOTED
from tracker.outbox import Draft, leave
from tracker.rules import LONGEST_TOKEN, MOST_TOKENS
from tracker.timemachine import Actor

# Tokens have no history; who made or revoked one, and when, is in the log, and the rows stay.
log = logging.getLogger("tracker.people")
NAME_LENGTH = 80


def issue_token(
    *, user: User, name: str, scope: TokenScope, plans: Collection[str] | None, lifetime: timedelta, by: Actor,
    at: datetime,
) -> tuple[ApiToken, str]:  # fmt: skip
    """A token for oneself, and its secret, which nobody can be told again. `plans` None: all that one may see.

    Raises `Conflict` for who holds no role or has twenty usable ones, `Invalid` naming the field for all else.
    """
    if by.user is not None and by.user != user:
        raise NotAllowed(_("Everybody makes their own tokens."))
    name = _checked_name(name)
    if not timedelta() < lifetime <= LONGEST_TOKEN:
        message = _("A token is good for a year at most.")
        raise Invalid(message, fields={"days": message})
    _check_plans(user, plans)
    with transaction.atomic():
        # Tokens of one person are made in turn, so that two at once are counted.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if ApiToken.objects.usable(at=at).filter(user=user).count() >= MOST_TOKENS:
            message = _("You have %(most)d tokens that can be used. Revoke one that you do not need any more.")
            raise Conflict(message % {"most": MOST_TOKENS}, code="too_many_tokens")
        made = ApiToken.objects.make(user=user, name=name, scope=scope, at=at, lifetime=lifetime, plans=plans)
    token = made[0]
    log.info(
        "Token %s (%s, %s) of account %s made by %s, good until %s", token.prefix, token.scope,
        "all plans" if token.plans is None else ", ".join(token.plans), user.username, by.display_name,
        token.expires_at.isoformat(timespec="seconds"),
    )  # fmt: skip
    return made


def revoke_leaked(secret: str, *, address: str, at: datetime) -> None:
    """Revoke the token that came where everybody reads, if it is one, and write to its owner, once."""
    token = ApiToken.objects.of_secret(secret)
    if token is None:
        return
    with transaction.atomic():
        if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at, leaked=True):
            return
        leave([Draft(token.prefix, MailKind.TOKEN, token.user_id, "", {"token": token.prefix})], at=at)
    log.warning(
        "Token %s of account %s revoked: it came in an address, from %s", token.prefix, token.user.username,
        address or "nowhere",
    )  # fmt: skip


def note_use(token: ApiToken, *, address: str, at: datetime) -> None:
    """Keep when the token was used, and from where. Waits for nobody: who holds the row is noting it, or revoking it;
    and what cannot be kept is left."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """update tracker_apitoken set last_used_at = %s, last_used_from = %s where id = (
                   select id from tracker_apitoken where id = %s and (last_used_at is null or last_used_at <= %s)
                   for no key update skip locked)""",
                [at, address[:ADDRESS_LENGTH], token.pk, at - USE_NOTED],
            )
    except Error as error:
        log.warning("The use of token %s could not be kept: %s", token.prefix, error)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        message = _("Say what the token is for.")
    elif len(name) > NAME_LENGTH:
        message = _("Write at most %(most)d characters.") % {"most": NAME_LENGTH}
    elif not name.isprintable():
        message = _("The name holds a character that cannot be shown.")
    else:
        return name
    raise Invalid(message, fields={"name": message})


def _check_plans(user: User, plans: Collection[str] | None) -> None:
    """Raise unless the person sees something of each."""
    access = user.access
    if not access.grants:
        raise Conflict(
            _("You hold no role yet, so a token of yours would show nothing. Ask an administrator for a role."),
            code="no_role",
        )
    if plans is None:
        return
    if not plans:
        message = _("Choose at least one plan, or all that you may see.")
        raise Invalid(message, fields={"plans": message})
    hidden = sorted(
        code for code in set(plans)
        if not code or "/" in code or not (access.everywhere or code in access.all_plans)
    )  # fmt: skip
    if hidden:
        message = _("There is no such plan that you may see: %(plans)s.") % {"plans": ", ".join(hidden)}
        raise Invalid(message, fields={"plans": message})
