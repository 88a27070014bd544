"""What issuers call people: linked to a member by their community, and opening nothing of another's."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from chalice.app import Chalice

from functions.directory.authorizer.store import issuer_keys
from functions.directory.people.identities import identity_of
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.issuer import URL, Issuer
from tests.integration.neighbourhood import furnish_directory
from tests.integration.people import MAPLE_MANAGER, WILLOW_MANAGER, member, operator

ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/api/GET/me"
NONE: dict[str, Any] = {"communities": {}, "companies": {}, "sub_districts": {}}
RESIDENT = "/communities/willow/people/willow-resident-1/identities"
# A subject as each issuer writes it.
SUBJECTS = {
    "Auth0": "auth0|5F7c8ec7c33c6c004bbafe82",
    "Entra": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    "Okta": "00uhzsq8pw9YB2tqP0h7",
    "WeChat": "oABC_-d3Fg6_bQ",
    "Keycloak": "f1b0c5f2-4f0e-4e5e-9d0a-0a3f7b1c2d3e",
    "Google": "110169484474386276334",
    "an address": "Zhou.Gui-Lan@Example.com",
    "the longest": "x|" * 127 + "X",
    "one that looks made": "u-" + "a" * 32,
}


@pytest.fixture
def directory(service: Service, http: Http, invoke: Invoke, issuer: Issuer) -> Chalice:  # noqa: ARG001
    issuer_keys.cache_clear()
    app = service("directory")
    furnish_directory(app, http, invoke)
    return app


SignIn = Callable[[str], dict[str, Any]]


@pytest.fixture
def sign_in(directory: Chalice, invoke: Invoke, issuer: Issuer) -> SignIn:
    """What the gateway would hand to a route for a subject's token: `http(app, …, **sign_in(subject))`."""

    def asking(subject: str) -> dict[str, Any]:
        event = {
            "type": "TOKEN",
            "authorizationToken": f"Bearer {issuer.token(subject)}",
            "methodArn": ARN,
        }
        context = invoke(directory, "authorizer", event)["context"]
        return context | {"grants": json.loads(context["grants"])}

    return asking


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_a_real_issuers_subject_signs_in_and_is_linked_by_what_their_app_shows(
    subject: str, directory: Chalice, http: Http, sign_in: SignIn
) -> None:
    stranger = sign_in(subject)
    shown = http(directory, "GET", "/me", **stranger)
    assert (shown.status, shown.body["communities"], stranger["grants"]) == (200, [], NONE)

    linked = http(directory, "POST", RESIDENT, body={"identity": shown.body["identity"]}, **WILLOW_MANAGER)

    assert linked.body["by"] == "willow-manager-1"
    known = sign_in(subject)
    assert known["person"] == "willow-resident-1"
    assert known["grants"] == NONE | {"communities": {"willow": ["resident"]}}
    me = http(directory, "GET", "/me", **known).body
    assert (me["person"], me["identity"]) == ("willow-resident-1", shown.body["identity"])
    assert [each["community"] for each in me["communities"]] == ["willow"]


def test_a_subject_is_linked_before_its_first_token_and_by_its_case(
    directory: Chalice, http: Http, sign_in: SignIn
) -> None:
    body = {"issuer": URL, "subject": SUBJECTS["Okta"]}
    assert http(directory, "POST", RESIDENT, body=body, **WILLOW_MANAGER).status == 200

    assert sign_in(SUBJECTS["Okta"])["person"] == "willow-resident-1"
    assert sign_in(SUBJECTS["Okta"].swapcase())["grants"] == NONE


def test_a_community_opens_nothing_of_another_by_a_link(
    directory: Chalice, http: Http, sign_in: SignIn
) -> None:
    for person in ("maple-manager-1", "acme-operator-1"):
        body = {"roles": ["resident"]}
        http(directory, "PUT", f"/communities/willow/memberships/{person}", body=body, **WILLOW_MANAGER)
        path = f"/communities/willow/people/{person}/identities"
        body = {"issuer": URL, "subject": f"evil|{person}"}
        assert http(directory, "POST", path, body=body, **WILLOW_MANAGER).status == 200

        signed_in = sign_in(f"evil|{person}")

        assert signed_in["grants"] == NONE | {"communities": {"willow": ["resident"]}}
        me = http(directory, "GET", "/me", **signed_in).body
        assert [each["community"] for each in me["communities"]] == ["willow"]
        assert (me["companies"], me["sub_districts"]) == ([], [])


def test_who_is_no_member_is_linked_to_nothing(directory: Chalice, http: Http, sign_in: SignIn) -> None:
    path = "/communities/willow/people/maple-manager-1/identities"
    body = {"issuer": URL, "subject": "a|B"}

    assert http(directory, "POST", path, body=body, **WILLOW_MANAGER).problem == "not-found"
    assert sign_in("a|B")["grants"] == NONE


def test_an_identity_is_one_persons_also_when_two_are_linked_at_once(
    directory: Chalice, http: Http, sign_in: SignIn
) -> None:
    body = {"issuer": URL, "subject": "a|B"}
    paths = [f"/communities/willow/people/willow-{each}-1/identities" for each in ("resident", "guard")]
    with ThreadPoolExecutor(2) as both:
        answers = list(
            both.map(lambda path: http(directory, "POST", path, body=body, **WILLOW_MANAGER), paths)
        )

    assert sorted(answer.status for answer in answers) == [200, 409]
    (linked,) = [answer.body for answer in answers if answer.status == 200]
    (refused,) = [answer.body for answer in answers if answer.status == 409]
    assert sign_in("a|B")["person"] == linked["person"]
    assert linked["person"] not in json.dumps(refused).replace(refused["instance"], "")
    assert sum(len(http(directory, "GET", path, **WILLOW_MANAGER).body["items"]) for path in paths) == 1


def test_whoever_is_linked_between_the_look_and_the_write_stays(
    directory: Chalice, http: Http, sign_in: SignIn, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    body, others = {"issuer": URL, "subject": "a|B"}, RESIDENT.replace("resident", "guard")
    meanwhile("TransactWriteItems", lambda: http(directory, "POST", others, body=body, **WILLOW_MANAGER))

    late = http(directory, "POST", RESIDENT, body=body, **WILLOW_MANAGER)

    assert late.problem == "conflict"
    assert sign_in("a|B")["person"] == "willow-guard-1"
    assert http(directory, "GET", RESIDENT, **WILLOW_MANAGER).body["items"] == []


def test_an_identity_with_roles_of_its_own_is_not_given_away(
    directory: Chalice, http: Http, sign_in: SignIn
) -> None:
    body = {"identity": "maple-manager-1"}

    assert http(directory, "POST", RESIDENT, body=body, **WILLOW_MANAGER).problem == "conflict"
    assert sign_in("maple-manager-1")["person"] == "maple-manager-1"


@pytest.mark.parametrize("subject", ["a|B", "an-id-as-ours"])
def test_a_community_shuts_nobody_out_of_another(
    subject: str, directory: Chalice, http: Http, sign_in: SignIn
) -> None:
    body = {"issuer": URL, "subject": subject}
    identity = http(directory, "POST", RESIDENT, body=body, **WILLOW_MANAGER).body["identity"]
    squatted, body = f"/communities/maple/memberships/{identity}", {"roles": ["resident"]}

    assert http(directory, "PUT", squatted, body=body, **MAPLE_MANAGER).problem == "conflict"

    path = f"/companies/acme/operators/{identity}"
    assert http(directory, "PUT", path, **operator("acme", "maple")).problem == "conflict"

    assert sign_in(subject)["grants"]["communities"] == {"willow": ["resident"]}
    http(directory, "DELETE", f"{RESIDENT}/{identity}", **WILLOW_MANAGER)
    assert http(directory, "PUT", squatted, body=body, **MAPLE_MANAGER).status == 200


def test_two_communities_vouch_each_for_itself(directory: Chalice, http: Http, sign_in: SignIn) -> None:
    resident = {"roles": ["resident"]}
    http(directory, "PUT", "/communities/maple/memberships/willow-resident-1", body=resident, **MAPLE_MANAGER)
    subject = {"issuer": URL, "subject": "a|B"}
    in_maple = RESIDENT.replace("willow/", "maple/", 1)
    identity = http(directory, "POST", RESIDENT, body=subject, **WILLOW_MANAGER).body["identity"]
    assert http(directory, "GET", in_maple, **MAPLE_MANAGER).body == {"items": []}
    http(directory, "POST", in_maple, body=subject, **MAPLE_MANAGER)
    assert set(sign_in("a|B")["grants"]["communities"]) == {"maple", "willow"}

    assert http(directory, "DELETE", f"{in_maple}/{identity}", **MAPLE_MANAGER).status == 204

    assert set(sign_in("a|B")["grants"]["communities"]) == {"willow"}
    http(directory, "DELETE", f"{RESIDENT}/{identity}", **WILLOW_MANAGER)
    assert sign_in("a|B") == {"person": identity, "identity": identity, "grants": NONE}
    assert http(directory, "DELETE", f"{RESIDENT}/{identity}", **WILLOW_MANAGER).status == 204


def test_a_link_ends_with_the_membership_and_does_not_come_back_with_the_next(
    directory: Chalice, http: Http, sign_in: SignIn
) -> None:
    subject, at = {"issuer": URL, "subject": "a|B"}, "/communities/willow/memberships/willow-resident-1"
    http(directory, "POST", RESIDENT, body=subject, **WILLOW_MANAGER)
    http(directory, "DELETE", at, **WILLOW_MANAGER)
    assert sign_in("a|B")["person"] == identity_of(URL, "a|B")

    later = {"now": datetime(2026, 2, 5, 8, tzinfo=UTC)} | WILLOW_MANAGER
    http(directory, "PUT", at, body={"roles": ["resident"]}, **later)
    assert sign_in("a|B")["grants"] == NONE

    # and may then be another's
    other = RESIDENT.replace("resident", "guard")
    assert http(directory, "POST", other, body=subject, **WILLOW_MANAGER).status == 200
    assert sign_in("a|B")["person"] == "willow-guard-1"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": "a|B"},
        {"issuer": URL},
        {"identity": "p", "issuer": URL, "subject": "a|B"},
        {"identity": "a|B"},
        {"issuer": URL, "subject": ""},
        {"issuer": URL, "subject": "x" * 256},
        {"issuer": URL, "subject": "周"},
        {"issuer": URL, "subject": "a\n"},
    ],
    ids=str,
)
def test_what_is_no_identity_is_refused(body: dict[str, Any], directory: Chalice, http: Http) -> None:
    assert http(directory, "POST", RESIDENT, body=body, **WILLOW_MANAGER).problem == "invalid-request"


def test_one_person_has_ten_at_most(directory: Chalice, http: Http) -> None:
    statuses = [
        http(
            directory, "POST", RESIDENT, body={"issuer": URL, "subject": f"a|{number}"}, **WILLOW_MANAGER
        ).status
        for number in range(11)
    ]
    assert statuses == [200] * 10 + [409]


def test_who_does_not_run_the_community_links_nobody(directory: Chalice, http: Http) -> None:
    for asker, status in ((MAPLE_MANAGER, 404), (member("willow-resident-1", "willow", "resident"), 403)):
        body = {"issuer": URL, "subject": "a|B"}
        assert http(directory, "POST", RESIDENT, body=body, **asker).status == status
