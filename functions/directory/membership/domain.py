"""How a membership changes."""

from datetime import datetime

from functions.directory.membership.models import Membership, MembershipGiven, MembershipPatch
from linli.vocabulary.directory import MembershipChanged


def given(
    person: str, standing: Membership | None, wanted: MembershipGiven | MembershipPatch, now: datetime
) -> Membership:
    """The membership after `wanted`: the standing one itself if that is how it is already.

    Homes and roles of which nothing is said stay as they are; who has gone has none of either.
    """
    said = wanted.given_homes()
    homes = (standing.homes if standing else []) if said is None else said
    roles = list(wanted.roles or (standing.roles if standing else ()))
    if standing and (standing.roles, standing.homes) == (roles, homes):
        return standing
    version = standing.version + 1 if standing else 1
    since = standing.since if standing and standing.roles else now
    return Membership(person=person, roles=roles, homes=homes, version=version, since=since)


def ended(standing: Membership) -> Membership:
    """The membership without roles: the standing one itself if there are none already."""
    if not standing.roles:
        return standing
    return Membership(person=standing.person, roles=[], version=standing.version + 1, since=standing.since)


def fact(community: str, membership: Membership) -> MembershipChanged:
    """What the other services are told."""
    return MembershipChanged(
        community=community,
        person=membership.person,
        roles=membership.roles,
        homes=[str(each) for each in membership.homes],
        version=membership.version,
    )
