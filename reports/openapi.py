"""Parameters of the figures' addresses, as the API describes itself."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from pillars.filters import WEEK
from reports.series import LONGEST, USUAL, Basis

SCOPE = OpenApiParameter(
    "scope",
    {"type": "string", "minLength": 1},
    required=True,
    description="Plan `BP`, pillar `BP/2` or initiative `BP/2.01`.",
)
VERSION = OpenApiParameter(
    "version", {"type": "integer", "minimum": 1}, description="Of the figure's declaration; the newest without it."
)
_POINT = (
    "A rollup (`BP-2026-W46-e1`), `now`, or a moment as `as_of` takes it; with `@2026-11-15` behind it, what was known"
    " then of that day."
)
FROM = OpenApiParameter(
    "from", OpenApiTypes.STR, description=f"{_POINT} Without both, the newest rollup but one; else the newest."
)
TO = OpenApiParameter("to", OpenApiTypes.STR, description=f"{_POINT} Without both, the newest rollup; else `now`.")
WEEKS = [
    OpenApiParameter(
        "from", OpenApiTypes.STR, pattern=WEEK,
        description=f"The first week, `2026-W40`; {USUAL} weeks up to the last without it. At most {LONGEST} weeks.",
    ),
    OpenApiParameter(
        "to", OpenApiTypes.STR, pattern=WEEK,
        description="The last week, `2026-W46`; that before the week of the moment without it.",
    ),
    OpenApiParameter(
        "basis", OpenApiTypes.STR, enum=Basis.values,
        description="`restated`: of each week's last day, as known at the moment of the answer (so without it);"
        " `reported`: as the sealed rollups say, for who reads the whole plan; `known`: of the last day, as known when"
        " the week locked, computed now.",
    ),
    OpenApiParameter(
        "edition", {"type": "integer", "minimum": 1},
        description="Of the rollups, where the basis is `reported`; each week's newest without it.",
    ),
]  # fmt: skip
BUCKET = OpenApiParameter("bucket", OpenApiTypes.STR, description="One cell of the figure; the whole without it.")
