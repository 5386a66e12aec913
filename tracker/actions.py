"""Accounts and roles."""

from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.choices import Role
from tracker.errors import Conflict, Invalid
from tracker.models import RoleGrant, User
from tracker.timemachine import Actor, revision
from tracker.writing import invalid, save


def add_user(
    *, username: str, role: Role, scope: str, name: str = "", password: str | None, language: str = "", by: Actor,
    at: datetime,
) -> User:  # fmt: skip
    """A new account with one role. Without a password it cannot sign in, only use tokens."""
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
    with revision(by=by, reason=f"{user.username} becomes {role} of {scope or 'everything'}", at=at):
        held = RoleGrant.objects.filter(user=user, role=role, scope=scope).first()
        if held is not None:
            return _renewed(held, on=timezone.localdate(at))
        grant = RoleGrant(user=user, role=role, scope=scope)
        save(grant)
        return grant


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
