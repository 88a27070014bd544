"""A fault at every call of every sample."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.integration.chaos import all_of, stricken, wrong
from tests.integration.playing import SERVICES, WorldOf, worlds  # noqa: F401  the fixture
from tests.soak.conftest import DID

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


@pytest.mark.parametrize("name", SERVICES)
def test_a_fault_at_any_call_leaves_things_as_if_it_had_not_happened(
    name: str,
    world_of: WorldOf,
    record_property: Callable[[str, object], None],
) -> None:
    world = world_of(name)
    done: Counter[str] = Counter()
    found = []
    for usual, strike in all_of(world):
        ended = stricken(world, strike)
        found += [f"{strike}: {each}" for each in wrong(usual, ended)]
        done[strike.fault.name] += 1
        done["first answered 503"] += ended.ends[0] == 503
    record_property(DID, f"{name}: {dict(done)}, {len(found)} wrong")
    assert found == []
