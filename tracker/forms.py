"""Forms of the ground floor."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.choices import Language, MailKind
from tracker.errors import Difference, EditConflict, PreconditionRequired, Refused, TooManyTries
from tracker.formats import is_french
from tracker.http import client_address
from tracker.merging import alike
from tracker.models import User
from tracker.throttle import Try

# What is said about one's own account comes in any case.
WISHED = [kind for kind in MailKind if kind != MailKind.TOKEN]
_SPACES = re.compile(r"\s+")  # the no-break ones too
_ENGLISH_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


def show_refusal(form: forms.BaseForm, error: Refused) -> None:
    """Put a refusal's sentences beside the fields that they name; what names no field stands on top. A form over a row
    that somebody else changed meanwhile shows what becomes of both."""
    if isinstance(form, EditForm) and isinstance(error, EditConflict):
        form.bring_in(error)
        return
    for name, sentence in error.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
    if not error.fields:
        form.add_error(None, str(error.message))


class NumberField(forms.DecimalField):
    """A number as the page's language writes it: `1 234,56` in French, `1,234.56` in English, `1234.56` in both. What
    could mean either is refused."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as DecimalField's own, which is a Decimal
        """The number. Raises `ValidationError` for what is none."""
        text = _SPACES.sub("", "" if value is None else str(value)).replace("\u2212", "-")
        if is_french() and text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        elif not is_french() and _ENGLISH_THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        return super().to_python(text)


UNREAD = _("The form does not say which version you read. Open the page again.")


def version_field() -> forms.IntegerField:
    """The version that the page shows, brought back unseen; 0 for none."""
    return forms.IntegerField(
        required=False, min_value=0, widget=forms.HiddenInput, label=_("Version"),
        error_messages=dict.fromkeys(("invalid", "min_value"), UNREAD),
    )  # fmt: skip


class EditForm(forms.Form):
    """A form over a row that is there, named by the fields that it writes; `revision` is the row's as the page shows
    it, 0 while there is none."""

    revision = version_field()

    @property
    def seen(self) -> int:
        """The revision of the row that the person read. Raises `PreconditionRequired` when the form does not say."""
        number: int | None = self.cleaned_data["revision"]
        if number is None:
            raise PreconditionRequired(UNREAD, fields={"revision": UNREAD})
        return number

    def bring_in(self, error: EditConflict) -> None:
        """Show what others wrote merged in; where both changed the same, what the person wrote, and the other version
        beside it. Sent again, what it then shows stands."""
        self.data = {**cast(QueryDict, self.data).dict(), **error.values, "revision": error.revision}
        self.full_clean()
        for difference in error.differences:
            self.add_error(difference.field, f"{difference.sentence} {self._says(difference)}")
        if not error.differences:
            self.add_error(None, str(error.message))

    def brought_in(self, row: Model) -> str:
        """The labels of what others wrote meanwhile and `row` says otherwise than this form did; empty for none."""
        columns = {field.attname for field in row._meta.concrete_fields} - {"revision"}
        names = [name for name in self.cleaned_data if name in columns]
        differing = [name for name in names if not alike(getattr(row, name), self.cleaned_data[name])]
        return ", ".join(str(self.fields[name].label) for name in differing)

    def _says(self, difference: Difference) -> str:
        """The stored version in words."""
        stored = difference.stored
        if isinstance(stored, bool):
            return gettext("It is ticked now.") if stored else gettext("It is not ticked now.")
        if stored is None or stored == "":
            return gettext("It is empty now.")
        choices = dict(getattr(self.fields[difference.field], "choices", ()))
        return gettext("It says now: “%(text)s”") % {"text": choices.get(stored, stored)}


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
        self.fields["password"].label = _("New password")
        self.fields["again"].label = _("New password, once more")

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

    email = forms.EmailField(
        label=_("E-mail address"), required=False, max_length=254,
        help_text=_("Reminders and the week in short go there. Without one you get none."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    mails = forms.MultipleChoiceField(
        label=_("Mail me"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(kind.value, kind.label) for kind in WISHED],
    )  # fmt: skip

    class Meta:
        model = User
        fields = ["name", "language", "theme", "email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["mails"] = [kind for kind in WISHED if kind not in self.instance.mail_off]

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - as Django's
        """Keep the kinds that are turned off, so that one that comes later is on."""
        self.instance.mail_off = [kind for kind in WISHED if kind not in self.cleaned_data["mails"]]
        return cast(User, super().save(commit=commit))
