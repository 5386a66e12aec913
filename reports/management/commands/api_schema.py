"""Keeps the stored copy of the API's description, and the list of its texts to translate."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.contract import changes, unexcused
from tracker.api_translation import described, paragraphs_of, texts_module

STORED = settings.BASE_DIR / "docs" / "api-schema.json"
TEXTS = settings.BASE_DIR / "reports" / "api_texts.py"
CHANGELOG = settings.BASE_DIR / "CHANGELOG.md"
COMMAND = "script/manage api_schema --write"


def stored_form(schema: dict[str, Any]) -> str:
    """The description as it is stored: in one order, and without what servers name differently."""
    schema = json.loads(json.dumps(schema))
    for scheme in schema["components"].get("securitySchemes", {}).values():
        if scheme.get("in") == "cookie":
            scheme["name"] = "session"  # `__Host-session` by https
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


class Command(BaseCommand):
    """Says how the API differs from its stored description; `--write` stores what it is now."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="store the description of today")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` for a breaking change that the changelog does not name."""
        now = described("en")
        stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else now
        found = changes(stored, json.loads(stored_form(now)))
        for one in found:
            self.stdout.write(f"{'BREAKING ' if one.breaking else ''}{one}")
        untold = unexcused(found, CHANGELOG.read_text(encoding="utf-8"))
        if untold:
            names = "\n".join(f"- Breaking: `{one.name}` {one.what}." for one in untold)
            raise CommandError(f"Name these in the unreleased section of CHANGELOG.md, or take them back:\n{names}")
        if options["write"]:
            STORED.write_text(stored_form(now), encoding="utf-8")
            TEXTS.write_text(texts_module(paragraphs_of(now)), encoding="utf-8")
