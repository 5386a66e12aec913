"""Forms of the ground floor."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.choices import Language
from tracker.errors import Refused, TooManyTries
from tracker.http import client_address
from tracker.models import User
from tracker.throttle import Try


def show_refusal(form: forms.BaseForm, error: Refused) -> None:
    """Put a refusal's sentences beside the fields that they name; what names no field stands on top."""
    for name, sentence in error.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
    if not error.fields:
        form.add_error(None, str(error.message))


class SignInForm(AuthenticationForm):
    """Name and password."""

    error_messages = {
        "invalid_login": _("This name and password do not go together. Both mind capitals."),
        "inactive": _("This account is closed."),
    }
    barred: TooManyTries | None = None

    def clean(self) -> dict[str, Any]:
        """The person, unless too many tries came before: `barred` then says for how long."""
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return super().clean()
        now = timezone.now()
        try:
            one = Try.begin(username=username, address=client_address(self.request) if self.request else "", at=now)
        except TooManyTries as error:
            self.barred = error
            raise ValidationError(str(error.message), code=error.code) from error
        try:
            data = super().clean()
        except ValidationError:
            one.failed(at=now)
            raise
        one.succeeded()
        return data


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ."))
        return data


class SetupForm(NewPasswordForm):
    """The first administrator."""

    username = forms.CharField(
        label=_("Account name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("username", "name", "password", "again")

    def account(self) -> dict[str, str]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("username", "name", "password")}


class PasswordForm(NewPasswordForm):
    """Another password for oneself. Whoever finds a signed-in browser cannot try what the present one is either."""

    current = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password", "again")
    barred: TooManyTries | None = None

    def __init__(self, *args: Any, user: User, address: str, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.address, self.at = user, address, at

    def clean_current(self) -> str:
        """The present password; a wrong one counts as a failed sign-in."""
        current: str = self.cleaned_data["current"]
        try:
            one = Try.begin(username=self.user.username, address=self.address, at=self.at)
        except TooManyTries as error:
            self.barred = error
            raise ValidationError(str(error.message), code=error.code) from error
        if not self.user.check_password(current):
            one.failed(at=self.at)
            raise ValidationError(_("This is not your present password."))
        one.succeeded()
        return current


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for the type checker
    """A person's own settings."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("as the browser asks")), *Language.choices]
    )

    class Meta:
        model = User
        fields = ["name", "language", "theme"]
