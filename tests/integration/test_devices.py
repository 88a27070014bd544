"""Devices: one certificate per device, whatever breaks off in between, and never another community's."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from chalice.app import Chalice
from cryptography.hazmat.primitives.asymmetric import ec

from functions.devices.iot_registry import client as iot_registry
from linli.aws import client
from tests.integration.conftest import Http, Service, published
from tests.integration.crowd import again_while_busy, at_once
from tests.integration.gateway import NOW, Answer
from tests.integration.neighbourhood import csr
from tests.integration.people import ACME, MAPLE_MANAGER, WILLOW_MANAGER, WILLOW_RESIDENT, member

DEVICES = "/communities/willow/devices"
KEY = ec.generate_private_key(ec.SECP256R1())
GATE = {"device": "gate-1", "kind": "gate", "csr": csr(KEY)}
Lose = Callable[[str], None]
Meanwhile = Callable[[str, Callable[[], object]], None]
Register = Callable[..., Answer]


@pytest.fixture
def devices(service: Service) -> Chalice:
    return service("devices")


@pytest.fixture
def register(devices: Chalice, http: Http) -> Register:
    def registering(asker: dict[str, Any] = WILLOW_MANAGER, at: str = DEVICES, **body: Any) -> Answer:
        headers = body.pop("headers", {})
        return http(devices, "POST", at, body={**GATE, **body}, headers=headers, **asker)

    return registering


def certificates(device: str) -> dict[str, str]:
    """The certificates that are attached to a thing, and their status."""
    iot = client("iot")
    found = {}
    for arn in iot.list_thing_principals(thingName=device)["principals"]:
        described = iot.describe_certificate(certificateId=arn.rpartition("/")[2])["certificateDescription"]
        found[described["certificatePem"]] = described["status"]
    return found


def connectable() -> set[str]:
    """All certificates of the account that are active."""
    found = client("iot").list_certificates()["certificates"]
    return {each["certificateArn"] for each in found if each["status"] == "ACTIVE"}


def told() -> list[str]:
    return [f"{event.id} {event.type.split('.')[2]}" for event in published("willow")]


def test_a_device_gets_a_certificate_that_is_its_own(register: Register) -> None:
    answer = register()

    assert answer.status == 201
    assert answer.body["status"] == "active"
    assert answer.body["endpoint"]
    assert ":" not in answer.body["endpoint"]
    assert certificates("gate-1") == {answer.body["certificate_pem"]: "ACTIVE"}
    thing = client("iot").describe_thing(thingName="gate-1")
    assert thing["attributes"] == {"community": "willow"}
    (arn,) = client("iot").list_thing_principals(thingName="gate-1")["principals"]
    (policy,) = client("iot").list_attached_policies(target=arn)["policies"]
    assert policy["policyName"] == "linli-test-device-gate"
    assert told() == ["device/willow/gate-1/2 device_registered"]


def test_the_same_request_again_is_the_same_certificate(register: Register) -> None:
    first, again = register(), register(csr=csr(KEY))

    assert first.body["certificate_pem"] == again.body["certificate_pem"]
    assert (again.status, len(told())) == (201, 1)


def test_another_key_for_an_active_device_is_refused(register: Register) -> None:
    first = register()

    assert register(csr=csr()).status == 409
    assert certificates("gate-1") == {first.body["certificate_pem"]: "ACTIVE"}


def test_the_same_idempotency_key_for_another_device_is_refused(register: Register) -> None:
    headers = {"Idempotency-Key": "k-1"}
    assert register(headers=headers).status == 201
    assert register(headers=headers).status == 201

    reused = register(device="gate-2", headers=headers)

    assert (reused.status, reused.problem) == (422, "idempotency-key-reused")


def test_without_a_signing_request_one_is_asked_for(register: Register) -> None:
    refused = register(csr=None)

    assert (refused.status, refused.problem) == (400, "invalid-request")
    assert "private key never leaves the device" in refused.body["detail"]


STEPS = [
    "CreateThing",
    "CreateCertificateFromCsr",
    "AttachPolicy",
    "AttachThingPrincipal",
    "UpdateCertificate",
    "ListThingPrincipals",
    "DescribeEndpoint",
]


@pytest.mark.parametrize("step", STEPS)
def test_what_broke_off_is_healed_by_the_same_request(step: str, register: Register) -> None:
    with failing(step):
        broken = register()
    assert (broken.status, broken.problem) == (503, "unavailable")

    healed = register()

    assert healed.status == 201
    assert certificates("gate-1")[healed.body["certificate_pem"]] == "ACTIVE"
    assert list(certificates("gate-1").values()) == ["ACTIVE"]
    assert told() == ["device/willow/gate-1/2 device_registered"]


def test_what_broke_off_may_begin_again_with_another_key(register: Register) -> None:
    with failing("UpdateCertificate"):
        register()
    with failing("AttachThingPrincipal"):
        register(device="gate-2")

    assert register(csr=csr()).status == 409  # it is active, but for the answer
    healed = register(device="gate-2", csr=csr())
    assert certificates("gate-2") == {healed.body["certificate_pem"]: "ACTIVE"}


def test_a_lost_reply_to_either_write_is_no_refusal(register: Register, lose_reply: Lose) -> None:
    lose_reply("TransactWriteItems")

    assert register().status == 201
    assert told() == ["device/willow/gate-1/2 device_registered"]


def test_of_two_registrations_at_once_both_get_the_one_certificate(
    register: Register, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[Answer] = []
    admit = iot_registry.admit

    def slow(*asked: str) -> iot_registry.Certificate:
        certificate = admit(*asked)
        meanwhile("TransactWriteItems", lambda: others.append(register()))
        monkeypatch.setattr(iot_registry, "admit", admit)
        return certificate

    monkeypatch.setattr(iot_registry, "admit", slow)

    mine = register()

    assert (mine.status, others[0].status) == (201, 201)
    assert mine.body["certificate_pem"] == others[0].body["certificate_pem"]
    assert certificates("gate-1") == {mine.body["certificate_pem"]: "ACTIVE"}
    assert len(connectable()) == 1


@pytest.mark.usefixtures("atomic")
def test_of_many_registrations_at_once_all_get_the_one_certificate(register: Register) -> None:
    ask = partial(again_while_busy, register, lambda answer: answer.status == 503)

    answers = at_once([ask] * 10)

    assert [answer.status for answer in answers] == [201] * 10
    (pem,) = {answer.body["certificate_pem"] for answer in answers}
    assert certificates("gate-1") == {pem: "ACTIVE"}
    assert len(connectable()) == 1
    assert told() == ["device/willow/gate-1/2 device_registered"]


def test_a_device_revoked_while_it_registers_cannot_connect(
    register: Register, devices: Chalice, http: Http, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = iot_registry.admit

    def slow(*asked: str) -> iot_registry.Certificate:
        certificate = admit(*asked)
        delete = f"{DEVICES}/gate-1"
        meanwhile("TransactWriteItems", lambda: http(devices, "DELETE", delete, **WILLOW_MANAGER))
        return certificate

    monkeypatch.setattr(iot_registry, "admit", slow)

    assert register().status == 409
    assert connectable() == set()
    assert certificates("gate-1") == {}


def test_a_revoked_device_cannot_connect_and_is_told_of_once(
    register: Register, devices: Chalice, http: Http
) -> None:
    register()

    for _ in range(2):
        why = {"reason": "stolen"}
        assert http(devices, "DELETE", f"{DEVICES}/gate-1", query=why, **WILLOW_MANAGER).status == 204

    assert connectable() == set()
    assert certificates("gate-1") == {}
    shown = http(devices, "GET", f"{DEVICES}/gate-1", **WILLOW_MANAGER).body
    assert (shown["status"], shown["revoked_because"]) == ("revoked", "stolen")
    assert shown["revoked_by"] == "willow-manager-1"
    assert told() == ["device/willow/gate-1/2 device_registered", "device/willow/gate-1/3 device_revoked"]


@pytest.mark.parametrize("step", ["ListThingPrincipals", "UpdateCertificate", "DetachThingPrincipal"])
def test_a_revocation_that_broke_off_is_completed_by_the_next(
    step: str, register: Register, devices: Chalice, http: Http
) -> None:
    register()
    with failing(step):
        assert http(devices, "DELETE", f"{DEVICES}/gate-1", **WILLOW_MANAGER).status == 503

    assert http(devices, "DELETE", f"{DEVICES}/gate-1", **WILLOW_MANAGER).status == 204
    assert connectable() == set()


def test_a_revoked_device_comes_back_with_a_new_key_only(
    register: Register, devices: Chalice, http: Http
) -> None:
    register()
    http(devices, "DELETE", f"{DEVICES}/gate-1", **WILLOW_MANAGER)

    assert register().status == 409
    back = register(csr=csr())

    assert back.status == 201
    assert certificates("gate-1") == {back.body["certificate_pem"]: "ACTIVE"}
    assert len(connectable()) == 1


def test_an_id_of_another_community_is_taken_without_a_word_about_whose(
    register: Register, devices: Chalice, http: Http
) -> None:
    register()
    at = "/communities/maple/devices"

    refused = register(MAPLE_MANAGER, at, csr=csr())

    assert refused.status == 409
    assert "willow" not in refused.text
    assert http(devices, "GET", at, **MAPLE_MANAGER).body["items"] == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/gate-1"), ("DELETE", "/gate-1")])
def test_another_communitys_device_is_one_that_does_not_exist(
    method: str, path: str, register: Register, devices: Chalice, http: Http
) -> None:
    register()
    at = "/communities/maple/devices"

    other = http(devices, method, at + path, request_id="r", **MAPLE_MANAGER)
    missing = http(devices, method, f"{at}/nothing", request_id="r", **MAPLE_MANAGER)

    assert other.status == 404
    assert other.text == missing.text
    assert len(connectable()) == 1
    assert http(devices, method, DEVICES + path, **MAPLE_MANAGER).status == 404


def test_who_may_do_what(register: Register, devices: Chalice, http: Http) -> None:
    guard = member("willow-guard-1", "willow", "guard")

    assert register(WILLOW_RESIDENT).status == 403
    assert register(guard).status == 403
    assert register(ACME).status == 201
    assert http(devices, "GET", DEVICES, **guard).body["items"][0]["device"] == "gate-1"
    assert http(devices, "GET", DEVICES, **WILLOW_RESIDENT).status == 403


class failing:  # noqa: N801  reads as a statement: with failing("AttachPolicy")
    """IoT does not answer one kind of call."""

    def __init__(self, operation: str) -> None:
        self.name = f"before-call.iot.{operation}"

    def _refuse(self, **_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://iot")

    def __enter__(self) -> None:
        client("iot").meta.events.register(self.name, self._refuse)

    def __exit__(self, *_: object) -> None:
        client("iot").meta.events.unregister(self.name, self._refuse)


def test_a_device_registered_before_there_were_policies_of_kinds_is_given_its_own_and_told_again(
    register: Register, http: Http, devices: Chalice
) -> None:
    # Given a device with the policy that was of all
    register()
    (arn,) = client("iot").list_thing_principals(thingName="gate-1")["principals"]
    client("iot").detach_policy(policyName="linli-test-device-gate", target=arn)
    client("iot").attach_policy(policyName="linli-test-device", target=arn)

    # When it is renewed, twice
    path = "/communities/willow/devices/gate-1/renewal"
    for minute in (1, 2):
        asked = http(devices, "POST", path, now=NOW + timedelta(minutes=minute), **WILLOW_MANAGER)
        assert (asked.status, asked.body["status"]) == (200, "active")

    # Then
    policies = client("iot").list_attached_policies(target=arn)["policies"]
    assert [each["policyName"] for each in policies] == ["linli-test-device-gate"]
    facts = [event.data for event in published("willow")]
    assert [(each["kind"], each["version"]) for each in facts] == [("gate", 2)] * 3

    assert http(devices, "DELETE", "/communities/willow/devices/gate-1", **WILLOW_MANAGER).status == 204
    assert http(devices, "POST", path, **WILLOW_MANAGER).status == 409
