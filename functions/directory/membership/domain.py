"""How a membership changes."""

from datetime import datetime

from functions.directory.membership.models import MembershipGiven, MembershipPatch
from functions.directory.memberships.models import Membership


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
    language = standing.language if standing else None
    return Membership(
        person=person, roles=roles, homes=homes, language=language, version=version, since=since
    )
