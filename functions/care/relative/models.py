"""What family sees."""

from typing import Literal

from linli.contracts import Contract
from linli.escalation.alerts import State
from linli.ids import Id
from linli.instants import Instant

How = Literal["well", "away", "cannot_see", "alert", "emergency", "paused"]


class RelativeSeen(Contract):
    """How a relative is. `home_name`: where they live, as people say.

    `how`: `well` has given signs of life as usual; `cannot_see`: no sensor can be heard; `paused`: ask
    whoever looks after them. `alert` is the open one, which can be acknowledged.
    """

    person: Id
    home_name: str | None = None
    how: How
    seen_at: Instant | None = None
    away_until: Instant | None = None
    alert: Id | None = None
    alert_state: State | None = None
    alert_opened_at: Instant | None = None


class Relative(Contract):
    """Somebody whose family one is."""

    person: Id


class Relatives(Contract):
    """All of them."""

    items: list[Relative]
