"""What a door event gives rise to."""

from functions.access.door_event.models import DoorEvent
from linli.device_messages import DeviceMessage
from linli.events import Fact, GateAlarmRaised


def facts_of(message: DeviceMessage[DoorEvent]) -> list[Fact]:
    """An alarm for a door that was forced or is held open, told late or not."""
    match message.body.door:
        case "forced" | "held_open" as alarm:
            at = message.decided_at
            return [
                GateAlarmRaised(community=message.community, gate=message.device, alarm=alarm, occurred_at=at)
            ]
        case _:
            return []
