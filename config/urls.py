"""Addresses: pages under a language, the API, health."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from reports.views import operations
from tracker.views import health

handler500 = "tracker.views.errors.server_error"

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("health/deep", operations.deep, name="health-deep"),
    path("api/v1/", include("config.api")),
    *i18n_patterns(
        path("", include("tracker.urls")),
        path("", include("pillars.urls")),
        path("", include("initiatives.urls")),
        path("", include("reports.urls")),
    ),
]
