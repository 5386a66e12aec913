"""The ground floor as a Django app; the time machine is built after every `migrate`, and every app declares the reasons
of revisions that it writes."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class TrackerConfig(AppConfig):
    name = "tracker"

    def ready(self) -> None:
        from tracker.timemachine.install import after_migrate  # noqa: PLC0415 - models load after the app registry

        post_migrate.connect(after_migrate, dispatch_uid="timemachine")
        autodiscover_modules("reasons")
