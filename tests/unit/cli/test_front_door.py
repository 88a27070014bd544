"""Calling the APIs as a person: what is asked again, and what a refusal says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from linli_cli.devices.device_files import DeviceFiles
from linli_cli.devices.registering import Registrar
from linli_cli.errors import CommandError, Unanswered
from linli_cli.operate import front_door
from linli_cli.operate.addresses import Mqtt
from linli_cli.operate.front_door import Answer, FrontDoor


class Scripted(FrontDoor):
    """Answers from a list; the last one stays."""

    asked: list[tuple[str, str]] = []
    answers: Iterator[Answer | Exception] = iter(())

    def once(self, person: str, method: str, url: str, body: Any, key: str | None = None) -> Answer:  # noqa: ARG002
        self.asked.append((method, url))
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    monkeypatch.setattr(front_door, "POLL_S", 0.0)
    monkeypatch.setattr(Scripted, "asked", [])
    return Scripted({"access": "http://here/api", "devices": "http://there"}, lambda person: person)


def script(monkeypatch: pytest.MonkeyPatch, *answers: Answer | Exception) -> None:
    monkeypatch.setattr(Scripted, "answers", iter(answers))


def test_the_service_is_the_first_part_of_the_path(door: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, Answer(200, {}))

    door.ask("p", "GET", "/access/communities/willow/gates")

    assert door.asked == [("GET", "http://here/api/communities/willow/gates")]


def test_a_missing_stack_is_named(door: Scripted) -> None:
    with pytest.raises(CommandError, match="linli deploy care"):
        door.ask("p", "GET", "/care/communities/willow/watches")


def test_a_refusal_is_told_in_one_line(door: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, Answer(409, {"detail": "this id is taken"}))

    with pytest.raises(CommandError, match="POST /x as p: 409 this id is taken"):
        door.ask("p", "POST", "/access/x")


def test_a_busy_service_is_asked_again_but_not_for_ever(
    door: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, Answer(503, None), Answer(429, None), Answer(200, 1))
    assert door.ask("p", "GET", "/access/x").body == 1

    script(monkeypatch, *[Answer(503, None)] * front_door.ATTEMPTS)
    with pytest.raises(Unanswered, match="503"):
        door.ask("p", "GET", "/access/x")


@pytest.mark.parametrize(
    ("method", "key"), [("GET", None), ("PUT", None), ("DELETE", None), ("POST", "once")]
)
def test_what_does_no_harm_twice_is_asked_again_when_no_answer_comes(
    door: Scripted, monkeypatch: pytest.MonkeyPatch, method: str, key: str | None
) -> None:
    script(monkeypatch, requests.ReadTimeout(), requests.ConnectionError(), Answer(200, 1))
    assert door.ask("p", method, "/access/x", key=key).body == 1

    script(monkeypatch, *[requests.ReadTimeout()] * front_door.ATTEMPTS)
    with pytest.raises(Unanswered, match=rf"{method} .* as p: no answer within 30 s, asked 5 times"):
        door.ask("p", method, "/access/x", key=key)


def test_what_may_have_been_done_is_not_asked_twice(door: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, requests.ReadTimeout(), Answer(201, 1))

    with pytest.raises(Unanswered, match="asked 1 times"):
        door.ask("p", "POST", "/access/x")

    assert len(door.asked) == 1


def test_nobody_there_is_told_as_it_is(door: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, *[requests.ConnectionError("refused")] * front_door.ATTEMPTS)

    with pytest.raises(requests.ConnectionError, match="refused"):
        door.ask("p", "GET", "/access/x")


@pytest.mark.parametrize("command", ["register", "renew"])
def test_a_device_is_registered_and_renewed_though_an_answer_is_lost(
    door: Scripted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    script(monkeypatch, requests.ReadTimeout(), Answer(201, {"certificate_pem": "pem"}))
    (tmp_path / "roots.pem").touch()
    ours = Registrar(door, Mqtt("here", 8883, str(tmp_path / "roots.pem")), "p", "willow")

    ours.register(DeviceFiles(tmp_path, "gate-1"), "gate") if command == "register" else ours.renew("gate-1")

    assert [method for method, _ in door.asked] == ["POST", "POST"]


def test_what_is_not_there_yet_is_waited_for_only_when_asked_to(
    door: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, Answer(404, None), Answer(404, None), Answer(200, 1))
    assert door.ask("p", "GET", "/access/x", deadline_s=5).body == 1

    script(monkeypatch, Answer(404, None))
    with pytest.raises(CommandError, match="404"):
        door.ask("p", "GET", "/access/x")


def test_all_pages_are_read(door: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, Answer(200, {"items": [1], "next_cursor": "c"}), Answer(200, {"items": [2]}))

    assert door.pages("p", "/access/x") == [1, 2]
    assert door.asked[1][1].endswith("/x?limit=100&cursor=c")
