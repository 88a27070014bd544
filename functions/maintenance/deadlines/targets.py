"""Which clocks a ticket has, and how long each may take.

12345 counts them apart (响应, 到场, 解决); the amounts are the community's policy.
"""

from collections.abc import Iterable
from datetime import timedelta

from functions.maintenance.deadlines.models import ClockName
from linli.vocabulary.maintenance import Targets

CLOCKS: dict[bool, tuple[ClockName, ...]] = {  # of a repair, and of what is only answered
    True: ("respond", "arrive", "resolve"),
    False: ("respond", "resolve"),
}


def allowed_times(names: Iterable[ClockName], targets: Targets) -> dict[ClockName, timedelta]:
    """How long each of these clocks may run, in open time."""
    minutes: dict[ClockName, int] = {
        "respond": targets.respond_minutes,
        "arrive": targets.arrive_minutes,
        "resolve": targets.resolve_minutes,
    }
    return {name: timedelta(minutes=minutes[name]) for name in names}
