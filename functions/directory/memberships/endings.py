"""How a membership ends, and what the other services are told of one."""

from functions.directory.memberships.models import Membership
from linli.vocabulary.directory import MembershipChanged


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
