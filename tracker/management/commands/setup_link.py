"""`manage.py setup_link`: the one-time link that makes the first administrator."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from tracker.actions import has_administrator
from tracker.views.account import setup_token


class Command(BaseCommand):
    help = "Print the one-time link that makes the first administrator; nothing once there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        """One address, or nothing."""
        if not has_administrator():
            self.stdout.write(settings.BASE_URL + reverse("setup", args=[setup_token()]))
