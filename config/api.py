"""The API: one router over all apps, and its own description."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import Resolver404, URLPattern, URLResolver, path, re_path, register_converter, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter

from initiatives import api as initiatives
from pillars import api as pillars
from reports import api as reports
from reports import api_dictionary as dictionary
from reports import api_exports, api_search
from reports.datasets import DATASETS
from tracker import api as tracker
from tracker.api_exports import CsvView, FileView, OtherFormat, OtherFormatsView
from tracker.api_view import ApiView
from tracker.datasets import Dataset
from tracker.errors import Invalid
from tracker.filters import refuse_unknown

app_name = "api"

router = SimpleRouter()
router.register("plans", pillars.PlanViewSet, "plan")
router.register("pillars", pillars.PillarViewSet, "pillar")
router.register("weeks", pillars.ReportingWeekViewSet, "week")
router.register("initiatives", initiatives.InitiativeViewSet, "initiative")
router.register("milestones", initiatives.MilestoneViewSet, "milestone")
router.register("milestone-baselines", initiatives.MilestoneBaselineViewSet, "milestone-baseline")
router.register("milestone-forecasts", initiatives.MilestoneForecastViewSet, "milestone-forecast")
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
router.register("places", initiatives.PlaceViewSet, "place")
router.register("revisions", tracker.RevisionViewSet, "revision")


def _of(named: Dataset, view: type[FileView]) -> type[FileView]:
    """The view, for that dataset."""
    return type(view.__name__, (view,), {"dataset": named, "__doc__": view.__doc__})


EXPORTS = {name: (_of(dataset, CsvView), _of(dataset, OtherFormatsView)) for name, dataset in DATASETS.items()}
register_converter(OtherFormat, "other_format")


class Index(ApiView):
    """What there is."""

    schema = None
    tagged = True

    def get(self, request: Request) -> HttpResponse:
        """Paths of every list and export."""
        refuse_unknown(request.query_params, self.parameters)
        lists = {prefix: reverse(f"api:{name}-list") for prefix, _view, name in router.registry}
        exports = {f"exports/{name}.csv": reverse(f"api:export-{name}") for name in EXPORTS}
        exports |= {"exports": reverse("api:export-list"), "exports/log": reverse("api:export-log")}
        more = {name: reverse(f"api:{name}") for name in ("search", "dictionary", "datapackage", "schema")}
        return self.json({**lists, **exports, **more})


class Schema(SpectacularAPIView):
    """The description of the API itself."""

    permission_classes = [IsAuthenticated]
    schema = None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """YAML, or JSON for who accepts it or asks for `format=json`. In English, the same bytes whoever asks, unless
        `lang` chooses another language."""
        refuse_unknown(request.query_params, {"format", "lang"})
        language = request.query_params.get("lang", "en")
        if language not in dict(settings.LANGUAGES):
            message = _("Write one of: %(words)s.") % {"words": ", ".join(dict(settings.LANGUAGES))}
            raise Invalid(_("Some filters cannot be applied."), fields={"lang": message}, code="bad_filter")
        with override(language):
            return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]  # theirs


class NothingHere(ApiView):
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
    *(path(f"exports/{name}.csv", csv.as_view(), name=f"export-{name}") for name, (csv, _) in EXPORTS.items()),
    *(
        path(f"exports/{name}.<other_format:form>", others.as_view(), name=f"export-{name}-as")
        for name, (_, others) in EXPORTS.items()
    ),
    path("dictionary/", dictionary.DictionaryView.as_view(), name="dictionary"),
    path("dictionary/<slug:dataset>/", dictionary.DatasetEntryView.as_view(), name="dictionary-dataset"),
    path("dictionary.csv", dictionary.DictionaryFileView.as_view(), name="dictionary-file"),
    path("datapackage.json", dictionary.DataPackageView.as_view(), name="datapackage"),
    path("search/", api_search.SearchView.as_view(), name="search"),
    path("exports/", api_exports.ExportJobsView.as_view(), name="export-list"),
    path("exports/log/", api_exports.ExportLogView.as_view(), name="export-log"),
    path("exports/<int:pk>/", api_exports.ExportJobView.as_view(), name="export-detail"),
    path("exports/<int:pk>/cancel/", api_exports.ExportCancelView.as_view(), name="export-cancel"),
    path("exports/<int:pk>/file/", api_exports.ExportFileView.as_view(), name="export-file"),
    path("schema/", Schema.as_view(), name="schema"),
    re_path(r"^.*$", NothingHere.as_view()),
]
