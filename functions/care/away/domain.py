"""Who may say that somebody is away, and for how long."""

from datetime import datetime, timedelta

from functions.care.watches import Watch
from linli.errors import Forbidden, InvalidRequest, NotFound
from linli.permissions import GRANTS, Permission, Role

LONGEST = timedelta(days=90)
SHORTEST = timedelta(minutes=30)


def check(asker: str, roles: frozenset[Role], watch: Watch) -> None:
    """Let the person, their family and staff through.

    Raises NotFound for somebody else's family, who must not learn who is watched over, else Forbidden.
    """
    if asker in {watch.person, *watch.family} or roles & GRANTS[Permission.READ_WATCHED]:
        return
    raise Forbidden if roles - {Role.FAMILY} else NotFound


def checked(until: datetime, now: datetime) -> datetime:
    """The end of an absence. Raises InvalidRequest unless it is ahead, and not too far."""
    if not SHORTEST <= until - now <= LONGEST:
        raise InvalidRequest("until: half an hour to ninety days ahead")
    return until
