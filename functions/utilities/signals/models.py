"""Signals of a register: their limits, their episodes, and what has to be known to go on."""

from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.local_times import Day
from linli.vocabulary.utilities import MeterSignal

REMEMBERED = 40


class Limits(Contract):
    """A register's limits in ticks and milliseconds; None where the signal does not apply."""

    leak: bool
    spike_ticks: int | None
    no_use_ticks: int | None
    no_use_ms: int


class Episode(Contract):
    """A signal from `since` on, while `until` is open."""

    signal: MeterSignal
    since: int
    until: int | None = None


class SignalState(Contract):
    """What is known up to `judged`: all a following reading needs, however many there were before."""

    judged: int = 0
    flowing_since: int | None = None
    still_since: int | None = None
    idle_since: int | None = None
    idle_ticks: int = 0
    day: Day | None = None
    day_ticks: int = 0
    episodes: Annotated[list[Episode], Field(max_length=REMEMBERED)] = []
