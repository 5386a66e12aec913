"""Addresses of the reading pages, under the language."""

from django.urls import path, register_converter

from reports.datasets import DATASETS
from reports.views import (
    api_reference,
    brief,
    data,
    data_builder,
    dictionary,
    differences,
    explain,
    exports,
    headline,
    headline_explained,
    history,
    indicators,
    initiative,
    milestone_list,
    money,
    operations,
    overview,
    places,
    rollups,
    search,
    weeks,
)


class DatasetName:
    """The name of a dataset."""

    regex = "|".join(DATASETS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DatasetName, "dataset")

urlpatterns = [
    path("", overview.home, name="home"),
    path("plans/<str:plan>/", overview.plan, name="plan"),
    path("plans/<str:plan>/pillars/<int:number>/", overview.pillar, name="pillar"),
    path("plans/<str:plan>/headline/", headline.headline, name="plan-headline"),
    path("plans/<str:plan>/pillars/<int:number>/headline/", headline.headline, name="pillar-headline"),
    path("plans/<str:plan>/initiatives/", initiative.initiatives, name="initiatives"),
    path("plans/<str:plan>/initiatives/<str:code>/", initiative.initiative, name="initiative"),
    path("plans/<str:plan>/milestones/", milestone_list.milestones, name="milestones"),
    path("plans/<str:plan>/money/", money.money, name="money"),
    path("plans/<str:plan>/indicators/", indicators.indicators, name="indicators"),
    path("plans/<str:plan>/indicators/<str:code>/", indicators.indicator, name="indicator"),
    path("plans/<str:plan>/places/", places.places, name="places"),
    path("plans/<str:plan>/search/", search.in_plan, name="search"),
    path("plans/<str:plan>/rollups/", rollups.rollups, name="rollups"),
    path("plans/<str:plan>/weeks/", weeks.weeks, name="weeks"),
    path("plans/<str:plan>/weeks/<str:week>/close/", weeks.close_week, name="week-close"),
    path("plans/<str:plan>/weeks/<str:week>/reopen/", weeks.reopen, name="week-reopen"),
    path("plans/<str:plan>/history/", history.plan_history, name="plan-history"),
    path("plans/<str:plan>/history/<slug:kind>/<int:pk>/", history.object_history, name="object-history"),
    path("plans/<str:plan>/compare/", differences.compare, name="compare"),
    path("search/", search.everywhere, name="search-all"),
    path("rollups/<str:code>/", rollups.rollup, name="rollup"),
    path("rollups/<str:code>/brief.pdf", brief.brief, {"form": "pdf"}, name="rollup-pdf"),
    path("rollups/<str:code>/brief.docx", brief.brief, {"form": "docx"}, name="rollup-docx"),
    path("rollups/<str:code>/brief.xlsx", brief.brief, {"form": "xlsx"}, name="rollup-xlsx"),
    path("rollups/<str:code>/restated/", differences.restated, name="rollup-restated"),
    path("figures/headline/", headline_explained.explained, name="explain-headline"),
    path("figures/<str:key>/", explain.explanation, name="explain"),
    path("figures/<str:key>/difference/", differences.difference, name="figure-difference"),
    path("data/", data.data, name="data"),
    path("data/<dataset:dataset>/", data_builder.builder, name="data-dataset"),
    path("data/<dataset:dataset>/connection.odc", data_builder.connection, name="data-odc"),
    path("data/<dataset:dataset>/source.pbids", data_builder.source, name="data-pbids"),
    path("dictionary/", dictionary.dictionary, name="dictionary"),
    path("api-reference/", api_reference.index, name="api-reference"),
    path("api-reference/<slug:group>/", api_reference.group, name="api-reference-group"),
    path("exports/", exports.exports, name="exports"),
    path("exports/ask/", exports.ask, name="export-ask"),
    path("exports/<int:pk>/file/", exports.file, name="export-file"),
    path("exports/<int:pk>/cancel/", exports.cancel, name="export-cancel"),
    path("operations/exports/", exports.log, name="export-log"),
    path("operations/", operations.operations, name="operations"),
    path("operations/mails/<int:pk>/send-again/", operations.mail_again, name="mail-again"),
]
