"""The roles of the tables, and what a row of the writing tables says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ROLES = (
    "anonymous", "outsider", "viewer", "analyst", "auditor", "manager", "pillar_lead", "plan_admin", "administrator",
)  # fmt: skip
WRITERS = frozenset({"manager", "pillar_lead", "plan_admin"})
DECIDERS = frozenset({"pillar_lead", "plan_admin"})
PLANNERS = frozenset({"plan_admin"})
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Writing:
    """One writing request, the answer to each role, and for whom it writes to the history of the plan."""

    name: str
    args: tuple[object, ...]
    data: dict[str, Any]
    answers: tuple[int, ...]
    writes: frozenset[str] = NOBODY
    method: str = "post"
    headers: Mapping[str, str] = field(default_factory=dict)
