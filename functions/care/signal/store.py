"""Whom a sensor serves."""

from functions.care import signs
from functions.care.signal.domain import check
from functions.care.signals import Sign
from functions.care.tables import SensorRow
from linli.tables import read


def take_in(community: str, sensor: str, publisher: str, sign: Sign) -> str:
    """Let a sign count for everybody the sensor serves. Returns the outcome that changed most.

    Raises InvalidRequest when the sensor cannot have said this.
    """
    key = SensorRow.key(community, sensor)
    row = read([key]).one(SensorRow, key)
    if row is None or row.sensor is None:
        return signs.NOT_WATCHED
    check(row.sensor, publisher, sign.kind)
    return signs.for_all(community, sorted(row.people or ()), sign)
