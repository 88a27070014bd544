"""Somebody has every ticket, or somebody is told that nobody has: who has left, is off duty, or is late."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.maintenance.escalations.notices import MOST_TRIES
from functions.maintenance.escalations.rows import EscalationRow
from functions.maintenance.people.rows import ManagerRow, MemberRow, RepairerRow
from linli.tables import read
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.gateway import NOW, Answer
from tests.integration.message_gateways import Gateways, open_world
from tests.integration.neighbourhood import furnish_maintenance
from tests.integration.people import ACME, WILLOW_MANAGER, WILLOW_RESIDENT, member
from tests.integration.ticketing import NEIGHBOUR, Desk, worker

BOSS, OTHER_BOSS = "willow-manager-1", "willow-manager-2"
Meanwhile = Callable[[str, Callable[[], object]], None]


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


@pytest.fixture
def gateways(cloud: None, tmp_path: Path) -> Iterator[Gateways]:  # noqa: ARG001
    with open_world(tmp_path) as world:
        world.open("willow")
        yield world


@pytest.fixture
def desk(service: Service, http: Http, invoke: Invoke) -> Desk:
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    one = Desk(app, http, invoke)
    for manager in (BOSS, OTHER_BOSS):
        one.are(manager, "manager", version=1)
    return one


def all_off_duty(desk: Desk) -> None:
    for number in (1, 2, 3):
        assert desk.set_up(number, on_duty=False).status == 200


def held_in(desk: Desk, state: str) -> str:
    """A ticket in the hands of the first repairer, in that state."""
    ticket = desk.report()
    steps = {
        "dispatched": [],
        "accepted": ["accept"],
        "arrived": ["accept", "arrive"],
        "paused": ["accept", "pause"],
    }[state]
    for command in steps:
        more = {"reason": "awaiting_parts"} if command == "pause" else {}
        desk.moved(ticket, worker(1), command, **more)
    assert desk.show(ticket)["repairer"] == "willow-repairer-1"
    return ticket


# Work does not stay with who has left or is off duty


@pytest.mark.parametrize("state", ["dispatched", "accepted", "arrived", "paused"])
@pytest.mark.parametrize("how", ["left", "other_role", "off_duty"])
def test_work_goes_on_to_somebody_else_when_its_repairer_is_not_there(
    desk: Desk, state: str, how: str
) -> None:
    # Given a ticket in somebody's hands
    ticket = held_in(desk, state)
    # When they leave, become somebody else, or are off duty
    if how == "off_duty":
        assert desk.set_up(1, on_duty=False).body["tickets"] == []
    else:
        roles = ["resident"] if how == "other_role" else []
        desk.are("willow-repairer-1", *roles, version=2, at=minutes(2))
    # Then it is offered to the next, the pause is over, and the timeline says why
    after = desk.show(ticket)
    assert (after["state"], after["repairer"], after.get("paused_for")) == (
        "dispatched",
        "willow-repairer-2",
        None,
    )
    taken = desk.lines(ticket)[-2]
    assert (taken["command"], taken["by"], bool(taken["note"])) == ("take_back", "system", True)
    key = RepairerRow.key("willow", "willow-repairer-1")
    row = read([key]).one(RepairerRow, key)
    assert row is not None
    assert not row.holds


def test_who_comes_back_on_duty_may_have_it_again(desk: Desk) -> None:
    all_off_duty(desk)
    ticket = desk.report()
    assert desk.show(ticket)["state"] == "submitted"
    assert desk.set_up(3, on_duty=True).status == 200
    desk.tick(minutes(1))
    desk.moved(ticket, worker(3), "accept", at=minutes(2))
    assert desk.set_up(3, on_duty=False).status == 200
    assert desk.show(ticket)["state"] == "reassigned"
    assert desk.set_up(3, on_duty=True).status == 200
    desk.tick(minutes(4))
    assert desk.show(ticket)["repairer"] == "willow-repairer-3"


def test_what_is_offered_to_who_has_lost_the_skill_goes_on_and_what_they_took_on_stays(desk: Desk) -> None:
    taken_on, offered = held_in(desk, "accepted"), desk.report(building="b9")
    desk.moved(offered, WILLOW_MANAGER, "reassign", repairer="willow-repairer-1")
    assert desk.set_up(1, on_duty=True, skills=("electrical",)).body["tickets"] == [taken_on]
    assert desk.show(offered)["repairer"] != "willow-repairer-1"


def test_a_complaint_does_not_stay_with_a_manager_who_has_left(desk: Desk) -> None:
    ticket = desk.report(kind="complaint", category="noise")
    desk.moved(ticket, WILLOW_MANAGER, "accept")
    desk.are(BOSS, "resident", version=2)
    after = desk.show(ticket)
    assert (after["state"], after.get("repairer")) == ("reassigned", None)
    other = member(OTHER_BOSS, "willow", "manager")
    desk.moved(ticket, other, "accept", "finish")


def test_the_same_fact_once_more_finishes_what_was_cut_short(desk: Desk) -> None:
    first, second = held_in(desk, "accepted"), desk.report(building="b9")
    desk.moved(second, WILLOW_MANAGER, "reassign", repairer="willow-repairer-1")
    # Given that whoever took the fact in died before any ticket was taken back
    MemberRow(*MemberRow.key("willow", "willow-repairer-1"), version=2).save()
    row = RepairerRow(*RepairerRow.key("willow", "willow-repairer-1"))
    row.update(actions=[RepairerRow.member.set(False)])
    # When the fact comes again
    desk.are("willow-repairer-1", version=2)
    # Then nothing is left with them
    assert "willow-repairer-1" not in {desk.show(each)["repairer"] for each in (first, second)}


def test_nothing_is_given_to_who_goes_off_duty_at_that_moment(desk: Desk, meanwhile: Meanwhile) -> None:
    meanwhile("TransactWriteItems", lambda: desk.set_up(1, on_duty=False))
    ticket = desk.report()
    assert desk.show(ticket)["repairer"] == "willow-repairer-2"
    refused = desk.move(ticket, WILLOW_MANAGER, "reassign", repairer="willow-repairer-1")
    assert (refused.status, "off duty" in refused.body["detail"]) == (409, True)


def test_an_acceptance_that_comes_too_late_is_a_conflict(desk: Desk, meanwhile: Meanwhile) -> None:
    ticket = desk.report()
    meanwhile("TransactWriteItems", lambda: desk.set_up(1, on_duty=False))
    late = desk.move(ticket, worker(1), "accept")
    assert (late.status, late.body["allowed"]) == (409, [])
    assert desk.show(ticket)["repairer"] == "willow-repairer-2"
    assert desk.course(ticket) == ["report", "dispatch", "take_back", "dispatch"]


def test_an_acceptance_that_comes_first_is_taken_back_as_well(desk: Desk, meanwhile: Meanwhile) -> None:
    ticket = desk.report()
    answers: list[Answer] = []
    meanwhile("TransactWriteItems", lambda: answers.append(desk.move(ticket, worker(1), "accept")))
    assert desk.set_up(1, on_duty=False).status == 200
    assert [each.status for each in answers] == [200]
    assert desk.course(ticket) == ["report", "dispatch", "accept", "take_back", "dispatch"]
    assert desk.show(ticket)["repairer"] == "willow-repairer-2"


# Two at once


@pytest.mark.parametrize("first", ["accept", "cancel"])
def test_of_acceptance_and_cancellation_one_wins_and_the_hands_are_right(
    desk: Desk, meanwhile: Meanwhile, first: str
) -> None:
    ticket = desk.report()
    askers = {"accept": worker(1), "cancel": WILLOW_RESIDENT}
    other = "cancel" if first == "accept" else "accept"
    faster: list[Answer] = []
    meanwhile("TransactWriteItems", lambda: faster.append(desk.move(ticket, askers[first], first)))
    slower = desk.move(ticket, askers[other], other)
    assert (faster[0].status, slower.status) == (200, 409)
    assert slower.body["state"] == {"accept": "accepted", "cancel": "cancelled"}[first]
    key = RepairerRow.key("willow", "willow-repairer-1")
    row = read([key]).one(RepairerRow, key)
    assert row is not None
    assert sorted(row.holds or ()) == ([ticket] if first == "accept" else [])


@pytest.mark.parametrize("first", ["finish", "transfer"])
def test_a_ticket_that_is_resolved_in_two_ways_at_once_is_resolved_in_one(
    desk: Desk, meanwhile: Meanwhile, first: str
) -> None:
    ticket = held_in(desk, "arrived")
    more: dict[str, dict[str, Any]] = {"transfer": {"to": "the water company"}, "finish": {}}
    askers = {"finish": worker(1), "transfer": WILLOW_MANAGER}
    other = "transfer" if first == "finish" else "finish"
    faster: list[Answer] = []
    meanwhile(
        "TransactWriteItems", lambda: faster.append(desk.move(ticket, askers[first], first, **more[first]))
    )
    slower = desk.move(ticket, askers[other], other, **more[other])
    assert (faster[0].status, slower.status) == (200, 409)
    state = {"finish": "done", "transfer": "transferred"}[first]
    assert (desk.show(ticket)["state"], slower.body["state"]) == (state, state)
    assert desk.course(ticket)[-1] == first
    assert desk.rates("2026-01")["reported"] == (1 if first == "finish" else 0)


# Somebody is told


def test_an_emergency_that_nobody_is_free_for_is_pushed_to_every_manager_within_a_minute(
    desk: Desk, gateways: Gateways
) -> None:
    all_off_duty(desk)
    ticket = desk.report(category="water", description="厨房爆管")
    # It stands in the queue at once, for managers and operators
    assert desk.needs() == [(ticket, "no_repairer")]
    assert desk.asked("GET", "escalations", ACME).status == 200
    assert desk.asked("GET", "escalations", WILLOW_RESIDENT).status == 403
    # And in the next minute each manager has a message, urgent, that opens the ticket
    desk.tick(minutes(1))
    assert sorted(gateways.sent) == [(BOSS, "push"), (OTHER_BOSS, "push")]
    notice = gateways.notices[0]
    assert (notice["template"], notice["urgent"], notice["ticket"]) == (
        "maintenance_no_repairer",
        True,
        ticket,
    )
    assert "厨房" not in str(notice), "no more is said than must be"
    (item,) = desk.asked("GET", "escalations").body["items"]
    assert (item["told"], item["priority"]) == ([BOSS, OTHER_BOSS], "emergency")


def test_a_breach_is_pushed_and_stands_in_the_queue_until_its_clock_is_met(
    desk: Desk, gateways: Gateways
) -> None:
    all_off_duty(desk)
    ticket = desk.report(category="gas")
    desk.tick(minutes(6))
    assert set(desk.needs()) == {(ticket, "no_repairer"), (ticket, "respond")}
    assert {each["template"] for each in gateways.notices} == {
        "maintenance_no_repairer", "maintenance_respond",
    }  # fmt: skip
    # Once somebody has it, nobody has to be told any more
    assert desk.set_up(1, on_duty=True, skills=("gas",)).status == 200
    desk.moved(ticket, WILLOW_MANAGER, "dispatch", repairer="willow-repairer-1", at=minutes(7))
    assert desk.needs() == [(ticket, "respond")]
    desk.moved(ticket, worker(1), "accept", at=minutes(8))
    assert desk.needs() == []
    before = len(gateways.sent)
    desk.tick(minutes(9))
    assert len(gateways.sent) == before


def test_an_emergency_is_told_again_while_nobody_comes_and_not_for_ever(
    desk: Desk, gateways: Gateways
) -> None:
    all_off_duty(desk)
    desk.report(category="lift")
    for number in range(1, 60):
        desk.tick(minutes(number))
    told = [to for to, _ in gateways.sent if to == BOSS]
    ids = {each["message_id"] for each in gateways.notices}
    assert len(ids) == len(gateways.notices), "each is a message of its own"
    no_repairer = [each for each in gateways.notices if each["template"] == "maintenance_no_repairer"]
    assert len([each for each in no_repairer if each["to"] == BOSS]) == 6
    assert len(told) <= 24


def test_what_can_wait_is_told_once(desk: Desk, gateways: Gateways) -> None:
    all_off_duty(desk)
    desk.report()
    for number in (1, 2, 3, 9):
        desk.tick(minutes(number))
    assert sorted(gateways.sent) == [(BOSS, "push"), (OTHER_BOSS, "push")]


def test_a_gateway_that_is_down_is_tried_again_and_nobody_is_told_twice(
    desk: Desk, gateways: Gateways
) -> None:
    all_off_duty(desk)
    desk.report()
    gateways.are("busy")
    desk.tick(minutes(1))
    assert gateways.sent == []
    assert desk.needs(), "it stands in the queue all the same"
    gateways.are("normal")
    for number in (2, 3, 4):
        desk.tick(minutes(number))
    assert sorted(gateways.sent) == [(BOSS, "push"), (OTHER_BOSS, "push")]
    assert gateways.times == [1, 1]


def test_without_gateways_and_without_managers_the_queue_is_there_and_tries_end(desk: Desk) -> None:
    all_off_duty(desk)
    for manager in (BOSS, OTHER_BOSS):
        desk.are(manager, version=2)
    ticket = desk.report(category="power")
    at = NOW
    for _ in range(MOST_TRIES + 3):
        at += timedelta(minutes=61)
        desk.tick(at)
    rows = list(EscalationRow.query("willow#escalations"))
    assert {row.need for row in rows} >= {"no_repairer"}
    assert (ticket, "no_repairer") in desk.needs()
    assert all(row.tries <= MOST_TRIES for row in rows)


def test_who_is_no_manager_any_more_is_told_nothing(desk: Desk, gateways: Gateways) -> None:
    desk.are(OTHER_BOSS, "resident", version=2)
    all_off_duty(desk)
    desk.report(category="water")
    desk.tick(minutes(1))
    assert gateways.sent == [(BOSS, "push")]
    assert [row.member for row in ManagerRow.query("willow#managers")] == [True, False]


def test_the_queue_has_the_most_urgent_first_and_comes_in_pages(desk: Desk) -> None:
    all_off_duty(desk)
    general = [desk.report(building=f"b{number}", at=minutes(number)) for number in range(3)]
    emergency = desk.report(category="water", asker=NEIGHBOUR)
    assert desk.needs() == [(emergency, "no_repairer"), *((each, "no_repairer") for each in general)]
    found, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = desk.asked("GET", "escalations", query=query).body
        found += [each["ticket"] for each in page["items"]]
        cursor = page.get("next_cursor")
        if not cursor:
            break
    assert found == [emergency, *general]


def test_what_is_over_leaves_the_queue(desk: Desk) -> None:
    all_off_duty(desk)
    ticket = desk.report(category="gas")
    desk.tick(minutes(30))
    assert len(desk.needs()) == 3, "nobody, late to respond, late to arrive"
    desk.moved(ticket, WILLOW_RESIDENT, "cancel", at=minutes(31))
    assert desk.needs() == []
