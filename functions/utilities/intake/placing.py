"""To which register a reading belongs that comes in, or why it cannot be entered."""

from datetime import timedelta

from functions.utilities.intake.models import Batch, Offered, Refusal
from functions.utilities.meters.models import Meter, Register
from functions.utilities.readings.models import Kind, Reading
from linli.instants import DEVICE_CLOCK_TOLERANCE, to_millis

OLDEST = timedelta(days=3 * 366)


def placed(offered: Offered, meter: Meter | None, batch: Batch) -> tuple[Meter, Register, Reading] | Refusal:
    """The register and the reading of what is `offered`, whose meter is `meter`, or why it is refused.

    What was read while the meter was not in use stands aside as a conflict.
    """
    if meter is None:
        return "unknown_meter"
    if batch.sender is not None and batch.sender not in meter.senders:
        return "not_its_meter"
    register = meter.register_of(offered.register)
    if register is None:
        return "unknown_register"
    ticks = register.ticks(offered.value)
    if ticks is None:
        return "not_on_its_dial"
    age = batch.now - offered.measured_at
    if not -DEVICE_CLOCK_TOLERANCE <= age <= OLDEST:
        return "too_old" if age > OLDEST else "in_the_future"
    outside = offered.measured_at < meter.installed_at or (
        meter.closed_at is not None and offered.measured_at > meter.closed_at
    )
    kind: Kind = "estimate" if offered.estimated else "actual"
    reading = Reading(to_millis(offered.measured_at), ticks, kind, "conflict" if outside else "kept")
    return meter, register, reading
