"""Gate passes and what they are decided by, through the real handlers."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from functions.access.credentials.rows import CredentialRow, credential_hash
from functions.access.holders.rows import HolderRow
from linli.aws import client
from linli.connections import Answer, Asked
from linli.secrets import keyed_hash
from linli.tables import Row, find
from linli.vocabulary.devices import DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.health import FeverCleared, FeverConfirmed
from tests.integration import wire
from tests.integration.conftest import Http, Invoke, Service, dead_letters, published
from tests.integration.gateway import NOW
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import ALWAYS, furnish_access, willow
from tests.integration.patterns import documented
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member

GUARD = member("willow-guard-1", "willow", "guard")
GATE = "willow-gate-1"
LATER = NOW + timedelta(seconds=15)  # when what was granted is over
REPLIES = "linli/willow/willow-gate-1/gate_pass/reply"


class Gate:
    """A gate that asks, and remembers what it was answered."""

    def __init__(self, app: Chalice, invoke: Invoke, answers: list[tuple[str, dict[str, Any]]]) -> None:
        self.app, self.invoke, self.answers = app, invoke, answers

    def ask(self, event_id: str, *, gate: str = GATE, now: datetime = NOW, **asked: Any) -> dict[str, Any]:
        body = {"event_id": event_id, "seq": 1, "occurred_at": "2026-01-05T08:00:00Z"}
        body |= asked or {"credential": "card", "value": "willow-resident-1-card"}
        self.invoke(self.app, "gate_pass", rule_event("gate_pass", body, gate, now=now))
        topic, answer = self.answers[-1]
        assert topic == f"linli/willow/{gate}/gate_pass/reply"
        return answer

    def door(self, event_id: str, door: str, *, now: datetime = NOW, **told: Any) -> str:
        body = {"event_id": event_id, "seq": 1, "occurred_at": "2026-01-05T08:00:00Z", "door": door} | told
        message = rule_event("door_event", body, GATE, now=now)
        (outcome,) = self.invoke(self.app, "door_event", batch(message))["outcomes"]
        return str(outcome)

    def hear(self, *facts: Any) -> None:
        messages = batch(*(told(fact, f"fact-{number}") for number, fact in enumerate(facts)))
        assert self.invoke(self.app, "standing", messages)["batchItemFailures"] == []


@pytest.fixture
def answers(cloud: None, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:  # noqa: ARG001
    """What was published to devices; moto keeps no messages."""
    said: list[tuple[str, dict[str, Any]]] = []

    def publish(topic: str, payload: bytes, **_: Any) -> None:
        said.append((topic, json.loads(payload)))

    monkeypatch.setattr(client("iot-data"), "publish", publish)
    return said


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke) -> Chalice:
    app = service("access")
    furnish_access(app, http, invoke)
    return app


@pytest.fixture
def gate(app: Chalice, invoke: Invoke, answers: list[tuple[str, dict[str, Any]]]) -> Gate:
    return Gate(app, invoke, answers)


@pytest.fixture
def trips(app: Chalice) -> Iterator[Counter[str]]:  # noqa: ARG001  after its furnishing
    """DynamoDB round trips as they happen, by operation."""
    counted: Counter[str] = Counter()

    def count(asked: Asked, pass_on: wire.PassOn) -> Answer:
        counted[wire.operation(asked)] += 1
        return pass_on(asked)

    with wire.between("dynamodb", count):
        yield counted


def passes(app: Chalice, http: Http, **asker: Any) -> list[dict[str, Any]]:
    answer = http(app, "GET", "/communities/willow/passes", query={"limit": "100"}, **asker)
    assert answer.status == 200
    return list(answer.body["items"])


COSTS: dict[str, dict[str, Any]] = {
    "granted": {"credential": "card", "value": "willow-resident-1-card"},
    "unknown card": {"credential": "card", "value": "x"},
    "low score": {"credential": "face", "value": "t", "score": 0.1},
    "temperature": {"credential": "card", "value": "willow-resident-1-card", "temperature_c": 38.5},
    "offline": {
        "credential": "card",
        "value": "willow-resident-1-card",
        "offline": True,
        "granted": True,
    },
}


@pytest.mark.parametrize("asked", COSTS.values(), ids=COSTS)
@pytest.mark.parametrize("passback", ["off", "soft", "hard"])
def test_a_gate_pass_costs_one_read_and_one_write(
    gate: Gate, trips: Counter[str], asked: dict[str, Any], passback: str
) -> None:
    gate.hear(willow(2, access={"passback": {"garden": passback}}))
    trips.clear()
    gate.ask("e-1", **asked)
    assert trips == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert trips.total() in documented("access", "decide a pass")
    trips.clear()
    gate.ask("e-1", **asked)
    assert trips == {"BatchGetItem": 1}, "a repeat reads and writes nothing"
    assert trips.total() in documented("access", "a pass that was decided before")


def test_a_qr_code_costs_no_more(app: Chalice, http: Http, gate: Gate, trips: Counter[str]) -> None:
    code = http(app, "POST", "/communities/willow/qr_codes", body={}, **WILLOW_RESIDENT).body["code"]
    trips.clear()
    assert gate.ask("e-1", credential="qr", value=code)["outcome"] == "granted"
    assert sum(trips.values()) == 2
    later = {"occurred_at": LATER.isoformat(), "now": LATER}
    assert gate.ask("e-2", credential="qr", value=code, **later)["reason"] == "used_credential"


def test_a_repeat_gets_the_first_decision_even_if_things_have_changed(gate: Gate) -> None:
    first = gate.ask("e-1")
    gate.hear(fever())
    assert gate.ask("e-1") == first
    assert gate.ask("e-2")["reason"] == "blocked_fever"


def test_a_lost_reply_of_the_write_is_not_taken_for_a_refusal(
    gate: Gate, lose_reply: Callable[[str], None]
) -> None:
    lose_reply("TransactWriteItems")
    assert gate.ask("e-1")["outcome"] == "granted"
    assert len(published("willow")) == 1


def test_a_row_held_by_another_transaction_is_asked_for_again(gate: Gate) -> None:
    held: list[Asked] = []

    def conflict(asked: Asked, pass_on: wire.PassOn) -> Answer:
        if held:
            return pass_on(asked)
        held.append(asked)
        error = {
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled [TransactionConflict, None]",
            "CancellationReasons": [{"Code": "TransactionConflict", "Message": "ongoing"}, {"Code": "None"}],
        }
        return Answer(400, {}, json.dumps(error).encode())

    with wire.between("dynamodb.TransactWriteItems", conflict):
        assert gate.ask("e-1")["outcome"] == "granted"
    assert len(held) == 1


def fever(minute: int = 0) -> FeverConfirmed:
    at = NOW + timedelta(minutes=minute)
    return FeverConfirmed(
        community="willow", person="willow-resident-1", sub_district="riverside", confirmed_at=at
    )


def test_a_fever_blocks_every_credential_of_the_person_and_no_one_elses(
    app: Chalice, http: Http, gate: Gate
) -> None:
    code = http(app, "POST", "/communities/willow/qr_codes", body={}, **WILLOW_RESIDENT).body["code"]
    gate.hear(fever())
    assert gate.ask("e-1")["reason"] == "blocked_fever"
    assert gate.ask("e-2", credential="qr", value=code)["reason"] == "blocked_fever"
    assert gate.ask("e-3", credential="card", value="willow-resident-2-card")["outcome"] == "granted"
    cleared = FeverCleared(
        community="willow",
        person="willow-resident-1",
        sub_district="riverside",
        cleared_at=NOW + timedelta(minutes=9),
        cleared_by="willow-caregiver-1",
    )
    gate.hear(cleared, fever())
    assert gate.ask("e-4")["outcome"] == "granted"


def test_a_credential_enrolled_while_blocked_is_blocked(app: Chalice, http: Http, gate: Gate) -> None:
    gate.hear(fever())
    path = "/communities/willow/people/willow-resident-1/credentials"
    body = {"kind": "plate", "value": "沪A12345"} | ALWAYS
    assert http(app, "POST", path, body=body, **WILLOW_MANAGER).status == 201
    assert gate.ask("e-1", credential="plate", value="沪A12345")["reason"] == "blocked_fever"


def test_a_credential_that_ended_long_ago_does_not_keep_its_holder_from_being_blocked(
    app: Chalice, http: Http, gate: Gate
) -> None:
    ended = {"kind": "card", "value": "old", "valid_from": "2025-01-01T00:00:00Z"}
    ended["valid_until"] = "2025-06-01T00:00:00Z"
    path = "/communities/willow/people/willow-resident-1/credentials"
    assert http(app, "POST", path, body=ended, **WILLOW_MANAGER).status == 201
    for row in list(Row.scan(Row.ttl <= int(NOW.timestamp()))):
        row.delete()  # what DynamoDB does to rows past their time to live
    gate.hear(fever())
    assert gate.ask("e-1")["reason"] == "blocked_fever"


def test_who_moved_out_no_longer_passes(gate: Gate) -> None:
    gate.hear(MembershipChanged(community="willow", person="willow-resident-1", roles=[], version=2))
    assert gate.ask("e-1")["reason"] == "blocked_membership_ended"


def test_a_revoked_gate_opens_for_nobody(app: Chalice, http: Http, invoke: Invoke, gate: Gate) -> None:
    later = NOW + timedelta(minutes=1)
    fact = DeviceRevoked(community="willow", device=GATE, kind="gate", version=9)
    invoke(app, "standing", batch(told(fact, "revoked", later)))
    assert gate.ask("e-1")["reason"] == "unknown_gate"
    opening = {"reason": "ambulance"}
    path = f"/communities/willow/gates/{GATE}/openings"
    assert http(app, "POST", path, body=opening, **GUARD).status == 404


def test_hard_anti_passback_holds_across_all_of_a_persons_credentials(
    app: Chalice, http: Http, gate: Gate
) -> None:
    path = "/communities/willow/people/willow-resident-1/credentials"
    body = {"kind": "phone", "value": "phone-1"} | ALWAYS
    assert http(app, "POST", path, body=body, **WILLOW_MANAGER).status == 201
    gate.hear(willow(2, access={"passback": {"garden": "hard"}}))
    assert gate.ask("e-1")["outcome"] == "granted"
    again: dict[str, Any] = {"occurred_at": "2026-01-05T08:00:01Z", "credential": "phone", "value": "phone-1"}
    assert gate.ask("e-2", **again)["reason"] == "passback"
    out = again | {"occurred_at": "2026-01-05T08:00:02Z"}
    assert gate.ask("e-3", gate="willow-gate-2", **out)["outcome"] == "granted"
    assert gate.ask("e-4", **again | {"occurred_at": "2026-01-05T08:00:03Z"})["outcome"] == "granted"


CARD = {"credential": "card", "value": "willow-resident-1-card"}


@pytest.mark.parametrize("second", [-200, -1, 0], ids=["minutes apart", "a second apart", "the same instant"])
def test_anti_passback_does_not_depend_on_the_clocks_of_two_gates(
    app: Chalice, http: Http, gate: Gate, second: int
) -> None:
    gate.hear(willow(2, access={"passback": {"garden": "hard"}}))
    gate.hear(DeviceRegistered(community="willow", device="willow-gate-3", kind="gate", version=1))
    path, body = "/communities/willow/gates/willow-gate-3", {"area": "garden", "direction": "in"}
    assert http(app, "PUT", path, body=body, **WILLOW_MANAGER).status == 200
    behind = NOW + timedelta(seconds=second)
    assert gate.ask("e-1", **CARD)["open"]
    again = gate.ask("e-2", gate="willow-gate-3", occurred_at=behind.isoformat(), **CARD)
    assert again["reason"] == "passback"
    assert gate.ask("e-3", gate="willow-gate-2", occurred_at=behind.isoformat(), **CARD)["open"]
    assert gate.ask("e-4", **CARD)["open"], "who went out by a slow clock comes in again by a right one"


def test_an_offline_pass_of_the_future_is_flagged_kept_as_long_as_others_and_moves_nothing_beyond_now(
    app: Chalice, http: Http, gate: Gate
) -> None:
    gate.hear(willow(2, access={"passback": {"garden": "hard"}}))
    told = gate.ask("e-1", offline=True, granted=True, occurred_at="2099-01-01T00:00:00Z", **CARD)
    assert (told["outcome"], told["open"]) == ("recorded", False)
    (kept,) = passes(app, http, **GUARD)
    assert (kept["clock_off"], kept["decided_at"]) == (True, "2026-01-05T08:00:00.000Z")
    (event,) = published("willow")
    assert event.data["passed_at"] == "2026-01-05T08:00:00.000Z"
    assert gate.ask("e-2", occurred_at=LATER.isoformat(), now=LATER, **CARD)["reason"] == "passback"


@pytest.mark.parametrize("offline", [{}, {"offline": True, "granted": True}], ids=["online", "offline"])
@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_time_that_nothing_can_be_added_to_is_answered_and_parked(
    app: Chalice, gate: Gate, at: str, offline: dict[str, Any]
) -> None:
    assert gate.ask("e-1", occurred_at=at, **CARD, **offline)["outcome"] == "invalid-request"
    assert len(dead_letters(app, "gate_pass")) == 1


def test_an_offline_pass_is_recorded_flagged_and_never_opens(app: Chalice, http: Http, gate: Gate) -> None:
    gate.hear(fever())
    answer = gate.ask(
        "e-1",
        occurred_at="2026-01-05T02:00:00Z",
        credential="card",
        value="willow-resident-1-card",
        offline=True,
        granted=True,
    )
    assert (answer["outcome"], answer["open"]) == ("recorded", False)
    (kept,) = passes(app, http, **GUARD)
    assert (kept["verdict"], kept["disagreed"], kept["offline"]) == ("granted", True, True)
    assert kept["decided_at"] == "2026-01-05T02:00:00.000Z"


def test_a_clock_a_day_off_is_flagged_and_our_time_decides(app: Chalice, http: Http, gate: Gate) -> None:
    gate.ask("e-1", occurred_at="2026-01-04T08:00:00Z", credential="card", value="willow-resident-1-card")
    (kept,) = passes(app, http, **GUARD)
    assert kept["clock_off"] is True
    assert (kept["decided_at"], kept["occurred_at"]) == (
        "2026-01-05T08:00:00.000Z",
        "2026-01-04T08:00:00.000Z",
    )


INVITATION: dict[str, Any] = {
    "visitor_name": "Wang Fang",
    "valid_from": "2026-01-05T08:00:00Z",
    "valid_until": "2026-01-05T20:00:00Z",
    "entries": 2,
    "plate": "沪B54321",
}


def test_a_visitor_enters_as_often_as_invited_by_code_or_plate(app: Chalice, http: Http, gate: Gate) -> None:
    invited = http(app, "POST", "/communities/willow/invitations", body=INVITATION, **WILLOW_RESIDENT)
    assert invited.status == 201
    code = {"credential": "qr", "value": invited.body["code"]}
    plate = {"credential": "plate", "value": "沪B54321"}
    assert gate.ask("e-1", **code, **at(0))["open"]
    assert gate.ask("e-2", **plate, **at(600))["open"]
    assert gate.ask("e-3", **code, **at(1200))["reason"] == "no_entries_left"
    assert gate.ask("e-4", **plate, **at(1200))["reason"] == "no_entries_left"


def lobby(app: Chalice, http: Http, gate: Gate) -> None:
    """The door of a building, behind the gate of the estate."""
    gate.hear(DeviceRegistered(community="willow", device="willow-gate-3", kind="gate", version=1))
    body = {"area": "b1-lobby", "direction": "in"}
    path = "/communities/willow/gates/willow-gate-3"
    assert http(app, "PUT", path, body=body, **WILLOW_MANAGER).status == 200


def guest(app: Chalice, http: Http, **changed: Any) -> dict[str, Any]:
    """What a guest for one entry shows at gates."""
    body = INVITATION | {"entries": 1} | changed
    invited = http(app, "POST", "/communities/willow/invitations", body=body, **WILLOW_RESIDENT)
    assert invited.status == 201
    return {"credential": "qr", "value": invited.body["code"]}


CAR = {"credential": "plate", "value": "沪B54321"}


def test_one_visit_is_one_entry_however_many_gates_are_on_the_way(
    app: Chalice, http: Http, gate: Gate
) -> None:
    lobby(app, http, gate)
    code = guest(app, http)
    assert gate.ask("e-1", **code, **at(0))["open"]
    assert gate.ask("e-2", gate="willow-gate-3", **code, **at(16))["open"]
    assert gate.ask("e-3", gate="willow-gate-3", **code, **at(600))["open"], "stepped out of the building"
    assert gate.ask("e-4", gate="willow-gate-2", **code, **at(900))["open"]
    assert gate.ask("e-5", **code, **at(1200))["reason"] == "no_entries_left"
    assert gate.ask("e-6", gate="willow-gate-3", **code, **at(1200))["reason"] == "no_entries_left"


def test_one_visit_is_one_entry_of_a_car_and_of_who_sits_in_it(app: Chalice, http: Http, gate: Gate) -> None:
    lobby(app, http, gate)
    code = guest(app, http)
    assert gate.ask("e-1", **CAR, **at(0))["open"]
    assert gate.ask("e-2", **code, **at(16))["open"]
    assert gate.ask("e-3", gate="willow-gate-3", **code, **at(60))["open"]
    assert gate.ask("e-4", **code, **at(90))["reason"] == "no_entries_left", "a second one in the car"


def test_one_visit_is_one_entry_where_gates_tell_who_goes_through(
    app: Chalice, http: Http, gate: Gate
) -> None:
    lobby(app, http, gate)
    gate.ask("r-1", credential="card", value="willow-resident-2-card", **at(-60))
    assert gate.door("d-1", "entered", pass_event_id="r-1", **at(-58)) == "entered"
    code = guest(app, http, entries=2)
    assert gate.ask("e-1", **CAR, **at(0))["open"], "and does not go through"
    assert gate.ask("e-2", **code, **at(3))["open"]
    assert gate.door("d-2", "entered", pass_event_id="e-2", **at(5)) == "entered"
    assert gate.ask("e-3", gate="willow-gate-3", **code, **at(60))["open"]
    assert gate.ask("e-4", **code, **at(900))["open"]
    assert gate.door("d-4", "entered", pass_event_id="e-4", **at(905)) == "entered"
    assert gate.ask("e-5", **code, **at(1800))["reason"] == "no_entries_left"


def test_one_visit_is_one_entry_when_a_car_and_who_sits_in_it_ask_at_the_same_moment(
    app: Chalice, http: Http, gate: Gate, meanwhile: Callable[[Callable[[], Any]], None]
) -> None:
    code = guest(app, http)
    meanwhile(lambda: gate.ask("e-2", **CAR, **at(0)))
    assert gate.ask("e-1", **code, **at(0))["open"]
    assert [one["verdict"] for one in passes(app, http, **GUARD)] == ["granted", "granted"]
    assert gate.ask("e-3", **code, **at(30))["reason"] == "no_entries_left"


def test_one_visit_is_one_entry_when_an_offline_door_tells_of_it_first(
    app: Chalice, http: Http, gate: Gate
) -> None:
    lobby(app, http, gate)
    code = guest(app, http, entries=2)
    offline = {"offline": True, "granted": True}
    gate.ask("e-2", gate="willow-gate-3", **code, **at(60), **offline)
    gate.ask("e-1", **code, **at(0), **offline)
    assert gate.ask("e-3", **code, **at(900))["open"]
    assert gate.ask("e-4", **code, **at(1800))["reason"] == "no_entries_left"


def test_a_visit_of_a_guest_costs_no_more_round_trips(
    app: Chalice, http: Http, gate: Gate, trips: Counter[str]
) -> None:
    lobby(app, http, gate)
    code = guest(app, http)
    trips.clear()
    gate.ask("e-1", **CAR, **at(0))
    gate.ask("e-2", gate="willow-gate-3", **code, **at(16))
    assert trips == {"BatchGetItem": 2, "TransactWriteItems": 2}


def test_a_withdrawn_invitation_no_longer_opens_and_frees_its_plate(
    app: Chalice, http: Http, gate: Gate
) -> None:
    path = "/communities/willow/invitations"
    invited = http(app, "POST", path, body=INVITATION, **WILLOW_RESIDENT).body
    assert http(app, "DELETE", f"{path}/{invited['invitation']}", **WILLOW_RESIDENT).status == 204
    assert gate.ask("e-1", credential="qr", value=invited["code"])["reason"] == "revoked_credential"
    assert http(app, "GET", f"{path}/{invited['invitation']}", **WILLOW_RESIDENT).body["withdrawn"] is True
    assert http(app, "POST", path, body=INVITATION, **WILLOW_RESIDENT).status == 201


def test_a_withdrawal_repeated_leaves_alone_a_plate_that_is_somebody_elses_by_now(
    app: Chalice, http: Http, gate: Gate
) -> None:
    body = {"visitor_name": "v", "valid_from": "2026-01-05T07:00:00Z", "valid_until": "2026-01-05T10:00:00Z"}
    path = "/communities/willow/invitations"
    made = http(app, "POST", path, body=body | {"plate": "AB12345"}, **WILLOW_RESIDENT).body
    assert http(app, "DELETE", f"{path}/{made['invitation']}", **WILLOW_RESIDENT).status == 204
    plate = {"kind": "plate", "value": "AB12345"} | ALWAYS
    theirs = "/communities/willow/people/willow-resident-2/credentials"
    assert http(app, "POST", theirs, body=plate, **WILLOW_MANAGER).status == 201
    assert http(app, "DELETE", f"{path}/{made['invitation']}", **WILLOW_RESIDENT).status == 204
    assert gate.ask("e-1", credential="plate", value="AB12345")["outcome"] == "granted"


def test_the_same_idempotency_key_is_the_same_invitation(app: Chalice, http: Http) -> None:
    key = {"Idempotency-Key": "k-1"}
    path = "/communities/willow/invitations"
    first = http(app, "POST", path, body=INVITATION, headers=key, **WILLOW_RESIDENT)
    again = http(app, "POST", path, body=INVITATION, headers=key, **WILLOW_RESIDENT)
    assert (first.status, again.body) == (201, first.body)
    other = http(app, "POST", path, body=INVITATION | {"entries": 3}, headers=key, **WILLOW_RESIDENT)
    assert (other.status, other.problem) == (422, "idempotency-key-reused")
    assert len(http(app, "GET", path, **WILLOW_RESIDENT).body["items"]) == 1


def test_the_same_key_shows_the_same_qr_code(app: Chalice, http: Http) -> None:
    request: dict[str, Any] = {"body": {}, "headers": {"Idempotency-Key": "k-1"}, **WILLOW_RESIDENT}
    first = http(app, "POST", "/communities/willow/qr_codes", **request)
    assert http(app, "POST", "/communities/willow/qr_codes", **request).body == first.body


def test_a_guard_opens_from_afar_once_with_a_reason(
    app: Chalice, http: Http, answers: list[tuple[str, dict[str, Any]]]
) -> None:
    request = {"body": {"reason": "ambulance"}, "headers": {"Idempotency-Key": "k-1"}, **GUARD}
    path = f"/communities/willow/gates/{GATE}/openings"
    first = http(app, "POST", path, **request)
    again = http(app, "POST", path, **request, now=NOW + timedelta(seconds=3))
    assert first.status == 201
    assert again.body == first.body
    assert [topic for topic, _ in answers] == [f"linli/willow/{GATE}/command"] * 2
    assert answers[0] == answers[1], "the gate is told the same opening, with the same end"
    assert answers[0][1]["open_seconds"] == 10
    late = http(app, "POST", path, **request, now=NOW + timedelta(hours=1))
    assert late.body == first.body
    assert len(answers) == 2, "an opening that is over opens nothing, whatever the gate's clock says"
    (kept,) = passes(app, http, **GUARD)
    assert (kept["credential"], kept["asked_by"], kept["note"]) == ("remote", "willow-guard-1", "ambulance")


def test_people_see_their_own_passes_and_guards_see_all_page_by_page(
    app: Chalice, http: Http, gate: Gate
) -> None:
    for number in range(5):
        card = f"willow-resident-{1 + number % 2}-card"
        at = f"2026-01-05T08:00:0{number}Z"
        gate.ask(f"e-{number}", occurred_at=at, credential="card", value=card)
    own = passes(app, http, **WILLOW_RESIDENT)
    assert [one["event_id"] for one in own] == ["e-4", "e-2", "e-0"]
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = http(app, "GET", "/communities/willow/passes", query=query, **GUARD).body
        seen += [one["event_id"] for one in page["items"]]
        cursor = page.get("next_cursor")
        if cursor is None:
            break
    assert seen == ["e-4", "e-3", "e-2", "e-1", "e-0"]


def test_a_cursor_is_worth_nothing_in_another_list(app: Chalice, http: Http, gate: Gate) -> None:
    for number in range(3):
        gate.ask(f"e-{number}")
    page = http(app, "GET", "/communities/willow/passes", query={"limit": "1"}, **GUARD).body
    query = {"limit": "1", "cursor": page["next_cursor"]}
    for asker in (WILLOW_RESIDENT, member("maple-guard-1", "maple", "guard")):
        community = next(iter(asker["grants"]["communities"]))
        answer = http(app, "GET", f"/communities/{community}/passes", query=query, **asker)
        assert (answer.status, answer.problem) == (400, "invalid-cursor")


def test_passes_past_their_retention_are_not_shown(app: Chalice, http: Http, gate: Gate) -> None:
    gate.ask("e-1")
    late = {"now": NOW + timedelta(days=31), "query": {"limit": "5"}}
    assert http(app, "GET", "/communities/willow/passes", **late, **GUARD).body == {"items": []}


def test_a_gate_that_is_not_there_is_404_for_people(app: Chalice, http: Http, gate: Gate) -> None:
    path = "/communities/willow/gates/willow-gate-99"
    body = {"event_id": "q-1", **CARD}
    assert http(app, "POST", f"{path}/passes", body=body, **GUARD).status == 404
    assert http(app, "GET", f"{path}/door_events", **GUARD).status == 404
    assert http(app, "GET", f"/communities/willow/gates/{GATE}/door_events", **GUARD).status == 200
    assert gate.ask("e-1", gate="willow-gate-99", **CARD)["reason"] == "unknown_gate"


def test_an_entry_completes_its_pass_once(app: Chalice, http: Http, invoke: Invoke, gate: Gate) -> None:
    gate.ask("e-1")
    body = {
        "event_id": "d-1",
        "seq": 2,
        "occurred_at": "2026-01-05T08:00:04Z",
        "door": "entered",
        "pass_event_id": "e-1",
    }
    message = rule_event("door_event", body, GATE, now=LATER)
    outcomes = [invoke(app, "door_event", batch(message))["outcomes"] for _ in range(2)]
    assert outcomes == [["entered"], ["duplicate"]]
    (kept,) = passes(app, http, **GUARD)
    assert kept["entered_at"] == "2026-01-05T08:00:04.000Z"
    alone = rule_event("door_event", body | {"event_id": "d-2", "pass_event_id": "e-9"}, GATE)
    assert invoke(app, "door_event", batch(alone))["outcomes"] == ["entered_without_pass"]


def test_a_forced_door_is_published_once(app: Chalice, invoke: Invoke, gate: Gate) -> None:
    body = {"event_id": "d-1", "seq": 2, "occurred_at": "2026-01-05T08:00:04Z", "door": "forced"}
    message = rule_event("door_event", body, GATE)
    invoke(app, "door_event", batch(message, message))
    (event,) = published("willow")
    assert (event.type, event.data["alarm"]) == ("linli.access.gate_alarm_raised.v1", "forced")
    assert gate.answers[-1][1]["outcome"] == "duplicate"


def test_a_gate_that_counts_its_passes_and_its_door_apart_loses_no_alarm(
    app: Chalice, invoke: Invoke, gate: Gate
) -> None:
    gate.ask("e-1")
    body = {"event_id": "e-1", "seq": 2, "occurred_at": "2026-01-05T08:00:01Z", "door": "forced"}
    assert invoke(app, "door_event", batch(rule_event("door_event", body, GATE)))["outcomes"] == ["forced"]
    assert sorted(event.type.split(".")[2] for event in published("willow")) == [
        "gate_alarm_raised",
        "gate_passed",
    ]


def test_a_malformed_message_is_answered_and_parked_with_its_event_id(app: Chalice, gate: Gate) -> None:
    answer = gate.ask("e-1", credential="smell", value="x")
    assert (answer["event_id"], answer["outcome"], answer["problem"]["status"]) == (
        "e-1",
        "invalid-request",
        400,
    )
    (parked,) = dead_letters(app, "gate_pass")
    assert parked["MessageAttributes"]["ErrorCode"]["StringValue"] == "invalid-request"
    assert json.loads(parked["Body"])["topic"] == f"linli/willow/{GATE}/gate_pass"


def test_a_device_on_anothers_topic_is_parked_and_not_answered(
    app: Chalice, invoke: Invoke, gate: Gate
) -> None:
    body = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-05T08:00:00Z"}
    body |= {"credential": "card", "value": "willow-resident-1-card"}
    message = rule_event("gate_pass", body, GATE, client_id="willow-gate-2")
    assert invoke(app, "gate_pass", message) == {"outcome": "invalid-request"}
    assert gate.answers == []
    assert len(dead_letters(app, "gate_pass")) == 1


def test_no_personal_data_and_no_credential_value_in_the_log(
    app: Chalice, http: Http, gate: Gate, logged: Callable[[], str]
) -> None:
    invited = http(app, "POST", "/communities/willow/invitations", body=INVITATION, **WILLOW_RESIDENT)
    gate.ask("e-1", credential="card", value="willow-resident-1-card", temperature_c=38.8)
    gate.ask("e-2", credential="smell", value="secret-value", temperature_c=38.8)
    lines = logged()
    assert '"message":"denied"' in lines
    for secret in (
        "willow-resident-1-card",
        "secret-value",
        "Wang Fang",
        "38.8",
        "沪B54321",
        invited.body["code"],
    ):
        assert secret not in lines


def test_guests_of_somebody_who_left_come_in_no_more(app: Chalice, http: Http, gate: Gate) -> None:
    path = "/communities/willow/invitations"
    invited = http(app, "POST", path, body=INVITATION, **WILLOW_RESIDENT).body
    gate.hear(MembershipChanged(community="willow", person="willow-resident-1", roles=[], version=2))
    code = {"credential": "qr", "value": invited["code"]}
    plate = {"credential": "plate", "value": INVITATION["plate"]}
    assert gate.ask("e-1", **code)["reason"] == "blocked_membership_ended"
    assert gate.ask("e-2", **plate)["reason"] == "blocked_membership_ended"
    back = MembershipChanged(community="willow", person="willow-resident-1", roles=["resident"], version=3)
    gate.hear(back)
    assert gate.ask("e-3", **code)["outcome"] == "granted"


def test_quarantine_and_health_code_come_from_staff_and_decide(app: Chalice, http: Http, gate: Gate) -> None:
    path = "/communities/willow/people/willow-resident-1/standing"
    caregiver = member("willow-caregiver-1", "willow", "caregiver")
    until = (NOW + timedelta(days=7)).isoformat()
    assert http(app, "PUT", path, body={"quarantine_until": until}, **GUARD).status == 403
    said = http(app, "PUT", path, body={"quarantine_until": until, "health_code": "yellow"}, **caregiver)
    assert (said.status, said.body["health_code"]) == (200, "yellow")
    assert gate.ask("e-1")["reason"] == "quarantine"
    assert http(app, "PUT", path, body={"health_code": "yellow"}, **caregiver).status == 200
    gate.hear(willow(2, access={"health_code_required": True}))
    assert gate.ask("e-2")["reason"] == "health_code"
    assert http(app, "PUT", path, body={"health_code": "green"}, **caregiver).status == 200
    assert gate.ask("e-3")["outcome"] == "granted"
    assert http(app, "GET", path, **GUARD).body["blocks"] == []
    stranger = path.replace("willow-resident-1", "nobody")
    assert http(app, "PUT", stranger, body={}, **caregiver).status == 404


def test_an_enrolled_card_is_renewed_by_enrolling_it_again(app: Chalice, http: Http, gate: Gate) -> None:
    path = "/communities/willow/people/willow-resident-1/credentials"
    ended = {"kind": "card", "value": "willow-resident-1-card"} | ALWAYS
    ended["valid_until"] = "2026-01-02T00:00:00Z"
    assert http(app, "POST", path, body=ended, **WILLOW_MANAGER).status == 201
    assert gate.ask("e-1")["reason"] == "expired"
    renewed = http(app, "POST", path, body=ended | ALWAYS, **WILLOW_MANAGER)
    assert renewed.body["valid_until"] == "2030-01-01T00:00:00.000Z"
    assert gate.ask("e-2")["outcome"] == "granted"


def test_an_unknown_field_is_told_to_the_device_and_not_to_the_log(
    app: Chalice, gate: Gate, logged: Callable[[], str]
) -> None:
    answer = gate.ask("e-1", credential="card", value="x", **{"13812345678 Zhang San": 1})
    assert (answer["outcome"], answer["dropped"]) == ("denied", ["13812345678 Zhang San"])
    assert "Zhang" not in logged()
    assert dead_letters(app, "gate_pass") == []


STRANGER = {"credential": "card", "value": "a-stranger"}
DEAD = "1970-01-01T00:00:10Z"


def test_an_id_is_not_a_memory_a_strangers_card_under_a_granted_id_is_decided_by_itself(
    app: Chalice, http: Http, gate: Gate
) -> None:
    assert gate.ask("e-1", **CARD)["open"]
    again = gate.ask("e-1", **STRANGER)
    assert (again["event_id"], again["open"], again["reason"]) == ("e-1", False, "unknown_credential")
    assert again["id_reused"] is True
    assert gate.ask("e-1", **STRANGER) == again, "a repeat of the second question has the second answer"
    first = gate.ask("e-1", **CARD)
    assert first["open"]
    assert "id_reused" not in first
    assert sorted((one["verdict"], one["id_reused"]) for one in passes(app, http, **GUARD)) == [
        ("denied", True),
        ("granted", False),
    ]


def test_an_id_is_not_a_memory_two_passes_under_one_id_are_two_facts(gate: Gate) -> None:
    gate.ask("e-1", **CARD)
    gate.ask("e-1", credential="card", value="willow-resident-2-card")
    told = published("willow")
    assert sorted(event.data["person"] for event in told) == ["willow-resident-1", "willow-resident-2"]
    assert len({event.id for event in told}) == 2


def test_an_id_is_not_a_memory_of_a_guards_app_either(app: Chalice, http: Http, gate: Gate) -> None:  # noqa: ARG001  furnished
    path = f"/communities/willow/gates/{GATE}/passes"
    first = http(app, "POST", path, body={"event_id": "q-1", **CARD}, **GUARD)
    other = http(app, "POST", path, body={"event_id": "q-1", **STRANGER}, **GUARD)
    assert (first.body["open"], "id_reused" in first.body) == (True, False)
    assert (other.body["open"], other.body["reason"], other.body["id_reused"]) == (
        False,
        "unknown_credential",
        True,
    )
    assert http(app, "POST", path, body={"event_id": "q-1", **CARD}, **GUARD).body == first.body
    tomorrow = NOW + timedelta(days=1)
    later = http(app, "POST", path, body={"event_id": "q-1", **CARD}, now=tomorrow, **GUARD)
    assert (later.body["open"], later.body["id_reused"]) == (True, True), "a question of tomorrow"


def test_a_counter_and_a_clock_that_begin_anew_make_no_repeat_hours_later(
    app: Chalice, http: Http, gate: Gate
) -> None:
    assert gate.ask("e-1", occurred_at=DEAD, **CARD)["open"]
    soon = gate.ask("e-1", occurred_at=DEAD, now=NOW + timedelta(seconds=40), **CARD)
    assert (soon["outcome"], soon["open"], soon["open_seconds"]) == ("granted", False, 0)
    gate.hear(fever())
    for hours in (3, 6):
        later = gate.ask("e-1", occurred_at=DEAD, now=NOW + timedelta(hours=hours), **CARD)
        assert (later["open"], later["reason"], later["id_reused"]) == (False, "blocked_fever", True)
    assert len(passes(app, http, **GUARD)) == 3


def test_another_temperature_under_the_same_id_is_another_question(gate: Gate) -> None:
    assert gate.ask("e-1", **CARD, temperature_c=36.4)["open"]
    fevered = gate.ask("e-1", **CARD, temperature_c=38.9)
    assert (fevered["open"], fevered["reason"], fevered["id_reused"]) == (False, "temperature", True)


def test_a_gate_is_told_for_how_long_to_open_whatever_its_clock_says(gate: Gate) -> None:
    first = gate.ask("e-1", occurred_at=DEAD, **CARD)
    assert (first["open_seconds"], first["open_until"]) == (10, "1970-01-01T00:00:20.000Z")
    again = gate.ask("e-1", occurred_at=DEAD, now=NOW + timedelta(seconds=4), **CARD)
    assert again == first, "it counts from when the gate asked, so that a repeat draws nothing out"


def test_a_repeat_after_its_time_opens_nothing_and_is_no_new_question(
    app: Chalice, http: Http, gate: Gate
) -> None:
    assert gate.ask("e-1", **CARD)["open"]
    late = gate.ask("e-1", now=NOW + timedelta(minutes=20), **CARD)
    assert (late["outcome"], late["open"], late["open_seconds"]) == ("granted", False, 0)
    assert "id_reused" not in late
    assert len(passes(app, http, **GUARD)) == 1


@pytest.mark.parametrize("at", ["2000-01-01T00:00:10Z", DEAD, "2025-11-01T00:00:00Z"])
def test_an_offline_pass_of_a_dead_clock_has_our_time_and_says_so(
    app: Chalice, http: Http, gate: Gate, at: str
) -> None:
    gate.ask("e-1", offline=True, granted=True, occurred_at=at, **CARD)
    (kept,) = passes(app, http, **GUARD)
    assert (kept["decided_at"], kept["clock_off"]) == ("2026-01-05T08:00:00.000Z", True)
    assert ("reason" in kept, kept["disagreed"]) == (False, False)


def test_an_id_is_not_a_memory_a_door_forced_under_the_id_of_its_closing_raises_its_alarm(
    gate: Gate,
) -> None:
    for at in (DEAD, "2026-01-05T08:00:00Z"):
        assert gate.door("d-2", "closed", occurred_at=at) == "closed"
        assert gate.door("d-2", "forced", occurred_at=at) == "forced"
        assert gate.answers[-1][1]["id_reused"] is True
        assert gate.door("d-2", "forced", occurred_at=at) == "duplicate"
        assert gate.door("d-2", "closed", occurred_at=at) == "duplicate"
    assert gate.door("d-2", "forced", occurred_at=DEAD, now=NOW + timedelta(hours=3)) == "forced"
    assert [event.data["alarm"] for event in published("willow")] == ["forced"] * 3


def test_a_door_that_was_forced_nine_hours_ago_says_so(gate: Gate) -> None:
    gate.door("d-1", "forced", occurred_at="2026-01-04T23:00:00Z")
    gate.door("d-2", "held_open", occurred_at=DEAD)
    gate.door("d-3", "forced", occurred_at="2026-01-05T09:00:00Z")
    told = {event.data["alarm"] + event.id[-1]: event.data["occurred_at"] for event in published("willow")}
    assert told == {
        "forced1": "2026-01-04T23:00:00.000Z",
        "held_open2": "2026-01-05T08:00:00.000Z",
        "forced3": "2026-01-05T08:00:00.000Z",
    }


@pytest.mark.parametrize("late", [False, True])
def test_a_door_that_was_held_open_is_told_once_to_have_closed_in_whatever_order(
    gate: Gate, late: bool
) -> None:
    told = [("d-1", "held_open", "07:50:00"), ("d-2", "closed", "07:52:00")]
    for event, door, at in reversed(told) if late else told:
        assert gate.door(event, door, occurred_at=f"2026-01-05T{at}Z") == door
    assert gate.door("d-3", "closed", occurred_at="2026-01-05T07:59:00Z") == "closed"
    ends = [e.data["ended_at"] for e in published("willow") if e.type.endswith("gate_alarm_ended.v1")]
    assert ends == ["2026-01-05T07:52:00.000Z"]


def test_a_door_that_was_forced_is_not_told_to_be_well_when_it_closes(gate: Gate) -> None:
    gate.door("d-1", "forced", occurred_at="2026-01-05T07:50:00Z")
    gate.door("d-2", "closed", occurred_at="2026-01-05T07:52:00Z")
    assert [event.type for event in published("willow")] == ["linli.access.gate_alarm_raised.v1"]


def at(seconds: float) -> dict[str, Any]:
    """What is asked, and arrives, so many seconds later."""
    moment = NOW + timedelta(seconds=seconds)
    return {"occurred_at": moment.isoformat(), "now": moment}


def enrol(app: Chalice, http: Http, kind: str, value: str, person: str = "willow-resident-1") -> Any:
    path = f"/communities/willow/people/{person}/credentials"
    return http(app, "POST", path, body={"kind": kind, "value": value} | ALWAYS, **WILLOW_MANAGER)


def typed(kind: str, value: str) -> str:
    """The keyed hash of rows of before, which was of what had been typed."""
    return keyed_hash("credential-key", "willow", kind, value)


def as_before(kind: str, value: str) -> str:
    """Make an enrolled credential one of before: under the hash of what was typed. Returns that."""
    digest = typed(kind, value)
    key = CredentialRow.key("willow", credential_hash("willow", kind, value))
    row = find(CredentialRow, key)
    holder = find(HolderRow, HolderRow.key("willow", row.credential.holder))
    known = [digest if one == row.digest else one for one in holder.standing.credentials]
    holder.standing = holder.standing.model_copy(update={"credentials": known})
    holder.save()
    row.delete()
    row.pk, _ = CredentialRow.key("willow", digest)
    row.save()
    return digest


def test_read_twice_is_once_and_no_passback(app: Chalice, http: Http, gate: Gate) -> None:
    gate.hear(willow(2, access={"passback": {"garden": "hard"}}))
    assert gate.ask("e-0", gate="willow-gate-2", **CARD, **at(-60))["open"]
    first, again = gate.ask("e-1", **CARD, **at(0)), gate.ask("e-2", **CARD, **at(1.2))
    assert (first["open"], first["open_seconds"]) == (True, 10)
    assert (again["open"], again["open_seconds"], again["open_until"]) == (True, 8, first["open_until"])
    assert gate.ask("e-2", **CARD, **at(1.2) | {"now": NOW + timedelta(seconds=20)})["open"] is False
    assert gate.ask("e-3", **CARD, **at(15))["reason"] == "passback"
    kept = {one["event_id"]: one.get("same_as") for one in passes(app, http, **GUARD)}
    assert kept == {"e-0": None, "e-1": None, "e-2": "e-1", "e-3": None}
    assert len(published("willow")) == 2


def test_read_twice_is_one_entry_of_a_guest_and_one_use_of_a_code(
    app: Chalice, http: Http, gate: Gate
) -> None:
    code = http(app, "POST", "/communities/willow/invitations", body=INVITATION, **WILLOW_RESIDENT).body[
        "code"
    ]
    shown = {"credential": "qr", "value": code}
    for second in (0, 0.6, 3):
        assert gate.ask(f"e-{second}".replace(".", "-"), **shown, **at(second))["open"]
    assert gate.ask("e-9", **shown, **at(30))["open"], "the second entry is still there"
    assert gate.ask("e-10", **shown, **at(60))["reason"] == "no_entries_left"
    own = http(app, "POST", "/communities/willow/qr_codes", body={}, **WILLOW_RESIDENT).body["code"]
    for second in (0, 0.6):
        assert gate.ask(f"q-{second}".replace(".", "-"), credential="qr", value=own, **at(second))["open"]
    assert gate.ask("q-9", credential="qr", value=own, **at(15))["reason"] == "used_credential"


def test_a_revoked_card_has_no_standing_grant(app: Chalice, http: Http, gate: Gate) -> None:
    assert gate.ask("e-1", **CARD)["open"]
    path = "/communities/willow/people/willow-resident-1/credentials"
    (known,) = http(app, "GET", path, **WILLOW_MANAGER).body["items"]
    assert http(app, "DELETE", f"{path}/{known['credential']}", **WILLOW_MANAGER).status == 204
    assert gate.ask("e-2", **CARD, **at(1))["reason"] == "revoked_credential"


def test_who_was_granted_and_did_not_go_through_has_not_passed_where_the_gate_tells_entries(
    app: Chalice, http: Http, gate: Gate
) -> None:
    gate.hear(willow(2, access={"passback": {"garden": "hard"}}))
    gate.ask("r-1", credential="card", value="willow-resident-2-card", **at(-60))
    assert gate.door("d-1", "entered", pass_event_id="r-1", **at(-58)) == "entered"
    assert gate.ask("e-1", **CARD, **at(0))["open"]
    assert gate.ask("e-2", **CARD, **at(15))["open"]
    assert gate.door("d-2", "entered", pass_event_id="e-2", **at(18)) == "entered"
    assert gate.door("d-3", "entered", pass_event_id="e-2", **at(19)) == "entered_again"
    assert gate.ask("e-3", **CARD, **at(30))["reason"] == "passback"
    entered = {one["event_id"]: one.get("entered_at") for one in passes(app, http, **GUARD)}
    assert (entered["e-1"], entered["e-2"]) == (None, "2026-01-05T08:00:18.000Z")
    assert gate.ask("e-4", gate="willow-gate-2", **CARD, **at(40))["open"]
    a_day_later = at(86_400)
    assert gate.ask("e-5", **CARD, **a_day_later)["open"]
    assert gate.ask("e-6", **CARD, **at(86_415))["reason"] == "passback", "a contact that broke says nothing"


def test_an_entry_named_by_the_second_reading_completes_the_first(
    app: Chalice, http: Http, gate: Gate
) -> None:
    gate.ask("e-1", **CARD, **at(0))
    gate.ask("e-2", **CARD, **at(1))
    assert gate.door("d-1", "entered", pass_event_id="e-2", **at(4)) == "entered"
    kept = {one["event_id"]: one.get("entered_at") for one in passes(app, http, **GUARD)}
    assert kept == {"e-1": "2026-01-05T08:00:04.000Z", "e-2": None}


def test_an_entry_told_late_has_its_own_time(app: Chalice, http: Http, gate: Gate) -> None:
    past = {"occurred_at": "2026-01-05T07:42:00Z"}
    gate.ask("e-1", offline=True, granted=True, **CARD, **past)
    told = gate.door("d-1", "entered", pass_event_id="e-1", occurred_at="2026-01-05T07:42:03Z")
    (kept,) = passes(app, http, **GUARD)
    assert (told, kept["decided_at"], kept["entered_at"]) == (
        "entered",
        "2026-01-05T07:42:00.000Z",
        "2026-01-05T07:42:03.000Z",
    )


def test_an_entry_that_overtakes_its_offline_pass_completes_it_when_that_comes(
    app: Chalice, http: Http, gate: Gate
) -> None:
    gate.hear(willow(2, access={"passback": {"garden": "hard"}}))
    entered = {"pass_event_id": "e-1", "occurred_at": "2026-01-05T07:42:03Z"}
    assert gate.door("d-1", "entered", **entered) == "entered_without_pass"
    gate.ask("e-1", offline=True, granted=True, occurred_at="2026-01-05T07:42:00Z", **CARD)
    (kept,) = passes(app, http, **GUARD)
    assert kept["entered_at"] == "2026-01-05T07:42:03.000Z"
    assert gate.door("d-2", "entered", **entered) == "entered_again"
    assert gate.ask("e-2", **CARD, **at(5))["reason"] == "passback"


def test_an_entry_of_another_day_does_not_complete_a_pass_under_an_id_used_again(
    app: Chalice, http: Http, gate: Gate
) -> None:
    gate.ask("e-1", **CARD)
    day = NOW + timedelta(days=1)
    assert gate.door("d-1", "entered", pass_event_id="e-1", now=day, occurred_at=day.isoformat()) == (
        "entered_without_pass"
    )
    gate.ask("e-1", offline=True, granted=True, occurred_at=day.isoformat(), now=day, **CARD)
    kept = {one["id_reused"]: one.get("entered_at") for one in passes(app, http, **GUARD)}
    assert kept == {False: None, True: "2026-01-06T08:00:00.000Z"}


def test_an_entry_completes_the_newest_pass_of_its_id(app: Chalice, http: Http, gate: Gate) -> None:
    gate.ask("e-1", **CARD)
    gate.ask("e-1", credential="card", value="willow-resident-2-card")
    assert gate.door("d-1", "entered", pass_event_id="e-1", **at(3)) == "entered"
    kept = {one["person"]: one.get("entered_at") for one in passes(app, http, **GUARD)}
    assert kept == {"willow-resident-1": None, "willow-resident-2": "2026-01-05T08:00:03.000Z"}


def test_doors_of_a_dead_clock_are_listed_at_our_time(app: Chalice, http: Http, gate: Gate) -> None:
    gate.door("d-1", "forced", occurred_at="2026-01-05T07:00:00Z")
    gate.door("d-2", "forced", occurred_at=DEAD)
    page = http(app, "GET", f"/communities/willow/gates/{GATE}/door_events", query={"limit": "5"}, **GUARD)
    assert [(one["event_id"], one["happened_at"], one["clock_off"]) for one in page.body["items"]] == [
        ("d-2", "2026-01-05T08:00:00.000Z", True),
        ("d-1", "2026-01-05T07:00:00.000Z", False),
    ]


SPELLINGS = [
    ("card", "0008271495", ["8271495", " 0008271495", "0008271495\r\n"]),
    ("card", "007E3687", ["007e3687", "7E3687", "00:7E:36:87"]),
    ("plate", "京A·12345", ["京a12345", "京A12345", "京A-12345", "京Ａ１２３４５"]),
    ("phone", "a4c138aabbcc", ["A4:C1:38:AA:BB:CC"]),
]


@pytest.mark.parametrize("before", [False, True], ids=["new", "hashed as typed"])
@pytest.mark.parametrize("case", SPELLINGS, ids=[one[1] for one in SPELLINGS])
def test_another_spelling_opens_and_a_revoked_one_opens_in_none(
    app: Chalice, http: Http, gate: Gate, case: tuple[str, str, list[str]], *, before: bool
) -> None:
    kind, value, spelled = case
    enrolled = enrol(app, http, kind, value)
    digest = as_before(kind, value) if before else enrolled.body["credential"]
    for number, shown in enumerate([value, *spelled]):
        assert gate.ask(f"e-{number}", credential=kind, value=shown, **at(20 * number))["open"], shown
    assert enrol(app, http, kind, spelled[0]).body["credential"] == digest, "it is the same credential"
    assert enrol(app, http, kind, spelled[0], "willow-resident-2").status == 409
    path = f"/communities/willow/people/willow-resident-1/credentials/{digest}"
    assert http(app, "DELETE", path, **WILLOW_MANAGER).status == 204
    for number, shown in enumerate([value, *spelled]):
        asked = gate.ask(f"f-{number}", credential=kind, value=shown, **at(200 + 20 * number))
        assert asked["reason"] == "revoked_credential", shown
    assert enrol(app, http, kind, spelled[0], "willow-resident-2").status == 201
    assert gate.ask("g-1", credential=kind, value=value, **at(400))["open"], "it is somebody's again"


def test_of_two_spellings_of_before_the_revoked_one_counts(app: Chalice, http: Http, gate: Gate) -> None:
    enrol(app, http, "card", "0008271496")
    revoked = as_before("card", "0008271496")
    row = find(CredentialRow, CredentialRow.key("willow", revoked))
    row.pk, _ = CredentialRow.key("willow", typed("card", "8271496"))
    row.save()
    path = f"/communities/willow/people/willow-resident-1/credentials/{revoked}"
    assert http(app, "DELETE", path, **WILLOW_MANAGER).status == 204
    for number, shown in enumerate(["0008271496", "8271496", "08271496"]):
        assert gate.ask(f"e-{number}", credential="card", value=shown)["reason"] == "revoked_credential"


def test_a_code_of_ours_is_read_however_the_scanner_spells_it(app: Chalice, http: Http, gate: Gate) -> None:
    code = http(app, "POST", "/communities/willow/invitations", body=INVITATION, **WILLOW_RESIDENT).body[
        "code"
    ]
    for number, shown in enumerate([code + "\r\n", code.upper(), " " + code, "]Q3" + code]):
        assert gate.ask(f"e-{number}", credential="qr", value=shown, **at(number))["open"], shown


def test_a_guests_plate_is_one_plate_however_it_is_spelled(app: Chalice, http: Http, gate: Gate) -> None:
    path = "/communities/willow/invitations"
    body = INVITATION | {"plate": "沪b·54321"}
    made = http(app, "POST", path, body=body, **WILLOW_RESIDENT)
    assert gate.ask("e-1", credential="plate", value="沪B54321")["open"]
    assert http(app, "DELETE", f"{path}/{made.body['invitation']}", **WILLOW_RESIDENT).status == 204
    assert gate.ask("e-2", credential="plate", value="沪B-54321", **at(20))["reason"] == "revoked_credential"
    assert http(app, "POST", path, body=body | {"plate": "·····"}, **WILLOW_RESIDENT).status == 400


def test_a_guests_plate_of_before_is_one_plate_too(app: Chalice, http: Http, gate: Gate) -> None:
    path = "/communities/willow/invitations"
    made = http(app, "POST", path, body=INVITATION | {"plate": "沪B·54321"}, **WILLOW_RESIDENT).body
    as_before("plate", "沪B·54321")
    assert http(app, "DELETE", f"{path}/{made['invitation']}", **WILLOW_RESIDENT).status == 204
    assert gate.ask("e-1", credential="plate", value="沪B54321")["reason"] == "revoked_credential"
    assert http(app, "POST", path, body=INVITATION, **WILLOW_RESIDENT).status == 201
    assert gate.ask("e-2", credential="plate", value="沪B·54321", **at(20))["open"], "it is a guest's again"


def test_a_blank_credential_is_nobodys(app: Chalice, http: Http, gate: Gate) -> None:
    assert enrol(app, http, "card", " \r\n").status == 400
    assert gate.ask("e-1", credential="card", value=" ")["reason"] == "unknown_credential"


def test_the_score_of_a_card_and_too_many_digits_cost_nobody_the_answer(gate: Gate) -> None:
    taken = gate.ask("e-1", **CARD, score=0.1234567, temperature_c=36.66667)
    assert (taken["open"], taken["dropped"]) == (True, ["score"])
    assert gate.ask("e-2", **CARD, temperature_c=85.0)["reason"] == "temperature_invalid"


PLACE = "/communities/willow/people/{}/place"


def test_staff_say_where_somebody_is_with_a_reason_and_it_is_kept(
    app: Chalice, http: Http, gate: Gate
) -> None:
    gate.hear(willow(2, access={"passback": {"garden": "hard"}}))
    path = PLACE.format("willow-resident-1")
    gate.ask("e-1", **CARD, **at(0))
    assert gate.ask("e-2", **CARD, **at(15))["reason"] == "passback"
    body = {"reason": "stood outside: the gate had not opened"}
    request = {"body": body, "headers": {"Idempotency-Key": "k-1"}, "now": NOW + timedelta(seconds=20)}
    said = http(app, "POST", path, **request, **GUARD)
    assert (said.status, said.body["areas"], said.body["said_by"]) == (201, ["garden"], "willow-guard-1")
    assert http(app, "POST", path, **request, **GUARD).body == said.body
    assert gate.ask("e-3", **CARD, **at(30))["open"]
    assert http(app, "GET", path, query={"limit": "5"}, **GUARD).body["items"] == [said.body]
    inside = http(app, "GET", path.replace("place", "standing"), **GUARD).body["presence"]
    assert inside["garden"]["direction"] == "in"
    out = body | {"area": "garden", "direction": "out"}
    assert http(app, "POST", path, body=out, now=NOW + timedelta(seconds=50), **GUARD).status == 201
    assert gate.ask("e-4", gate="willow-gate-2", **CARD, **at(60))["reason"] == "passback"


def test_the_place_of_a_guest_is_said_anew_too_and_of_nobody_unknown(
    app: Chalice, http: Http, gate: Gate
) -> None:
    gate.hear(willow(2, access={"passback": {"garden": "hard"}}))
    made = http(app, "POST", "/communities/willow/invitations", body=INVITATION, **WILLOW_RESIDENT).body
    gate.ask("e-1", credential="qr", value=made["code"], **at(0))
    body = {"reason": "went back to the car"}
    later = NOW + timedelta(seconds=20)
    path = PLACE.format(made["invitation"])
    assert http(app, "POST", path, body=body, now=later, **WILLOW_MANAGER).body["areas"] == ["garden"]
    assert gate.ask("e-2", credential="qr", value=made["code"], **at(30))["open"]
    for method, asked in (("POST", {"body": body}), ("GET", {})):
        assert http(app, method, PLACE.format("nobody"), **asked, **GUARD).status == 404
    assert http(app, "POST", path, body=body, **WILLOW_RESIDENT).status == 403
    assert http(app, "POST", path, body={}, **GUARD).status == 400
    assert http(app, "POST", path, body=body | {"direction": "in"}, **GUARD).status == 400


@pytest.fixture
def meanwhile(app: Chalice) -> Iterator[Callable[[Callable[[], Any]], None]]:  # noqa: ARG001  after its furnishing
    """Let something else be done between the read and the write of what is asked next."""
    waiting: list[Callable[[], Any]] = []

    def first(asked: Asked, pass_on: wire.PassOn) -> Answer:
        while waiting:
            waiting.pop()()
        return pass_on(asked)

    with wire.between("dynamodb.TransactWriteItems", first):
        yield waiting.append


def test_two_readings_at_the_same_moment_are_one_passing(
    app: Chalice, http: Http, gate: Gate, meanwhile: Callable[[Callable[[], Any]], None]
) -> None:
    code = http(app, "POST", "/communities/willow/invitations", body=INVITATION, **WILLOW_RESIDENT).body[
        "code"
    ]
    for number, shown in enumerate([{"credential": "qr", "value": code}, CARD]):
        meanwhile(lambda number=number, shown=shown: gate.ask(f"rival-{number}", **shown))
        assert gate.ask(f"e-{number}", **shown)["open"]
    assert len(published("willow")) == 2
    assert sum("same_as" in one for one in passes(app, http, **GUARD)) == 2
    assert gate.ask("e-8", credential="qr", value=code, **at(20))["open"]
    assert gate.ask("e-9", credential="qr", value=code, **at(40))["reason"] == "no_entries_left"


AT_ONCE: list[tuple[str, list[str | None], bool]] = [
    (mode, ["passback" if mode == "hard" else None, None], tells_entries)
    for mode in ("off", "soft", "hard")
    for tells_entries in (False, True)
]


@pytest.mark.parametrize("case", AT_ONCE, ids=str)
def test_anti_passback_holds_when_two_gates_ask_at_the_same_moment(
    app: Chalice,
    http: Http,
    gate: Gate,
    meanwhile: Callable[[Callable[[], Any]], None],
    case: tuple[str, list[str | None], bool],
) -> None:
    mode, outcomes, tells_entries = case
    gate.hear(willow(2, access={"passback": {"garden": mode}}))
    gate.hear(DeviceRegistered(community="willow", device="willow-gate-3", kind="gate", version=1))
    path, body = "/communities/willow/gates/willow-gate-3", {"area": "garden", "direction": "in"}
    assert http(app, "PUT", path, body=body, **WILLOW_MANAGER).status == 200
    if tells_entries:
        gate.ask("r-1", credential="card", value="willow-resident-2-card", **at(-60))
        assert gate.door("d-1", "entered", pass_event_id="r-1", **at(-58)) == "entered"
    rival: list[str | None] = []
    meanwhile(lambda: rival.append(gate.ask("e-2", gate="willow-gate-3", **CARD)["reason"]))
    assert [gate.ask("e-1", **CARD)["reason"], *rival] == outcomes
    noted = [one["checks"]["passback"] for one in passes(app, http, **GUARD) if one["event_id"] == "e-1"]
    assert noted == [{"off": "not_applicable", "soft": "passback_noted", "hard": "passback"}[mode]]


def test_two_questions_of_one_id_at_the_same_moment_are_both_decided(
    gate: Gate, meanwhile: Callable[[Callable[[], Any]], None]
) -> None:
    meanwhile(lambda: gate.ask("e-1", **CARD))
    answer = gate.ask("e-1", **STRANGER)
    assert (answer["reason"], answer["id_reused"]) == ("unknown_credential", True)


def test_a_revocation_at_the_same_moment_is_not_passed_by(
    app: Chalice, http: Http, gate: Gate, meanwhile: Callable[[Callable[[], Any]], None]
) -> None:
    gate.hear(willow(2, access={"passback": {"garden": "hard"}}))
    path = "/communities/willow/people/willow-resident-1/credentials"
    (known,) = http(app, "GET", path, **WILLOW_MANAGER).body["items"]
    meanwhile(lambda: http(app, "DELETE", f"{path}/{known['credential']}", **WILLOW_MANAGER))
    assert gate.ask("e-1", **CARD)["reason"] == "revoked_credential"


def test_an_entry_and_its_offline_pass_at_the_same_moment_find_each_other(
    app: Chalice, http: Http, gate: Gate, meanwhile: Callable[[Callable[[], Any]], None]
) -> None:
    offline = {"offline": True, "granted": True, "occurred_at": "2026-01-05T07:42:00Z", "credential": "card"}
    entered = {"door": "entered", "occurred_at": "2026-01-05T07:42:03Z"}
    meanwhile(lambda: gate.door("d-1", pass_event_id="e-1", **entered))
    gate.ask("e-1", value="willow-resident-1-card", **offline)
    meanwhile(lambda: gate.ask("e-2", value="willow-resident-2-card", **offline))
    gate.door("d-2", pass_event_id="e-2", **entered)
    kept = {one["event_id"]: one.get("entered_at") for one in passes(app, http, **GUARD)}
    assert kept == dict.fromkeys(["e-1", "e-2"], "2026-01-05T07:42:03.000Z")
