"""What a fact says of which thing on the board, and how severe that is."""

from datetime import datetime

from functions.insight.board.models import Item, Kind, Place, Saying, Severity, Target
from functions.insight.board.things import FOR_GOOD, Held, Said, Thing, Turn, turn_of
from linli.instants import to_millis
from linli.vocabulary.access import GateAlarmEnded, GateAlarmRaised
from linli.vocabulary.care import AlertChanged, AlertClosed, AlertOpened, AlertReason
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised
from linli.vocabulary.maintenance import TicketChanged
from linli.vocabulary.payments import PaymentRefunded, RefundStuck
from linli.vocabulary.utilities import MeterSignal, MeterSignalEnded, MeterSignalRaised

Alerts = AlertOpened | AlertChanged | AlertClosed
Gates = GateAlarmRaised | GateAlarmEnded
Faults = DeviceFaultRaised | DeviceFaultCleared
Signals = MeterSignalRaised | MeterSignalEnded
Refunds = RefundStuck | PaymentRefunded
Told = Alerts | TicketChanged | Gates | Faults | Signals | Refunds
Words = dict[str, Thing]
"""What is said of each thing, by its name on the board."""

ALERTS: dict[AlertReason, tuple[Kind, Severity]] = {
    "sos": ("sos", "critical"),
    "idle": ("alert", "major"),
    "not_back": ("alert", "major"),
    "cannot_see": ("alert", "minor"),
}
IN_HAND = frozenset({"answered", "acknowledged", "snoozed"})
OPEN_TICKETS = frozenset(
    {"submitted", "declined", "reassigned", "reopened", "dispatched", "accepted", "arrived", "paused"}
)
TAKEN_TICKETS = frozenset({"accepted", "arrived", "paused"})
HAZARDS: frozenset[MeterSignal] = frozenset({"leak", "back_flow"})
UNSEEN: frozenset[str] = frozenset({"gate", "gateway", "sos_button", "door_magnet", "infrared", "bed"})
"""Kinds of devices without which somebody is locked out, or not seen to need help."""
LOW_BATTERY = "low-battery"


def words_of(fact: Told, told_at: datetime) -> Words:
    """What `fact` says of things on the board; nothing where it is of no concern there."""
    match fact:
        case AlertOpened() | AlertChanged() | AlertClosed():
            return {f"care/alert/{fact.alert}": _of_alert(fact, told_at)}
        case TicketChanged():
            return {f"maintenance/ticket/{fact.ticket}": _of_ticket(fact, told_at)}
        case GateAlarmRaised() | GateAlarmEnded():
            return {f"access/{fact.alarm}/{fact.gate}": _of_gate(fact, told_at)}
        case DeviceFaultRaised() | DeviceFaultCleared():
            name = f"devices/{fact.fault}/{fact.device}/{fact.episode}"
            return {} if fact.fault == LOW_BATTERY else {name: _of_fault(fact, told_at)}
        case MeterSignalRaised() | MeterSignalEnded():
            name = f"utilities/{fact.signal}/{fact.meter}/{fact.episode}"
            return {name: _of_signal(fact, told_at)} if fact.signal in HAZARDS else {}
        case RefundStuck() | PaymentRefunded():
            return _of_refund(fact, told_at)


def _said(turn: Turn, told_at: datetime, item: Item) -> Thing:
    return Thing(told_at=told_at, said=Said(turn=turn, item=item))


def _of_alert(fact: Alerts, told_at: datetime) -> Thing:
    """One alert, whose reason may become graver; whoever it is about is not taken over."""
    turn = turn_of(fact.version, told_at)
    match fact:
        case AlertOpened():
            kind, severity = ALERTS[fact.reason]
            item = Item(
                item=f"care/alert/{fact.alert}",
                kind=kind,
                severity=severity,
                since=fact.opened_at,
                what=Saying(code=fact.reason),
                target=Target(service="care", what="alert", id=fact.alert),
            )
            return _said(turn, told_at, item)
        case AlertChanged():
            return Thing(told_at=told_at, held=Held(turn=turn, in_hand=fact.state in IN_HAND))
        case AlertClosed():
            return Thing(told_at=told_at, over=FOR_GOOD)


def _of_ticket(fact: TicketChanged, told_at: datetime) -> Thing:
    """A ticket as a whole, as of its version: it is of now while it is an open emergency, or late."""
    turn = turn_of(fact.version, told_at)
    is_emergency, is_late = fact.priority == "emergency", bool(fact.late)
    if fact.state not in OPEN_TICKETS or not (is_emergency or is_late):
        return Thing(told_at=told_at, over=turn)
    parameters: dict[str, str | int] = {"priority": fact.priority}
    parameters |= {"category": fact.category} if fact.category else {}
    parameters |= {"clock": fact.late[-1]} if fact.late else {}
    severities: dict[tuple[bool, bool], Severity] = {(True, True): "critical", (True, False): "major"}
    item = Item(
        item=f"maintenance/ticket/{fact.ticket}",
        kind="emergency" if is_emergency else "breach",
        severity=severities.get((is_emergency, is_late), "minor"),
        since=fact.opened_at or fact.changed_at,
        due_at=fact.due_at,
        in_hand=fact.state in TAKEN_TICKETS,
        what=Saying(code="ticket_late" if is_late else "ticket_emergency", parameters=parameters),
        place=Place(building=fact.building) if fact.building else None,
        target=Target(service="maintenance", what="ticket", id=fact.ticket),
    )
    return _said(turn, told_at, item)


def _of_gate(fact: Gates, told_at: datetime) -> Thing:
    """One alarm of one gate, as of when the door did it, told late or not."""
    if isinstance(fact, GateAlarmEnded):
        return Thing(told_at=told_at, over=(0, to_millis(fact.ended_at)))
    item = Item(
        item=f"access/{fact.alarm}/{fact.gate}",
        kind="gate_alarm",
        severity="major" if fact.alarm == "forced" else "minor",
        since=fact.occurred_at,
        what=Saying(code=fact.alarm),
        place=Place(gate=fact.gate),
        target=Target(service="access", what="gate", id=fact.gate),
    )
    return _said((0, to_millis(fact.occurred_at)), told_at, item)


def _of_fault(fact: Faults, told_at: datetime) -> Thing:
    """One spell of a device's fault. One that cannot see or let in is not left for some time."""
    if isinstance(fact, DeviceFaultCleared):
        return Thing(told_at=told_at, over=FOR_GOOD)
    is_lost, behind = fact.fault == "lost", len(fact.behind)
    parameters: dict[str, str | int] = {"device_kind": fact.kind, "fault": fact.fault}
    parameters |= {"behind": behind} if behind else {}
    item = Item(
        item=f"devices/{fact.fault}/{fact.device}/{fact.episode}",
        kind="device_lost" if is_lost else "device_fault",
        severity="minor" if is_lost and fact.kind in UNSEEN else "warning",
        since=fact.since,
        what=Saying(code="device_lost" if is_lost else "device_fault", parameters=parameters),
        place=Place(device=fact.device),
        target=Target(service="devices", what="device", id=fact.device),
    )
    return _said((0, 0), told_at, item)


def _of_signal(fact: Signals, told_at: datetime) -> Thing:
    """One episode of what a meter says is escaping; how much a home uses is nobody's business here."""
    if isinstance(fact, MeterSignalEnded):
        return Thing(told_at=told_at, over=FOR_GOOD)
    is_danger = fact.signal == "leak" and fact.medium == "gas"
    building = (fact.home or "").partition("/")[0]
    item = Item(
        item=f"utilities/{fact.signal}/{fact.meter}/{fact.episode}",
        kind="hazard",
        severity="critical" if is_danger else "minor",
        since=fact.since,
        what=Saying(
            code="leak" if fact.signal == "leak" else "back_flow", parameters={"medium": fact.medium}
        ),
        place=Place(building=building) if building else None,
        target=Target(service="utilities", what="meter", id=fact.meter),
    )
    return _said((0, 0), told_at, item)


def _of_refund(fact: Refunds, told_at: datetime) -> Words:
    """Money that only a person can give back. Of an order whose refund failed, another refund is the end."""
    if isinstance(fact, PaymentRefunded):
        over = Thing(told_at=told_at, over=(0, to_millis(fact.refunded_at)))
        return {f"payments/stuck/{fact.refund}": over, f"payments/failed/{fact.intent}": over}
    name = f"payments/{fact.why}/{fact.refund if fact.why == 'stuck' else fact.intent}"
    item = Item(
        item=name,
        kind="refund_stuck",
        severity="minor",
        since=fact.stuck_at,
        what=Saying(code="refund_stuck" if fact.why == "stuck" else "refund_failed"),
        target=Target(service="payments", what="refund", id=fact.refund),
    )
    return {name: _said((0, to_millis(fact.stuck_at)), told_at, item)}
