"""A press of the button: her daughter's telephone rings at once, she presses 1, and nobody else is called."""

import json
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Town, eventually

pytestmark = pytest.mark.e2e
GRAN, DAUGHTER, CARER, BUTTON = (f"willow-{who}-1" for who in ("resident", "family", "caregiver", "button"))
AT = "/care/communities/willow"


def world(town: Town, method: str, path: str, body: Any = None) -> Any:
    """What the sandbox's message gateways say."""
    port = json.loads((town.home / "sandbox" / "process.json").read_text(encoding="utf-8"))["port"]
    answer = requests.request(method, f"http://127.0.0.1:{port}/gateways/{path}", json=body, timeout=10)
    return answer.json()


def show(town: Town, alert: str, person: str = CARER) -> Any:
    answer = town.http(person, "GET", f"{AT}/alerts/{alert}")
    assert answer.status == 200, answer
    return answer.body


def test_a_press_of_the_button_calls_her_daughter_who_sees_to_it(town: Town) -> None:
    # When she presses the button, twice for fright, and one press is delivered twice
    with town.device(BUTTON) as button:
        pressed = button.ask("call_button")
        again = button.message()
        joined = [button.send("call_button", json.dumps(again).encode(), again["event_id"]) for _ in range(2)]
    assert pressed["outcome"] == "opened"
    assert [each["outcome"] for each in joined] == ["joined", "duplicate"]
    alert = pressed["alert"]
    assert {each["alert"] for each in joined} == {alert}

    # Then her daughter is called by telephone within seconds, without a sweep, and told no name
    def rings() -> Any:
        said = world(town, "GET", "messages?channel=voice")["items"]
        return next((each for each in said if each["message_id"].startswith(alert)), None)

    call = eventually(rings, "the telephone rings")
    assert (call["urgent"], call["template"], call["times"]) == (True, "care_emergency_contact", 1)
    assert "willow" not in call["text"]

    # When she presses 1, the gateway tells us, signed
    told = world(
        town, "POST", "replies", {"message_id": call["message_id"], "event": "replied", "digit": "1"}
    )
    assert told == {"status": 200, "answer": {"outcome": "acknowledged"}}
    shown = show(town, alert)
    assert (shown["state"], shown["answered_by"], shown["reason"]) == ("acknowledged", DAUGHTER, "sos")

    # Then she sees how her mother is; a neighbour sees nothing
    assert town.http(DAUGHTER, "GET", f"{AT}/relatives/{GRAN}").body["how"] == "emergency"
    assert town.http("willow-resident-2", "GET", f"{AT}/relatives/{GRAN}").status == 404

    # And her caregiver, who found her, closes it
    said = {"command": "resolve", "outcome": "needs_help", "note": "bruised her hip"}
    assert town.http(CARER, "POST", f"{AT}/alerts/{alert}/answers", said).status == 200
    waiting = town.http(CARER, "GET", f"{AT}/duties").body["items"]
    assert ("follow_up", GRAN) in {(each["kind"], each["about"]) for each in waiting}
    assert town.http(DAUGHTER, "GET", f"{AT}/relatives/{GRAN}").body["how"] == "well"
