"""Forms of the ground floor."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from tracker.choices import Language
from tracker.errors import Refused
from tracker.models import User


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


class SetupForm(forms.Form):
    """The first administrator."""

    username = forms.CharField(
        label=_("Account name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
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

    def account(self) -> dict[str, str]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("username", "name", "password")}


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for the type checker
    """A person's own settings."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("as the browser asks")), *Language.choices]
    )

    class Meta:
        model = User
        fields = ["name", "language", "theme"]
