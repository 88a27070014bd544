"""Episodes as residents and managers see them."""

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.vocabulary.utilities import MeterSignal


class SignalSeen(Contract):
    """An episode; without `until` it is open."""

    episode: Id
    obis: str
    signal: MeterSignal
    since: Instant
    until: Instant | None = None


class Signals(Contract):
    """A meter's last episodes, the newest first."""

    items: list[SignalSeen]
