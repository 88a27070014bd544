"""The directory's rules that only its table can keep: isolation, one winner, nothing done twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from functions.directory.estate.rows import BuildingRow
from functions.directory.people.rows import MembershipRow, PersonRow
from linli.tables import OutboxRow
from tests.integration import gateway
from tests.integration.conftest import Http, Invoke, Service, enter, published
from tests.integration.neighbourhood import furnish_directory
from tests.integration.people import (
    ACME,
    BIRCH,
    MAPLE_MANAGER,
    STRANGER,
    WILLOW_MANAGER,
    WILLOW_RESIDENT,
    member,
)

GARDEN = {"community": "garden", "name": "Garden", "time_zone": "Asia/Shanghai", "sub_district": "riverside"}
Lose = Callable[[str], None]
Meanwhile = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def directory(service: Service, http: Http, invoke: Invoke) -> Chalice:
    app = service("directory")
    furnish_directory(app, http, invoke)
    return app


PEOPLE = "/communities/willow/people"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", PEOPLE, 200), ("GET", f"{PEOPLE}/nobody", 404), ("DELETE", f"{PEOPLE}/nobody", 204)],
)
def test_no_answer_is_kept_on_a_machine_that_several_sign_in_at(
    directory: Chalice, http: Http, method: str, path: str, status: int
) -> None:
    answer = http(directory, method, path, **WILLOW_MANAGER)

    assert (answer.status, answer.headers["Cache-Control"]) == (status, "no-store")


def test_what_is_given_twice_in_a_query_is_refused(directory: Chalice, http: Http) -> None:
    answer = http(directory, "GET", PEOPLE, query={"limit": ["1", "2"], "x": ["1", "1"]}, **WILLOW_MANAGER)

    assert answer.problem == "invalid-request"
    assert [(each["field"], each["code"]) for each in answer.body["errors"]] == [
        ("limit", "given_twice"),
        ("x", "given_twice"),
    ]
    assert "x:" not in answer.body["detail"]


def facts(community: str) -> list[tuple[str, Any]]:
    return [(event.id, event.data) for event in published(community)]


# Companies


def test_onboarding_again_finds_the_company_and_another_name_is_refused(
    directory: Chalice, invoke: Invoke
) -> None:
    same = {"company": "acme", "name": "Acme", "operator": "acme-operator-1"}

    assert invoke(directory, "onboard", same) == same
    assert invoke(directory, "onboard", {**same, "name": "Other"})["status"] == 409
    assert invoke(directory, "onboard", {**same, "operator": "mallory-1"})["status"] == 409


def test_a_lost_reply_to_onboarding_is_no_refusal(service: Service, invoke: Invoke, lose_reply: Lose) -> None:
    app = service("directory")
    lose_reply("TransactWriteItems")

    answer = invoke(app, "onboard", {"company": "elm", "name": "Elm", "operator": "elm-operator-1"})

    assert answer["company"] == "elm"


def test_the_last_operator_stays(directory: Chalice, http: Http) -> None:
    assert http(directory, "DELETE", "/companies/acme/operators/acme-operator-1", **ACME).status == 409

    assert http(directory, "PUT", "/companies/acme/operators/acme-operator-2", **ACME).status == 200
    assert http(directory, "PUT", "/companies/acme/operators/acme-operator-2", **ACME).status == 200
    assert http(directory, "DELETE", "/companies/acme/operators/acme-operator-1", **ACME).status == 204
    assert http(directory, "DELETE", "/companies/acme/operators/acme-operator-1", **ACME).status == 204
    assert http(directory, "DELETE", "/companies/acme/operators/acme-operator-2", **ACME).status == 409
    assert http(directory, "GET", "/companies/acme/operators", **ACME).body["items"] == [
        {"person": "acme-operator-2"}
    ]


def test_two_operators_who_end_each_other_leave_one(
    directory: Chalice, http: Http, meanwhile: Meanwhile
) -> None:
    http(directory, "PUT", "/companies/acme/operators/acme-operator-2", **ACME)
    other = "/companies/acme/operators/acme-operator-1"
    meanwhile("TransactWriteItems", lambda: http(directory, "DELETE", other, **ACME))

    assert http(directory, "DELETE", "/companies/acme/operators/acme-operator-2", **ACME).status == 409


def test_a_lost_reply_to_ending_an_operator_is_no_refusal(
    directory: Chalice, http: Http, lose_reply: Lose
) -> None:
    http(directory, "PUT", "/companies/acme/operators/acme-operator-2", **ACME)
    lose_reply("TransactWriteItems")

    assert http(directory, "DELETE", "/companies/acme/operators/acme-operator-2", **ACME).status == 204
    assert http(directory, "DELETE", "/companies/acme/operators/acme-operator-1", **ACME).status == 409


# Communities


def test_a_community_is_created_once_and_told_with_it(directory: Chalice, http: Http) -> None:
    created = http(directory, "POST", "/companies/acme/communities", body=GARDEN, **ACME)

    assert (created.status, created.body["version"]) == (201, 1)
    ((event_id, told),) = facts("garden")
    assert event_id == "community/garden/1"
    assert told["policies"] == {}, "nothing was set; what was not, its reader takes for its default"
    again = http(directory, "POST", "/companies/acme/communities", body=GARDEN, **ACME)
    assert (again.status, again.problem) == (409, "conflict")
    assert len(facts("garden")) == 1


def test_a_company_s_communities_are_listed_by_what_they_are_called(directory: Chalice, http: Http) -> None:
    http(directory, "POST", "/companies/acme/communities", body=GARDEN, **ACME)

    listed = http(directory, "GET", "/companies/acme/communities", **ACME)

    called = {each["community"]: each for each in listed.body["items"]}
    assert (called["garden"]["name"], called["garden"]["time_zone"]) == (GARDEN["name"], GARDEN["time_zone"])


def test_an_id_of_another_company_is_taken_without_a_word_about_whose(directory: Chalice, http: Http) -> None:
    body = {**GARDEN, "community": "maple"}

    refused = http(directory, "POST", "/companies/acme/communities", body=body, **ACME)

    assert refused.status == 409
    assert "birch" not in refused.text
    assert http(directory, "GET", "/communities/maple", **MAPLE_MANAGER).body["company"] == "birch"


def test_a_lost_reply_to_a_creation_is_no_conflict(directory: Chalice, http: Http, lose_reply: Lose) -> None:
    lose_reply("TransactWriteItems")

    assert http(directory, "POST", "/companies/acme/communities", body=GARDEN, **ACME).status == 201


def test_the_same_key_and_request_are_the_same_creation(directory: Chalice, http: Http) -> None:
    request = {"body": GARDEN, "headers": {"Idempotency-Key": "k-1"}, **ACME}

    first, again = (http(directory, "POST", "/companies/acme/communities", **request) for _ in range(2))

    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert len(facts("garden")) == 1


def test_the_same_key_for_another_request_is_refused(directory: Chalice, http: Http) -> None:
    path, key = "/companies/acme/communities", {"headers": {"Idempotency-Key": "k-1"}}
    http(directory, "POST", path, body=GARDEN, **key, **ACME)

    reused = http(directory, "POST", path, body={**GARDEN, "community": "park"}, **key, **ACME)

    assert (reused.status, reused.problem) == (422, "idempotency-key-reused")
    assert http(directory, "GET", "/communities/park", **member("p", "park", "operator")).status == 404


def test_a_change_needs_the_standing_version_and_one_of_two_wins(
    directory: Chalice, http: Http, meanwhile: Meanwhile
) -> None:
    def rename(name: str) -> gateway.Answer:
        body = {"version": 1, "name": name}
        return http(directory, "PATCH", "/communities/willow", body=body, **WILLOW_MANAGER)

    others: list[gateway.Answer] = []
    meanwhile("TransactWriteItems", lambda: others.append(rename("Theirs")))

    mine = rename("Mine")

    assert others[0].status == 200
    assert (mine.status, mine.body["version"]) == (409, 2)
    assert http(directory, "GET", "/communities/willow", **WILLOW_RESIDENT).body["name"] == "Theirs"
    assert [event_id for event_id, told in facts("willow") if "time_zone" in told] == [
        "community/willow/1",
        "community/willow/2",
    ]


def test_a_lost_reply_to_a_change_is_no_conflict(directory: Chalice, http: Http, lose_reply: Lose) -> None:
    body = {"version": 1, "name": "Willow Court"}
    lose_reply("TransactWriteItems")

    changed = http(directory, "PATCH", "/communities/willow", body=body, **WILLOW_MANAGER)
    again = http(directory, "PATCH", "/communities/willow", body=body, **WILLOW_MANAGER)

    assert (changed.status, changed.body["version"]) == (200, 2)
    assert again.body == changed.body


def test_a_community_moves_to_another_sub_district(
    directory: Chalice, http: Http, invoke: Invoke, issuer: Any
) -> None:
    http(directory, "PATCH", "/communities/willow", body={"version": 1, "sub_district": "hillside"}, **ACME)

    event = {
        "type": "TOKEN",
        "authorizationToken": f"Bearer {issuer.token('riverside-official-1')}",
        "methodArn": "arn:aws:execute-api:eu-west-1:1:a/api/GET/me",
    }
    grants = invoke(directory, "authorizer", event)["context"]["grants"]
    assert '"communities":{"cedar":["official"],"maple":["official"]}' in grants


def test_a_policy_is_what_was_set_and_a_patch_of_it_merges(directory: Chalice, http: Http) -> None:
    def patch(version: int, policies: Any) -> gateway.Answer:
        body = {"version": version, "policies": policies}
        headers = {"Content-Type": "application/merge-patch+json"}
        return http(directory, "PATCH", "/communities/willow", body=body, headers=headers, **WILLOW_MANAGER)

    first = patch(1, {"access": {"qr_seconds": 30}, "maintenance": {"urgent": {"respond_minutes": 9}}})
    second = patch(2, {"utilities": {"spike_per_day": {"gas": None}}, "access": {"retention_days": 7}})
    third = patch(3, {"access": {"qr_seconds": None}})

    assert [first.status, second.status, third.status] == [200, 200, 200]
    shown = http(directory, "GET", "/communities/willow", **WILLOW_MANAGER).body["policies"]
    assert shown["access"]["qr_seconds"] == 60
    assert shown["maintenance"]["urgent"] == {
        "respond_minutes": 9, "arrive_minutes": 240, "resolve_minutes": 540,
    }  # fmt: skip
    told = {event_id: data["policies"] for event_id, data in facts("willow") if "policies" in data}
    assert told["community/willow/4"] == {
        "access": {"retention_days": 7},
        "maintenance": {"urgent": {"respond_minutes": 9}},
        "utilities": {"spike_per_day": {"water": "2", "electricity": "60"}},
    }


@pytest.mark.parametrize(
    "policies",
    [{"acess": {}}, {"access": {"qr": None}}, {"care": {"cap_hours": 2, "floor_hours": 9}}, {"access": 1}],
)
def test_a_patch_of_what_no_policy_knows_or_allows_is_refused(
    directory: Chalice, http: Http, policies: Any
) -> None:
    body = {"version": 1, "policies": policies}
    answer = http(directory, "PATCH", "/communities/willow", body=body, **WILLOW_MANAGER)
    assert (answer.status, answer.problem) == (400, "invalid-request")


# People and memberships


def test_a_membership_is_told_with_every_change_and_with_nothing_else(directory: Chalice, http: Http) -> None:
    path = "/communities/willow/memberships/li-1"

    for roles in (["guard"], ["guard"], ["guard", "resident"]):
        assert http(directory, "PUT", path, body={"roles": roles}, **WILLOW_MANAGER).status == 200
    for _ in range(2):
        assert http(directory, "DELETE", path, **WILLOW_MANAGER).status == 204
    back = http(directory, "PUT", path, body={"roles": ["guard"]}, **WILLOW_MANAGER)

    assert back.body["version"] == 4
    told = [(e, d["roles"]) for e, d in facts("willow") if d.get("person") == "li-1"]
    assert told == [
        ("membership/willow/li-1/1", ["guard"]),
        ("membership/willow/li-1/2", ["guard", "resident"]),
        ("membership/willow/li-1/3", []),
        ("membership/willow/li-1/4", ["guard"]),
    ]


def test_of_two_changes_of_a_membership_both_happen_one_after_the_other(
    directory: Chalice, http: Http, meanwhile: Meanwhile
) -> None:
    path = "/communities/willow/memberships/willow-resident-1"
    meanwhile(
        "TransactWriteItems",
        lambda: http(directory, "PUT", path, body={"roles": ["guard"]}, **WILLOW_MANAGER),
    )

    mine = http(directory, "PUT", path, body={"roles": ["repairer"]}, **WILLOW_MANAGER)

    assert (mine.body["roles"], mine.body["version"]) == (["repairer"], 3)


def test_a_lost_reply_to_a_membership_changes_nothing_twice(
    directory: Chalice, http: Http, lose_reply: Lose
) -> None:
    lose_reply("TransactWriteItems")
    path = "/communities/willow/memberships/li-1"

    assert http(directory, "PUT", path, body={"roles": ["guard"]}, **WILLOW_MANAGER).body["version"] == 1


def test_a_home_is_a_unit_of_the_same_community(directory: Chalice, http: Http) -> None:
    http(directory, "POST", "/communities/maple/buildings", body={"building": "m7", "name": "7"}, **BIRCH)
    unit = {"unit": "1", "area_m2": "50"}
    http(directory, "POST", "/communities/maple/buildings/m7/units", body=unit, **BIRCH)
    path = "/communities/willow/memberships/willow-resident-1"

    def live(building: str, unit: str) -> gateway.Answer:
        body = {"roles": ["resident"], "home": {"building": building, "unit": unit}}
        return http(directory, "PUT", path, body=body, **WILLOW_MANAGER)

    assert live("m7", "1").status == 409
    assert live("b1", "101").body["home"] == {"building": "b1", "unit": "101", "building_name": "Building 1"}


def test_a_phone_finds_whose_it_is_in_whatever_spelling(directory: Chalice, http: Http) -> None:
    at = "/communities/willow/people"
    body = {"name": "Li Lei", "phone": "139 0001 0001"}
    assert http(directory, "PUT", f"{at}/li-1", body=body, **WILLOW_MANAGER).body["phone"] == "+8613900010001"
    PersonRow(*PersonRow.key("willow", "old-1"), person="old-1", name="Han", phone="139-0001-0001").save()
    PersonRow(*PersonRow.key("willow", "old-2"), person="old-2", name="Mei", phone="95598").save()

    for spelling in ("13900010001", "+86 139 0001 0001", "0086 139-0001-0001", " 8613900010001"):
        found = http(directory, "GET", at, query={"phone": spelling}, **WILLOW_MANAGER).body["items"]
        assert [each["person"] for each in found] == ["li-1", "old-1"]
    assert http(directory, "GET", at, query={"phone": "110"}, **WILLOW_MANAGER).status == 400


HOMES = [{"building": "b1", "unit": "202"}, {"building": "b1", "unit": "301"}]
RECORD = {"name": "Li Lei", "phone": "+8613900000000"}


@pytest.fixture
def flats(directory: Chalice, http: Http) -> None:
    """Two more flats in willow's building."""
    for home in HOMES:
        body = {"unit": home["unit"], "area_m2": "50"}
        path = "/communities/willow/buildings/b1/units"
        assert http(directory, "POST", path, body=body, **WILLOW_MANAGER).status == 201


def bare(homes: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"building": each["building"], "unit": each["unit"]} for each in homes]


@pytest.mark.usefixtures("flats")
def test_a_person_has_several_homes_and_a_change_of_roles_leaves_them(directory: Chalice, http: Http) -> None:
    path = "/communities/willow/memberships/li-1"

    def say(method: str, **body: Any) -> gateway.Answer:
        return http(directory, method, path, body=body, **WILLOW_MANAGER)

    both = say("PUT", roles=["resident"], homes=HOMES)
    roles = say("PUT", roles=["resident", "caregiver"])
    patched = say("PATCH", roles=["resident", "manager"])
    moved = say("PATCH", homes=[HOMES[1]])
    short = say("PATCH", home=HOMES[0])
    none = say("PATCH", home=None)

    assert (both.body["home"]["unit"], bare(both.body["homes"])) == ("202", HOMES)
    assert [bare(each.body["homes"]) for each in (roles, patched)] == [HOMES, HOMES]
    assert patched.body["roles"] == ["manager", "resident"]
    assert [bare(each.body["homes"]) for each in (moved, short, none)] == [[HOMES[1]], [HOMES[0]], []]
    told = [(d["home"], d["homes"]) for _, d in facts("willow") if d.get("person") == "li-1"]
    two = ("b1/202", ["b1/202", "b1/301"])
    assert told == [two, two, two, ("b1/301", ["b1/301"]), ("b1/202", ["b1/202"]), (None, [])]


@pytest.mark.usefixtures("flats")
def test_each_home_is_a_unit_of_the_community_and_the_one_that_is_not_is_named(
    directory: Chalice, http: Http
) -> None:
    body = {"roles": ["resident"], "homes": [*HOMES, {"building": "b1", "unit": "999"}]}

    refused = http(directory, "PUT", "/communities/willow/memberships/li-1", body=body, **WILLOW_MANAGER)

    assert (refused.status, "b1/999" in refused.body["detail"]) == (409, True)


def test_a_membership_of_before_keeps_its_one_home(directory: Chalice, http: Http) -> None:
    key = MembershipRow.key("willow", "old-1")
    MembershipRow(
        *key, person="old-1", roles={"resident"}, building="b1", unit="101", version=3, since=gateway.NOW
    ).save()

    changed = http(
        directory,
        "PUT",
        "/communities/willow/memberships/old-1",
        body={"roles": ["guard"]},
        **WILLOW_MANAGER,
    )

    assert (changed.body["version"], changed.body["home"]["unit"]) == (4, "101")
    me = http(directory, "GET", "/me", **member("old-1", "willow", "guard")).body
    assert [bare(each["homes"]) for each in me["communities"]] == [[{"building": "b1", "unit": "101"}]]


@pytest.mark.parametrize("gone", [False, True])
def test_who_is_no_member_has_nothing_to_patch(directory: Chalice, http: Http, *, gone: bool) -> None:
    path = "/communities/willow/memberships/li-1"
    if gone:
        http(directory, "PUT", path, body={"roles": ["guard"]}, **WILLOW_MANAGER)
        http(directory, "DELETE", path, **WILLOW_MANAGER)

    assert http(directory, "PATCH", path, body={"roles": ["guard"]}, **WILLOW_MANAGER).status == 404


@pytest.mark.usefixtures("flats")
def test_a_home_is_shown_by_what_people_call_it(directory: Chalice, http: Http) -> None:
    at = "/communities/willow"
    building = http(directory, "PATCH", f"{at}/buildings/b1", body={"name": "3号楼"}, **WILLOW_MANAGER)
    unit = http(
        directory, "PATCH", f"{at}/buildings/b1/units/202", body={"name": "2单元202"}, **WILLOW_MANAGER
    )
    given = http(
        directory,
        "PUT",
        f"{at}/memberships/li-1",
        body={"roles": ["resident"], "homes": HOMES},
        **WILLOW_MANAGER,
    )

    assert (building.body, unit.body["name"]) == ({"building": "b1", "name": "3号楼"}, "2单元202")
    called = [
        {"building": "b1", "unit": "202", "building_name": "3号楼", "unit_name": "2单元202"},
        {"building": "b1", "unit": "301", "building_name": "3号楼"},
    ]
    assert given.body["homes"] == called
    me = http(directory, "GET", "/me", **member("li-1", "willow", "resident")).body
    assert (me["communities"][0]["home"], me["communities"][0]["homes"]) == (called[0], called)
    members = http(directory, "GET", f"{at}/memberships", **WILLOW_MANAGER).body["items"]
    assert [each["homes"] for each in members if each["person"] == "li-1"] == [called]
    units = http(directory, "GET", f"{at}/buildings/b1/units", **WILLOW_MANAGER).body["items"]
    assert [(each["unit"], each.get("name")) for each in units] == [
        ("101", None), ("202", "2单元202"), ("301", None),
    ]  # fmt: skip


def test_a_place_is_told_with_every_change_and_with_nothing_else(directory: Chalice, http: Http) -> None:
    at = "/communities/willow/buildings/b1"

    def patch(path: str, **body: Any) -> None:
        assert http(directory, "PATCH", path, body=body, **WILLOW_MANAGER).status == 200

    patch(at, name="Garden Court")
    patch(at, name="Garden Court")
    patch(f"{at}/units/101", name="2单元101", area_m2="90")
    patch(f"{at}/units/101", name=None)
    patch(f"{at}/units/101")

    told = [(e, d["name"], d["area_m2"]) for e, d in facts("willow") if "building" in d]
    assert told == [
        ("building/willow/b1/1", "Building 1", None),
        ("building/willow/b1/101/1", "101", "89.50"),
        ("building/willow/b1/101/2", "2单元101", "90"),
        ("building/willow/b1/101/3", "101", "90"),
        ("building/willow/b1/2", "Garden Court", None),
    ]


def test_a_place_of_before_is_told_by_the_first_word_about_it(directory: Chalice, http: Http) -> None:
    BuildingRow(*BuildingRow.key("willow", "b8"), name="8", attempt="of-before").save()

    for _ in range(2):
        path = "/communities/willow/buildings/b8"
        http(directory, "PATCH", path, body={"name": "8"}, **WILLOW_MANAGER)

    assert [e for e, d in facts("willow") if d.get("building") == "b8"] == ["building/willow/b8/1"]


def test_a_place_that_is_not_there_has_no_name(directory: Chalice, http: Http) -> None:
    for path in ("b99", "b99/units/101", "b1/units/999"):
        at = f"/communities/willow/buildings/{path}"
        assert http(directory, "PATCH", at, body={"name": "X"}, **WILLOW_MANAGER).status == 404


def test_of_two_names_at_one_moment_the_later_is_told_last(
    directory: Chalice, http: Http, meanwhile: Meanwhile
) -> None:
    at = "/communities/willow/buildings/b1"
    meanwhile(
        "TransactWriteItems",
        lambda: http(directory, "PATCH", at, body={"name": "Theirs"}, **WILLOW_MANAGER),
    )

    http(directory, "PATCH", at, body={"name": "Mine"}, **WILLOW_MANAGER)

    told = [d["name"] for _, d in facts("willow") if d.get("building") == "b1" and d["unit"] is None]
    assert told == ["Building 1", "Theirs", "Mine"]


@pytest.mark.parametrize("path", ["people/nobody-7", "memberships/nobody-7"])
def test_the_record_of_who_never_was_a_member_can_be_removed(
    directory: Chalice, http: Http, path: str
) -> None:
    at = "/communities/willow"
    http(directory, "PUT", f"{at}/people/nobody-7", body=RECORD, **WILLOW_MANAGER)

    answers = [http(directory, "DELETE", f"{at}/{path}", **WILLOW_MANAGER).status for _ in range(2)]

    assert answers == [204, 204]
    assert http(directory, "GET", f"{at}/people/nobody-7", **WILLOW_MANAGER).status == 404


def test_a_members_record_stays_as_long_as_the_membership(directory: Chalice, http: Http) -> None:
    path = "/communities/willow/people/willow-resident-1"

    refused = http(directory, "DELETE", path, **WILLOW_MANAGER)

    assert (refused.status, refused.problem) == (409, "conflict")
    assert http(directory, "GET", path, **WILLOW_MANAGER).status == 200


@pytest.mark.parametrize(("path", "ends"), [("people/nobody-7", 409), ("memberships/nobody-7", 204)])
def test_who_becomes_a_member_at_the_moment_of_the_removal_keeps_the_record(
    directory: Chalice, http: Http, meanwhile: Meanwhile, path: str, ends: int
) -> None:
    at = "/communities/willow"
    http(directory, "PUT", f"{at}/people/nobody-7", body=RECORD, **WILLOW_MANAGER)
    given = {"roles": ["guard"]}
    meanwhile(
        "TransactWriteItems",
        lambda: http(directory, "PUT", f"{at}/memberships/nobody-7", body=given, **WILLOW_MANAGER),
    )

    assert http(directory, "DELETE", f"{at}/{path}", **WILLOW_MANAGER).status == ends

    assert http(directory, "GET", f"{at}/people/nobody-7", **WILLOW_MANAGER).status == 200
    members = http(directory, "GET", f"{at}/memberships", **WILLOW_MANAGER).body["items"]
    assert [each["roles"] for each in members if each["person"] == "nobody-7"] == [["guard"]]


def test_who_has_gone_is_forgotten_there_and_nowhere_else(directory: Chalice, http: Http) -> None:
    record = RECORD
    for community, asker in (("willow", WILLOW_MANAGER), ("maple", MAPLE_MANAGER)):
        at = f"/communities/{community}"
        http(directory, "PUT", f"{at}/people/li-1", body=record, **asker)
        http(directory, "PUT", f"{at}/memberships/li-1", body={"roles": ["resident"]}, **asker)

    http(directory, "DELETE", "/communities/willow/memberships/li-1", **WILLOW_MANAGER)

    assert http(directory, "GET", "/communities/willow/people/li-1", **WILLOW_MANAGER).status == 404
    assert http(directory, "GET", "/communities/maple/people/li-1", **MAPLE_MANAGER).body["name"] == "Li Lei"
    me = http(directory, "GET", "/me", **member("li-1", "maple", "resident")).body
    assert me["communities"] == [{"community": "maple", "roles": ["resident"], "homes": [], "record": record}]


def test_one_sees_oneself_whole(directory: Chalice, http: Http) -> None:
    me = http(directory, "GET", "/me", **ACME).body

    assert me == {
        "person": "acme-operator-1",
        "identity": "acme-operator-1",
        "communities": [],
        "companies": ["acme"],
        "sub_districts": [],
    }


# Isolation


REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/companies/acme", None),
    ("GET", "/companies/acme/communities", None),
    ("GET", "/companies/acme/operators", None),
    ("PUT", "/companies/acme/operators/mallory-1", None),
    ("DELETE", "/companies/acme/operators/acme-operator-1", None),
    ("POST", "/companies/acme/communities", GARDEN),
    ("GET", "/communities/willow", None),
    ("PATCH", "/communities/willow", {"version": 1, "name": "Mine"}),
    ("GET", "/communities/willow/buildings", None),
    ("POST", "/communities/willow/buildings", {"building": "b9", "name": "9"}),
    ("PATCH", "/communities/willow/buildings/b1", {"name": "Mine"}),
    ("GET", "/communities/willow/buildings/b1/units", None),
    ("PATCH", "/communities/willow/buildings/b1/units/101", {"name": "Mine"}),
    ("POST", "/communities/willow/buildings/b1/units", {"unit": "9", "area_m2": "9"}),
    ("GET", "/communities/willow/people", None),
    ("GET", "/communities/willow/people/willow-resident-1", None),
    ("PUT", "/communities/willow/people/willow-resident-1", {"name": "X", "phone": "12345"}),
    ("DELETE", "/communities/willow/people/willow-resident-1", None),
    ("GET", "/communities/willow/memberships", None),
    ("PATCH", "/communities/willow/memberships/willow-resident-1", {"roles": ["manager"]}),
    ("PUT", "/communities/willow/memberships/mallory-1", {"roles": ["manager"]}),
    ("DELETE", "/communities/willow/memberships/willow-resident-1", None),
]


@pytest.mark.parametrize("asker", [MAPLE_MANAGER, BIRCH, STRANGER], ids=["manager", "operator", "stranger"])
def test_another_tenant_looks_as_if_it_did_not_exist(
    directory: Chalice, http: Http, asker: dict[str, Any]
) -> None:
    def answer(method: str, path: str, body: Any) -> tuple[int, str]:
        given = http(directory, method, path, body=body, request_id="the-same", **asker)
        return given.status, given.text

    for method, path, body in REQUESTS:
        nowhere = path.replace("acme", "no-one", 1).replace("willow", "nowhere", 1)
        other, missing = answer(method, path, body), answer(method, nowhere, body)
        assert (path, other) == (path, missing)
        assert other[0] == 404


def test_a_cursor_is_worthless_in_another_list(directory: Chalice, http: Http) -> None:
    query = {"limit": "1"}
    page = http(directory, "GET", "/communities/willow/people", query=query, **WILLOW_MANAGER)
    query["cursor"] = page.body["next_cursor"]

    assert http(directory, "GET", "/communities/willow/people", query=query, **WILLOW_MANAGER).status == 200
    for path, asker in (
        ("/communities/maple/people", MAPLE_MANAGER),
        ("/communities/willow/memberships", WILLOW_MANAGER),
    ):
        refused = http(directory, "GET", path, query=query, **asker)
        assert (refused.status, refused.problem) == (400, "invalid-cursor")


def test_a_list_is_whole_page_by_page(directory: Chalice, http: Http) -> None:
    found: list[str] = []
    query = {"limit": "2"}
    while True:
        page = http(directory, "GET", "/communities/willow/people", query=query, **WILLOW_MANAGER).body
        found += [item["person"] for item in page["items"]]
        if "next_cursor" not in page:
            break
        query["cursor"] = page["next_cursor"]

    roles = ("caregiver", "guard", "manager", "repairer", "resident")
    assert found == [f"willow-{role}-1" for role in roles]


def test_a_residents_record_is_not_for_neighbours(directory: Chalice, http: Http) -> None:
    path = "/communities/willow/people/willow-resident-1"

    assert http(directory, "GET", path, **member("willow-resident-2", "willow", "resident")).status == 403
    assert http(directory, "GET", path, **member("willow-guard-1", "willow", "guard")).status == 403


def test_outbox_rows_live_a_week(directory: Chalice) -> None:
    enter(directory)
    (row, *_) = OutboxRow.query("willow#outbox")
    assert row.ttl == int((gateway.NOW + timedelta(days=7)).timestamp())


# Language


def languages(community: str, person: str) -> list[tuple[int, str | None]]:
    """The language in which each version of a membership was told of."""
    told = (data for _, data in facts(community) if data.get("person") == person)
    return [(each["version"], each.get("language")) for each in told]


def test_what_somebody_wants_to_be_told_in_is_told_once_to_all_and_outlives_other_changes(
    directory: Chalice, http: Http
) -> None:
    person = WILLOW_RESIDENT["person"]
    for _ in range(2):
        answer = http(directory, "PATCH", "/me", body={"language": "en"}, **WILLOW_RESIDENT)
        assert (answer.status, answer.body["language"]) == (200, "en")
    path = f"/communities/willow/memberships/{person}"
    http(directory, "PATCH", path, body={"roles": ["resident", "repairer"]}, **WILLOW_MANAGER)
    assert http(directory, "GET", "/me", **WILLOW_RESIDENT).body["language"] == "en"
    assert languages("willow", person) == [(1, None), (2, "en"), (3, "en")]

    assert http(directory, "PATCH", "/me", body={}, **WILLOW_RESIDENT).body["language"] == "en"
    assert "language" not in http(directory, "PATCH", "/me", body={"language": None}, **WILLOW_RESIDENT).body
    assert languages("willow", person)[-1] == (4, None)


def test_who_comes_back_has_to_say_again_what_they_want_to_be_told_in(directory: Chalice, http: Http) -> None:
    path = f"/communities/willow/memberships/{WILLOW_RESIDENT['person']}"
    http(directory, "PATCH", "/me", body={"language": "en"}, **WILLOW_RESIDENT)
    http(directory, "DELETE", path, **WILLOW_MANAGER)
    http(directory, "PUT", path, body={"roles": ["resident"]}, **WILLOW_MANAGER)
    assert "language" not in http(directory, "GET", "/me", **WILLOW_RESIDENT).body


def test_a_language_that_nobody_has_words_in_is_refused(directory: Chalice, http: Http) -> None:
    answer = http(directory, "PATCH", "/me", body={"language": "tlh"}, **WILLOW_RESIDENT)
    assert answer.status == 400


@pytest.mark.parametrize(
    ("asked", "wanted", "told"),
    [(None, "zh-CN", "zh-CN"), ("en", "zh-CN", "en"), ("zh", "en", "zh-CN"), (None, None, "en")],
)
def test_an_answer_is_in_the_language_of_the_request_else_in_the_callers(
    directory: Chalice, http: Http, asked: str | None, wanted: str | None, told: str
) -> None:
    headers = {"accept-language": asked} if asked else {}
    answer = http(
        directory, "GET", "/communities/nowhere", headers=headers, language=wanted, **WILLOW_RESIDENT
    )
    assert answer.status == 404
    assert answer.headers["Content-Language"] == told
    assert answer.body["title"].isascii() is (told == "en")
