from datetime import date
from decimal import Decimal

from functions.utilities.entries.day_use import DayTold
from functions.utilities.entries.facts import of_consumption, of_life, of_signals
from functions.utilities.readings.models import Interval
from functions.utilities.signals.models import Episode, SignalState
from linli.vocabulary.utilities import ConsumptionRecorded, MeterSignalEnded, MeterSignalRaised, UseObserved
from tests.unit.utilities.registers.a_site import site

MIDNIGHT = 1_767_542_400_000  # in Shanghai
HALF_HOUR = 1_800_000


def test_a_days_use_is_told_in_the_mediums_unit_with_its_version() -> None:
    (fact,) = of_consumption(site(), [DayTold(date(2026, 1, 5), 1_500, 2)])
    assert isinstance(fact, ConsumptionRecorded)
    assert (fact.quantity, fact.unit, fact.version, fact.home) == (Decimal("1.5"), "m3", 2, "b1/101")


def test_an_episode_is_told_as_it_begins_and_as_it_ends_by_one_id() -> None:
    leak = Episode(signal="leak", since=MIDNIGHT)
    begun, over = (
        SignalState(episodes=[leak.model_copy(update={"until": at})]) for at in (None, MIDNIGHT + 1)
    )
    (raised,) = of_signals(site(), SignalState(), begun)
    (ended,) = of_signals(site(), begun, over)
    assert isinstance(raised, MeterSignalRaised)
    assert isinstance(ended, MeterSignalEnded)
    assert raised.episode == ended.episode
    assert of_signals(site(), over, over) == []


def test_a_home_tells_of_use_that_somebody_caused_and_what_is_shared_never() -> None:
    used = [0] * 14 + [6]
    after = [
        Interval(MIDNIGHT + n * HALF_HOUR, MIDNIGHT + (n + 1) * HALF_HOUR, ticks, False)
        for n, ticks in enumerate(used)
    ]
    (fact,) = of_life(site(), after[:-1], after)
    assert isinstance(fact, UseObserved)
    assert fact.quantity == Decimal("0.006")
    assert of_life(site(), after, after) == []
    assert of_life(site(home=None, asset="pump"), after[:-1], after) == []
