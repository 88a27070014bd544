"""Who holds which credential: cards that change hands, plates of several, faces and the consent to them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from linli.vocabulary.directory import MembershipChanged
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.gateway import NOW, Answer
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import ALWAYS, furnish_access
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member

GUARD = member("willow-guard-1", "willow", "guard")
NEIGHBOUR = member("willow-resident-2", "willow", "resident")
FACE: dict[str, Any] = {"kind": "face", "value": "template-1", "consent": "consent-1"} | ALWAYS
FILED: dict[str, Any] = {
    "reference": "consent-1",
    "given_by": "willow-resident-2",
    "given_at": "2026-01-02T03:00:00Z",
    "purpose": "opening the gates of the estate",
}
DAY = timedelta(days=1)


class Access:
    """The service as people use it."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke) -> None:
        self.app, self.http, self.invoke = app, http, invoke
        self.asked = 0

    def call(self, method: str, path: str, who: dict[str, Any] = WILLOW_MANAGER, **request: Any) -> Answer:
        return self.http(self.app, method, f"/communities/willow/{path}", **who, **request)

    def enrol(self, person: str, body: dict[str, Any], **request: Any) -> Answer:
        return self.call("POST", f"people/{person}/credentials", body=ALWAYS | body, **request)

    def credentials(self, person: str, who: dict[str, Any] = WILLOW_MANAGER) -> list[dict[str, Any]]:
        return list(self.call("GET", f"people/{person}/credentials", who).body["items"])

    def revoke(
        self, person: str, credential: str, who: dict[str, Any] = WILLOW_MANAGER, **query: str
    ) -> Answer:
        return self.call("DELETE", f"people/{person}/credentials/{credential}", who, query=query or None)

    def passes(self, kind: str, value: str, now: datetime = NOW, gate: str = "willow-gate-1") -> str:
        """What a guard is told at the gate: `granted`, or why not."""
        self.asked += 1
        shown: dict[str, Any] = {"event_id": f"e-{self.asked}", "credential": kind, "value": value}
        shown |= {"score": 0.99} if kind == "face" else {}
        answer = self.call("POST", f"gates/{gate}/passes", GUARD, body=shown, now=now).body
        return str(answer.get("reason") or answer["outcome"])

    def leaves(self, person: str) -> None:
        fact = MembershipChanged(community="willow", person=person, roles=[], version=2)
        assert self.invoke(self.app, "standing", batch(told(fact, "left")))["batchItemFailures"] == []


@pytest.fixture
def access(service: Service, http: Http, invoke: Invoke) -> Access:
    app = service("access")
    furnish_access(app, http, invoke)
    return Access(app, http, invoke)


CARD = {"kind": "card", "value": "willow-resident-1-card"}


def test_a_card_that_another_still_holds_says_so_to_a_manager_and_how_to_go_on(access: Access) -> None:
    (held,) = access.credentials("willow-resident-1")
    refused = access.enrol("willow-resident-2", CARD)
    assert (refused.status, refused.problem) == (409, "conflict")
    assert (refused.body["holder"], refused.body["credential"]) == ("willow-resident-1", held["credential"])
    assert access.revoke(refused.body["holder"], refused.body["credential"]).status == 204
    assert access.enrol("willow-resident-2", CARD).status == 201


def test_a_card_is_moved_to_who_holds_it_now_in_one_step(access: Access) -> None:
    moved = access.enrol("willow-resident-2", CARD | {"move": True})
    assert (moved.status, moved.body["moved_from"]) == (201, "willow-resident-1")
    assert access.credentials("willow-resident-1") == []
    assert access.passes("card", CARD["value"]) == "granted"
    access.leaves("willow-resident-2")
    assert access.passes("card", CARD["value"], NOW + DAY) == "blocked_membership_ended"


def test_a_card_of_a_former_tenant_goes_to_the_next(access: Access) -> None:
    access.leaves("willow-resident-1")
    moved = access.enrol("willow-resident-2", CARD)
    assert (moved.status, moved.body["moved_from"]) == (201, "willow-resident-1")
    assert access.passes("card", CARD["value"]) == "granted"
    assert len(access.credentials("willow-resident-2")) == 2


def test_a_card_that_changes_hands_at_the_same_moment_has_one_holder(
    access: Access, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    body = CARD | {"move": True}
    meanwhile("TransactWriteItems", lambda: access.enrol("willow-resident-3", body))
    assert access.enrol("willow-resident-2", body).body["moved_from"] == "willow-resident-3"
    held = {number: len(access.credentials(f"willow-resident-{number}")) for number in (1, 2, 3)}
    assert held == {1: 0, 2: 2, 3: 1}


def test_a_face_is_never_enrolled_as_the_only_way_in(access: Access) -> None:
    (card,) = access.credentials("willow-resident-1")
    assert access.revoke("willow-resident-1", card["credential"]).status == 204
    refused = access.enrol("willow-resident-1", FACE)
    assert (refused.status, refused.problem) == (409, "conflict")
    over = {"kind": "card", "value": "over", "valid_until": "2026-01-05T08:00:00Z"}
    assert access.enrol("willow-resident-1", over).status == 201
    assert access.enrol("willow-resident-1", FACE).status == 409, "nothing but a card that is over"
    assert access.enrol("willow-resident-1", {"kind": "phone", "value": "0badcafe"}).status == 201
    assert access.enrol("willow-resident-1", FACE).status == 201


def test_a_face_does_not_stay_the_only_way_in_unless_a_card_was_lost(access: Access) -> None:
    (card,) = access.credentials("willow-resident-1")
    assert access.enrol("willow-resident-1", FACE).status == 201
    assert access.revoke("willow-resident-1", card["credential"]).status == 409
    assert access.passes("card", CARD["value"]) == "granted"
    assert access.revoke("willow-resident-1", card["credential"], lost="true").status == 204
    assert access.passes("card", CARD["value"], NOW + DAY) == "revoked_credential"
    listed = access.call("GET", "people/willow-resident-1/credentials").body
    assert ([one["kind"] for one in listed["items"]], listed["only_a_face"]) == (["face"], True)


@pytest.mark.parametrize("consent", ["consent-1", FILED])
def test_the_consent_to_a_face_is_kept_and_shown(access: Access, consent: Any) -> None:
    assert access.enrol("willow-resident-1", FACE | {"consent": consent}).status == 201
    given = FILED if consent is FILED else {"given_by": "willow-resident-1", "purpose": "gate_pass"}
    for who in (WILLOW_MANAGER, WILLOW_RESIDENT):
        (shown,) = [
            one["consent"] for one in access.credentials("willow-resident-1", who) if "consent" in one
        ]
        assert (shown["reference"], shown["recorded_by"]) == ("consent-1", "willow-manager-1")
        assert (shown["given_by"], shown["purpose"]) == (given["given_by"], given["purpose"])
        kept = access.call("GET", "people/willow-resident-1/consents", who).body["items"]
        assert kept == [shown]
    assert access.call("GET", "people/willow-resident-1/consents", NEIGHBOUR).status == 403


def test_who_withdraws_their_consent_is_known_by_face_no_more(access: Access) -> None:
    for template in ("template-1", "template-2"):
        assert access.enrol("willow-resident-1", FACE | {"value": template}).status == 201
    assert access.passes("face", "template-2") == "granted"
    _, face, _ = access.credentials("willow-resident-1", WILLOW_RESIDENT)
    assert access.revoke("willow-resident-1", face["credential"], NEIGHBOUR).status == 403
    assert access.revoke("willow-resident-1", face["credential"], WILLOW_RESIDENT).status == 204
    for template in ("template-1", "template-2"):
        assert access.passes("face", template, NOW + DAY) == "revoked_credential"
    assert access.passes("card", CARD["value"]) == "granted"
    (kept,) = access.call("GET", "people/willow-resident-1/consents").body["items"]
    assert (kept["withdrawn_by"], kept["withdrawn_at"]) == ("willow-resident-1", "2026-01-05T08:00:00.000Z")
    assert access.enrol("willow-resident-1", FACE).status == 409, "that consent is no more"
    assert access.enrol("willow-resident-1", FACE | {"consent": "consent-2"}).status == 201


def test_a_consent_is_withdrawn_by_its_reference_once(access: Access) -> None:
    assert access.enrol("willow-resident-1", FACE).status == 201
    consent = "people/willow-resident-1/consents/consent-1"
    assert access.call("DELETE", consent, NEIGHBOUR).status == 403
    answers = [access.call("DELETE", consent, WILLOW_RESIDENT, now=NOW + n * DAY).body for n in (0, 1)]
    assert answers[0] == answers[1]
    assert access.passes("face", "template-1") == "revoked_credential"
    assert access.call("DELETE", "people/willow-resident-1/consents/none", WILLOW_RESIDENT).status == 404


def test_consents_are_listed_page_by_page(access: Access) -> None:
    for reference in ("consent-1", "consent-2"):
        assert access.enrol("willow-resident-1", FACE | {"consent": reference}).status == 201
    path, query = "people/willow-resident-1/consents", {"limit": "1"}
    first = access.call("GET", path, query=query).body
    second = access.call("GET", path, query=query | {"cursor": first["next_cursor"]}).body
    listed = [one["reference"] for page in (first, second) for one in page["items"]]
    assert listed == ["consent-1", "consent-2"]
    assert access.call("GET", "people/nobody/consents").status == 404


def test_a_resident_takes_back_a_face_and_no_card(access: Access) -> None:
    (card,) = access.credentials("willow-resident-1", WILLOW_RESIDENT)
    assert access.revoke("willow-resident-1", card["credential"], WILLOW_RESIDENT).status == 403


def test_a_consent_that_is_yet_to_be_given_is_none(access: Access) -> None:
    tomorrow = FACE | {"consent": FILED | {"given_at": "2026-01-06T08:00:00Z"}}
    assert access.enrol("willow-resident-1", tomorrow).status == 400


def asked_for(access: Access, **named: list[str]) -> dict[str, Answer]:
    """What comes of naming places wherever they can be named."""
    guest = {"visitor_name": "v", "valid_from": "2026-01-05T08:00:00Z", "valid_until": "2026-01-05T20:00:00Z"}
    gates = {"gates": named.get("gates", [])}
    answers = {"card": access.enrol("willow-resident-1", {"kind": "card", "value": "4711"} | named)}
    if "gates" in named:
        answers["invitation"] = access.call("POST", "invitations", WILLOW_RESIDENT, body=guest | gates)
        answers["code"] = access.call("POST", "qr_codes", WILLOW_RESIDENT, body=gates)
    else:
        body = {"reason": "over the fence", "area": named["areas"][0]}
        answers["place"] = access.call("POST", "people/willow-resident-1/place", body=body)
    return answers


@pytest.mark.parametrize("named", [{"areas": ["gardn"]}, {"gates": ["willow-gate-7"]}], ids=["area", "gate"])
def test_places_that_are_not_there_are_refused_with_those_that_are(
    access: Access, named: dict[str, list[str]]
) -> None:
    for what, answer in asked_for(access, **named).items():
        assert (answer.status, answer.problem) == (400, "invalid-request"), what
        assert answer.body["known"] == {"areas": ["garden"], "gates": ["willow-gate-1", "willow-gate-2"]}
        assert [one["field"] for one in answer.body["errors"]] == [f"{next(iter(named))}.0"]


@pytest.mark.parametrize("named", [{"areas": ["garden"]}, {"gates": ["willow-gate-2"]}], ids=["area", "gate"])
def test_places_that_are_there_may_be_named(access: Access, named: dict[str, list[str]]) -> None:
    assert {answer.status for answer in asked_for(access, **named).values()} == {201}


def test_an_area_that_is_no_more_is_shown_as_gone(access: Access) -> None:
    body = {"kind": "card", "value": "4711", "areas": ["garden"]}
    assert access.enrol("willow-resident-1", body).status == 201
    for gate in ("willow-gate-1", "willow-gate-2"):
        set_up = {"area": "courtyard", "direction": "both"}
        assert access.call("PUT", f"gates/{gate}", body=set_up).status == 200
    gone = [one["areas_gone"] for one in access.credentials("willow-resident-1")]
    assert gone == [[], ["garden"]]
    assert access.passes("card", "4711") == "wrong_area"


PLATE = {"plate": "沪B54321", "visitor_name": "Wang Fang", "entries": 1}


def invited(access: Access, day: int, who: dict[str, Any] = WILLOW_RESIDENT) -> Answer:
    since = NOW + day * DAY
    until = since + timedelta(hours=2)
    window = {"valid_from": since.isoformat(), "valid_until": until.isoformat()}
    return access.call("POST", "invitations", who, body=PLATE | window)


def test_a_plate_is_good_for_several_invitations_at_once(access: Access) -> None:
    monday, wednesday = invited(access, 0), invited(access, 2, NEIGHBOUR)
    assert (monday.status, wednesday.status) == (201, 201)
    assert access.passes("plate", "沪B54321") == "granted"
    assert access.passes("plate", "沪B54321", NOW + timedelta(minutes=30)) == "no_entries_left"
    assert access.passes("plate", "沪B54321", NOW + DAY) in {"expired", "not_yet_valid"}
    assert access.passes("plate", "沪B54321", NOW + 2 * DAY) == "granted"


def test_of_two_invitations_for_now_each_is_used_once(access: Access) -> None:
    assert {invited(access, 0).status, invited(access, 0, NEIGHBOUR).status} == {201}
    hour = timedelta(minutes=30)
    told = [access.passes("plate", "沪B54321", NOW + number * hour) for number in range(3)]
    assert told == ["granted", "granted", "no_entries_left"]


def test_an_invitation_that_is_withdrawn_takes_nothing_from_another(access: Access) -> None:
    first, _ = invited(access, 0).body, invited(access, 0, NEIGHBOUR)
    path = f"invitations/{first['invitation']}"
    assert access.call("DELETE", path, WILLOW_RESIDENT).status == 204
    assert access.passes("plate", "沪B54321") == "granted"
    assert access.passes("plate", "沪B54321", NOW + timedelta(minutes=30)) != "granted"


def test_the_place_of_a_plate_that_was_withdrawn_is_anothers_alone(access: Access) -> None:
    first = invited(access, 0).body
    assert access.passes("qr", first["code"]) == "granted"
    assert access.call("DELETE", f"invitations/{first['invitation']}", WILLOW_RESIDENT).status == 204
    assert invited(access, 0, NEIGHBOUR).status == 201
    said = {"reason": "went out by the garage"}
    assert access.call("POST", f"people/{first['invitation']}/place", body=said).status == 201
    assert access.passes("plate", "沪B54321") == "granted"


def test_a_residents_own_plate_may_be_a_guests_too(access: Access) -> None:
    assert invited(access, 0, NEIGHBOUR).status == 201
    assert access.enrol("willow-resident-1", {"kind": "plate", "value": "沪B54321"}).status == 201
    told = [access.passes("plate", "沪B54321", NOW + timedelta(minutes=30 * number)) for number in range(3)]
    assert told == ["granted"] * 3, "as a resident, who takes nobody's entry"


def test_a_plate_is_in_a_few_hands_at_once_and_no_more(access: Access) -> None:
    hosts = [member(f"willow-resident-{number}", "willow", "resident") for number in range(1, 6)]
    assert [invited(access, 0, host).status for host in hosts] == [201] * 4 + [409]
    assert invited(access, 0, hosts[0]).status == 409


def test_two_invitations_for_one_plate_at_the_same_moment_are_both_good(
    access: Access, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    meanwhile("TransactWriteItems", lambda: invited(access, 0, NEIGHBOUR))
    assert invited(access, 2).status == 201
    assert access.passes("plate", "沪B54321") == "granted"
    assert access.passes("plate", "沪B54321", NOW + 2 * DAY) == "granted"


WEEKDAY_MORNINGS = {"days": [0, 1, 2, 3, 4], "since": "07:00", "until": "10:00"}
WEEKENDS = {"days": [5, 6], "since": "00:00", "until": "00:00"}
HOURS = {"2026-01-09T00:30Z": "granted", "2026-01-09T04:00Z": "outside_hours", "2026-01-10T14:00Z": "granted"}


def told_by_hours(access: Access, plate: str) -> dict[str, str]:
    return {hour: access.passes("plate", plate, datetime.fromisoformat(hour)) for hour in HOURS}


def test_a_plate_has_several_windows_enrolled_or_invited(access: Access) -> None:
    windows = {"windows": [WEEKDAY_MORNINGS, WEEKENDS]}
    assert access.enrol("willow-resident-1", {"kind": "plate", "value": "沪A11111"} | windows).status == 201
    days = {"valid_from": "2026-01-09T00:00:00Z", "valid_until": "2026-01-12T00:00:00Z", "entries": 9}
    guest = {"visitor_name": "Cleaner", "plate": "沪A22222"} | days | windows
    assert access.call("POST", "invitations", WILLOW_RESIDENT, body=guest).status == 201
    assert told_by_hours(access, "沪A11111") == told_by_hours(access, "沪A22222") == HOURS


def test_a_plate_has_several_windows_enrolled_one_by_one(access: Access) -> None:
    mornings = {"kind": "plate", "value": "沪A11111", "windows": [WEEKDAY_MORNINGS]}
    weekends = mornings | {"windows": [WEEKENDS]}
    assert access.enrol("willow-resident-1", mornings).status == 201
    replaced = access.enrol("willow-resident-1", weekends).body["replaced"]
    assert [one["days"] for one in replaced["windows"]] == [WEEKDAY_MORNINGS["days"]], "which is not silent"
    for _ in range(2):
        assert access.enrol("willow-resident-1", mornings | {"add": True}).status == 201
    assert told_by_hours(access, "沪A11111") == HOURS
    assert len(access.credentials("willow-resident-1")) == 3, "a card, and the plate twice"
    assert access.enrol("willow-resident-1", {"kind": "card", "value": "1", "add": True}).status == 400
