"""What must not work, over real HTTP and real MQTT: each refusal is defined, nothing is stored or opened."""

import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from linli_cli.local import issuer
from tests.e2e.conftest import Town, eventually
from tests.e2e.devices import PATIENCE_S, Device, Files, Refused

pytestmark = pytest.mark.e2e
ASK = "/access/communities/willow/gates/willow-gate-1/passes"
CARD: dict[str, Any] = {"credential": "card", "value": "willow-resident-1-card"}
GOOD = {"event_id": "denied-1", **CARD}


def forged(**claims: Any) -> str:
    """A token of somebody who is not our issuer, but claims to be."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    body = {"iss": issuer.ISSUER, "aud": issuer.AUDIENCE, "sub": "willow-guard-1", "exp": time.time() + 600}
    return jwt.encode(body | claims, key, algorithm="RS256", headers={"kid": "ours"})


def test_no_token_a_bad_token_an_expired_and_a_foreign_one_are_401(town: Town) -> None:
    unsigned = jwt.encode({"iss": issuer.ISSUER, "sub": "willow-guard-1"}, None, algorithm="none")
    tokens = [None, "nonsense", town.token("willow-guard-1", minutes=-10), forged(), forged(iss="https://x")]
    for token in [*tokens, unsigned]:
        answer = town.http(None, "POST", ASK, GOOD, token=token)
        assert (answer.status, answer.problem) == (401, "unauthenticated"), token


@pytest.mark.parametrize(
    "path",
    [
        "/access/communities/cedar/passes",
        "/access/communities/maple/passes",
        "/access/communities/no-such-place/passes",
        "/health/communities/maple/fevers",
        "/directory/communities/maple",
        "/devices/communities/maple/devices/maple-gate-1",
    ],
)
def test_another_communitys_ids_in_the_path_look_missing(town: Town, path: str) -> None:
    answer = town.http("willow-manager-1", "GET", path)
    assert (answer.status, answer.problem) == (404, "not-found")
    assert "maple" not in json.dumps({k: v for k, v in answer.body.items() if k != "instance"})


def test_another_communitys_gate_under_ones_own_community_looks_missing(town: Town) -> None:
    own = town.http("willow-guard-1", "GET", "/access/communities/willow/gates/willow-gate-1")
    others = town.http("willow-guard-1", "GET", "/access/communities/willow/gates/maple-gate-1")
    missing = town.http("willow-guard-1", "GET", "/access/communities/willow/gates/no-such-gate")
    assert own.status == 200
    assert (others.status, others.problem) == (missing.status, missing.problem) == (404, "not-found")


def test_a_cursor_of_another_community_is_refused(town: Town) -> None:
    for number in range(2):
        town.http("maple-guard-1", "POST", ASK.replace("willow", "maple"), GOOD | {"event_id": f"m-{number}"})
    page = town.http("maple-guard-1", "GET", "/access/communities/maple/passes?limit=1")
    cursor = page.body["next_cursor"]
    answer = town.http("willow-guard-1", "GET", f"/access/communities/willow/passes?cursor={cursor}")
    assert (answer.status, answer.problem) == (400, "invalid-cursor")


BODIES: dict[str, bytes] = {
    "no JSON": b"{",
    "an array": b"[]",
    "a wrong type": json.dumps(GOOD | {"event_id": 7}).encode(),
    "an unknown field": json.dumps(GOOD | {"door": "open"}).encode(),
    "another community in the body": json.dumps(GOOD | {"community": "maple"}).encode(),
    "NaN": json.dumps(GOOD | {"credential": "face", "score": float("nan")}).encode(),
    "infinity": b'{"event_id":"d","credential":"face","value":"t","score":1e999}',
    "a huge number": b'{"event_id":"d","credential":"face","value":"t","score":' + b"9" * 5000 + b"}",
    "a lone surrogate": b'{"event_id":"d","credential":"card","value":"\\ud800"}',
    "1,000 levels": b"[" * 1000 + b"]" * 1000,
    "1,000 levels inside": b'{"event_id":"d","credential":"card","value":' + b"[" * 1000 + b"]" * 1000 + b"}",
    "an empty body": b"",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_malformed_body_is_400_and_stores_nothing(town: Town, body: bytes) -> None:
    before = len(town.passes())
    answer = town.http("willow-guard-1", "POST", ASK, body)
    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert answer.body["detail"]
    assert len(town.passes()) == before


def test_a_body_of_300_kb_is_413(town: Town) -> None:
    body = json.dumps(GOOD | {"value": "x" * 300 * 1024}).encode()
    answer = town.http("willow-guard-1", "POST", ASK, body)
    assert (answer.status, answer.problem) == (413, "payload-too-large")


def test_a_body_that_is_not_json_by_its_own_word_is_415(town: Town) -> None:
    answer = town.http("willow-guard-1", "POST", ASK, b"a=b", headers={"Content-Type": "text/plain"})
    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


def test_an_unknown_path_is_404_and_a_missing_role_403(town: Town) -> None:
    assert town.http("willow-guard-1", "GET", "/access/no/such/path").problem == "not-found"
    answer = town.http("willow-resident-1", "POST", ASK, GOOD)
    assert (answer.status, answer.problem) == (403, "forbidden")


def test_a_role_that_was_taken_away_stops_working(town: Town) -> None:
    path = "/directory/communities/cedar/memberships/willow-guard-1"
    assert town.http("cedar-manager-1", "PUT", path, {"roles": ["guard"]}).status == 200
    assert town.http("willow-guard-1", "GET", "/access/communities/cedar/passes").status == 200
    assert town.http("cedar-manager-1", "DELETE", path).status == 204
    assert town.http("willow-guard-1", "GET", "/access/communities/cedar/passes").status == 404


def parked(town: Town) -> int:
    listed = json.loads(town.linli("dlq", "list", "--json").stdout)
    return int(next(one["messages"] for one in listed if one["name"] == "access-gate-pass"))


MESSAGES = {
    **{name: body for name, body in BODIES.items() if name != "an empty body"},
    "bytes that are no UTF-8": b'{"event_id":"d","credential":"card","value":"\xff\xfe"}',
    "a message without what was shown": b'{"event_id":"d","seq":1,"occurred_at":"2026-01-01T00:00:00Z"}',
}


def test_a_malformed_message_is_answered_and_parked(town: Town) -> None:
    before = len(town.passes())
    already = parked(town)
    with town.device("willow-gate-1") as gate:
        for name, payload in MESSAGES.items():
            gate.publish(f"{gate.prefix}/gate_pass", payload)
            _, reply = gate.replies.get(timeout=PATIENCE_S)
            assert reply["outcome"] == "invalid-request", name
            assert reply["problem"]["status"] == 400
    eventually(lambda: parked(town) == already + len(MESSAGES), "every message parked")
    assert len(town.passes()) == before
    # And operations see why, and a redrive loses none of them
    shown = town.linli("dlq", "list", "access-gate-pass").stdout
    assert "Invalid JSON" in shown
    redriven = town.linli("dlq", "redrive", "access-gate-pass", "--yes")
    assert redriven.returncode == 0, redriven.stderr
    eventually(lambda: parked(town) == already + len(MESSAGES), "parked again, since it is still malformed")


@pytest.mark.embedded
def test_a_device_can_neither_speak_nor_hear_for_another(town: Town) -> None:
    before = len(town.passes())
    message = json.dumps(Device.message(town.device("willow-gate-2"), **CARD)).encode()
    for topic in (
        "linli/willow/willow-gate-2/gate_pass",
        "linli/maple/maple-gate-1/gate_pass",
        "linli/maple/willow-gate-1/gate_pass",
        "linli/willow/willow-gate-1/gate_pass/reply",
        "linli/willow/willow-gate-1/command",
    ):
        with town.device("willow-gate-1") as gate:
            gate.publish(topic, message)
            eventually(gate.gone.is_set, f"thrown out for publishing on {topic}")
    for topic in ("linli/#", "linli/willow/willow-gate-2/gate_pass/reply", "linli/willow/+/command"):
        eavesdropper = town.device("willow-gate-1")
        eavesdropper.connect()
        assert not eavesdropper.subscribe(topic), topic
        eavesdropper.close()
    assert len(town.passes()) == before


@pytest.mark.embedded
def test_a_certificate_opens_only_its_own_client_id(town: Town) -> None:
    files = Files.in_folder(town.home / "devices" / "willow-gate-1", "willow-gate-1")
    mqtt = town.urls["mqtt"]
    with pytest.raises(Refused):
        Device("willow-gate-2", files, mqtt["host"], mqtt["port"]).connect()


@pytest.mark.embedded
def test_without_a_certificate_nobody_connects(town: Town) -> None:
    device = town.device("willow-gate-1")
    device.client = type(device.client)(callback_api_version=device.client.callback_api_version)
    device.client.tls_set(town.urls["mqtt"]["ca"])
    device.client.on_connect = device._on_connect
    with pytest.raises(Refused):
        device.connect()


@pytest.mark.embedded
def test_a_revoked_device_is_cut_off_and_stays_out(town: Town, tmp_path: Path) -> None:
    added = town.linli(
        *("device", "add", "--community", "willow", "--device", "willow-gate-9"),
        *("--kind", "gate", "--out", str(tmp_path)),
    )
    assert added.returncode == 0, added.stderr
    device = town.device("willow-gate-9", Files.in_folder(tmp_path, "willow-gate-9"))
    with device as gate:
        assert gate.ask("gate_pass", **CARD)["reason"] == "unknown_gate", "it is not set up"
        revoked = town.linli("device", "revoke", "--community", "willow", "--device", "willow-gate-9")
        assert revoked.returncode == 0, revoked.stderr
        eventually(gate.gone.is_set, "the live connection is cut")
    with pytest.raises(Refused):
        town.device("willow-gate-9", Files.in_folder(tmp_path, "willow-gate-9")).connect()


def test_the_command_line_says_what_is_wrong_in_one_line(town: Town, tmp_path: Path) -> None:
    for arguments, said in (
        (("logs", "access-no-such-function"), "access-gate-pass"),
        (("replay", str(tmp_path / "missing.json")), "missing.json"),
        (("deploy", "no-such-stack"), "access-state"),
        (("device", "revoke", "--community", "willow", "--device", "no-such-device"), "no-such-device"),
        (("token", "--person", "somebody", "--stage", "prod"), "issuer"),
    ):
        failed = town.linli(*arguments)
        assert failed.returncode != 0, arguments
        assert said in failed.stderr, (arguments, failed.stderr)
        assert "Traceback" not in failed.stderr
        assert len(failed.stderr.strip().splitlines()) == 1, failed.stderr


def test_a_dismissed_guard_opens_no_gate_though_the_token_lives_on(town: Town) -> None:
    membership = "/directory/communities/willow/memberships/willow-guard-9"
    opening = "/access/communities/willow/gates/willow-gate-1/openings"
    assert town.http("willow-manager-1", "PUT", membership, {"roles": ["guard"]}).status == 200
    token = town.token("willow-guard-9")
    assert town.http(None, "POST", opening, {"reason": "a delivery"}, token=token).status == 201
    assert town.http("willow-manager-1", "DELETE", membership).status == 204

    def refused() -> bool:
        return town.http(None, "POST", opening, {"reason": "a delivery"}, token=token).status == 404

    eventually(refused, "the gate is closed to who was dismissed")
