"""People who sign in."""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tracker.choices import Language, MailKind, Theme
from tracker.models.grant import RoleGrant
from tracker.rules import Access, Permission, is_reserved


class User(AbstractUser):
    """An account. Not tracked: passwords and sign-in times are no part of the plan's history; revisions keep names."""

    first_name = None  # type: ignore[assignment]  # one field: orders of names differ
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=150, blank=True)
    organization = models.ForeignKey("tracker.Organization", null=True, blank=True, on_delete=models.PROTECT)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    # When the name was last changed: pages that show it are made anew, though no revision covers it.
    named_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    # Kinds of mail that the person has turned off: a new kind is on for everybody.
    mail_off = ArrayField(models.CharField(max_length=8, choices=MailKind.choices), default=list, blank=True)
    # Not stored: the plans of the token that the person came with, where it is for some plans only.
    only_plans: frozenset[str] | None = None

    class Meta:
        verbose_name = _("person")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(language__in=["", *Language.values]), name="tracker_user_language"
            ),
            models.CheckConstraint(condition=models.Q(theme__in=Theme.values), name="tracker_user_theme"),
            models.CheckConstraint(
                condition=models.Q(mail_off__contained_by=list(MailKind.values)), name="tracker_user_mail_off"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Beside Django's own checks: nobody bears a name under which the tracker signs its own revisions."""
        faults: dict[str, list[ValidationError]] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            faults = error.error_dict
        for field in ("username", "name"):
            if field not in (exclude or ()) and field not in faults and is_reserved(getattr(self, field)):
                faults[field] = [ValidationError(_("The tracker signs with this name itself. Choose another."))]
        if faults:
            raise ValidationError(faults)

    @property
    def display_name(self) -> str:
        """The name people know, else the account's."""
        return self.name or self.username

    @cached_property
    def access(self) -> Access:
        """What the grants of today allow, within `only_plans` where these are said, and nothing for a closed account;
        read once per request, for the instance lives no longer."""
        if not self.is_active:
            return Access(frozenset())
        access = RoleGrant.objects.access_of(self.pk, on=timezone.localdate())
        return access if self.only_plans is None else access.of_plans(self.only_plans)

    def may(self, permission: Permission, scopes: Iterable[str]) -> bool:
        """Whether this active person is permitted that, at one of the scopes."""
        return self.access.may(permission, scopes)

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name
