"""Tickets through the real handlers: the whole way, every way that is barred, and who is offered what."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from functions.maintenance.tickets.machine import REPAIR
from functions.maintenance.tickets.moves import NEEDED
from linli.aws import client
from linli.vocabulary.directory import MembershipChanged
from tests.integration import wire
from tests.integration.conftest import Http, Invoke, Service, published
from tests.integration.gateway import NOW, Answer
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import REPAIRERS, furnish_maintenance, willow
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, asking, member
from tests.unit.maintenance.pictures import jpeg

TICKETS = "/communities/willow/tickets"
TAP: dict[str, Any] = {
    "category": "plumbing",
    "description": "The tap drips",
    "building": "b1",
    "unit": "101",
}
OTHER_RESIDENT = member("willow-resident-2", "willow", "resident")
Move = Callable[..., Answer]


def worker(number: int) -> dict[str, Any]:
    return member(f"willow-repairer-{number}", "willow", "repairer")


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke) -> Chalice:
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    return app


@pytest.fixture
def report(app: Chalice, http: Http) -> Callable[..., dict[str, Any]]:
    """`report(category=…, asker=…, now=…)`: a new ticket as it is answered."""

    def call(asker: dict[str, Any] = WILLOW_RESIDENT, now: datetime = NOW, **body: Any) -> dict[str, Any]:
        answer = http(app, "POST", TICKETS, body=TAP | body, now=now, **asker)
        assert answer.status == 201, answer
        return dict(answer.body)

    return call


@pytest.fixture
def move(app: Chalice, http: Http) -> Move:
    """`move(ticket, asker, "accept", …)`: the answer to a command."""

    def call(ticket: str, asker: dict[str, Any], command: str, **body: Any) -> Answer:
        now, headers = body.pop("at", NOW), body.pop("headers", None)
        sent = {"command": command} | body
        return http(
            app, "POST", f"{TICKETS}/{ticket}/transitions", body=sent, now=now, headers=headers, **asker
        )

    return call


def tick(invoke: Invoke, app: Chalice, now: datetime) -> str:
    event = {
        "version": "0", "id": "tick", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "123456789012",
        "time": now.isoformat(), "region": "eu-west-1", "resources": [], "detail": {},
    }  # fmt: skip
    return str(invoke(app, "clocks", event)["outcome"])


def show(app: Chalice, http: Http, ticket: str, asker: dict[str, Any] = WILLOW_MANAGER) -> dict[str, Any]:
    return dict(http(app, "GET", f"{TICKETS}/{ticket}", **asker).body)


def course(app: Chalice, http: Http, ticket: str) -> list[str]:
    answer = http(app, "GET", f"{TICKETS}/{ticket}/timeline", **WILLOW_RESIDENT)
    return [each["command"] for each in answer.body["items"]]


# The way


def test_the_whole_way_from_report_to_close(
    app: Chalice, http: Http, invoke: Invoke, report: Any, move: Move
) -> None:
    # Given a report, which is offered to the first of three free repairers at once
    ticket = report()["ticket"]
    offered = show(app, http, ticket)
    assert (offered["state"], offered["repairer"]) == ("dispatched", "willow-repairer-1")
    # When it goes its way
    for command, asker, more in (
        ("accept", worker(1), {}),
        ("arrive", worker(1), {}),
        ("finish", worker(1), {"note": "new washer"}),
        ("rate", WILLOW_RESIDENT, {"resolved": True, "score": 5}),
    ):
        answer = move(ticket, asker, command, **more)
        assert answer.status == 200, answer
    assert answer.body["state"] == "rated"
    assert tick(invoke, app, NOW + timedelta(days=8)) == "done"
    # Then all of it is in the timeline, which the resident sees, one version a line
    lines = http(app, "GET", f"{TICKETS}/{ticket}/timeline", **WILLOW_RESIDENT).body["items"]
    assert [(each["command"], each["state"], each["by"], each.get("person")) for each in lines] == [
        ("report", "submitted", "reporter", "willow-resident-1"),
        ("dispatch", "dispatched", "system", None),
        ("accept", "accepted", "repairer", "willow-repairer-1"),
        ("arrive", "arrived", "repairer", "willow-repairer-1"),
        ("finish", "done", "repairer", "willow-repairer-1"),
        ("rate", "rated", "reporter", "willow-resident-1"),
        ("close", "closed", "system", None),
    ]
    assert [each["version"] for each in lines] == list(range(1, 8))
    assert lines[4]["note"] == "new washer"
    # And every state is told once
    states = {event.data["version"]: event.data["state"] for event in published("willow")}
    assert list(states.values()) == ["dispatched", "accepted", "arrived", "done", "rated", "closed"]
    # And the month's rates count it
    rates = http(app, "GET", "/communities/willow/ticket_rates", query={"month": "2026-01"}, **WILLOW_MANAGER)
    assert (rates.body["reported"], rates.body["response_rate"], rates.body["resolution_rate"]) == (
        1,
        "1.0000",
        "1.0000",
    )
    assert rates.body["satisfaction_rate"] == "1.0000"
    assert show(app, http, ticket)["allowed"] == ["reopen"]


def test_a_complaint_is_answered_by_a_manager(app: Chalice, http: Http, report: Any, move: Move) -> None:
    ticket = report(kind="complaint", category="noise", description="Drilling at night")["ticket"]
    assert show(app, http, ticket)["state"] == "submitted"
    assert move(ticket, worker(1), "accept").status == 403
    assert move(ticket, WILLOW_MANAGER, "accept").body["repairer"] == "willow-manager-1"
    refused = move(ticket, WILLOW_MANAGER, "arrive")
    assert (refused.status, "finish" in refused.body["allowed"]) == (409, True)
    assert move(ticket, WILLOW_MANAGER, "finish", note="talked to them").body["state"] == "done"
    assert move(ticket, WILLOW_RESIDENT, "rate", resolved=True, score=4).body["state"] == "rated"


# Every way that is barred


def to_state(state: str, report: Any, move: Move) -> str:
    """A ticket in that state."""
    one, boss, home = worker(1), WILLOW_MANAGER, WILLOW_RESIDENT
    ways: dict[str, list[tuple[Any, str, dict[str, Any]]]] = {
        "dispatched": [],
        "accepted": [(one, "accept", {})],
        "declined": [],
        "reassigned": [],
        "cancelled": [(home, "cancel", {})],
        "transferred": [(boss, "transfer", {"to": "the water company"})],
        "duplicate_of": [(boss, "mark_duplicate", {})],
    }
    ways["arrived"] = [*ways["accepted"], (one, "arrive", {})]
    ways["paused"] = [*ways["accepted"], (one, "pause", {"reason": "awaiting_parts"})]
    ways["done"] = [*ways["arrived"], (one, "finish", {})]
    ways["rated"] = [*ways["done"], (home, "rate", {"resolved": False, "score": 2})]
    ways["closed"] = [*ways["rated"], (boss, "close", {})]
    if state in {"submitted", "declined", "reassigned", "reopened"}:  # they stay only while nobody is free
        ticket = str(report(category="lift")["ticket"])
        given = {"repairer": "willow-repairer-1"}
        ways["submitted"] = []
        ways["declined"] = [(boss, "dispatch", given), (one, "decline", {"note": "I am ill"})]
        ways["reassigned"] = [(boss, "dispatch", given), (boss, "reassign", {})]
        ways["reopened"] = [
            (boss, "dispatch", given), (one, "accept", {}), (one, "arrive", {}), (one, "finish", {}),
            (home, "reopen", {"note": "it drips again"}),
        ]  # fmt: skip
    else:
        ticket = str(report()["ticket"])
    for asker, command, more in ways[state]:
        original = {"duplicate_of": report()["ticket"]} if command == "mark_duplicate" else {}
        answer = move(ticket, asker, command, **more, **original)
        assert answer.status == 200, answer
    return ticket


ASKERS = {"reporter": WILLOW_RESIDENT, "repairer": worker(1), "manager": WILLOW_MANAGER}
PARTICULARS = {
    "repairer": "willow-repairer-2", "reason": "weather", "score": 3, "resolved": True, "to": "them",
    "clock": "arrive", "duplicate_of": None,
}  # fmt: skip
STATES = sorted(
    {"submitted", "dispatched", "accepted", "arrived", "paused", "done", "rated", "closed", "declined"}
    | {"reassigned", "reopened", "cancelled", "duplicate_of", "transferred"}
)


@pytest.mark.parametrize("state", STATES)
def test_every_illegal_transition_is_409_with_what_is_allowed(
    *, state: str, app: Chalice, http: Http, report: Any, move: Move, subtests: pytest.Subtests
) -> None:
    # Given a ticket in a state
    ticket = to_state(state, report, move)
    original = report()["ticket"]
    before = show(app, http, ticket)
    assert before["state"] == state
    for command, rule in REPAIR.items():
        for capacity in rule.by - {"system"}:
            if state in rule.sources:
                continue
            with subtests.test(command=command, by=capacity):
                # When somebody who may give a command gives it in this state
                body = {name: PARTICULARS[name] for name in NEEDED.get(command, ())}
                body |= {"duplicate_of": original} if "duplicate_of" in body else {}
                body |= {"category": "gas"} if command == "recategorise" else {}
                answer = move(ticket, ASKERS[capacity], command, **body)
                # Then it is refused, with the state and the commands that are not
                assert (answer.status, answer.problem) == (409, "conflict")
                assert answer.body["state"] == state
                assert command not in answer.body["allowed"]
                assert all(state in REPAIR[each].sources for each in answer.body["allowed"])
    # And nothing has changed
    assert show(app, http, ticket) == before


@pytest.mark.parametrize("command", ["warn", "breach", "wait", "note", "take_back"])
def test_what_the_clocks_do_nobody_else_may(command: Any, report: Any, move: Move) -> None:
    body = {name: PARTICULARS[name] for name in NEEDED.get(command, ())}
    assert move(report()["ticket"], WILLOW_MANAGER, command, **body).status == 403


def test_a_command_lacks_nothing_and_brings_nothing_else(report: Any, move: Move) -> None:
    ticket = report()["ticket"]
    for body in (
        {"command": "pause"},
        {"command": "recategorise"},
        {"command": "recategorise", "kind": "complaint"},
        {"command": "pause", "reason": "lunch"},
        {"command": "accept", "to": "x"},
    ):
        answer = move(ticket, worker(1), **body)
        assert (answer.status, answer.problem) == (400, "invalid-request")


def test_only_the_assigned_repairer_and_the_reporter_have_their_part(report: Any, move: Move) -> None:
    ticket = report()["ticket"]
    second = move(ticket, worker(2), "accept")
    assert (second.status, second.body["allowed"]) == (409, [])
    assert move(ticket, OTHER_RESIDENT, "cancel").status == 404
    assert move(ticket, WILLOW_RESIDENT, "accept").status == 403
    assert move("no-such-ticket", worker(1), "accept").status == 404


# One of two wins


def test_of_two_concurrent_transitions_one_wins(
    report: Any, move: Move, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    ticket = report()["ticket"]
    faster: list[Answer] = []
    meanwhile("TransactWriteItems", lambda: faster.append(move(ticket, WILLOW_RESIDENT, "cancel")))
    slower = move(ticket, worker(1), "accept")
    assert (faster[0].status, slower.status) == (200, 409)
    assert (slower.body["state"], slower.body["allowed"]) == ("cancelled", [])


def test_a_stale_version_is_a_conflict(report: Any, move: Move) -> None:
    ticket = report()
    answer = move(ticket["ticket"], worker(1), "accept", version=ticket["version"] - 1)
    assert (answer.status, answer.body["version"], answer.body["allowed"]) == (409, 2, ["accept", "decline"])


def test_a_lost_reply_moves_once_and_is_no_conflict(
    app: Chalice, http: Http, report: Any, move: Move, lose_reply: Callable[[str], None]
) -> None:
    ticket = report()["ticket"]
    lose_reply("TransactWriteItems")
    assert move(ticket, worker(1), "accept").status == 200
    assert course(app, http, ticket) == ["report", "dispatch", "accept"]


def test_a_lost_reply_reports_once(
    app: Chalice, http: Http, report: Any, lose_reply: Callable[[str], None]
) -> None:
    lose_reply("TransactWriteItems")
    report()
    mine = http(app, "GET", "/communities/willow/people/willow-resident-1/tickets", **WILLOW_RESIDENT)
    assert len(mine.body["items"]) == 1


def test_an_idempotency_key_reports_and_moves_once(app: Chalice, http: Http, move: Move) -> None:
    key = {"headers": {"Idempotency-Key": "k-1"}}
    first, second = (http(app, "POST", TICKETS, body=TAP, **key, **WILLOW_RESIDENT) for _ in range(2))
    assert (first.status, first.body["ticket"]) == (201, second.body["ticket"])
    ticket = first.body["ticket"]
    assert [move(ticket, worker(1), "accept", **key).status for _ in range(2)] == [200, 200]
    assert course(app, http, ticket) == ["report", "dispatch", "accept"]
    assert move(ticket, worker(1), "arrive", **key).problem == "idempotency-key-reused"


# Who is offered what


def test_dispatch_goes_by_load_then_distance_then_id(
    app: Chalice, http: Http, invoke: Invoke, report: Any
) -> None:
    positions = {"b1": (0, 0), "b2": (100, 0), "b3": (10, 0)}
    fact = willow(2, maintenance={"positions": positions, "incident_reports": 20})
    invoke(app, "community", batch(told(fact, "positions")))
    for number, building in ((1, "b2"), (2, "b3"), (3, "b3")):
        path = f"/communities/willow/repairers/willow-repairer-{number}"
        http(app, "PUT", path, body={"skills": ["plumbing"], "building": building}, **WILLOW_MANAGER)
    given = [report()["repairer"] for _ in range(4)]
    assert given == [f"willow-repairer-{number}" for number in (2, 3, 1, 2)]
    listed = http(app, "GET", "/communities/willow/repairers", **WILLOW_MANAGER).body["items"]
    assert [len(each["tickets"]) for each in listed] == [1, 2, 1]


def test_who_is_offered_a_ticket_is_free_and_skilled_and_a_member(
    app: Chalice, http: Http, invoke: Invoke, report: Any
) -> None:
    gone = MembershipChanged(community="willow", person="willow-repairer-1", roles=[], version=2)
    late = MembershipChanged(community="willow", person="willow-repairer-1", roles=["repairer"], version=1)
    assert invoke(app, "community", batch(told(gone, "gone"), told(late, "late")))["outcomes"] == [
        "member_kept",
        "duplicate",
    ]
    path = "/communities/willow/repairers/willow-repairer-2"
    http(app, "PUT", path, body={"skills": ["plumbing"], "on_duty": False}, **WILLOW_MANAGER)
    assert report()["repairer"] == "willow-repairer-3"


def test_nobody_holds_more_than_the_policy_lets_and_the_rest_waits_for_the_manager_to_see(
    app: Chalice, http: Http, report: Any, move: Move
) -> None:
    # Three repairers with three tickets each, from nine buildings so that it is no mass outage
    tickets = [report(building=f"b{number}") for number in range(9)]
    assert sorted(each["repairer"] for each in tickets) == sorted([*REPAIRERS] * 3)
    tenth = report(building="b9")
    assert (tenth["state"], tenth.get("repairer")) == ("submitted", None)
    waiting = http(app, "GET", TICKETS, **WILLOW_MANAGER).body["items"]
    assert [each["ticket"] for each in waiting] == [tenth["ticket"]]
    assert course(app, http, tenth["ticket"]) == ["report", "wait"]
    busy = move(tenth["ticket"], WILLOW_MANAGER, "dispatch", repairer="willow-repairer-1")
    assert (busy.status, "dispatch" in busy.body["allowed"]) == (409, True)


def test_two_reports_at_once_never_give_a_repairer_one_too_many(
    app: Chalice, http: Http, report: Any, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    for number in range(8):
        report(building=f"b{number}")
    meanwhile("TransactWriteItems", lambda: report(building="b8"))
    last = report(building="b9")
    assert last["state"] == "submitted"
    listed = http(app, "GET", "/communities/willow/repairers", **WILLOW_MANAGER).body["items"]
    assert [len(each["tickets"]) for each in listed] == [3, 3, 3]


def test_a_repairer_sees_their_work_and_nobody_elses(app: Chalice, http: Http, report: Any) -> None:
    ticket = report()["ticket"]
    path = "/communities/willow/repairers/willow-repairer-{}/tickets"
    (mine,) = http(app, "GET", path.format(1), **worker(1)).body["items"]
    assert mine["ticket"] == ticket
    assert http(app, "GET", path.format(1), **worker(2)).status == 403


def test_who_declines_is_passed_over(report: Any, move: Move) -> None:
    ticket = report()["ticket"]
    passed = move(ticket, worker(1), "decline", note="no car today")
    assert (passed.body["state"], passed.body["repairer"]) == ("dispatched", "willow-repairer-2")
    again = move(ticket, WILLOW_MANAGER, "reassign", repairer="willow-repairer-1", note="you have one")
    assert (again.body["state"], again.body["repairer"]) == ("dispatched", "willow-repairer-1")


# Clocks


def test_an_unanswered_offer_moves_on_within_a_minute_and_after_a_missed_run(
    app: Chalice, http: Http, invoke: Invoke, report: Any
) -> None:
    ticket = report()["ticket"]
    assert tick(invoke, app, NOW + timedelta(minutes=4)) == "nothing_due"
    assert tick(invoke, app, NOW + timedelta(minutes=5)) == "done"
    assert show(app, http, ticket)["repairer"] == "willow-repairer-2"
    # A run that comes hours late finds it all the same
    tick(invoke, app, NOW + timedelta(hours=1))
    assert show(app, http, ticket)["repairer"] == "willow-repairer-3"


def test_an_emergency_warns_and_breaches_and_tells_whom_it_escalates_to(
    app: Chalice, http: Http, invoke: Invoke, report: Any, move: Move
) -> None:
    ticket = report(category="water")["ticket"]
    move(ticket, worker(1), "accept", at=NOW + timedelta(minutes=1))
    tick(invoke, app, NOW + timedelta(minutes=17))
    assert course(app, http, ticket)[-1] == "warn"
    tick(invoke, app, NOW + timedelta(minutes=20))
    tick(invoke, app, NOW + timedelta(minutes=21))
    assert course(app, http, ticket)[-2:] == ["warn", "breach"]
    (breach,) = [each.data for each in published("willow") if "breached" in each.type]
    assert (breach["clock"], breach["escalated_to"]) == ("arrive", "manager")
    assert breach["due_at"] == "2026-01-05T08:20:00.000Z"
    assert show(app, http, ticket)["clocks"]["arrive"]["breached"] is True


def test_a_pause_stops_the_clocks_and_a_reopening_keeps_the_deadline(
    app: Chalice, http: Http, report: Any, move: Move
) -> None:
    ticket = report(category="water")["ticket"]
    promised = show(app, http, ticket)["clocks"]["resolve"]
    move(ticket, worker(1), "accept")
    move(ticket, worker(1), "pause", reason="awaiting_parts", at=NOW + timedelta(minutes=10))
    move(ticket, worker(1), "resume", at=NOW + timedelta(minutes=40))
    clocks = show(app, http, ticket)["clocks"]
    assert clocks["resolve"]["due_at"] == "2026-01-05T10:30:00.000Z"
    assert clocks["resolve"]["first_due_at"] == promised["due_at"] == "2026-01-05T10:00:00.000Z"
    move(ticket, worker(1), "arrive", at=NOW + timedelta(minutes=41))
    move(ticket, worker(1), "finish", at=NOW + timedelta(minutes=50))
    reopened = move(ticket, WILLOW_RESIDENT, "reopen", note="again", at=NOW + timedelta(minutes=60))
    assert reopened.body["state"] == "dispatched"
    assert reopened.body["clocks"]["resolve"]["due_at"] == clocks["resolve"]["due_at"]
    assert "met_at" not in reopened.body["clocks"]["resolve"]


def test_a_ticket_that_waits_is_offered_once_somebody_is_free(
    app: Chalice, http: Http, invoke: Invoke, report: Any
) -> None:
    ticket = report(category="lift")["ticket"]
    path = "/communities/willow/repairers/willow-repairer-3"
    http(app, "PUT", path, body={"skills": ["lift"]}, **WILLOW_MANAGER)
    tick(invoke, app, NOW + timedelta(minutes=1))
    assert show(app, http, ticket)["repairer"] == "willow-repairer-3"


def test_a_sweep_of_what_changed_meanwhile_changes_nothing(
    *, app: Chalice, http: Http, invoke: Invoke, report: Any, move: Move, meanwhile: Any
) -> None:
    ticket = report()["ticket"]
    meanwhile("TransactWriteItems", lambda: move(ticket, worker(1), "accept", at=NOW + timedelta(minutes=5)))
    tick(invoke, app, NOW + timedelta(minutes=5))
    assert show(app, http, ticket)["state"] == "accepted"
    assert course(app, http, ticket) == ["report", "dispatch", "accept"]


def test_a_minute_in_which_nothing_is_due_costs_six_queries(
    app: Chalice, invoke: Invoke, report: Any
) -> None:
    report()
    with wire.listening("dynamodb") as heard:
        assert tick(invoke, app, NOW + timedelta(minutes=1)) == "nothing_due"
    assert [wire.operation(each) for each in heard] == ["Query"] * 6


# Mass outages, photos, who sees what


def test_three_reports_of_one_building_are_one_incident(app: Chalice, http: Http, report: Any) -> None:
    tickets = [report(now=NOW + timedelta(minutes=n), category="power") for n in (0, 10, 20, 25)]
    elsewhere = report(category="power", building="b2", now=NOW + timedelta(minutes=26))
    (incident,) = http(app, "GET", "/communities/willow/incidents", **WILLOW_MANAGER).body["items"]
    assert incident["incident"] == tickets[0]["ticket"]
    assert incident["tickets"] == [each["ticket"] for each in tickets]
    assert {show(app, http, each["ticket"])["incident"] for each in tickets} == {incident["incident"]}
    assert "incident" not in elsewhere
    # The first ticket is worked on, those that come later wait for it
    assert [each["state"] for each in tickets] == ["dispatched", "dispatched", "submitted", "submitted"]


def test_an_incidents_others_are_offered_once_its_first_ticket_is_dropped(
    app: Chalice, http: Http, invoke: Invoke, report: Any, move: Move
) -> None:
    times = [NOW + timedelta(seconds=number) for number in range(3)]
    first, _, third = (report(category="water", now=now)["ticket"] for now in times)
    tick(invoke, app, NOW + timedelta(minutes=4))
    assert show(app, http, third)["state"] == "submitted"
    assert move(first, WILLOW_RESIDENT, "cancel", at=NOW + timedelta(minutes=4)).status == 200
    tick(invoke, app, NOW + timedelta(minutes=6))
    assert show(app, http, third)["state"] == "dispatched"


def test_photos_are_uploaded_with_the_type_and_size_that_were_signed(
    app: Chalice, http: Http, report: Any
) -> None:
    path = f"{TICKETS}/{report()['ticket']}/photos"
    wanted = {"content_type": "image/jpeg", "size_bytes": 1000}
    upload = http(app, "POST", path, body=wanted, **WILLOW_RESIDENT)
    assert upload.status == 201
    assert upload.body["fields"]["Content-Type"] == "image/jpeg"
    assert "policy" in upload.body["fields"]
    bucket, key = "linli-test-maintenance-photos-123456789012", upload.body["fields"]["key"]
    client("s3").put_object(Bucket=bucket, Key=key, Body=jpeg())
    (photo,) = http(app, "GET", path, **worker(1)).body["items"]
    assert photo["photo"] == upload.body["photo"]
    assert "Signature" in photo["url"]
    assert http(app, "POST", path, body=wanted, **OTHER_RESIDENT).status == 404
    for bad in (
        {"content_type": "text/html", "size_bytes": 10},
        {"content_type": "image/png", "size_bytes": 9**9},
    ):
        assert http(app, "POST", path, body=bad, **WILLOW_RESIDENT).status == 400
    for _ in range(8):
        assert http(app, "POST", path, body=wanted, **WILLOW_RESIDENT).status == 201
    assert http(app, "POST", path, body=wanted, **WILLOW_RESIDENT).problem == "conflict"


def test_another_resident_sees_nothing_and_an_official_only_rates(
    app: Chalice, http: Http, report: Any
) -> None:
    ticket = report()["ticket"]
    for rest in ("", "/timeline", "/photos"):
        assert http(app, "GET", f"{TICKETS}/{ticket}{rest}", **OTHER_RESIDENT).status == 404
    path = "/communities/willow/people/willow-resident-1/tickets"
    assert http(app, "GET", path, **OTHER_RESIDENT).status == 403
    official = asking("riverside-official-1", communities={"willow": ["official"]})
    assert http(app, "GET", f"{TICKETS}/{ticket}", **official).status == 403
    rates = http(app, "GET", "/communities/willow/ticket_rates", query={"month": "2026-01"}, **official)
    assert json.loads(rates.text)["reported"] == 1
