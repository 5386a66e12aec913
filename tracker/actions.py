"""Accounts, passwords, tokens and roles."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.choices import Role
from tracker.errors import Conflict, Invalid
from tracker.models import ApiToken, RoleGrant, User
from tracker.rules import EVERYWHERE, Permission
from tracker.throttle import forgive
from tracker.timemachine import Actor, revision
from tracker.writing import invalid, require, save

# Accounts and tokens have no history; who closed or revoked one, and when, is in the log.
log = logging.getLogger("tracker.people")


def add_user(
    *, username: str, role: Role, scope: str, name: str = "", password: str | None, language: str = "", by: Actor,
    at: datetime,
) -> User:  # fmt: skip
    """A new account with one role. Without a password it cannot sign in, only use tokens."""
    require(by, Permission.MANAGE_PEOPLE, [EVERYWHERE])
    user = User(username=username, name=name, language=language)
    _check_password(user, password)
    with revision(by=by, reason=f"{username} becomes {role} of {scope or 'everything'}", at=at):
        if User.objects.filter(username=username).exists():
            message = _("There is already an account of this name.")
            raise Conflict(message, fields={"username": message})
        try:
            user.full_clean(exclude=["password"])
        except ValidationError as error:
            raise invalid(error, _("The account cannot be made.")) from error
        user.save()
        save(RoleGrant(user=user, role=role, scope=scope))
    return user


def grant_role(*, user: User, role: Role, scope: str, by: Actor, at: datetime) -> RoleGrant:
    """One more role for somebody. Holding it already is no error; where it had run out or not begun, it now holds."""
    require(by, Permission.MANAGE_PEOPLE, [EVERYWHERE])
    with revision(by=by, reason=f"{user.username} becomes {role} of {scope or 'everything'}", at=at):
        held = RoleGrant.objects.filter(user=user, role=role, scope=scope).first()
        if held is not None:
            return _renewed(held, on=timezone.localdate(at))
        grant = RoleGrant(user=user, role=role, scope=scope)
        save(grant)
        return grant


def end_grant(*, user: User, role: Role, scope: str, by: Actor, at: datetime) -> None:
    """Somebody's role ends at once. Refused when they do not hold it, and for the last administrator."""
    require(by, Permission.MANAGE_PEOPLE, [EVERYWHERE])
    today = timezone.localdate(at)
    with revision(by=by, reason=f"{user.username} is no longer {role} of {scope or 'everything'}", at=at):
        grant = RoleGrant.objects.filter(user=user, role=role, scope=scope).exclude(ends_on__lt=today).first()
        if grant is None:
            message = _("%(account)s does not hold this role there.") % {"account": user.username}
            raise Conflict(message, fields={"role": message}, code="not_held")
        with _an_administrator_stays(on=today):
            _end(grant, before=today)


def close_account(*, user: User, by: Actor, at: datetime) -> None:
    """Nobody signs in with it any more, sessions end, tokens are revoked. Roles stay, for the day it is reopened.

    Refused for the last administrator. Closing it again changes nothing.
    """
    require(by, Permission.MANAGE_PEOPLE, [EVERYWHERE])
    with revision(by=by, reason=f"account {user.username} is closed", at=at):
        with _an_administrator_stays(on=timezone.localdate(at)):
            user.is_active = False
            user.save(update_fields=["is_active"])
        revoke_tokens(user=user, by=by, at=at)
    log.info("Account %s closed by %s", user.username, by.display_name)


def reopen_account(*, user: User, by: Actor) -> None:
    """People can sign in with it again, with its password and its roles; revoked tokens stay revoked."""
    require(by, Permission.MANAGE_PEOPLE, [EVERYWHERE])
    user.is_active = True
    user.save(update_fields=["is_active"])
    forgive(user.username)
    log.info("Account %s reopened by %s", user.username, by.display_name)


def revoke_tokens(*, user: User, prefixes: Collection[str] | None = None, by: Actor, at: datetime) -> int:
    """Revoke the person's tokens of these prefixes, all without; how many were usable. Raises `Invalid` for a prefix
    that is none of theirs. Everybody may revoke their own."""
    if by.user != user:
        require(by, Permission.MANAGE_PEOPLE, [EVERYWHERE])
    tokens = ApiToken.objects.filter(user=user)
    if prefixes is not None:
        unknown = sorted(set(prefixes) - set(tokens.values_list("prefix", flat=True)))
        if unknown:
            message = _("No token of %(account)s begins so: %(prefixes)s.") % {
                "account": user.username, "prefixes": ", ".join(unknown),
            }  # fmt: skip
            raise Invalid(message, fields={"prefix": message})
        tokens = tokens.filter(prefix__in=prefixes)
    revoked = tokens.filter(revoked_at=None, expires_at__gt=at).update(revoked_at=at)
    log.info("%s tokens of account %s revoked by %s", revoked, user.username, by.display_name)
    return revoked


def change_password(*, user: User, password: str) -> None:
    """Another password for oneself; every other session of the account ends. Raises `Invalid` for a weak one."""
    if user.check_password(password):
        message = _("This is the present password already.")
        raise Invalid(message, fields={"password": message})
    _check_password(user, password)
    user.save(update_fields=["password"])
    log.info("Account %s has a new password", user.username)


def first_administrator(*, username: str, name: str, password: str, at: datetime) -> User:
    """The account that the one-time link makes. Refused once an administrator exists."""
    with revision(by=Actor(name="Setup link"), reason="First administrator", at=at):
        if has_administrator():
            raise Conflict(_("An administrator exists already. Sign in, or ask them for an account."), code="set_up")
        by = Actor(name="Setup link")
        user = add_user(
            username=username, role=Role.ADMINISTRATOR, scope="", name=name, password=password, by=by, at=at
        )
        # Alone on the first day, the administrator also runs the plan, until others are there to do so.
        grant_role(user=user, role=Role.PLAN_ADMIN, scope="", by=by, at=at)
        return user


def has_administrator() -> bool:
    """Whether anybody holds the administrator's role."""
    return RoleGrant.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True).exists()


@contextmanager
def _an_administrator_stays(*, on: date) -> Iterator[None]:
    """Raise `Conflict` when what is done inside takes the last of those who can give accounts and roles."""
    holding = (Q(starts_on=None) | Q(starts_on__lte=on)) & (Q(ends_on=None) | Q(ends_on__gte=on))
    administrators = RoleGrant.objects.filter(holding, role=Role.ADMINISTRATOR, scope=EVERYWHERE, user__is_active=True)
    before = administrators.exists()
    yield
    if before and not administrators.exists():
        message = _("Nobody would be administrator any more. Make somebody else one first.")
        raise Conflict(message, code="last_administrator")


def _end(grant: RoleGrant, *, before: date) -> None:
    """Its last day is the one before; where it had none by then, it is gone."""
    if grant.starts_on is not None and grant.starts_on >= before:
        grant.delete()
    else:
        grant.ends_on = before - timedelta(days=1)
        save(grant)


def _renewed(grant: RoleGrant, *, on: date) -> RoleGrant:
    if grant.starts_on is not None and grant.starts_on > on:
        grant.starts_on = on
    if grant.ends_on is not None and grant.ends_on < on:
        grant.ends_on = None
    save(grant)
    return grant


def _check_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(_("The password is too weak."), fields={"password": " ".join(error.messages)}) from error
    user.set_password(password)
