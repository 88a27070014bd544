"""A button is pressed, somebody smells gas: both are on the board within seconds, and gone once they end."""

from typing import Any

import pytest

from tests.e2e.conftest import Town, eventually

pytestmark = pytest.mark.e2e
MANAGER, CARER, RESIDENT, BUTTON = (
    f"willow-{who}-1" for who in ("manager", "caregiver", "resident", "button")
)
NOW = "/insight/communities/willow/now"


def on_board(town: Town, thing: str) -> Any:
    """What the board shows of a thing, or None."""
    items = town.http(MANAGER, "GET", NOW).body["items"]
    return next((each for each in items if each["target"]["id"] == thing), None)


def test_a_button_is_on_the_board_until_somebody_has_seen_to_it(town: Town) -> None:
    with town.device(BUTTON) as button:
        alert = button.ask("call_button")["alert"]
    shown = eventually(lambda: on_board(town, alert), "the board shows it")
    assert (shown["kind"], shown["severity"], shown["in_hand"]) == ("sos", "critical", False)
    answers = f"/care/communities/willow/alerts/{alert}/answers"
    assert town.http(CARER, "POST", answers, {"command": "acknowledge"}).status == 200
    eventually(lambda: (on_board(town, alert) or {}).get("in_hand"), "the board says that it is in hand")
    assert town.http(CARER, "POST", answers, {"command": "resolve", "outcome": "fine"}).status == 200
    eventually(lambda: on_board(town, alert) is None, "it is gone")


def test_an_emergency_is_on_the_board_until_it_is_over(town: Town) -> None:
    reported = {"category": "gas", "description": "It smells in the staircase"}
    tickets = "/maintenance/communities/willow/tickets"
    ticket = town.http(RESIDENT, "POST", tickets, reported).body["ticket"]
    shown = eventually(lambda: on_board(town, ticket), "the board shows it")
    assert (shown["kind"], shown["what"]["code"]) == ("emergency", "ticket_emergency")
    cancelled = {"command": "cancel", "note": "it was the neighbour's dinner"}
    assert town.http(RESIDENT, "POST", f"{tickets}/{ticket}/transitions", cancelled).status == 200
    eventually(lambda: on_board(town, ticket) is None, "it is gone")
