"""Which faults, and which revocation, make a sensor silent."""

from dataclasses import dataclass
from datetime import datetime

from functions.care.watching.silences import REVOKED
from functions.care.watching.state import Silence
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised, DeviceRegistered, DeviceRevoked

LOST = "lost"
Told = DeviceFaultRaised | DeviceFaultCleared | DeviceRevoked | DeviceRegistered


@dataclass(frozen=True, slots=True)
class Tidings:
    """The spells of silence that begin `at` a time (`lost`), or are over."""

    silences: list[Silence]
    at: datetime
    lost: bool


def tidings_of(fact: Told, told_at: datetime) -> Tidings | None:
    """The spells of silence that a fact begins or ends: of the device and, with a fault, of those behind it.

    None of faults that leave a sensor speaking. A revocation is a spell of its own, which does not end with
    the faults that end with the device. The end of one keeps its time: it may be told before the beginning.
    """
    match fact:
        case DeviceFaultRaised() | DeviceFaultCleared() if fact.fault == LOST:
            lost = isinstance(fact, DeviceFaultRaised)
            at = fact.since if isinstance(fact, DeviceFaultRaised) else fact.cleared_at
            silences = [Silence(device=each, episode=fact.episode) for each in (fact.device, *fact.behind)]
            return Tidings(silences, at, lost)
        case DeviceRevoked():
            episode = f"{REVOKED}{_name(fact, told_at)}"
            revoked = Silence(device=fact.device, episode=episode, version=fact.version)
            return Tidings([revoked], told_at, lost=True)
        case DeviceRegistered():
            episode = f"{REVOKED}until-{_name(fact, told_at)}"
            end = Silence(device=fact.device, episode=episode, since=told_at, version=fact.version)
            return Tidings([end], told_at, lost=False)
    return None


def _name(fact: DeviceRegistered | DeviceRevoked, told_at: datetime) -> str:
    """What tells a word of the registry on a device from its others, the same whenever it is told again."""
    return str(round(told_at.timestamp() * 1000)) if fact.version is None else f"v{fact.version}"
