"""What `publish` fills in, and the files that a device connects with."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from linli.ids import is_id
from linli_cli.devices import conversation, publishing
from linli_cli.devices.device_files import DeviceFiles
from linli_cli.errors import CommandError
from linli_cli.operate import logs

NOW = datetime(2026, 5, 4, 3, 2, 1, 500_000, UTC)


def test_a_message_gets_what_every_one_carries() -> None:
    said = publishing.message({"credential": "card"}, 7, NOW)

    assert is_id(said.pop("event_id"))
    assert said == {"seq": 7, "occurred_at": "2026-05-04T03:02:01.500Z", "credential": "card"}


def test_what_is_given_stays() -> None:
    given = {"event_id": "e", "seq": 1, "occurred_at": "2020-01-01T00:00:00.000Z"}

    assert publishing.message(given, 7, NOW) == given


def test_messages_are_numbered_one_by_one(tmp_path: Path) -> None:
    assert [publishing.next_seq(tmp_path / "d.seq") for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("text", ["{", "[]", "1", ""])
def test_a_payload_must_be_an_object(text: str) -> None:
    with pytest.raises(CommandError, match="payload"):
        publishing.parsed(text)


def test_a_device_without_files_is_told_where_they_come_from(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="linli device add"):
        publishing.record_of(DeviceFiles(tmp_path, "d"))


@pytest.mark.parametrize("device", ["../willow-gate-1", "/etc/x", "Gate", "", "-g", "g\n"])
def test_what_is_no_id_never_becomes_a_path(tmp_path: Path, device: str) -> None:
    with pytest.raises(CommandError, match="is no id"):
        DeviceFiles(tmp_path, device)


def test_when_nobody_answers_there_is_somewhere_to_look() -> None:
    assert "linli dlq list access/gate_pass" in conversation.hint("gate_pass")
    assert "no action gate_pas" in conversation.hint("gate_pas")


def test_a_signing_request_is_of_the_same_key_until_it_is_renewed(tmp_path: Path) -> None:
    files = DeviceFiles(tmp_path / "a folder", "willow-gate-9")

    first, second = (x509.load_pem_x509_csr(files.signing_request().encode()) for _ in range(2))
    files.renew_key()
    third = x509.load_pem_x509_csr(files.signing_request().encode())

    assert first.is_signature_valid
    assert first.subject.rfc4514_string() == "CN=willow-gate-9"
    assert first.public_key() == second.public_key() != third.public_key()
    assert files.key.stat().st_mode & 0o777 == 0o600


def test_a_function_is_known_by_any_of_its_names() -> None:
    for name in ("access/gate_pass", "access-gate-pass", "linli-dev-access-gate-pass"):
        assert logs.short_name(name, "dev") == "access-gate-pass"


def test_how_far_back_is_a_number_and_a_unit() -> None:
    assert [logs.seconds_of(text) for text in ("90s", "10m", "2h", "1d")] == [90, 600, 7200, 86400]
    with pytest.raises(CommandError, match="10m"):
        logs.seconds_of("ten minutes")
