"""What a signal or fault is a ticket about."""

from datetime import datetime

from functions.maintenance.reports.models import Category, Reported
from functions.maintenance.tickets.models import WAITING, Ticket
from linli.faults import Fault
from linli.ids import is_id
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised
from linli.vocabulary.utilities import MeterSignalEnded, MeterSignalRaised

Raised = MeterSignalRaised | DeviceFaultRaised
Ended = MeterSignalEnded | DeviceFaultCleared
LEAKS: dict[str, Category] = {
    "water": "plumbing",
    "gas": "gas",
    "heat": "heating",
    "electricity": "electrical",
}
FAULTS = {"lost": "lost: it is not heard from any more", "low-battery": "low on battery"}
WORDS = {"leak": "A leak is suspected", "spike": "Use has jumped", "back_flow": "Something flows back"}


def fault_of(fact: Raised | Ended) -> Fault:
    """What the fact is about; a fault is an id, so `back_flow` is `back-flow`."""
    match fact:
        case (
            MeterSignalRaised(meter=asset, signal=fault, since=at)
            | MeterSignalEnded(meter=asset, signal=fault, ended_at=at)
        ):
            found: tuple[str, str, datetime] = (asset, fault.replace("_", "-"), at)
        case (
            DeviceFaultRaised(device=asset, fault=fault, since=at)
            | DeviceFaultCleared(device=asset, fault=fault, cleared_at=at)
        ):
            found = (asset, fault, at)
    return Fault(asset=found[0], fault=found[1], episode=fact.episode, at=found[2])


def report_of(fact: Raised) -> Reported | None:
    """The ticket's content, or None for what is no repair: no use of water is a matter of care."""
    fault = fault_of(fact)
    match fact:
        case MeterSignalRaised(signal="no_use"):
            return None
        case MeterSignalRaised():
            category = LEAKS[fact.medium] if fact.signal == "leak" else "meter"
            words = f"{WORDS[fact.signal]}: {fact.medium} meter {fact.meter}"
            building, unit = place_of(fact.home)
        case DeviceFaultRaised():
            category, words = "device", f"The {fact.kind.replace('_', ' ')} {fact.device} is {_said(fact)}"
            building, unit = None, None
    return Reported(
        category=category,
        description=words,
        building=building,
        unit=unit,
        source="device",
        asset=fault.asset,
        fault=fault.fault,
    )


def _said(fact: DeviceFaultRaised) -> str:
    words = FAULTS.get(fact.fault, f"not well: {fact.fault}")
    return f"{words}; devices unseen with it: {len(fact.behind)}" if fact.behind else words


def place_of(home: str | None) -> tuple[str | None, str | None]:
    """Building and unit of a home, `<building>/<unit>`; none of anything else."""
    parts = (home or "").split("/")
    if not all(map(is_id, parts)):
        return None, None
    return parts[0], parts[1] if len(parts) > 1 else None


def closes_itself(ticket: Ticket) -> bool:
    """Whether the end of the fault is the end of the ticket: nobody has accepted yet."""
    return ticket.state in WAITING or ticket.state == "dispatched"
