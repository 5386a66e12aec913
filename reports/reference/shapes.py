"""What the API reference is made of: groups of operations, and the objects that they speak of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.reference.examples import Example


@dataclass(frozen=True)
class Prose:
    """A paragraph; `english` where it is not in the language of the page."""

    text: str
    english: bool = False


@dataclass(frozen=True)
class Term:
    """A value with a name: a column, a parameter, a field. `object` names what it is made of, if that is an object."""

    name: str
    type: str
    about: Sequence[Prose] = ()
    allowed: Sequence[tuple[str, str]] = ()
    object: str = ""
    required: bool = False
    place: str = ""  # of a parameter: path, query or header


@dataclass(frozen=True)
class Shape:
    """An object of the API: what it is, and its fields."""

    name: str
    about: Sequence[Prose]
    terms: Sequence[Term]


@dataclass(frozen=True)
class Body:
    """What a write sends, in one media type."""

    media: str
    shape: Shape
    many: bool


@dataclass(frozen=True)
class Answer:
    """One status: what it means; of an answer that is no refusal also its media types, and which object it carries,
    many of them in a list."""

    status: str
    about: Sequence[Prose]
    object: str = ""
    many: bool = False
    media: Sequence[str] = ()


@dataclass(frozen=True)
class Operation:
    """A method of an address."""

    key: str
    method: str
    path: str
    about: Sequence[Prose]
    parameters: Sequence[Term]
    bodies: Sequence[Body]
    answers: Sequence[Answer]
    example: Example


@dataclass
class Group:
    """The operations of one dataset, or of one part of the API, and the objects that they speak of."""

    slug: str
    label: str
    about: Sequence[Prose] = ()
    operations: list[Operation] = field(default_factory=list)
    objects: list[Shape] = field(default_factory=list)

    @property
    def methods(self) -> list[tuple[str, int]]:
        """How many operations it has of each method."""
        return list(Counter(one.method for one in self.operations).items())
