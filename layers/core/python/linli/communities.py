"""A service's own copy of what the directory says of a community: whoever decides by policy reads it here.

Every service that needs it keeps the row in its table, written from `CommunityChanged`: of the policies, the
parts that it reads, as they were told. What newer code set there and this one does not know takes effect when
this one is new enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import from_json, to_json
from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import STRING

from linli.errors import InvalidRequest
from linli.events import CommunityChanged
from linli.lifetimes import Lifetime
from linli.observability import observed
from linli.policies import CommunityPolicies
from linli.reading import understood
from linli.tables import ConditionsFailed, CopyRow, Rows, Transaction

Part = Literal["access", "health", "utilities", "maintenance", "payments", "care", "devices"]
DEFAULT_TIME_ZONE = "Asia/Shanghai"


class PoliciesAttribute(Attribute[Any]):
    """Written as they were told, as JSON text; read as far as they are understood."""

    attr_type = STRING

    def serialize(self, value: Mapping[str, Any]) -> str:
        return to_json(value).decode()

    def deserialize(self, value: str) -> CommunityPolicies:
        return understood(CommunityPolicies, from_json(value))[0]


class CommunityRow(CopyRow, discriminator="community"):
    """`<community>#community` / `profile`: the parts of its policies that are read here."""

    KEPT = Lifetime()

    sub_district = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    policies = PoliciesAttribute()

    @staticmethod
    def key(community: str) -> tuple[str, str]:
        """Where the community's row is."""
        return f"{community}#community", "profile"


@dataclass(frozen=True, slots=True)
class Community:
    """What a service knows of a community; safe defaults until it has heard of it."""

    policies: CommunityPolicies
    time_zone: str
    sub_district: str | None


def known(rows: Rows, community: str) -> Community:
    """The community among rows that were read with its key."""
    row = rows.one(CommunityRow, CommunityRow.key(community))
    if row is None:
        return Community(CommunityPolicies(), DEFAULT_TIME_ZONE, None)
    return Community(row.policies, row.time_zone, row.sub_district)


def told(fact: CommunityChanged, *parts: Part) -> CommunityPolicies:
    """What a service understands of the parts that it reads of what the directory tells.

    What it does not is logged and counted. Raises InvalidRequest for what makes no sense.
    """
    try:
        policies, left_out = understood(CommunityPolicies, _of(fact, parts))
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
    if left_out:
        keys = {"community": fact.community, "left_out": ",".join(left_out)}
        with observed("policies", f"{fact.community}:{fact.version}", **keys) as attempt:
            attempt.outcome = "not_all_known"
    return policies


def keep(fact: CommunityChanged, part: Part, *more: Part) -> str:
    """Store the community as `fact` tells, of its policies these parts, unless a newer version is here.

    Returns the outcome. Raises InvalidRequest.
    """
    parts = (part, *more)
    told(fact, *parts)
    pk, sk = CommunityRow.key(fact.community)
    row = CommunityRow(
        pk=pk,
        sk=sk,
        sub_district=fact.sub_district,
        time_zone=fact.time_zone,
        policies=_of(fact, parts),
        version=fact.version,
    )
    transaction = Transaction()
    transaction.keep_newest("community", row)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return "community_kept"


def _of(fact: CommunityChanged, parts: tuple[Part, ...]) -> dict[str, Any]:
    return {part: fact.policies[part] for part in parts if part in fact.policies}
