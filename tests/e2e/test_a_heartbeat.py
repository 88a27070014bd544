"""A sensor tells through its gateway how it is; a battery that runs low is a ticket until it is charged."""

from typing import Any

import pytest

from tests.e2e.conftest import Town, eventually

pytestmark = pytest.mark.e2e
MANAGER, SENSOR, GATEWAY = "willow-manager-1", "willow-bed-1", "willow-hub-1"
DEVICES, TICKETS = "/devices/communities/willow", "/maintenance/communities/willow/tickets"


def faults(town: Town) -> list[Any]:
    items = town.http(MANAGER, "GET", f"{DEVICES}/device_faults?limit=100").body["items"]
    return [each for each in items if each["device"] == SENSOR]


def ticket(town: Town, *states: str) -> Any:
    """The sensor's newest ticket, if it is in one of these states."""
    found = [
        each
        for shelf in ("waiting", "working", "over")
        for each in town.http(MANAGER, "GET", f"{TICKETS}?limit=100&shelf={shelf}").body["items"]
        if each.get("asset") == SENSOR
    ]
    newest = max(found, key=lambda each: each["created_at"], default=None)
    return newest if newest and newest["state"] in states else None


def test_a_low_battery_is_one_fault_and_one_ticket_until_it_is_charged(town: Town) -> None:
    with town.device(SENSOR) as sensor, town.device(GATEWAY) as gateway:
        # Given a sensor and its gateway that are well
        assert gateway.ask("heartbeat", firmware="2.0.1")["outcome"] == "alive"
        well = sensor.ask("heartbeat", battery_percent=80, via=GATEWAY)
        assert (well["outcome"], well["every_minutes"]) == ("alive", 30)
        assert faults(town) == []
        # When its battery runs low, and it says so again and again
        for percent in (14, 13, 12):
            assert sensor.ask("heartbeat", battery_percent=percent, via=GATEWAY)["outcome"] == "alive"
        # Then that is one fault, and a ticket for whoever changes batteries
        (fault,) = faults(town)
        assert fault["fault"] == "low-battery"
        shown = town.http(MANAGER, "GET", f"{DEVICES}/devices/{SENSOR}").body
        assert shown["vitals"]["battery_percent"] == 12
        raised = eventually(lambda: ticket(town, "new", "dispatched"), "a ticket is opened")
        # When it is charged
        sensor.ask("heartbeat", battery_percent=95, via=GATEWAY)
    # Then nothing is wrong any more, and nobody need go
    assert faults(town) == []
    over = eventually(lambda: ticket(town, "cancelled"), "the ticket closes itself")
    assert over["ticket"] == raised["ticket"]
