"""Addresses of the writing pages, under the language."""

from django.urls import path

from initiatives.views import facts, updates

INITIATIVE = "plans/<str:plan>/initiatives/<str:code>"

urlpatterns = [
    path("plans/<str:plan>/my-week/", updates.my_week, name="my-week"),
    path("plans/<str:plan>/review/", updates.review, name="review"),
    path("updates/<int:pk>/decide/", updates.decide, name="decide"),
    path(f"{INITIATIVE}/update/", updates.update, name="update"),
    path(f"{INITIATIVE}/milestones/add/", facts.milestone_add, name="milestone-add"),
    path(f"{INITIATIVE}/milestones/<str:milestone>/move/", facts.milestone_move, name="milestone-move"),
    path(f"{INITIATIVE}/milestones/<str:milestone>/meet/", facts.milestone_meet, name="milestone-meet"),
    path(f"{INITIATIVE}/money/add/", facts.entry_add, name="entry-add"),
    path(f"{INITIATIVE}/money/<int:pk>/reverse/", facts.entry_reverse, name="entry-reverse"),
]
