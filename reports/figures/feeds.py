"""What feeds the rows of a figure: where a change to the facts can change what a row adds, or whether it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from django.db.models import Model


@dataclass(frozen=True)
class Feed:
    """Facts behind a figure's row: the row itself (an empty path), a row it points to, or rows that point to it.

    path:    names of relations from the figure's row, forwards or backwards, as in a filter (`initiative__plan`).
    columns: what of those rows matters to the figure. The row itself and rows that point to it matter also by coming
             and going; what it points to stands as long as it does.
    only:    versions with other values in these columns count for nothing, as if they were not there.
    """

    path: str
    columns: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


COUNTED_MILESTONES = (Feed("", ("actual_on", "cancelled_on")), Feed("initiative__plan", ("announced_on",)))
DATED_MILESTONES = (*COUNTED_MILESTONES, Feed("baselines"), Feed("forecasts"))
ENTRIES = (Feed(""), Feed("reversed_by"))


def end_of(model: type[Model], path: str) -> type[Model]:
    """The model to which a path of relations leads; itself where it is empty."""
    for name in path.split("__") if path else ():
        model = cast("type[Model]", model._meta.get_field(name).related_model)
    return model
