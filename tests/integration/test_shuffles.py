"""Facts in another order, and some of them twice: a few shuffles of each consumer. Many: `make soak`."""

from random import Random

import pytest

from tests.integration.playing import WorldOf, worlds  # noqa: F401  the fixture
from tests.integration.shuffles import SHUFFLED, after, day_of, differing, shuffled

SHUFFLES = 2


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("consumer", SHUFFLED)
def test_what_counts_does_not_depend_on_the_order_in_which_facts_come(
    consumer: str, world_of: WorldOf
) -> None:
    world = world_of(consumer.partition("/")[0])
    chance = Random(consumer)  # noqa: S311  the same each time
    day = day_of(consumer, chance)
    in_order = after(world, consumer, day)
    for _ in range(SHUFFLES):
        assert differing(in_order, after(world, consumer, shuffled(day, chance))) == []
