"""Heartbeat: a device is there → keep when, and whether anything is wrong with it."""

from chalice.app import Blueprint

from functions.devices.heartbeat.models import Heartbeat, HeartbeatAnswer
from functions.devices.life import store as life
from functions.devices.life.vitals import Beat, alive_at
from linli.device_messages import DeviceMessage
from linli.device_queues import device_queue
from linli.vocabulary.devices import EVERY_KIND

blueprint = Blueprint(__name__)


@device_queue(blueprint, Heartbeat, topic="heartbeat", believes=EVERY_KIND, asks_itself=True)
def heartbeat(message: DeviceMessage[Heartbeat]) -> HeartbeatAnswer:
    """A device says that it is there."""
    told = message.body
    at = alive_at(message.happened_at(), message.decided_at, message.received_at, told.via)
    beat = Beat(told.event_id, at, told.battery_percent, told.firmware, told.via)
    heard = life.hear(message.community, message.device, beat, message.received_at)
    every_minutes = int(heard.every.total_seconds() // 60) if heard.every else None
    return HeartbeatAnswer(event_id=told.event_id, outcome=heard.outcome, every_minutes=every_minutes)
