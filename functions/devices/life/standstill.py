"""The pulse of a stage: whether heartbeats come through at all.

Where our own queue stands still, every device falls silent at once, and none of them is lost.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from linli.contracts import Contract
from linli.instants import Instant

VOICES = 8  # devices with a connection of their own that are remembered
INDEPENDENT = 3  # devices that fall silent together: fewer may be, and then nobody can tell
STILL_AFTER = timedelta(minutes=5)
HELD_FOR = timedelta(hours=1)  # then it is told whatever the reason is: who is not heard is not seen
GRACE = timedelta(minutes=2)
EVERY = timedelta(minutes=1)  # how often it is written


class Pulse(Contract):
    """`at`: when the newest heartbeat came in that has been handled. `next_by`: by when some of the devices
    heard last are expected again.
    """

    at: Instant
    next_by: Mapping[str, Instant] = {}


def felt(pulse: Pulse | None, device: str, at: datetime, every: timedelta) -> Pulse | None:
    """The pulse after a heartbeat over a connection of the device's own; None when it need not be kept."""
    if pulse is None:
        return Pulse(at=at, next_by={device: at + every})
    known = device in pulse.next_by or len(pulse.next_by) >= VOICES
    if at - pulse.at < EVERY and (known or at < pulse.at - STILL_AFTER):
        return None
    voices = sorted({**pulse.next_by, device: at + every}.items(), key=lambda each: each[1])
    return Pulse(at=max(at, pulse.at), next_by=dict(voices[-VOICES:]))


def together(pulses: Iterable[Pulse]) -> Pulse | None:
    """What is felt in shares, as if it were felt in one place."""
    felt_in = list(pulses)
    if not felt_in:
        return None
    voices = {device: by for pulse in felt_in for device, by in pulse.next_by.items()}
    return Pulse(at=max(pulse.at for pulse in felt_in), next_by=voices)


def stands_still(pulse: Pulse | None, now: datetime) -> bool:
    """Whether nothing comes through, although several devices that do not hang together should be heard."""
    if pulse is None or not STILL_AFTER < now - pulse.at <= HELD_FOR:
        return False
    missing = [by for by in pulse.next_by.values() if by + GRACE < now]
    return len(missing) >= INDEPENDENT
