"""A fault at a call of a sample, whoever sent it asks again: a selection, each time the same."""

from random import Random

import pytest

from tests.integration.chaos import drawn, report
from tests.integration.playing import SERVICES, WorldOf, worlds  # noqa: F401  the fixture

SEED = 16
SAMPLES_EACH, STRIKES_EACH = 5, 2


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("name", SERVICES)
def test_a_fault_at_a_call_leaves_things_as_if_it_had_not_happened(name: str, world_of: WorldOf) -> None:
    world = world_of(name)
    chance = Random(f"{SEED} {name}")  # noqa: S311  the same each time
    strikes = drawn(world, chance, SAMPLES_EACH, STRIKES_EACH)
    assert report(world, strikes) == []
