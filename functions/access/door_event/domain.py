"""What a door event gives rise to."""

from datetime import datetime

from functions.access.door_event.models import DoorEvent
from functions.access.gates.moments import Moment
from functions.access.holders.standing import Passing, Standing
from linli.device_messages import LONGEST_OFFLINE, DeviceMessage
from linli.events import Fact
from linli.vocabulary.access import GateAlarmEnded, GateAlarmRaised


def moment_of(message: DeviceMessage[DoorEvent]) -> Moment:
    """When the door did it."""
    return Moment(message.happened_at(LONGEST_OFFLINE), message.body.occurred_at)


def facts_of(message: DeviceMessage[DoorEvent]) -> list[Fact]:
    """An alarm for a door that was forced or is held open, at the time it was, told late or not."""
    match message.body.door:
        case "forced" | "held_open" as alarm:
            at = moment_of(message).at
            return [
                GateAlarmRaised(community=message.community, gate=message.device, alarm=alarm, occurred_at=at)
            ]
        case _:
            return []


def ends(message: DeviceMessage[DoorEvent], held_open_at: datetime | None) -> bool:
    """Whether the door has closed that was held open since then, if it was."""
    return (
        message.body.door == "closed" and held_open_at is not None and held_open_at <= moment_of(message).at
    )


def closed_at(message: DeviceMessage[DoorEvent], at: datetime) -> Fact:
    """That a door which was held open has closed."""
    return GateAlarmEnded(community=message.community, gate=message.device, alarm="held_open", ended_at=at)


def once_through(standing: Standing | None, awaited: Passing | None) -> Standing | None:
    """The standing of who went through; None when nothing of it changes."""
    if standing is None or awaited is None:
        return None
    after = standing.went_through(awaited)
    return after if after != standing else None
