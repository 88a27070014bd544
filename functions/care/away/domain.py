"""Who may say that somebody is away, and for how long."""

from datetime import datetime, timedelta

from functions.care import permissions
from functions.care.timeline.models import Capacity
from functions.care.watching.watch import Watch
from linli.errors import InvalidRequest, NotFound
from linli.permissions import Role

LONGEST = timedelta(days=90)
SHORTEST = timedelta(minutes=30)


def check(asker: str, roles: frozenset[Role], watch: Watch) -> Capacity:
    """Let the person, their family and staff through.

    Raises NotFound for everybody else, who must not learn who is watched over. Returns what the asker is.
    """
    if Role.MANAGER in roles:
        return "manager"
    if permissions.READ_WATCHED.allows(roles):
        return "caregiver"
    if asker == watch.person:
        return "person"
    if asker in watch.family:
        return "family"
    raise NotFound


def checked(until: datetime, now: datetime) -> datetime:
    """The end of an absence. Raises InvalidRequest unless it is ahead, and not too far."""
    if not SHORTEST <= until - now <= LONGEST:
        raise InvalidRequest("until_too_near_or_far")
    return until
