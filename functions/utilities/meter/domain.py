"""How meters are registered and replaced."""

from functions.utilities.days import to_ms
from functions.utilities.meter.models import FirstReading, MeterRegistered, Replacement
from functions.utilities.meters import Meter
from functions.utilities.readings import Kind, Reading
from linli.errors import Conflict, InvalidRequest


def registered(asked: MeterRegistered) -> Meter:
    """The meter that a manager registers."""
    return Meter.model_validate(asked.model_dump(exclude={"initial"}))


def first_readings(meter: Meter, shown: list[FirstReading], at: int, kind: Kind) -> dict[str, Reading]:
    """Readings taken at the fitting or removal of a meter, by register.

    Raises InvalidRequest for a register the meter has not, or a value its dial cannot show.
    """
    found: dict[str, Reading] = {}
    for each in shown:
        register = meter.register_of(each.obis)
        ticks = register.ticks(each.value) if register else None
        if ticks is None:
            raise InvalidRequest(f"{kind}: {each.obis} cannot show that")
        found[each.obis] = Reading(at, ticks, kind)
    return found


def replaced(old: Meter, asked: Replacement) -> tuple[Meter, Meter]:
    """The closed meter and the one fitted in its place.

    Raises Conflict when the old one is closed already, InvalidRequest when the two do not belong together.
    """
    if old.closed_at is not None:
        raise Conflict("this meter was replaced already", replaced_by=old.replaced_by)
    new = registered(asked.fitted)
    if (new.medium, new.home, new.asset) != (old.medium, old.home, old.asset):
        raise InvalidRequest("fitted: is for another medium or place than the meter it replaces")
    if {each.obis for each in asked.final} != {each.obis for each in old.registers}:
        raise InvalidRequest("final: one reading of each register of the old meter")
    if new.meter == old.meter or new.installed_at < old.installed_at:
        raise InvalidRequest("fitted: is the same meter, or was there before it")
    closed = old.model_copy(update={"closed_at": new.installed_at, "replaced_by": new.meter})
    return closed, new.model_copy(update={"replaces": old.meter})


def opening(asked: MeterRegistered) -> dict[str, Reading]:
    """The first readings of a meter as it is fitted."""
    meter = registered(asked)
    return first_readings(meter, asked.initial, to_ms(asked.installed_at), "initial")
