"""Another system is told of a repair by a signed request, and nobody's name is in it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from linli.webhooks import verify
from tests.e2e.conftest import Town, eventually
from tests.integration.receiver import Receiver, receiving

pytestmark = [pytest.mark.e2e, pytest.mark.embedded]  # who listens is on this machine
MANAGER, RESIDENT = "willow-manager-1", "willow-resident-1"
SUBSCRIPTIONS = "/insight/communities/willow/subscriptions"
TERMS = {
    "name": "The lift company",
    "facts": ["linli.maintenance.ticket_changed.v1"],
    "permissions": ["tickets:read-all"],
}


def came(receiver: Receiver, secret: str, **wanted: Any) -> dict[str, Any] | None:
    """A request in which these words stand, believed by a library that is not ours."""
    for _, headers, body in [*receiver.came]:
        event: dict[str, Any] = Webhook(secret).verify(body, headers)
        verify(headers, body, [secret], datetime.now(UTC))
        if wanted.items() <= event["data"].items():
            return event
    return None


def test_what_happens_is_pushed_to_who_has_subscribed(town: Town) -> None:
    with receiving() as receiver:
        # Given a receiver that is busy at first
        moods = iter([503])
        receiver.answers = lambda it: receiver.say(it, next(moods, 204))
        made = town.http(MANAGER, "POST", SUBSCRIPTIONS, {**TERMS, "url": receiver.url})
        assert made.status == 201, made
        mine, secret = f"{SUBSCRIPTIONS}/{made.body['subscription']}", made.body["secret"]
        # When somebody reports a repair
        reported = {"category": "lift", "description": "It stands still"}
        ticket = town.http(RESIDENT, "POST", "/maintenance/communities/willow/tickets", reported).body[
            "ticket"
        ]
        # Then it arrives, after a try in vain, signed, without whoever reported it
        event = eventually(lambda: came(receiver, secret, ticket=ticket), "it arrives")
        assert (event["type"], event["subject"]) == (TERMS["facts"][0], f"willow/{ticket}")
        assert RESIDENT not in json.dumps(event)
        sent = [each for each in receiver.came if each[1]["webhook-id"] == event["id"]]
        assert len({body for _, _, body in sent}) == 1
        # And once it has been tried and ended, nothing comes any more
        assert town.http(MANAGER, "POST", f"{mine}/trials", {}).status == 202
        eventually(
            lambda: came(receiver, secret, subscription=made.body["subscription"]), "the trial arrives"
        )
        states = {each["state"] for each in town.http(MANAGER, "GET", f"{mine}/deliveries").body["items"]}
        assert "failed" not in states
        assert town.http(MANAGER, "DELETE", mine).status == 204
