"""What a community is told to be, and what is shown of it."""

from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field

from linli.contracts import Contract
from linli.ids import Id
from linli.policies import CommunityPolicies


@cache
def _time_zones() -> frozenset[str]:
    from zoneinfo import available_timezones  # noqa: PLC0415  only who sets a time zone reads the list

    return frozenset(available_timezones())


def _is_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("is not an IANA time zone, such as Asia/Shanghai")
    return name


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_is_time_zone)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class CommunityCreated(Contract):
    """A new residential community (小区) of the company in the path."""

    community: Id
    name: Name
    time_zone: TimeZone
    sub_district: Id
    policies: CommunityPolicies = CommunityPolicies()


class CommunityPatch(Contract):
    """What shall change of the community as it was in `version`; policies are given whole."""

    version: Annotated[int, Field(ge=1)]
    name: Name | None = None
    time_zone: TimeZone | None = None
    sub_district: Id | None = None
    policies: CommunityPolicies | None = None


class Community(Contract):
    """A community as it stands."""

    community: Id
    company: Id
    name: str
    time_zone: str
    sub_district: Id
    policies: CommunityPolicies
    version: int
