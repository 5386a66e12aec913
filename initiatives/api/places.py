"""Addresses of places."""

from initiatives.datasets import PLACES
from tracker.api import CODE, RowsViewSet


class PlaceViewSet(RowsViewSet):
    """Places that the plans name."""

    dataset = PLACES
    lookup_field = "code"
    lookup_value_regex = CODE
