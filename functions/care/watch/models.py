"""What staff see of those who are watched over."""

from functions.care.watching.state import Recent
from functions.care.watching.watch import Settings
from functions.care.watching.whereabouts import Where
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.told import Told


class WatchSeen(Settings):
    """A person's settings, and how they are.

    `due_at`: when somebody looks if no sign comes; none while an alert is open. `silent`: sensors and
    gateways that are lost. `cannot_tell`: what the signals cannot tell apart in this home.
    """

    person: Id
    version: int
    where: Where
    since: Instant
    seen_at: Instant
    due_at: Instant | None = None
    away_until: Instant | None = None
    open_alert: Id | None = None
    silent: list[Id] = []
    blind_since: Instant | None = None
    cannot_tell: list[Told] = []
    recent: list[Recent] = []


class Watched(Contract):
    """One of the list. `home_name`: what people call their home."""

    person: Id
    home: str
    home_name: str | None = None
    cannot_tell: list[Told] = []
