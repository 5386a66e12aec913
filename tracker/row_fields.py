"""Columns of words, notes and sources that rows of many datasets share, each said once: its label and what it means, in
both languages. Those of keys and of numbers are in `tracker.key_fields` and `tracker.measure_fields`.

A field's `label` is the column's heading, its `help_text` the definition, its `unit` what a number counts.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class WordField(serializers.CharField):
    """One of some words, of which more may come."""

    def __init__(self, words: Sequence[tuple[str, str | Promise]], **kwargs: Any) -> None:
        self.words = words
        super().__init__(**kwargs)


class WordsField(serializers.ListField):
    """Some of these words, of which more may come."""

    def __init__(self, words: Sequence[tuple[str, str | Promise]], **kwargs: Any) -> None:
        self.words = words
        super().__init__(child=serializers.CharField(), **kwargs)


class EnglishTitleField(serializers.CharField):
    """Title in English."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"label": _("Title, English"), "help_text": _("In English; `official` says whose wording it is.")}
        super().__init__(**{**given, **kwargs})


class FrenchTitleField(serializers.CharField):
    """Title in French."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"label": _("Title, French"), "help_text": _("In French; `french_official` says whose wording it is.")}
        super().__init__(**{**given, **kwargs})


class EnglishNoteField(serializers.CharField):
    """Note in English."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Note, English"),
            "help_text": _("What a reader should know about the row, in English. Empty where nothing is written."),
        }
        super().__init__(**{**given, **kwargs})


class FrenchNoteField(serializers.CharField):
    """Note in French."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Note, French"),
            "help_text": _("What a reader should know about the row, in French. Empty where nothing is written."),
        }
        super().__init__(**{**given, **kwargs})


class SourceField(serializers.CharField):
    """Publication that states a fact."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Source"),
            "help_text": _("Publication that states it; empty when none does."),
        }
        super().__init__(**{**given, **kwargs})


class SourceUrlField(serializers.CharField):
    """Where that publication is found."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Source address"),
            "help_text": _("Web address of that publication; empty where none is known."),
        }
        super().__init__(**{**given, **kwargs})


class OfficialField(serializers.BooleanField):
    """Whether the source is official."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Official source"),
            "help_text": _(
                "True where an official publication states it; false for the words of the tracker’s people."
            ),
        }
        super().__init__(**{**given, **kwargs})


class FrenchOfficialField(serializers.BooleanField):
    """Whether the French wording is official."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Official French"),
            "help_text": _(
                "True where the French wording is the publication’s own; false for a translation made here."
            ),
        }
        super().__init__(**{**given, **kwargs})
