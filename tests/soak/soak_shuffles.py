"""Facts in many orders, a third of them twice."""

from collections.abc import Callable
from random import Random

import pytest

from tests.integration.playing import WorldOf, worlds  # noqa: F401  the fixture
from tests.integration.shuffles import SHUFFLED, after, day_of, differing, shuffled
from tests.soak.conftest import DID

SHUFFLES = 20

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


@pytest.mark.parametrize("consumer", SHUFFLED)
def test_what_counts_depends_on_no_order(
    consumer: str,
    world_of: WorldOf,
    record_property: Callable[[str, object], None],
) -> None:
    world = world_of(consumer.partition("/")[0])
    chance = Random(consumer)  # noqa: S311  the same each time
    day = day_of(consumer, chance)
    in_order = after(world, consumer, day)
    others = [after(world, consumer, shuffled(day, chance)) for _ in range(SHUFFLES)]
    differ = [rows for each in others if (rows := differing(in_order, each))]
    record_property(DID, f"{consumer}: {len(day)} facts, {SHUFFLES} shuffles, {len(differ)} differ")
    assert differ == []
