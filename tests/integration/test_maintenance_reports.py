"""What people report as it comes: two characters, the wrong category, no such unit, the same leak twice;
and photos that say more than they should.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest

from functions.maintenance.photos.rows import PhotoRow
from functions.maintenance.tickets.rows import TicketRow
from linli.aws import client
from linli.vocabulary.devices import DeviceRegistered
from linli.vocabulary.directory import PlaceChanged
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.gateway import NOW, Answer
from tests.integration.neighbourhood import furnish_maintenance
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT
from tests.integration.ticketing import NEIGHBOUR, Desk, worker
from tests.unit.maintenance.pictures import PIXELS, SECRET, heic, jpeg, png

BUCKET = "linli-test-maintenance-photos-123456789012"
Meanwhile = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def desk(service: Service, http: Http, invoke: Invoke) -> Desk:
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    return Desk(app, http, invoke)


# Few words


@pytest.mark.parametrize("text", ["漏水", "停电", "断网", "门坏", "漏", "?", "🚿"])
def test_one_visible_character_is_a_report(desk: Desk, text: str) -> None:
    assert desk.show(desk.report(description=text))["description"] == text


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\n\n", "\u3000", "\u200b\u200b\u200b", "\ufeff", "\u202e\u2066", "ㅤ", "\ufe0f"]
)
def test_what_cannot_be_seen_is_no_report(desk: Desk, text: str) -> None:
    answer = desk.post(description=text)
    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert "description" in answer.body["detail"]


def test_wherever_words_are_needed_they_have_to_be_seen_and_elsewhere_blanks_are_none(desk: Desk) -> None:
    ticket = desk.report()
    for blank in (" ", "\u200b"):
        assert desk.move(ticket, WILLOW_MANAGER, "transfer", to=blank).status == 400
        hotline = {"hotline": "h-1", "name": blank}
        assert desk.asked("POST", "hotlines", body=hotline).status == 400
    desk.moved(ticket, worker(1), "accept", note="\u200b \n")
    assert desk.lines(ticket)[-1]["note"] == ""
    desk.moved(ticket, WILLOW_MANAGER, "transfer", to="水")
    assert desk.show(ticket)["transferred_to"] == "水"


# Duplicates


def duplicate(desk: Desk, one: str, of: str) -> Answer:
    return desk.move(one, WILLOW_MANAGER, "mark_duplicate", duplicate_of=of)


@pytest.mark.parametrize("length", [2, 3, 4])
def test_duplicates_form_no_circle_however_long(desk: Desk, length: int) -> None:
    tickets = [desk.report(building=f"b{number}") for number in range(length)]
    for one, of in pairwise(tickets):
        assert duplicate(desk, one, of).status == 200
    last = duplicate(desk, tickets[-1], tickets[0])
    assert (last.status, last.problem) == (409, "conflict")
    assert "duplicate_of" in last.body["detail"]
    assert desk.show(tickets[-1])["state"] == "dispatched", "somebody has it"


@pytest.mark.parametrize("state", ["cancelled", "transferred", "duplicate_of"])
def test_a_duplicate_of_what_nobody_sees_to_is_refused_with_its_state(desk: Desk, state: str) -> None:
    one, other, third = (desk.report(building=f"b{number}") for number in range(3))
    more: dict[str, dict[str, Any]] = {
        "cancelled": {"command": "cancel"},
        "transferred": {"command": "transfer", "to": "them"},
        "duplicate_of": {"command": "mark_duplicate", "duplicate_of": third},
    }
    desk.moved(other, WILLOW_MANAGER, more[state].pop("command"), **more[state])
    refused = duplicate(desk, one, other)
    assert (refused.status, state in refused.body["detail"]) == (409, True)


def test_a_duplicate_of_what_is_done_is_one(desk: Desk) -> None:
    one, other = desk.report(), desk.report(NEIGHBOUR)
    holder = desk.show(other)["repairer"]
    desk.moved(other, worker(int(holder[-1])), "accept", "arrive", "finish")
    assert duplicate(desk, one, other).status == 200
    third = desk.report(building="b3")
    assert duplicate(desk, third, "no-such-ticket").status == 400
    refused = desk.move(third, WILLOW_RESIDENT, "mark_duplicate", duplicate_of="no-such-ticket")
    assert refused.status == 403, "who may not, does not hear what there is"


def test_marked_as_duplicates_of_each_other_at_once_one_stays_somebodys(
    desk: Desk, meanwhile: Meanwhile
) -> None:
    one, other = desk.report(), desk.report(NEIGHBOUR)
    faster: list[Answer] = []
    meanwhile("TransactWriteItems", lambda: faster.append(duplicate(desk, other, one)))
    slower = duplicate(desk, one, other)
    assert (faster[0].status, slower.status) == (200, 409)
    assert {desk.show(each)["state"] for each in (one, other)} == {"dispatched", "duplicate_of"}


def test_an_original_that_is_dropped_at_that_moment_is_none(desk: Desk, meanwhile: Meanwhile) -> None:
    one, other = desk.report(), desk.report(NEIGHBOUR)
    meanwhile("TransactWriteItems", lambda: desk.moved(other, NEIGHBOUR, "cancel"))
    assert duplicate(desk, one, other).status == 409
    assert desk.show(one)["state"] == "dispatched"


def test_who_reported_what_was_no_duplicate_can_reopen_it(desk: Desk) -> None:
    one, other = desk.report(), desk.report(NEIGHBOUR)
    assert duplicate(desk, one, other).status == 200
    desk.moved(one, WILLOW_RESIDENT, "reopen", at=NOW + timedelta(hours=1))
    shown = desk.show(one)
    assert (shown["state"], shown.get("duplicate_of")) == ("dispatched", None)


def test_whatever_is_marked_each_duplicate_leads_to_a_ticket_that_is_none(desk: Desk) -> None:
    tickets = [desk.report(building=f"b{number}") for number in range(4)]
    for one, of in [*[*permutations(tickets, 2)][::-5], *permutations(tickets, 2)]:
        assert duplicate(desk, one, of).status in {200, 409}
    rows = {each: TicketRow.get(*TicketRow.key("willow", each)).ticket for each in tickets}
    for each in tickets:
        steps, ticket = 0, rows[each]
        while ticket.duplicate_of is not None:
            ticket, steps = rows[ticket.duplicate_of], steps + 1
            assert steps <= len(tickets), "a circle"
        assert ticket.state == "dispatched"


# Put right


def test_a_smell_of_gas_under_noise_becomes_an_emergency_from_its_report_on(desk: Desk) -> None:
    # Given a smell of gas that was reported as noise, and somebody who knows gas
    assert desk.set_up(3, on_duty=True, skills=("gas", "general")).status == 200
    ticket = desk.report(category="noise", description="家里有煤气味")
    before = desk.show(ticket)
    assert (before["priority"], before["repairer"]) == ("general", "willow-repairer-3")
    assert desk.set_up(3, on_duty=True, skills=("general",)).status == 200
    assert desk.set_up(2, on_duty=True, skills=("gas",)).status == 200
    # When a manager puts it right four minutes later
    later = NOW + timedelta(minutes=4)
    desk.moved(ticket, WILLOW_MANAGER, "recategorise", category="gas", note="煤气", at=later)
    # Then it is an emergency whose clocks count from the report, and with somebody who can
    after = desk.show(ticket)
    assert (after["category"], after["priority"]) == ("gas", "emergency")
    assert (after["state"], after["repairer"]) == ("dispatched", "willow-repairer-2")
    dues = {name: clock["due_at"] for name, clock in after["clocks"].items()}
    assert dues == {
        "respond": "2026-01-05T08:05:00.000Z",
        "arrive": "2026-01-05T08:20:00.000Z",
        "resolve": "2026-01-05T10:00:00.000Z",
    }
    # And the timeline says who did it, and what it was taken for
    line = next(each for each in desk.lines(ticket) if each["command"] == "recategorise")
    assert (line["by"], line["person"], line["note"]) == ("manager", "willow-manager-1", "煤气")
    assert line["was"] == {"kind": "repair", "category": "noise", "priority": "general"}


def test_what_was_met_stays_met_and_who_can_do_it_keeps_it(desk: Desk) -> None:
    assert desk.set_up(1, on_duty=True, skills=("plumbing", "electrical")).status == 200
    ticket = desk.report()
    desk.moved(ticket, worker(1), "accept", at=NOW + timedelta(minutes=2))
    desk.moved(ticket, WILLOW_MANAGER, "recategorise", category="power", at=NOW + timedelta(minutes=10))
    after = desk.show(ticket)
    assert (after["state"], after["repairer"]) == ("accepted", "willow-repairer-1")
    assert after["clocks"]["respond"]["met_at"] == "2026-01-05T08:02:00.000Z"
    assert after["clocks"]["arrive"]["due_at"] == "2026-01-05T08:20:00.000Z"


def test_a_deadline_that_is_over_by_the_right_category_is_breached_and_told(desk: Desk) -> None:
    ticket = desk.report(category="noise")
    desk.moved(ticket, WILLOW_MANAGER, "recategorise", category="lift", at=NOW + timedelta(minutes=30))
    desk.tick(NOW + timedelta(minutes=31))
    assert {need for one, need in desk.needs() if one == ticket} >= {"respond", "arrive"}


def test_a_priority_is_corrected_alone_and_follows_the_category_later(desk: Desk) -> None:
    ticket = desk.report()
    desk.moved(ticket, WILLOW_MANAGER, "recategorise", priority="urgent")
    assert desk.show(ticket)["priority"] == "urgent"
    desk.moved(ticket, WILLOW_MANAGER, "recategorise", category="structure")
    assert desk.show(ticket)["priority"] == "complex"
    same = desk.move(ticket, WILLOW_MANAGER, "recategorise", category="structure")
    assert (same.status, same.problem) == (409, "conflict")


def test_only_a_manager_puts_right_and_only_what_is_not_done(desk: Desk) -> None:
    ticket = desk.report()
    for asker in (WILLOW_RESIDENT, worker(1)):
        assert desk.move(ticket, asker, "recategorise", category="gas").status == 403
    for bad in ({}, {"category": "haircut"}, {"priority": "soon"}, {"category": "gas", "to": "x"}):
        assert desk.move(ticket, WILLOW_MANAGER, "recategorise", **bad).status == 400
    desk.moved(ticket, worker(1), "accept", "arrive", "finish")
    assert desk.move(ticket, WILLOW_MANAGER, "recategorise", category="gas").status == 409


@pytest.mark.parametrize("taken_on", [False, True])
def test_a_complaint_that_is_a_repair_is_offered_as_one(desk: Desk, *, taken_on: bool) -> None:
    ticket = desk.report(kind="complaint", category="service", description="水管漏")
    if taken_on:
        desk.moved(ticket, WILLOW_MANAGER, "accept")
    desk.moved(ticket, WILLOW_MANAGER, "recategorise", kind="repair", category="plumbing")
    after = desk.show(ticket)
    assert (after["kind"], after["state"], after["repairer"]) == (
        "repair", "dispatched", "willow-repairer-1",
    )  # fmt: skip
    assert set(after["clocks"]) == {"respond", "arrive", "resolve"}
    desk.moved(ticket, worker(1), "accept", "arrive", "finish")


def test_what_is_of_another_trade_leaves_its_incident_and_is_offered_by_itself(desk: Desk) -> None:
    tickets = [desk.report(at=NOW + timedelta(minutes=number)) for number in range(4)]
    assert desk.show(tickets[3])["state"] == "submitted", "it waits for the first one"
    later = NOW + timedelta(minutes=5)
    assert desk.set_up(2, on_duty=True, skills=("electrical",)).status == 200
    desk.moved(tickets[3], WILLOW_MANAGER, "recategorise", category="power", at=later)
    after = desk.show(tickets[3])
    assert (after["state"], after["repairer"], after.get("incident")) == (
        "dispatched", "willow-repairer-2", None,
    )  # fmt: skip
    (incident,) = desk.asked("GET", "incidents").body["items"]
    assert incident["tickets"] == sorted(tickets[:3])


# Begun anew


def finished(desk: Desk, ticket: str) -> None:
    desk.moved(ticket, worker(int(desk.show(ticket)["repairer"][-1])), "accept", "arrive", "finish")


def test_a_closed_case_that_is_reopened_has_new_clocks_and_leaves_its_month_as_it_was(desk: Desk) -> None:
    # Given a case of January that was resolved, rated and closed
    ticket = desk.report()
    finished(desk, ticket)
    desk.moved(ticket, WILLOW_RESIDENT, "rate", resolved=True, score=5)
    desk.moved(ticket, WILLOW_MANAGER, "close")
    january = desk.rates("2026-01")
    # When it drips again in February
    again = NOW + timedelta(days=35)
    desk.moved(ticket, WILLOW_RESIDENT, "reopen", at=again)
    # Then its clocks begin with that day, and January stays as it was reported
    shown = desk.show(ticket)
    assert (shown["state"], shown["reopened_at"]) == ("dispatched", "2026-02-09T08:00:00.000Z")
    assert {clock["first_due_at"] > "2026-02-09T08" for clock in shown["clocks"].values()} == {True}
    assert {clock.get("met_at") for clock in shown["clocks"].values()} == {None}
    assert desk.rates("2026-01") == january
    assert (desk.rates("2026-02")["reported"], desk.rates("2026-02")["resolved"]) == (1, 0)
    # And its second life is counted there
    desk.moved(ticket, worker(int(shown["repairer"][-1])), "accept", "arrive", "finish", at=again)
    assert desk.rates("2026-02")["resolved_in_time"] == 1
    assert desk.rates("2026-01") == january


def test_a_case_that_is_not_closed_yet_keeps_its_deadline_when_it_is_reopened(desk: Desk) -> None:
    ticket = desk.report()
    due_at = desk.show(ticket)["clocks"]["resolve"]["due_at"]
    finished(desk, ticket)
    desk.moved(ticket, WILLOW_RESIDENT, "reopen", at=NOW + timedelta(days=2))
    shown = desk.show(ticket)
    assert (shown["clocks"]["resolve"]["due_at"], shown.get("reopened_at")) == (due_at, None)


def test_what_a_reopened_case_is_put_right_to_counts_from_its_reopening(desk: Desk) -> None:
    ticket = desk.report()
    finished(desk, ticket)
    desk.moved(ticket, WILLOW_MANAGER, "close")
    again = NOW + timedelta(days=3)
    desk.moved(ticket, WILLOW_RESIDENT, "reopen", at=again)
    desk.moved(ticket, WILLOW_MANAGER, "recategorise", category="water", at=again + timedelta(minutes=1))
    assert desk.show(ticket)["clocks"]["arrive"]["due_at"] == "2026-01-08T08:20:00.000Z"


# Places that nobody knows of


def know_places(desk: Desk) -> None:
    desk.hear(
        PlaceChanged(community="willow", building="b1", name="1号楼", version=1),
        PlaceChanged(community="willow", building="b1", unit="101", name="101", version=1),
    )


@pytest.mark.parametrize(
    ("place", "missing"),
    [
        ({"unit": "101"}, []),
        ({"unit": None}, []),
        ({"unit": "999"}, ["unit"]),
        ({"building": "b99", "unit": None}, ["building"]),
        ({"building": "b99", "unit": "101"}, ["building", "unit"]),
        ({"building": "1-2", "unit": "301"}, ["building", "unit"]),
        ({"building": None, "unit": None}, []),
        ({"asset": "willow-lamp-1"}, []),
        ({"asset": "lamp-of-nowhere"}, ["asset"]),
    ],
)
def test_a_place_that_nobody_knows_of_is_kept_and_marked(
    desk: Desk, place: dict[str, Any], missing: list[str]
) -> None:
    know_places(desk)
    desk.hear(DeviceRegistered(community="willow", device="willow-lamp-1", kind="lamp", version=1))
    ticket = desk.report(**place)
    shown = desk.show(ticket, worker(1))
    assert (shown["missing"], shown["state"]) == (missing, "dispatched")


def test_until_places_have_been_told_none_is_said_to_be_missing(desk: Desk) -> None:
    assert desk.show(desk.report(building="b99", asset="lamp-1"))["missing"] == []


def test_a_building_that_nobody_knows_of_makes_no_incident(desk: Desk) -> None:
    know_places(desk)
    for number in range(4):
        desk.report(building="b99", unit=None, at=NOW + timedelta(minutes=number))
    assert desk.asked("GET", "incidents").body["items"] == []


def test_a_resident_who_names_no_place_means_home(desk: Desk) -> None:
    desk.are("willow-resident-1", "resident", version=1, home="b1/101")
    nowhere = {"building": None, "unit": None}
    shown = desk.show(desk.report(**nowhere))
    assert (shown["building"], shown["unit"]) == ("b1", "101")
    assert desk.show(desk.report(NEIGHBOUR, **nowhere)).get("building") is None
    assert desk.show(desk.report(WILLOW_MANAGER, **nowhere)).get("building") is None
    elsewhere = desk.show(desk.report(building="b2", unit=None))
    assert (elsewhere["building"], elsewhere.get("unit")) == ("b2", None)


# Photos


def upload(desk: Desk, ticket: str, content: bytes | None, *, at: Any = NOW) -> str:
    body = {"content_type": "image/jpeg", "size_bytes": 5000}
    answer = desk.asked("POST", f"tickets/{ticket}/photos", WILLOW_RESIDENT, body=body, now=at)
    assert answer.status == 201, answer
    if content is not None:
        client("s3").put_object(Bucket=BUCKET, Key=answer.body["fields"]["key"], Body=content)
    return str(answer.body["photo"])


def stored(prefix: str = "willow/") -> dict[str, bytes]:
    found = client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return {
        each["Key"]: client("s3").get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in found
    }


def photos(desk: Desk, ticket: str) -> dict[str, Any]:
    return dict(desk.asked("GET", f"tickets/{ticket}/photos", worker(1)).body)


@pytest.mark.parametrize(("content", "kind"), [(jpeg(6), "image/jpeg"), (png(6), "image/png")])
def test_a_photo_that_is_shown_does_not_say_where_it_was_taken(desk: Desk, content: bytes, kind: str) -> None:
    ticket = desk.report()
    photo = upload(desk, ticket, content)
    (shown,) = photos(desk, ticket)["items"]
    assert (shown["photo"], shown["content_type"]) == (photo, kind), "the kind is what the bytes say"
    ((key, kept),) = stored().items()
    assert key in shown["url"]
    assert (SECRET in kept, PIXELS[1:] in kept) == (False, True)
    assert photos(desk, ticket)["items"][0]["photo"] == photo, "looked at once"


def test_a_photo_that_nobody_looks_at_loses_its_place_as_well(desk: Desk) -> None:
    ticket = desk.report()
    upload(desk, ticket, jpeg())
    desk.tick(NOW + timedelta(minutes=7))
    ((_, kept),) = stored().items()
    assert SECRET not in kept
    # And what was sent once more to the same address, after it was looked at, is gone with it
    second = upload(desk, ticket, jpeg(), at=NOW + timedelta(minutes=8))
    assert len(photos(desk, ticket)["items"]) == 2
    client("s3").put_object(Bucket=BUCKET, Key=f"willow/{ticket}/{second}", Body=jpeg())
    desk.tick(NOW + timedelta(minutes=15))
    assert all(SECRET not in each for each in stored().values())
    assert len(photos(desk, ticket)["items"]) == 2


def test_a_photo_that_was_never_uploaded_is_not_listed_and_leaves_its_place(desk: Desk) -> None:
    ticket = desk.report()
    for _ in range(9):
        upload(desk, ticket, None)
    assert photos(desk, ticket) == {"items": [], "refused": []}
    body = {"content_type": "image/jpeg", "size_bytes": 5000}
    path = f"tickets/{ticket}/photos"
    assert desk.asked("POST", path, WILLOW_RESIDENT, body=body).problem == "conflict"
    desk.tick(NOW + timedelta(minutes=7))
    photo = upload(desk, ticket, jpeg(), at=NOW + timedelta(minutes=8))
    assert [each["photo"] for each in photos(desk, ticket)["items"]] == [photo]


@pytest.mark.parametrize("content_type", ["image/heic", "image/heif", "image/avif"])
def test_heic_is_refused_with_a_word(desk: Desk, content_type: str) -> None:
    body = {"content_type": content_type, "size_bytes": 5000}
    answer = desk.asked("POST", f"tickets/{desk.report()}/photos", WILLOW_RESIDENT, body=body)
    assert (answer.status, "send JPEG" in answer.body["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("content", "word"), [(heic(), "HEIC"), (b"MZ\x90", "no photo"), (jpeg()[:40], "short")]
)
def test_what_is_no_photo_by_its_bytes_is_refused_with_a_word_and_not_shown(
    desk: Desk, content: bytes, word: str
) -> None:
    ticket = desk.report()
    photo = upload(desk, ticket, content)
    found = photos(desk, ticket)
    assert (found["items"], [each["photo"] for each in found["refused"]]) == ([], [photo])
    assert word in found["refused"][0]["why"]
    assert stored() == {}, "nothing of it is kept"


def test_a_photo_of_before_is_cleaned_when_it_is_asked_for(desk: Desk) -> None:
    ticket = desk.report()
    client("s3").put_object(Bucket=BUCKET, Key=f"willow/{ticket}/old-1", Body=jpeg(8))
    key = PhotoRow.key("willow", ticket, 1)
    PhotoRow(
        *key, photo="old-1", content_type="image/jpeg", added_by="willow-resident-1", added_at=NOW
    ).save()
    assert [each["photo"] for each in photos(desk, ticket)["items"]] == ["old-1"]
    assert all(SECRET not in each for each in stored().values())


def test_two_who_look_at_once_see_the_same(desk: Desk, meanwhile: Meanwhile) -> None:
    ticket = desk.report()
    upload(desk, ticket, jpeg())
    seen: list[dict[str, Any]] = []
    meanwhile("UpdateItem", lambda: seen.append(photos(desk, ticket)))
    found = photos(desk, ticket)
    assert [len(each["items"]) for each in (found, *seen)] == [1, 1]
    assert len(stored()) == 1
