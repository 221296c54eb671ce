"""Small shapes shared by the parts of the assessment format."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

#: Basis points: 10,000 is the whole.
Bp = Annotated[int, Field(ge=0, le=10_000)]
Weight = Annotated[int, Field(ge=1, le=10_000)]
Day = Annotated[
    str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
]

Level = Literal["village", "township", "county", "prefecture", "province"]
PeerAttribute = Literal[
    "village", "township", "county", "prefecture", "province",
    "sector", "industry", "kind", "size",
]  # fmt: skip
#: Levels from narrow to wide, with the digits of the twelve-digit code that name them.
LEVEL_DIGITS: Final = {"village": 12, "township": 9, "county": 6, "prefecture": 4, "province": 2}
#: The last six digits of a place key (core.ids) by level.
LEVEL_SUB: Final = {"village": 4, "township": 3, "county": 2, "prefecture": 1, "province": 0}
PERIOD_MONTHS: Final = {"month": 1, "quarter": 3, "half": 6, "year": 12}
#: The keys of orgs.words: the engine is plain Python, so a test holds the two against each other.
SECTORS: Final = {
    "rural": 1, "urban": 2, "government": 3, "enterprise": 4, "university": 5, "hospital": 6,
    "emerging": 7,
}  # fmt: skip
KINDS: Final = (
    "committee", "general_branch", "branch", "group", "agency", "court", "villagers_committee",
    "residents_committee", "firm", "cooperative", "social_org", "school", "university", "hospital",
    "property_firm", "owners_committee", "workshop",
)  # fmt: skip
