from dataclasses import replace
from decimal import Decimal

from functions.utilities.registers.site import dial_of
from tests.unit.utilities.registers.a_site import LITRES, site


def test_a_dial_is_its_registers_and_what_is_usual_for_its_medium() -> None:
    home, shared = site(), site(home=None, asset="pump")
    assert (home.dial.modulus, home.dial.unit) == (10**8, 1000)
    assert (home.dial.most_per_day, shared.dial.most_per_day) == (120_000, 3_000_000)
    tight = LITRES.model_copy(update={"most_per_day": Decimal(2)})
    assert dial_of(home.meter, tight).most_per_day == 2_000


def test_what_is_shared_gives_no_signals_and_a_home_those_of_its_medium() -> None:
    assert site().limits.leak
    assert (site().limits.spike_ticks, site().limits.no_use_ticks) == (2_000, 10)
    gas = site(medium="gas", registers=[LITRES.model_copy(update={"obis": "7-0:3.0.0"})])
    assert (gas.limits.leak, gas.limits.spike_ticks, gas.limits.no_use_ticks) == (False, 15_000, None)
    shared = site(home=None, asset="pump").limits
    assert (shared.leak, shared.spike_ticks, shared.no_use_ticks) == (False, None, None)


def test_a_limit_is_in_ticks_of_the_dial_before_its_multiplier() -> None:
    tenfold = LITRES.model_copy(update={"multiplier": Decimal(10)})
    assert replace(site(), register=tenfold).limits.spike_ticks == 200
