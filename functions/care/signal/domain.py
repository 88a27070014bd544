"""What a device's message says, and whether the sensor may say it."""

from functions.care.watching.signals import (
    SENSOR_KINDS,
    Sign,
    Signal,
    clock_of,
    happened_at,
    speaks_for_itself,
)
from functions.care.watching.watch import Sensor
from linli.device_messages import DeviceMessage
from linli.errors import InvalidRequest
from linli.instants import to_text


def sign_of(message: DeviceMessage[Signal], key: str) -> tuple[str, Sign]:
    """The sensor that speaks, and the sign, which has the same key however often it is delivered.

    `key` says what was told as well as its id, since a counter may begin anew. Of a sensor that speaks for
    itself without a clock it says when that came in, too: it may say the very same each time it wakes.

    Raises InvalidRequest for a topic that is no sensor's.
    """
    kind = SENSOR_KINDS.get(message.action)
    if kind is None or kind.topic is None:
        raise InvalidRequest("no_kind_of_sensor")
    sensor = message.body.sensor or message.device
    clock, at = clock_of(message), happened_at(message)
    ahead = message.clock_ahead
    if clock and not ahead and speaks_for_itself(message):
        key = f"{key}@{to_text(at)}"
    return sensor, Sign(
        kind=message.action,
        at=at,
        key=key,
        devices=frozenset({sensor, message.device}),
        came_in=message.received_at,
        dated_by_us=ahead,
        doubtful=bool(clock),
        clock=clock,
    )


def check(sensor: Sensor, publisher: str, kind: str) -> None:
    """Raise InvalidRequest when a sensor is of another kind, or when another device publishes for it."""
    if publisher not in {sensor.device, sensor.gateway}:
        raise InvalidRequest("sensor_of_another")
    if sensor.kind != kind:
        raise InvalidRequest("sensor_of_another_kind", {"is": sensor.kind, "not": kind})
