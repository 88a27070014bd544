"""Use in a home where somebody is watched over is told as a sign of life, once, with its own times."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from functions.utilities.meters.rows import MeterRow
from linli.instants import to_text
from linli.tables import read
from linli.vocabulary.care import WatchChanged
from tests.integration import wire
from tests.integration.conftest import Http, Invoke, Service, enter, published
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import METER, working_utilities
from tests.integration.people import WILLOW_MANAGER

MIDNIGHT = datetime.fromisoformat("2026-01-05T00:00:00+08:00")
NOW = datetime.fromisoformat("2026-01-06T08:00:00Z")
METERS = "/communities/willow/meters"
Meanwhile = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Chalice:
    return working_utilities(service, http, invoke, monkeypatch)


def watch(app: Chalice, invoke: Invoke, version: int = 1, *, watched: bool = True) -> str:
    fact = WatchChanged(community="willow", home="b1/101", watched=watched, version=version)
    answer = invoke(app, "household", batch(told(fact, f"watch-{version}")))
    assert answer["batchItemFailures"] == []
    return str(answer["outcomes"][0])


def sent(app: Chalice, invoke: Invoke, dials: dict[int, int], event_id: str = "e-1") -> list[str]:
    """Readings in litres, by the half hour of the day."""
    readings = [{"measured_at": at(n), "value": f"{litres / 1000:.3f}"} for n, litres in dials.items()]
    body = {"event_id": event_id, "seq": 1, "occurred_at": to_text(NOW), "readings": readings}
    message = rule_event("meter_reading", body, "willow-meter-1", now=NOW)
    answer = invoke(app, "meter_reading", batch(message))
    assert answer["batchItemFailures"] == []
    return list(answer["outcomes"])


def at(half_hour: int) -> str:
    return to_text(MIDNIGHT + half_hour * timedelta(minutes=30))


def signs() -> list[dict[str, Any]]:
    found = [event for event in published("willow") if event.type == "linli.utilities.use_observed.v1"]
    return [event.data for event in found]


NIGHT = dict.fromkeys(range(15), 1000)


def test_a_watched_home_tells_of_its_use_with_its_times(app: Chalice, invoke: Invoke) -> None:
    assert watch(app, invoke) == "watched"
    sent(app, invoke, NIGHT | {15: 1006, 16: 1006})
    (sign,) = signs()
    assert sign == {
        "community": "willow",
        "meter": "willow-meter-1",
        "medium": "water",
        "home": "b1/101",
        "since": at(14),
        "until": at(15),
        "quantity": "0.006",
    }


def test_a_home_that_is_not_watched_tells_nothing(app: Chalice, invoke: Invoke) -> None:
    sent(app, invoke, NIGHT | {15: 1006})
    assert signs() == []


def test_a_batch_tells_the_newest_and_a_repeat_nothing(app: Chalice, invoke: Invoke) -> None:
    watch(app, invoke)
    dials = NIGHT | {15: 1006, 16: 1006, 17: 1020, 18: 1020}
    sent(app, invoke, dials)
    sent(app, invoke, dials, "e-2")
    assert [sign["since"] for sign in signs()] == [at(16)]


def test_a_late_reading_tells_of_its_own_time(app: Chalice, invoke: Invoke) -> None:
    watch(app, invoke)
    known = dict.fromkeys(range(14), 1000) | {20: 1012, 21: 1012}
    sent(app, invoke, known)
    assert signs() == [], "a gap of three hours says nothing of when"
    sent(app, invoke, {14: 1000, 15: 1012}, "e-late")
    (sign,) = signs()
    assert (sign["since"], sign["until"], sign["quantity"]) == (at(14), at(15), "0.012")


def test_a_leak_is_no_sign_of_life(app: Chalice, invoke: Invoke) -> None:
    watch(app, invoke)
    sent(app, invoke, {n: 1000 + 20 * n for n in range(60)})
    assert signs() == []


def test_what_a_manager_decides_is_no_sign_of_life(app: Chalice, http: Http, invoke: Invoke) -> None:
    watch(app, invoke)
    sent(app, invoke, NIGHT)
    sent(app, invoke, {14: 1050}, "e-2")
    (held,) = http(app, "GET", "/communities/willow/held_readings", **WILLOW_MANAGER).body["items"]
    path = f"/communities/willow/held_readings/{held['held']}/decision"
    body = {"decision": "accept", "note": "on the photo"}
    assert http(app, "POST", path, body=body, **WILLOW_MANAGER).status == 200
    assert signs() == []


def test_a_watch_that_ended_tells_nothing_and_an_older_word_does_not_renew_it(
    app: Chalice, invoke: Invoke
) -> None:
    assert [
        watch(app, invoke, 1),
        watch(app, invoke, 3, watched=False),
        watch(app, invoke, 2),
        watch(app, invoke, 3, watched=False),
    ] == ["watched", "watched_no_more", "duplicate", "duplicate"]
    sent(app, invoke, NIGHT | {15: 1006})
    assert signs() == []


def watched(app: Chalice, meter: str) -> bool | None:
    enter(app)
    row = read([MeterRow.key("willow", meter)]).one(MeterRow, MeterRow.key("willow", meter))
    return row.watched if row else None


def test_a_meter_that_is_fitted_later_is_watched_too(app: Chalice, http: Http, invoke: Invoke) -> None:
    watch(app, invoke)
    fitted = METER | {"meter": "m-2", "installed_at": "2026-01-02T00:00:00Z"}
    body = {"final": [{"obis": "8-0:1.0.0", "value": "5"}], "fitted": fitted}
    path = f"{METERS}/willow-meter-1/replacement"
    assert http(app, "POST", path, body=body, **WILLOW_MANAGER).status == 201
    assert (watched(app, "m-2"), watched(app, "willow-meter-1")) == (True, True)


def test_a_meter_that_is_fitted_in_the_same_moment_is_watched_too(
    app: Chalice, http: Http, invoke: Invoke, meanwhile: Meanwhile
) -> None:
    body = METER | {"meter": "m-2"}
    meanwhile("TransactWriteItems", lambda: watch(app, invoke))
    assert http(app, "POST", METERS, body=body, **WILLOW_MANAGER).status == 201
    assert watched(app, "m-2") is True

    body = METER | {"meter": "m-3"}
    meanwhile("TransactWriteItems", lambda: http(app, "POST", METERS, body=body, **WILLOW_MANAGER))
    assert watch(app, invoke, 2, watched=False) == "watched_no_more"
    assert [watched(app, meter) for meter in ("m-2", "m-3")] == [False, False]


def test_a_watched_home_costs_no_round_trip_more(app: Chalice, invoke: Invoke) -> None:
    sent(app, invoke, NIGHT)
    with wire.listening("dynamodb") as unwatched:
        sent(app, invoke, {15: 1006}, "e-2")
    watch(app, invoke)
    with wire.listening("dynamodb") as now_watched:
        sent(app, invoke, {16: 1016}, "e-3")
    assert [each.operation for each in now_watched] == [each.operation for each in unwatched]
    assert len(signs()) == 1
