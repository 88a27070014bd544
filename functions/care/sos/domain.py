"""Which press is a call: the next one after an alert is over always is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

GRACE = timedelta(seconds=10)  # what a device or an app sends again without being pressed again


@dataclass(frozen=True, slots=True)
class Held:
    """A press that was taken: when it came in, and the alert that has it."""

    at: datetime
    alert: str


def is_told_again(before: Held, open_alert: str | None, came_in: datetime, *, timed: bool) -> bool:
    """Whether a press that says what one `before` it said is that one, told again, and no call.

    Buttons lose counters and clocks, and say the same each time they are pressed. So it is the same press
    while the open alert has it and its own time tells it from others (`timed`), and for a few seconds after
    the first; what came in before that one (a delivery tried again) is none since. Otherwise it is a call:
    once too often rather than never.
    """
    return came_in - before.at <= GRACE or (timed and before.alert == open_alert)
