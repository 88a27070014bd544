from datetime import UTC, datetime

from functions.utilities.entries.signal_changes import state_after
from functions.utilities.readings.arrivals import merged
from functions.utilities.readings.models import Reading
from functions.utilities.signals.models import SignalState
from linli.instants import to_millis
from tests.unit.utilities.registers.a_site import site

START = to_millis(datetime(2026, 1, 5, tzinfo=UTC))
HALF_HOUR = 1_800_000


def at(place: int, ticks: int) -> Reading:
    return Reading(START + place * HALF_HOUR, ticks)


def after(known: list[Reading], *new: Reading, old: SignalState, whole: bool = True) -> SignalState:
    readings = merged(known, new, site().dial).readings
    return state_after(old, site(), known, readings, to_the_last=whole)


def signals(state: SignalState) -> list[tuple[str, bool]]:
    return [(each.signal, each.until is None) for each in state.episodes]


def test_readings_one_by_one_and_all_at_once_give_the_same_state() -> None:
    readings = [at(n, 1_000 + n) for n in range(60)]
    at_once = after([], *readings, old=SignalState())
    one_by_one, known = SignalState(), list[Reading]()
    for each in readings:
        one_by_one = after(known, each, old=one_by_one)
        known = [*known, each]
    assert one_by_one == at_once
    assert signals(at_once) == [("leak", True)]


def test_a_late_reading_is_looked_at_anew_only_where_the_last_one_is_known() -> None:
    known = [at(n, 1_000 + n) for n in range(0, 60, 2)]
    old = after([], *known, old=SignalState())
    late = at(1, 1_000)
    assert after(known, late, old=old, whole=False) == old
    assert after(known, late, old=old).judged == old.judged


def test_a_little_less_than_before_is_a_flow_backwards_until_the_dial_goes_on() -> None:
    known = [at(0, 1_000), at(2, 2_000)]
    old = after([], *known, old=SignalState())
    back = after(known, at(4, 1_900), old=old)
    assert ("back_flow", True) in signals(back)
    held = merged(known, [at(4, 1_900)], site().dial).readings
    assert ("back_flow", False) in signals(after(held, at(6, 2_100), old=back))


def test_much_less_than_before_is_another_fault() -> None:
    known = [at(0, 20_000), at(2, 22_000)]
    old = after([], *known, old=SignalState())
    assert "back_flow" not in dict(signals(after(known, at(4, 10_000), old=old)))
