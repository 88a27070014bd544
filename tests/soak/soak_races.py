"""Storms of the same request by ten threads on DynamoDB Local."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from linli_cli.layout import service_of
from tests.integration import dynamodb_local
from tests.integration.conftest import LOCAL, load_event
from tests.integration.crowd import at_once
from tests.integration.playing import (
    SAMPLES,
    SERVICES,
    Played,
    World,
    WorldOf,
    is_request,
    lines,
    worlds,  # noqa: F401  the fixture
)
from tests.soak.conftest import DID

THREADS, EACH = 10, 5
Says = Callable[[str, object], None]
Storm = Sequence[Played]

pytestmark = [
    pytest.mark.usefixtures("atomic"),
    pytest.mark.parametrize("store", [LOCAL], indirect=True),
]


def storm(requests: Storm) -> Counter[Any]:
    """How requests ended that ten threads send at once, each a few one after the other."""

    def send(number: int) -> list[Any]:
        ends = []
        for request in requests[number::THREADS]:
            request.tries = 100 * number
            ends.append(request.send().status)
        return ends

    return Counter(end for ends in at_once([partial(send, n) for n in range(THREADS)]) for end in ends)


def kept(world: World) -> list[dict[str, Any]]:
    return dynamodb_local.rows_of(f"linli-test-{service_of(world.name)}")


@pytest.mark.parametrize("name", SERVICES)
def test_a_request_sent_fifty_times_at_once_by_one_key_is_one(
    name: str, world_of: WorldOf, record_property: Says
) -> None:
    world = world_of(name)
    before, found, storms = kept(world), [], 0
    all_ends: Counter[Any] = Counter()
    for sample in SAMPLES:
        event = load_event(sample)
        if sample.parts[0] != name or not is_request(event) or event["httpMethod"] != "POST":
            continue
        dynamodb_local.refill(name, before)
        usual = world.play(sample).to_the_end()[-1]
        if usual not in {200, 201}:
            continue
        once = lines(kept(world))
        dynamodb_local.refill(name, before)
        ends = storm([world.play(sample) for _ in range(THREADS * EACH)])
        all_ends, storms = all_ends + ends, storms + 1
        if not ends.keys() <= {usual, 503} or not ends[usual] or lines(kept(world)) != once:
            found.append(f"{sample}: {dict(ends)}, {sorted(set(lines(kept(world))) ^ set(once))[:4]}")
    record_property(DID, f"{name}: {storms} storms of one key, {dict(all_ends)}, {len(found)} wrong")
    assert found == []
