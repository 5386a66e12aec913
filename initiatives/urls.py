"""Addresses of the writing pages, under the language."""

from django.urls import path

from initiatives.views import (
    change_requests,
    evidence,
    indicators,
    milestones,
    money,
    my_week,
    observation_grid,
    review,
    updates,
)

INITIATIVE = "plans/<str:plan>/initiatives/<str:code>"
INDICATOR = "plans/<str:plan>/indicators/<str:code>"

urlpatterns = [
    path("plans/<str:plan>/my-week/", my_week.my_week, name="my-week"),
    path("plans/<str:plan>/review/", review.review, name="review"),
    path("plans/<str:plan>/review/approve/", review.approve_ticked, name="approve-ticked"),
    path("updates/<int:pk>/decide/", review.decide, name="decide"),
    path(f"{INITIATIVE}/update/", updates.update, name="update"),
    path(f"{INITIATIVE}/milestones/add/", milestones.milestone_add, name="milestone-add"),
    path(f"{INITIATIVE}/milestones/<str:milestone>/change/", milestones.milestone_change, name="milestone-change"),
    path(f"{INITIATIVE}/milestones/<str:milestone>/move/", milestones.milestone_move, name="milestone-move"),
    path(f"{INITIATIVE}/milestones/<str:milestone>/meet/", milestones.milestone_meet, name="milestone-meet"),
    path(f"{INITIATIVE}/milestones/<str:milestone>/baseline/", change_requests.baseline, name="milestone-baseline"),
    path(f"{INITIATIVE}/milestones/<str:milestone>/cancel/", milestones.milestone_cancel, name="milestone-cancel"),
    path(f"{INITIATIVE}/milestones/<str:milestone>/reopen/", milestones.milestone_reopen, name="milestone-reopen"),
    path(f"{INITIATIVE}/milestones/<str:milestone>/needs/", milestones.milestone_needs, name="milestone-needs"),
    path(f"{INITIATIVE}/needs/<int:pk>/remove/", milestones.dependency_remove, name="dependency-remove"),
    path(f"{INITIATIVE}/evidence/add/", evidence.evidence_add, name="evidence-add"),
    path(f"{INITIATIVE}/evidence/<int:pk>/withdraw/", evidence.evidence_withdraw, name="evidence-withdraw"),
    path("evidence/<int:pk>/file/", evidence.evidence_file, name="evidence-file"),
    path("change-requests/<int:pk>/", change_requests.change_request, name="change-request"),
    path("change-requests/<int:pk>/decide/", change_requests.change_request_decide, name="change-request-decide"),
    path(f"{INITIATIVE}/money/add/", money.entry_add, name="entry-add"),
    path(f"{INITIATIVE}/money/grid/", money.ledger_grid, name="ledger-grid"),
    path(f"{INITIATIVE}/money/reprofile/", money.reprofile, name="reprofile"),
    path(f"{INITIATIVE}/money/transfer/", money.transfer, name="transfer"),
    path(f"{INITIATIVE}/money/transfers/<int:pk>/undo/", money.transfer_undo, name="transfer-undo"),
    path(f"{INITIATIVE}/money/<int:pk>/correct/", money.entry_correct, name="entry-correct"),
    path(f"{INITIATIVE}/money/<int:pk>/reverse/", money.entry_reverse, name="entry-reverse"),
    path("plans/<str:plan>/add-indicator/", indicators.indicator_add, name="indicator-add"),
    path(f"{INDICATOR}/change/", indicators.indicator_change, name="indicator-change"),
    path(f"{INDICATOR}/targets/set/", indicators.target_set, name="target-set"),
    path(f"{INDICATOR}/observations/grid/", observation_grid.observation_grid, name="observation-grid"),
    path(f"{INDICATOR}/observations/add/", indicators.observation_add, name="observation-add"),
    path(f"{INDICATOR}/observations/<int:pk>/correct/", indicators.observation_correct, name="observation-correct"),
    path(f"{INDICATOR}/observations/<int:pk>/restate/", indicators.observation_restate, name="observation-restate"),
]
