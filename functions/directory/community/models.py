"""What a community is told to be, and what is shown of it."""

from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field, GetPydanticSchema

from functions.directory.names import Name
from functions.directory.policies import CommunityPolicies
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.merge_patch import patch_of
from linli.phones import Phone
from linli.words import Language


@cache
def _time_zones() -> frozenset[str]:
    from zoneinfo import available_timezones  # noqa: PLC0415  only who sets a time zone reads the list

    return frozenset(available_timezones())


def _is_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise InvalidField("no_time_zone")
    return name


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_is_time_zone)]


class CommunityCreated(Contract):
    """A new residential community (小区) of the company in the path. `office_phone`: what residents call.

    `language`: what people are told in who have set none themselves.
    """

    community: Id
    name: Name
    time_zone: TimeZone
    sub_district: Id
    office_phone: Phone | None = None
    language: Language | None = None
    policies: CommunityPolicies = CommunityPolicies()


PoliciesPatch = Annotated[Contract, GetPydanticSchema(lambda _, of: of(patch_of(CommunityPolicies)))]


class CommunityPatch(Contract):
    """What shall change of the community as it was in `version`: a JSON merge patch (RFC 7396).

    Of policies, what is given takes the place of what was set, and null of what was set gives the default.
    The others have no default: null leaves them as they are.
    """

    version: Annotated[int, Field(ge=1)]
    name: Name | None = None
    time_zone: TimeZone | None = None
    sub_district: Id | None = None
    office_phone: Phone | None = None
    language: Language | None = None
    policies: PoliciesPatch | None = None


class Community(Contract):
    """A community as it stands. `office_phone`: of its management office, if anybody said it.

    `language`: what people are told in who have set none themselves; Chinese where it is not said.
    """

    community: Id
    company: Id
    name: str
    time_zone: str
    sub_district: Id
    office_phone: str | None = None
    language: str | None = None
    policies: CommunityPolicies
    version: int
