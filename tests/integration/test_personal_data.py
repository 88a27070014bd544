"""A person's data: the copy of it, and what is left of somebody who was forgotten."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import Http, Invoke, Service, enter
from tests.integration.forgetting import Town, stored, text_of
from tests.integration.neighbourhood import furnish
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT

NAME, PHONE = "兰芳芳", "+8613800138777"
LAN = "willow-resident-1"


@pytest.fixture
def town(service: Service, http: Http, invoke: Invoke) -> Town:
    town = Town(service, http, invoke).open()
    furnish("directory", town.apps["directory"], http, invoke)
    record = {"name": NAME, "phone": PHONE}
    path = f"/communities/willow/people/{LAN}"
    assert http(town.apps["directory"], "PUT", path, body=record, **WILLOW_MANAGER).status == 200
    return town


def test_a_ticket_stays_and_its_text_names_nobody(town: Town, http: Http) -> None:
    app = town.apps["maintenance"]
    body = {"category": "plumbing", "description": f"{NAME} 138-0013-8777: the tap drips", "building": "b1"}
    made = http(app, "POST", "/communities/willow/tickets", body=body, **WILLOW_RESIDENT)
    assert made.status == 201, made.text

    shown = town.forget(LAN)

    ticket = http(app, "GET", f"/communities/willow/tickets/{made.body['ticket']}", **WILLOW_MANAGER)
    assert ticket.body["description"] == "*** ***: the tap drips"
    assert ticket.body["reported_by"].startswith("gone-")
    assert shown["state"] == "done"
    assert {each["service"]: each["state"] for each in shown["services"]} == dict.fromkeys(
        ("access", "care", "directory", "health", "maintenance", "payments", "utilities"), "done"
    )
