"""What a manager says of the days that somebody lived in a home."""

from collections.abc import Sequence
from datetime import date

from functions.utilities.household.models import StayTold
from functions.utilities.households.models import HomeDays
from linli.errors import Conflict, InvalidRequest


def told(
    stays: Sequence[HomeDays], home: str, said: StayTold, *, lives_there: bool
) -> tuple[str | None, str | None]:
    """The first and the last day of a person in a home as the manager says; of several stays, the last there.

    Raises InvalidRequest for an end before its beginning, Conflict for a stay without an end of somebody who
    does not live there.
    """
    _, since, until = next((each for each in reversed(stays) if each[0] == home), (home, None, None))
    since = said.since.isoformat() if said.since else since
    until = said.until.isoformat() if said.until else until
    if (since or date.min.isoformat()) > (until or date.max.isoformat()):
        raise InvalidRequest("until_before_since")
    if until is None and not lives_there:
        raise Conflict("does_not_live_there")
    return since, until
