"""Addresses of the reading pages, under the language."""

from django.urls import path

from reports.views import data, explain, history, indicators, initiative, money, overview, rollups

urlpatterns = [
    path("", overview.home, name="home"),
    path("plans/<str:plan>/", overview.plan, name="plan"),
    path("plans/<str:plan>/pillars/<int:number>/", overview.pillar, name="pillar"),
    path("plans/<str:plan>/initiatives/", initiative.initiatives, name="initiatives"),
    path("plans/<str:plan>/initiatives/<str:code>/", initiative.initiative, name="initiative"),
    path("plans/<str:plan>/money/", money.money, name="money"),
    path("plans/<str:plan>/indicators/", indicators.indicators, name="indicators"),
    path("plans/<str:plan>/indicators/<str:code>/", indicators.indicator, name="indicator"),
    path("plans/<str:plan>/rollups/", rollups.rollups, name="rollups"),
    path("plans/<str:plan>/history/", history.plan_history, name="plan-history"),
    path("plans/<str:plan>/history/<slug:kind>/<int:pk>/", history.object_history, name="object-history"),
    path("rollups/<str:code>/", rollups.rollup, name="rollup"),
    path("figures/<str:key>/", explain.explanation, name="explain"),
    path("data/", data.data, name="data"),
]
