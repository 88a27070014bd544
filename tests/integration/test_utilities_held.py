"""What a dial cannot have shown is held: neither billed nor told to care or maintenance, until the dial goes
on from what it showed before, or a manager decides.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from chalice.app import Chalice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.instants import to_text
from linli.vocabulary.care import WatchChanged
from tests.integration.conftest import Http, Invoke, Service, published
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import METER, working_utilities
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT

NOW = datetime.fromisoformat("2026-11-20T00:00:00Z")
METERS = "/communities/willow/meters"
HELD = "/communities/willow/held_readings"
OBIS = {"water": "8-0:1.0.0", "gas": "7-0:3.0.0", "electricity": "1-0:1.8.0"}
Shown = tuple[str, Any]


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Chalice:
    return working_utilities(service, http, invoke, monkeypatch)


def fitted(app: Chalice, http: Http, medium: str, **more: Any) -> str:
    """A meter of the medium at home, read by the device that is there."""
    body = METER | {"meter": f"willow-{medium}", "medium": medium, "device": "willow-meter-1"}
    body |= {"registers": [{"obis": OBIS[medium]} | more]}
    answer = http(app, "POST", METERS, body=body, **WILLOW_MANAGER)
    assert answer.status == 201, answer
    return str(body["meter"])


class Sender:
    def __init__(self, app: Chalice, invoke: Invoke, meter: str) -> None:
        self.app, self.invoke, self.meter, self.count = app, invoke, meter, 0

    def __call__(self, *shown: Shown, together: bool = True) -> list[str]:
        parts = [shown] if together else [(each,) for each in shown]
        messages = [self._message(part) for part in parts]
        outcomes: list[str] = []
        for first in range(0, len(messages), 10):
            answer = self.invoke(self.app, "meter_reading", batch(*messages[first : first + 10]))
            assert answer["batchItemFailures"] == []
            outcomes += answer["outcomes"]
        return outcomes

    def _message(self, shown: tuple[Shown, ...]) -> Any:
        self.count += 1
        read = [{"meter": self.meter, "measured_at": at, "value": value} for at, value in shown]
        body = {
            "event_id": f"e-{self.count}",
            "seq": self.count,
            "occurred_at": to_text(NOW),
            "readings": read,
        }
        return rule_event("meter_reading", body, "willow-meter-1", now=NOW)


def used(app: Chalice, http: Http, meter: str) -> Decimal:
    months = {"since": "2025-11", "until": "2026-11"}
    answer = http(app, "GET", f"{METERS}/{meter}/consumption", query=months, **WILLOW_MANAGER)
    assert answer.status == 200, answer
    return sum((Decimal(each["quantity"]) for each in answer.body["items"]), Decimal(0))


def held(app: Chalice, http: Http) -> list[tuple[str, str]]:
    items = http(app, "GET", HELD, query={"limit": "100"}, **WILLOW_MANAGER).body["items"]
    return sorted((each["reason"], each["value"]) for each in items)


def signals() -> set[str]:
    return {each.data["signal"] for each in published("willow") if "signal_raised" in each.type}


GAS_IN_OCTOBER = [
    ("2026-09-30T16:00:00Z", 100.0),
    ("2026-10-14T16:00:00Z", 120.5),
    ("2026-10-30T04:00:00Z", 140.0),
]


@pytest.mark.parametrize("code", [16777.215, 9999.999, 0])
def test_an_error_code_at_the_months_end_is_not_billed(
    app: Chalice, http: Http, invoke: Invoke, code: float
) -> None:
    meter = fitted(app, http, "gas")
    send = Sender(app, invoke, meter)
    assert send(*GAS_IN_OCTOBER) == ["recorded"]
    assert send(("2026-10-31T15:30:00Z", code)) == ["held"]
    assert used(app, http, meter) == Decimal(40)
    assert [reason for reason, _ in held(app, http)] == ["error_code"]
    send(("2026-10-31T16:30:00Z", 140.1), ("2026-11-01T16:30:00Z", 140.9))
    assert used(app, http, meter) == Decimal("40.9")
    assert signals() == set()


@pytest.mark.parametrize(
    ("high", "together"),
    [
        ([16777.215] * 2, True),
        ([16777.215] * 30, True),
        ([9000.5, 9001.5, 9002.5], False),
        ([0, 0, 0.1, 0.2], False),
    ],
)
def test_a_run_of_impossible_readings_gives_way_to_the_dial_that_goes_on(
    app: Chalice, http: Http, invoke: Invoke, high: list[float], together: bool
) -> None:
    meter = fitted(app, http, "gas")
    start = datetime.fromisoformat("2026-10-14T16:30:00Z")
    wrong = [(to_text(start + n * timedelta(minutes=30)), value) for n, value in enumerate(high)]
    true = [("2026-10-16T17:30:00Z", 120.6), ("2026-10-19T16:00:00Z", 128.0), ("2026-10-30T16:00:00Z", 140.0)]
    Sender(app, invoke, meter)(*GAS_IN_OCTOBER[:2], *wrong, *true, together=together)
    assert used(app, http, meter) == Decimal(40)
    assert signals() == set()


@pytest.mark.parametrize(("medium", "factor"), [("water", 1000), ("electricity", 1000)])
def test_a_unit_that_changed_is_held_until_a_manager_decides(
    app: Chalice, http: Http, invoke: Invoke, medium: str, factor: int
) -> None:
    meter = fitted(app, http, medium, digits=9)
    send = Sender(app, invoke, meter)
    send(("2026-09-30T16:00:00Z", 12.0), ("2026-10-09T16:00:00Z", 15.0))
    later = ["2026-10-10T16:00:00Z", "2026-10-19T16:00:00Z", "2026-10-31T15:00:00Z", "2026-11-18T15:00:00Z"]
    values = [15.1, 16.9, 18.0, 19.0]
    assert send(*((at, round(value * factor)) for at, value in zip(later, values, strict=True))) == ["held"]
    assert used(app, http, meter) == Decimal(3)
    assert signals() == set()
    assert [reason for reason, _ in held(app, http)] == ["rise"]
    (found,) = http(app, "GET", HELD, **WILLOW_MANAGER).body["items"]
    assert found["released_by"] == ["decision", "the_dial"]
    reject = {"decision": "reject", "note": "litres"}
    answer = http(app, "POST", f"{HELD}/{found['held']}/decision", body=reject, **WILLOW_MANAGER)
    assert answer.status == 200
    assert used(app, http, meter) == Decimal(3)


def test_a_held_rise_that_a_manager_accepts_is_used(app: Chalice, http: Http, invoke: Invoke) -> None:
    meter = fitted(app, http, "gas")
    send = Sender(app, invoke, meter)
    send(*GAS_IN_OCTOBER, ("2026-10-30T05:00:00Z", 540.0), ("2026-10-30T06:00:00Z", 541.0))
    assert used(app, http, meter) == Decimal(40)
    (found,) = http(app, "GET", HELD, **WILLOW_MANAGER).body["items"]
    accept = {"decision": "accept", "note": "the index was set by the utility"}
    assert http(app, "POST", f"{HELD}/{found['held']}/decision", body=accept, **WILLOW_MANAGER).status == 200
    assert used(app, http, meter) == Decimal(441)
    assert held(app, http) == []


def test_an_error_code_that_was_told_for_hours_is_rejected_once(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    meter = fitted(app, http, "gas")
    start = datetime.fromisoformat("2026-10-30T05:00:00Z")
    codes = [(to_text(start + n * timedelta(minutes=30)), 16777.215) for n in range(40)]
    Sender(app, invoke, meter)(*GAS_IN_OCTOBER, *codes)
    (found,) = http(app, "GET", HELD, **WILLOW_MANAGER).body["items"]
    reject = {"decision": "reject", "note": "error code"}
    assert http(app, "POST", f"{HELD}/{found['held']}/decision", body=reject, **WILLOW_MANAGER).status == 200
    assert held(app, http) == []


@pytest.mark.parametrize(("shift", "wrong_first"), [(0, False), (0, True), (-365, False), (5, True)])
def test_a_clock_that_fell_back_by_weeks_costs_none_of_the_true_readings(
    app: Chalice, http: Http, invoke: Invoke, shift: int, wrong_first: bool
) -> None:
    meter = fitted(app, http, "water")
    send = Sender(app, invoke, meter)
    start = datetime.fromisoformat("2026-09-19T16:00:00Z")
    true = [(to_text(start + n * timedelta(days=1)), round(100 + 0.3 * n, 3)) for n in range(60)]
    at = datetime.fromisoformat("2026-10-17T19:00:00Z") + timedelta(days=shift)
    wrong = [(to_text(at), 117.7), (to_text(at + timedelta(minutes=30)), 117.71)]
    for part in (wrong, true) if wrong_first else (true, wrong):
        send(*part)
    assert used(app, http, meter) == Decimal("17.7")
    assert {value for _, value in held(app, http)} <= {"117.700", "117.710"}
    assert signals() <= ({"spike"} if wrong_first else set())


@pytest.mark.parametrize("length", [3, 16])
def test_a_plausible_run_gives_way_too_however_far_back_the_last_true_one_is(
    app: Chalice, http: Http, invoke: Invoke, length: int
) -> None:
    meter = fitted(app, http, "gas")
    start = datetime.fromisoformat("2026-08-01T16:00:00Z")
    true = [(to_text(start + n * timedelta(days=1)), round(100 + 0.3 * n, 3)) for n in range(40)]
    run = range(5, 5 + length)
    shown = [(at, value + 80 if n in run else value) for n, (at, value) in enumerate(true)]
    Sender(app, invoke, meter)(*shown, together=False)
    assert used(app, http, meter) == Decimal("11.7")


def test_rounding_that_alternates_is_no_use_and_opens_no_ticket(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    told_watch = WatchChanged(community="willow", home="b1/101", watched=True, version=1)
    invoke(app, "household", batch(told(told_watch, "watch-1")))
    meter = fitted(app, http, "water")
    start = datetime.fromisoformat("2026-10-01T00:00:00Z")
    shown = [(to_text(start + n * timedelta(minutes=30)), 123.457 if n % 2 else 123.46) for n in range(24)]
    Sender(app, invoke, meter)(*shown, together=False)
    assert used(app, http, meter) == Decimal(0)
    assert held(app, http) == []
    assert signals() <= {"no_use"}
    assert not [each for each in published("willow") if "use_observed" in each.type]


lives = st.lists(
    st.tuples(
        st.integers(0, 40), st.sampled_from(["true"] * 4 + ["code", "nought", "litres", "low", "high"])
    ),
    min_size=3,
    max_size=14,
    unique_by=lambda each: each[0],
)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives, st.randoms(use_true_random=False))
def test_any_order_of_arrival_makes_the_same_history(
    app: Chalice, http: Http, invoke: Invoke, life: list[tuple[int, str]], random: Any
) -> None:
    """Through the handlers, a message per reading: what is used and what is held is the same."""
    start = datetime.fromisoformat("2026-10-01T00:00:00Z")
    wrong = {"code": 16777.215, "nought": 0, "litres": 99000.5, "low": 3.2, "high": 260.0}
    shown = [
        (to_text(start + n * timedelta(hours=9)), wrong.get(kind, round(100 + n * 0.37, 3)))
        for n, kind in life
    ]
    found = []
    for name, order in (("sorted", sorted(shown)), ("shuffled", random.sample(shown, len(shown)))):
        meter = f"willow-{name}-{random.getrandbits(60)}"
        body = METER | {"meter": meter, "device": "willow-meter-1"}
        assert http(app, "POST", METERS, body=body, **WILLOW_MANAGER).status == 201
        Sender(app, invoke, meter)(*order, together=False)
        items = http(app, "GET", HELD, query={"limit": "100"}, **WILLOW_MANAGER).body["items"]
        waiting = sorted((each["value"], each["reason"]) for each in items if each["meter"] == meter)
        found.append((used(app, http, meter), waiting))
    assert found[0] == found[1]


def replacement(final: list[tuple[str, Any]], initial: list[tuple[str, Any]], **more: Any) -> dict[str, Any]:
    registers = [{"obis": obis} for obis in ("1-0:1.8.1", "1-0:1.8.2")]
    fitted_now = METER | {"meter": "willow-new", "medium": "electricity", "device": "willow-meter-1"}
    fitted_now |= {"registers": registers, "installed_at": "2026-10-10T00:00:00Z"}
    read = [{"obis": obis, "value": value} for obis, value in final]
    first = [{"obis": obis, "value": value} for obis, value in initial]
    return {"final": [each | more for each in read], "fitted": fitted_now | {"initial": first}}


FIRST = [("1-0:1.8.1", 0), ("1-0:1.8.2", 0)]


REFUSED: list[tuple[tuple[list[Any], list[Any]], int]] = [
    (([("1-0:1.8.1", 110.0), ("1-0:1.8.2", 199.9)], FIRST), 409),
    (([("1-0:1.8.1", 110.0), ("1-0:1.8.2", 99999.999)], FIRST), 409),
    (([("1-0:1.8.1", 110.0), ("1-0:1.8.2", 90000.0)], FIRST), 409),
    (([("1-0:1.8.1", 0), ("1-0:1.8.2", 210.0)], FIRST), 409),
    (([("1-0:1.8.1", 110.0), ("1-0:1.8.2", 100000.0)], FIRST), 400),
    (([("1-0:1.8.1", 110.0)], FIRST), 400),
    (([("1-0:1.8.1", 110.0), ("1-0:1.8.1", 111.0), ("1-0:1.8.2", 210.0)], FIRST), 400),
    (([("1-0:1.8.1", 110.0), ("1-0:1.8.2", 210.0)], FIRST[:1]), 400),
    (([("1-0:1.8.1", 110.0), ("1-0:1.8.2", 210.0)], [FIRST[0], ("1-0:1.8.2", 99999.999)]), 409),
    (([("1-0:1.8.1", 110.0), ("1-0:1.8.2", 210.0)], [FIRST[0], ("1-0:1.8.9", 1)]), 400),
]


def test_a_replacement_is_taken_whole_or_not_at_all(app: Chalice, http: Http, invoke: Invoke) -> None:
    old = METER | {"meter": "willow-old", "medium": "electricity", "device": "willow-meter-1"}
    old |= {"registers": [{"obis": obis} for obis in ("1-0:1.8.1", "1-0:1.8.2")]}
    assert http(app, "POST", METERS, body=old, **WILLOW_MANAGER).status == 201
    for n, (obis, value) in enumerate(
        [("1-0:1.8.1", 100), ("1-0:1.8.2", 200), ("1-0:1.8.1", 105), ("1-0:1.8.2", 208)]
    ):
        body = {
            "event_id": f"r-{n}",
            "seq": n,
            "occurred_at": to_text(NOW),
            "meter": "willow-old",
            "obis": obis,
        }
        body |= {"measured_at": f"2026-10-0{n + 1}T00:00:00Z", "value": value}
        invoke(app, "meter_reading", batch(rule_event("meter_reading", body, "willow-meter-1", now=NOW)))
    before = used(app, http, "willow-old")
    path = f"{METERS}/willow-old/replacement"
    for (final, initial), status in REFUSED:
        bad = http(app, "POST", path, body=replacement(final, initial), now=NOW, **WILLOW_MANAGER)
        assert bad.status == status, bad
        shown = http(app, "GET", f"{METERS}/willow-old", **WILLOW_MANAGER).body
        assert shown.get("replaced_by") is None
        assert http(app, "GET", f"{METERS}/willow-new", **WILLOW_MANAGER).status == 404
    assert used(app, http, "willow-old") == before
    assert held(app, http) == []
    good = replacement([("1-0:1.8.1", 110.0), ("1-0:1.8.2", 210.0)], FIRST)
    for _ in range(2):
        assert http(app, "POST", path, body=good, now=NOW, **WILLOW_MANAGER).status == 201
    assert used(app, http, "willow-old") == Decimal(20)
    other = replacement([("1-0:1.8.1", 110.5), ("1-0:1.8.2", 210.0)], FIRST)
    assert http(app, "POST", path, body=other, now=NOW, **WILLOW_MANAGER).status == 409


def test_a_final_reading_that_somebody_confirms_counts_against_the_dial_and_what_came_after_it_does_not(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    meter = fitted(app, http, "water")
    send = Sender(app, invoke, meter)
    send(("2026-10-01T00:00:00Z", 100), ("2026-10-02T00:00:00Z", 101), ("2026-10-03T00:00:00Z", 150))
    send(("2026-10-12T00:00:00Z", 160))
    body = {"final": [{"obis": OBIS["water"], "value": 102.5}], "fitted": METER | {"meter": "willow-new"}}
    body["fitted"]["installed_at"] = "2026-10-10T00:00:00Z"
    path = f"{METERS}/{meter}/replacement"
    refused = http(app, "POST", path, body=body, now=NOW, **WILLOW_MANAGER)
    assert (refused.status, refused.body["reason"]) == (409, "drop")
    body["final"][0]["confirmed"] = True
    assert http(app, "POST", path, body=body, now=NOW, **WILLOW_MANAGER).status == 201
    assert used(app, http, meter) == Decimal("2.5")
    assert held(app, http) == [("after_replacement", "160.000"), ("contradicted", "150.000")]


def test_a_maximum_that_a_manager_sets_is_judged_by_at_once(app: Chalice, http: Http, invoke: Invoke) -> None:
    meter = fitted(app, http, "gas")
    send = Sender(app, invoke, meter)
    send(*GAS_IN_OCTOBER)
    assert send(("2026-10-30T05:00:00Z", 180.0)) == ["held"]
    change = {"most_per_day": {OBIS["gas"]: "2400"}}
    assert http(app, "PATCH", f"{METERS}/{meter}", body=change, **WILLOW_RESIDENT).status == 403
    changed = http(app, "PATCH", f"{METERS}/{meter}", body=change, **WILLOW_MANAGER)
    assert changed.status == 200, changed
    assert Decimal(changed.body["registers"][0]["most_per_day"]) == 2400
    assert used(app, http, meter) == Decimal(80)
    assert held(app, http) == []
    usual = {"most_per_day": {OBIS["gas"]: None}}
    assert http(app, "PATCH", f"{METERS}/{meter}", body=usual, **WILLOW_MANAGER).status == 200
    unknown = {"most_per_day": {"7-0:9.9.9": "1"}}
    assert http(app, "PATCH", f"{METERS}/{meter}", body=unknown, **WILLOW_MANAGER).status == 400


def test_what_a_pump_house_uses_is_not_above_the_maximum_of_a_home(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    body = METER | {"meter": "willow-pump", "asset": "pump-house", "device": "willow-meter-1"}
    del body["home"]
    assert http(app, "POST", METERS, body=body, **WILLOW_MANAGER).status == 201
    send = Sender(app, invoke, "willow-pump")
    assert send(("2026-10-01T00:00:00Z", 100), ("2026-10-02T00:00:00Z", 900)) == ["recorded"]
