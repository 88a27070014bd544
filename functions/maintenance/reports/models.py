"""What is reported: of which kind and category, where, in whose words, by whatever way."""

from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id

Kind = Literal["repair", "complaint", "enquiry"]
Category = Literal[
    "water", "power", "lift", "gas", "heating", "plumbing", "electrical", "door", "device", "meter",
    "structure", "cleaning", "greening", "parking", "noise", "service", "other",
]  # fmt: skip
Skill = Literal["plumbing", "electrical", "lift", "gas", "electronics", "building", "grounds", "general"]
Source = Literal["person", "device", "hotline"]
Missing = Literal["building", "unit", "asset"]
Description = Annotated[str, Field(max_length=4000)]  # GeoReport v2 allows so many; our own app fewer


class Whereabouts(Contract):
    """Where something is, in the words of the hotline that reported it: kept as they were sent."""

    address: str | None = None
    address_id: str | None = None
    lat: str | None = None
    long: str | None = None


class Reported(Contract):
    """What was reported, by whatever way."""

    kind: Kind = "repair"
    category: Category
    description: Description
    building: Id | None = None
    unit: Id | None = None
    source: Source = "person"
    reported_by: Id | None = None
    hotline: Id | None = None
    whereabouts: Whereabouts | None = None
    media_urls: list[str] = []
    asset: Id | None = None
    fault: Id | None = None
    missing: list[Missing] = []
