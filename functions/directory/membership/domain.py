"""How a membership changes."""

from datetime import datetime

from functions.directory.membership.models import Membership, MembershipGiven
from linli.events import MembershipChanged


def given(person: str, standing: Membership | None, wanted: MembershipGiven, now: datetime) -> Membership:
    """The membership after `wanted`: the standing one itself if that is how it is already."""
    if standing and (standing.roles, standing.home) == (wanted.roles, wanted.home):
        return standing
    version = standing.version + 1 if standing else 1
    since = standing.since if standing and standing.roles else now
    return Membership(person=person, roles=list(wanted.roles), home=wanted.home, version=version, since=since)


def ended(standing: Membership) -> Membership:
    """The membership without roles: the standing one itself if there are none already."""
    if not standing.roles:
        return standing
    return Membership(person=standing.person, roles=[], version=standing.version + 1, since=standing.since)


def fact(community: str, membership: Membership) -> MembershipChanged:
    """What the other services are told."""
    home = membership.home
    return MembershipChanged(
        community=community,
        person=membership.person,
        roles=membership.roles,
        home=f"{home.building}/{home.unit}" if home else None,
        version=membership.version,
    )
