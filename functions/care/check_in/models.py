"""A check-in and its answer."""

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant


class CheckIn(Contract):
    """`event_id` is made by the app and makes repeats harmless."""

    event_id: Id


class CheckedIn(Contract):
    """What it changed; `due_at`: when somebody looks if no other sign comes, none while an alert is open."""

    outcome: str
    due_at: Instant | None
