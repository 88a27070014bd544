"""The staff queue and the duty roster."""

from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.escalation.alerts import State
from linli.ids import Id
from linli.instants import Instant
from linli.phones import Phone
from linli.told import Told


class Waiting(Contract):
    """Something to see to: an alert, or a duty of this kind about a person or a device.

    `since`: when the alert opened, or the duty came up last. `alert`, `state`, `emergency`, `unanswered`: of
    an alert alone.
    """

    kind: str
    about: Id
    words: Told
    since: Instant
    alert: Id | None = None
    state: State | None = None
    emergency: bool = False
    unanswered: bool = False


class Settled(Contract):
    """How a duty was settled. `since`: of the duty as it was listed, so that one that has come up again since
    is not settled unseen.
    """

    note: Annotated[str, Field(min_length=1, max_length=900)]
    since: Instant


class Rostered(Contract):
    """A caregiver or manager, whether they are on duty, and their phone."""

    capacity: Literal["caregiver", "manager"]
    phone: Phone | None = None
    on_duty: bool = True


class RosterLine(Rostered):
    """A line of the roster."""

    person: Id


class Roster(Contract):
    """All of it."""

    items: list[RosterLine]
