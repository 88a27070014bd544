"""What a change of a register's readings makes of its signals."""

from collections.abc import Sequence

from functions.utilities.readings.dials import Dial
from functions.utilities.readings.intervals import intervals
from functions.utilities.readings.models import DAY_MS, Reading
from functions.utilities.registers.site import Site
from functions.utilities.signals.detection import detect, detect_anew, with_back_flow
from functions.utilities.signals.models import SignalState

HOURS_BACK = 24  # what flows in an hour at the most may flow back; more is another fault


def state_after(
    old: SignalState, site: Site, before: Sequence[Reading], readings: Sequence[Reading], *, to_the_last: bool
) -> SignalState:
    """What is known of a register's signals once its readings are these, and were those `before`.

    `to_the_last`: whether they go on to the register's last one; else late ones are not looked at again.
    """
    after = intervals(readings, site.dial)
    known = {(each.at, each.ticks) for each in before if each.standing == "kept"}
    changed = [each.at for each in readings if each.standing == "kept" and (each.at, each.ticks) not in known]
    state = old
    if changed and min(changed) > old.judged:
        state = detect(old, [each for each in after if each.start >= old.judged], site.limits, site.zone)
    elif changed and to_the_last:
        state = detect_anew(old, after, site.limits, site.zone)
    was = {each.at for each in before if each.standing == "held"}
    backwards = [each.at for each in readings if each.standing == "held" and each.at not in was]
    state = with_back_flow(
        state, min((at for at in backwards if _ran_back(readings, at, site.dial)), default=None), over=False
    )
    return with_back_flow(state, max(changed, default=None), over=True)


def _ran_back(readings: Sequence[Reading], at: int, dial: Dial) -> bool:
    """Whether a flow backwards explains a held reading: the last, and a little less than the one before."""
    held = next(each for each in readings if each.at == at and each.standing == "held")
    before = [each for each in readings if each.at < at and each.standing == "kept"]
    gone_on = any(each.at > at and each.standing == "kept" for each in readings)
    if not before or gone_on or dial.is_error_code(held.ticks):
        return False
    back = before[-1].ticks - held.ticks
    return 0 < back * HOURS_BACK <= dial.most_per_day * max(at - before[-1].at, DAY_MS) // DAY_MS
