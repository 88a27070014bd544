"""Ten thousand lives of a home's meters: what was billed in the end is what the dials say."""

from collections.abc import Callable

import pytest

from tests.soak.conftest import DID
from tests.unit.utilities.bills.billed_lives import wrong

PARTS, LIVES = 10, 1_000


@pytest.mark.parametrize("part", range(PARTS))
def test_the_bills_of_a_life_add_up(part: int, record_property: Callable[[str, object], None]) -> None:
    found = [told for seed in range(part * LIVES, (part + 1) * LIVES) if (told := wrong(seed))]
    record_property(DID, f"bills: {LIVES} lives from {part * LIVES}, {len(found)} wrong")
    assert not found, "\n".join(found[:5])
