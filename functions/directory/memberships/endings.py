"""How a membership ends or comes to be told in another language, and what other services are told of one."""

from functions.directory.memberships.models import Membership
from linli.vocabulary.directory import MembershipChanged


def ended(standing: Membership) -> Membership:
    """The membership without roles: the standing one itself if there are none already."""
    if not standing.roles:
        return standing
    return Membership(person=standing.person, roles=[], version=standing.version + 1, since=standing.since)


def told_in(standing: Membership, language: str | None) -> Membership:
    """The membership of who wants another language: the standing one itself for who has gone, or has it."""
    if not standing.roles or standing.language == language:
        return standing
    return standing.model_copy(update={"language": language, "version": standing.version + 1})


def fact(community: str, membership: Membership) -> MembershipChanged:
    """What the other services are told."""
    return MembershipChanged(
        community=community,
        person=membership.person,
        roles=membership.roles,
        homes=[str(each) for each in membership.homes],
        language=membership.language,
        version=membership.version,
    )
