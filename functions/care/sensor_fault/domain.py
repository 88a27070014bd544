"""Which faults make a sensor silent."""

from datetime import datetime

from functions.care.states import Silence
from linli.events import DeviceFaultCleared, DeviceFaultRaised

LOST = "lost"


def silences_of(fact: DeviceFaultRaised | DeviceFaultCleared) -> tuple[list[Silence], datetime]:
    """The spells of silence that a fact begins or ends, and when: of the device and of those behind it.

    None of faults that leave a sensor speaking.
    """
    at = fact.since if isinstance(fact, DeviceFaultRaised) else fact.cleared_at
    devices = [fact.device, *fact.behind] if fact.fault == LOST else []
    return [Silence(device=each, episode=fact.episode) for each in devices], at
