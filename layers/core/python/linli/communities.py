"""A service's own copy of what the directory says of a community: whoever decides by policy reads it here.

Every service that needs it keeps the row in its table, written from `CommunityChanged`: of the policies, the
parts that it reads, as they were told. What newer code set there and this one does not know takes effect when
this one is new enough.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json, to_json
from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import STRING

from linli.errors import InvalidRequest
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.observability import observed
from linli.personal.fates import NOBODY
from linli.policies import Policy
from linli.reading import understood
from linli.tables import CopyRow, Row, Rows, Transaction, keep_newest
from linli.vocabulary.directory import CommunityChanged

Part = TypeVar("Part", bound=Policy)
DEFAULT_TIME_ZONE = "Asia/Shanghai"


class PoliciesAttribute(Attribute[Any]):
    """Written as they were told, as JSON text."""

    attr_type = STRING

    def serialize(self, value: Mapping[str, Any]) -> str:
        return to_json(value).decode()

    def deserialize(self, value: str) -> Mapping[str, Any]:
        told: Mapping[str, Any] = from_json(value)
        return told


class CommunityRow(CopyRow, discriminator="community"):
    """The parts of a community's policies that are read here."""

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#community", "profile")

    sub_district = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    policies = PoliciesAttribute()
    language = UnicodeAttribute(null=True)


class RoundRow(Row):
    """The communities that a schedule goes through; each schedule has a kind of its own."""

    KEPT = Lifetime()
    key = Key("#communities", "{community}")


@dataclass(frozen=True, slots=True)
class Community:
    """What a service knows of a community; safe defaults until it has heard of it."""

    policies: Mapping[str, Any]
    time_zone: str
    sub_district: str | None
    language: str | None = None

    def policy(self, part: type[Part]) -> Part:
        """One part of what it set for itself, as far as this code understands it."""
        return understood(part, self.policies.get(part.PART, {}))[0]


def known(rows: Rows, community: str) -> Community:
    """The community among rows that were read with its key."""
    row = rows.one(CommunityRow, CommunityRow.key(community))
    if row is None:
        return Community({}, DEFAULT_TIME_ZONE, None)
    return Community(row.policies, row.time_zone, row.sub_district, row.language)


def told(fact: CommunityChanged, part: type[Part]) -> Part:
    """What a service understands of a part that it reads of what the directory tells.

    What it does not is logged and counted. Raises InvalidRequest for what makes no sense.
    """
    try:
        policy, left_out = understood(part, fact.policies.get(part.PART, {}))
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
    if left_out:
        keys = {"community": fact.community, "left_out": ",".join(f"{part.PART}.{each}" for each in left_out)}
        with observed("policies", f"{fact.community}:{fact.version}", **keys) as attempt:
            attempt.outcome = "not_all_known"
    return policy


def keep(fact: CommunityChanged, part: type[Policy], *more: type[Policy]) -> str:
    """Store the community as `fact` tells, of its policies these parts, unless a newer version is here.

    Returns the outcome. Raises InvalidRequest.
    """
    parts = (part, *more)
    for each in parts:
        told(fact, each)
    row = CommunityRow(
        *CommunityRow.key(fact.community),
        sub_district=fact.sub_district,
        time_zone=fact.time_zone,
        policies={each.PART: fact.policies[each.PART] for each in parts if each.PART in fact.policies},
        language=fact.language,
        version=fact.version,
    )
    return "community_kept" if keep_newest(row) else "duplicate"


def enter(schedule: type[RoundRow], community: str) -> None:
    """Let a schedule go through this community from now on; again changes nothing."""
    transaction = Transaction()
    transaction.put("community", schedule(*schedule.key(community)))
    transaction.commit()


def entered(schedule: type[RoundRow]) -> Iterator[str]:
    """The communities that a schedule goes through."""
    return (row.sk for row in schedule.query(schedule.key.partition()))
