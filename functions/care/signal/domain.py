"""What a device's message says, and whether the sensor may say it."""

from functions.care.signals import SENSOR_KINDS, Sign, Signal, happened_at
from functions.care.watches import Sensor
from linli.device_messages import DeviceMessage
from linli.errors import InvalidRequest


def sign_of(message: DeviceMessage[Signal]) -> tuple[str, Sign]:
    """The sensor that speaks, and the sign, which has the same key however often it is delivered.

    Raises InvalidRequest for a topic that is no sensor's.
    """
    kind = SENSOR_KINDS.get(message.action)
    if kind is None or kind.topic is None:
        raise InvalidRequest("topic: is no kind of sensor")
    sensor = message.body.sensor or message.device
    key = f"{message.device}:{message.body.event_id}"
    devices = frozenset({sensor, message.device})
    return sensor, Sign(
        kind=message.action,
        at=happened_at(message),
        key=key,
        devices=devices,
        came_in=message.received_at,
        dated_by_us=message.clock_ahead,
        doubtful=message.clock_ahead,
    )


def check(sensor: Sensor, publisher: str, kind: str) -> None:
    """Raise InvalidRequest when a sensor is of another kind, or when another device publishes for it."""
    if publisher not in {sensor.device, sensor.gateway}:
        raise InvalidRequest("sensor: does not stand behind the device that publishes")
    if sensor.kind != kind:
        raise InvalidRequest(f"topic: the sensor is of the kind {sensor.kind}, not {kind}")
