"""Storms of the same request, and of those that contradict each other, by ten processes on DynamoDB Local."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from linli.aws import _session, client
from linli.events import Event
from linli.tables import Row
from linli_cli.dynamodb_local import installed, missing, serving
from linli_cli.layout import service_of
from tests.integration import gateway
from tests.integration.conftest import load_event
from tests.integration.forks import in_forks
from tests.integration.people import ACME, WILLOW_MANAGER
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
from tests.soak import dynamodb_local
from tests.soak.conftest import DID
from tests.soak.dynamodb_local import HOME

PROCESSES, EACH = 10, 5
Says = Callable[[str, object], None]
Storm = Sequence[Played]

pytestmark = [
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
    pytest.mark.skipif(missing(HOME) is not None, reason=f"{missing(HOME)}"),
]


@pytest.fixture(scope="module")
def _store() -> Iterator[str]:
    with serving(installed(HOME)) as served:
        yield served.url


@pytest.fixture
def store(_store: str, cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001  it is there first
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", _store)
    _forget_connections()
    for service in SERVICES:
        dynamodb_local.table_of(service)


def _forget_connections() -> None:
    """A copy of a process must not share its connections."""
    Row._connection = None
    client.cache_clear()
    _session.cache_clear()


def storm(requests: Storm) -> Counter[Any]:
    """How requests ended that ten processes send at once, each a few one after the other."""

    def send(number: int) -> list[Any]:
        _forget_connections()
        ends = []
        for request in requests[number::PROCESSES]:
            request.tries = 100 * number
            ends.append(request.send().status)
        return ends

    return Counter(end for ends in in_forks([partial(send, n) for n in range(PROCESSES)]) for end in ends)


def kept(world: World) -> list[dict[str, Any]]:
    return dynamodb_local.rows_of(f"linli-test-{service_of(world.name)}")


@pytest.mark.usefixtures("store")
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
        ends = storm([world.play(sample) for _ in range(PROCESSES * EACH)])
        all_ends, storms = all_ends + ends, storms + 1
        if not ends.keys() <= {usual, 503} or not ends[usual] or lines(kept(world)) != once:
            found.append(f"{sample}: {dict(ends)}, {sorted(set(lines(kept(world))) ^ set(once))[:4]}")
    record_property(DID, f"{name}: {storms} storms of one key, {dict(all_ends)}, {len(found)} wrong")
    assert found == []


@pytest.mark.usefixtures("store")
def test_a_membership_given_and_taken_at_once_ends_as_its_last_fact_says(
    world_of: WorldOf, record_property: Says
) -> None:
    world = world_of("directory")
    app, path = world.service("directory"), "/communities/willow/memberships/willow-newcomer"
    events = [
        gateway.event(app, "PUT", path, body={"roles": ["resident"]}, **ACME)
        if number % 2
        else gateway.event(app, "DELETE", path, **ACME)
        for number in range(PROCESSES * EACH)
    ]
    ends = storm([Played(app, "api", event, world.invoke) for event in events])
    rows = kept(world)
    events_told = [
        Event.model_validate_json(row["event"]["S"]) for row in rows if row["kind"]["S"] == "outbox"
    ]
    told = [each for each in events_told if each.data.get("person") == "willow-newcomer"]
    versions = sorted(each.data["version"] for each in told)
    assert versions == list(range(1, len(told) + 1)), "no gap, and none twice"
    (row,) = [row for row in rows if row["kind"]["S"] == "membership" and row["sk"]["S"] == "willow-newcomer"]
    assert int(row["version"]["N"]) == len(told)
    assert ends.keys() <= {200, 204, 503}
    assert ends[503] <= 1
    record_property(DID, f"a membership given and taken: {dict(ends)}, {len(told)} facts")


@pytest.mark.usefixtures("store")
def test_ten_names_for_one_tariff_are_one_tariff(world_of: WorldOf, record_property: Says) -> None:
    world = world_of("utilities")
    app, before = world.service("utilities"), len(kept(world))
    body = {"medium": "gas", "valid_from": "2026-01-01", "price": "2.5"}
    event = partial(gateway.event, app, "POST", "/communities/willow/tariffs", **WILLOW_MANAGER)
    events = [event(body=body | {"tariff": f"gas-{n % 10}"}) for n in range(PROCESSES * EACH)]
    ends = storm([Played(app, "api", each, world.invoke) for each in events])
    assert ends.keys() <= {201, 409, 503}, ends
    assert ends[201] >= 1
    assert len(kept(world)) == before + 1
    record_property(DID, f"ten names for one tariff: {dict(ends)}")
