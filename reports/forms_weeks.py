"""Closing a reporting week early, and reopening one."""

from django import forms
from django.utils.translation import gettext_lazy as _

_WRITTEN = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


class CloseWeekForm(forms.Form):
    """Why; when is now."""

    reason = forms.CharField(
        label=_("Why it closes early"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history, with your name."),
    )  # fmt: skip


class ReopenWeekForm(forms.Form):
    """Why, and until when: a wall-clock time where the plan is."""

    reason = forms.CharField(
        label=_("Why it is reopened"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history, with your name."),
    )  # fmt: skip
    until = forms.DateTimeField(
        label=_("Open until"), input_formats=_WRITTEN,
        widget=forms.DateTimeInput(format=_WRITTEN[0], attrs={"type": "datetime-local"}),
        help_text=_("At most 14 days ahead. It then locks by itself, and another edition is sealed."),
        error_messages={"invalid": _("Write a day and a time like 2026-11-25 17:00.")},
    )  # fmt: skip
