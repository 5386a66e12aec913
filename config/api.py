"""The API: one router over all apps, and its own description."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import Resolver404, URLPattern, URLResolver, path, re_path, resolve, reverse
from django.utils.translation import gettext as _
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter

from initiatives import api as initiatives
from pillars import api as pillars
from reports import api as reports
from tracker import api as tracker

app_name = "api"

router = SimpleRouter()
router.register("plans", pillars.PlanViewSet, "plan")
router.register("pillars", pillars.PillarViewSet, "pillar")
router.register("weeks", pillars.ReportingWeekViewSet, "week")
router.register("initiatives", initiatives.InitiativeViewSet, "initiative")
router.register("milestones", initiatives.MilestoneViewSet, "milestone")
router.register("milestone-dependencies", initiatives.MilestoneDependencyViewSet, "milestone-dependency")
router.register("change-requests", initiatives.ChangeRequestViewSet, "change-request")
router.register("funding-announcements", initiatives.FundingAnnouncementViewSet, "funding-announcement")
router.register("budget-lines", initiatives.BudgetLineViewSet, "budget-line")
router.register("ledger-entries", initiatives.LedgerEntryViewSet, "ledger-entry")
router.register("transfers", initiatives.TransferViewSet, "transfer")
router.register("indicators", initiatives.IndicatorViewSet, "indicator")
router.register("targets", initiatives.TargetViewSet, "target")
router.register("observations", initiatives.ObservationViewSet, "observation")
router.register("evidence", initiatives.EvidenceViewSet, "evidence")
router.register("status-updates", initiatives.StatusUpdateViewSet, "status-update")
router.register("rollups", reports.WeeklyRollupViewSet, "rollup")
router.register("figures", reports.FigureViewSet, "figure")
router.register("organizations", tracker.OrganizationViewSet, "organization")
router.register("places", tracker.PlaceViewSet, "place")
router.register("revisions", tracker.RevisionViewSet, "revision")


EXPORTS = (
    initiatives.InitiativeExport,
    initiatives.StatusUpdateExport,
    initiatives.LedgerEntryExport,
    initiatives.IndicatorExport,
    initiatives.TargetExport,
    initiatives.ObservationExport,
)


class Index(tracker.ApiView):
    """What there is."""

    schema = None

    def get(self, request: Request) -> HttpResponse:
        """Paths of every list and export."""
        lists = {prefix: reverse(f"api:{name}-list") for prefix, _view, name in router.registry}
        exports = {f"exports/{view.export.name}.csv": reverse(f"api:export-{view.export.name}") for view in EXPORTS}
        return self.json({**lists, **exports, "schema": reverse("api:schema")})


class NothingHere(tracker.ApiView):
    """Every other address below the API: a problem document, or the way to the address with its slash."""

    permission_classes = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing is looked up for an address that does not exist."""

    def get(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """The same address with a slash at its end, if that is one."""
        path, query = f"{request.path_info}/", request.META.get("QUERY_STRING", "")
        try:
            if path.endswith("//") or getattr(resolve(path).func, "cls", None) is type(self):
                raise Resolver404
        except Resolver404:
            raise NotFound(_("Nothing is found here.")) from None
        return HttpResponsePermanentRedirect(f"{request.path}/?{query}" if query else f"{request.path}/")

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """No method is allowed where nothing is."""
        raise NotFound(_("Nothing is found here."))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", Index.as_view(), name="index"),
    *router.urls,
    *(path(f"exports/{view.export.name}.csv", view.as_view(), name=f"export-{view.export.name}") for view in EXPORTS),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[IsAuthenticated]), name="schema"),
    re_path(r"^.*$", NothingHere.as_view()),
]
