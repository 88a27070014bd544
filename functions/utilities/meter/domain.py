"""How meters are registered and replaced."""

from datetime import datetime, timedelta

from functions.utilities.meter.models import FirstReading, MeterChanged, MeterRegistered, Replacement
from functions.utilities.meters.models import Meter, Register
from functions.utilities.readings.models import Kind, Reading
from linli.errors import Conflict, InvalidRequest
from linli.instants import to_millis

AHEAD = timedelta(days=1)  # of a fitting that is written down before it is done


def registered(asked: MeterRegistered, now: datetime) -> Meter:
    """The meter that a manager registers. Raises InvalidRequest for one that is not there for days yet."""
    if asked.installed_at > now + AHEAD:
        raise InvalidRequest("fitted_ahead")
    return _meter(asked)


def _meter(asked: MeterRegistered) -> Meter:
    return Meter.model_validate(asked.model_dump(exclude={"initial"}))


Taken = tuple[Register, Reading, bool]  # the last: it was confirmed


def first_readings(meter: Meter, shown: list[FirstReading], at: int, kind: Kind) -> list[Taken]:
    """Readings taken at the fitting or removal of a meter: one of each register.

    Raises InvalidRequest for a register the meter has not, one that is missing or named twice, and a value
    its dial cannot show.
    """
    if sorted(each.obis for each in shown) != sorted(each.obis for each in meter.registers):
        raise InvalidRequest("a_reading_of_each_register", {"field": kind, "meter": meter.meter})
    found = []
    for each in shown:
        register = meter.register_of(each.obis)
        ticks = register.ticks(each.value) if register else None
        if register is None or ticks is None:
            raise InvalidRequest("dial_cannot_show", {"field": kind, "register": each.obis})
        found.append((register, Reading(at, ticks, kind), each.confirmed))
    return found


def replaced(old: Meter, asked: Replacement, now: datetime) -> tuple[Meter, Meter]:
    """The closed meter and the one fitted in its place.

    Raises Conflict when the old one is closed already, InvalidRequest when the two do not belong together.
    """
    if old.closed_at is not None:
        raise Conflict("replaced_already", replaced_by=old.replaced_by)
    new = registered(asked.fitted, now)
    if (new.medium, new.home, new.asset) != (old.medium, old.home, old.asset):
        raise InvalidRequest("fitted_elsewhere")
    if new.meter == old.meter or new.installed_at < old.installed_at:
        raise InvalidRequest("fitted_before")
    closed = old.model_copy(update={"closed_at": new.installed_at, "replaced_by": new.meter})
    return closed, new.model_copy(update={"replaces": old.meter})


def opening(asked: MeterRegistered) -> list[Taken]:
    """The first readings of a meter as it is fitted; none where it was not read. Raises InvalidRequest."""
    meter = _meter(asked)
    if not asked.initial:
        return []
    return first_readings(meter, asked.initial, to_millis(asked.installed_at), "initial")


def changed(meter: Meter, asked: MeterChanged) -> Meter:
    """The meter with other maxima. Raises InvalidRequest for a register that it has not."""
    unknown = asked.most_per_day.keys() - {each.obis for each in meter.registers}
    if unknown:
        raise InvalidRequest("no_such_register", {"register": min(unknown)})
    registers = [
        each.model_copy(update={"most_per_day": asked.most_per_day[each.obis]})
        if each.obis in asked.most_per_day
        else each
        for each in meter.registers
    ]
    return meter.model_copy(update={"registers": registers})
