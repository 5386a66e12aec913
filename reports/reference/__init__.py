"""The API reference: the schema as pages show it."""

from reports.reference.reading import reference
from reports.reference.shapes import Group, Operation, Shape

__all__ = ["Group", "Operation", "Shape", "reference"]
