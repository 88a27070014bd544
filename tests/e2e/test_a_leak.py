"""A month with a leak in it: a meter publishes; use, signal, ticket and bill can be read back.

The month is the last one that is over. Nothing is told to hurry: the functions go by the times in the events.
The samples are about willow's meter, so this is cedar's.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.conftest import Town, eventually
from tests.e2e.devices import Device

pytestmark = pytest.mark.e2e
HOME, METER, OBIS = "b1/101", "cedar-meter-1", "8-0:1.0.0"
HALF_HOUR = timedelta(minutes=30)
LEAKING = 520  # readings into the month: the leak has run for more than a day by then
LEAK_DAYS = (10, 13)  # from the beginning of the one to the beginning of the other
AT = "/utilities/communities/cedar"
TICKETS = "/maintenance/communities/cedar/tickets"


def last_month() -> tuple[datetime, datetime]:
    """When the last local month that is over began and ended."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    end = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (end - timedelta(days=1)).replace(day=1), end


def used_at(at: datetime) -> Decimal:
    """What the household uses in the half hour from `at` on, in m3: mornings and evenings, and the leak."""
    leak = LEAK_DAYS[0] <= at.day < LEAK_DAYS[1]
    own = Decimal("0.040") if at.hour in (7, 19) else Decimal(0)
    return own + (Decimal("0.006") if leak else 0)


def dial(start: datetime, end: datetime) -> list[dict[str, Any]]:
    """What the dial shows every half hour of the month."""
    shown, value, at = [], Decimal("120.000"), start
    while at <= end:
        shown.append({"obis": OBIS, "measured_at": at.astimezone(UTC).isoformat(), "value": str(value)})
        value += used_at(at)
        at += HALF_HOUR
    return shown


def send(meter: Device, readings: list[dict[str, Any]]) -> None:
    reply = meter.ask("meter_reading", readings=readings)
    assert (reply["outcome"], reply["kept"]) == ("recorded", len(readings)), reply


def ticket_of(town: Town, states: set[str]) -> dict[str, Any] | None:
    """The meter's ticket, once it is in one of `states`."""
    for shelf in ("waiting", "working", "over"):
        found = town.http("cedar-manager-1", "GET", f"{TICKETS}?shelf={shelf}&limit=100").body["items"]
        for each in found:
            if each.get("asset") == METER and each["state"] in states:
                return dict(each)
    return None


def test_a_month_of_readings_becomes_consumption_a_signal_a_ticket_and_a_bill(town: Town) -> None:
    # Given a tariff and a meter that was offline all month
    start, end = last_month()
    period = f"{start:%Y-%m}"
    tariff = {"tariff": "water", "medium": "water", "valid_from": "2025-01-01", "price": "3.45"}
    assert town.http("cedar-manager-1", "POST", f"{AT}/tariffs", tariff).status == 201
    shown = dial(start, end)
    # When it sends what it measured, a late part among it, up to where it has leaked for more than a day
    with town.device(METER) as meter:
        send(meter, shown[200:400])
        send(meter, shown[:200])
        send(meter, shown[400:LEAKING])
        again = meter.ask("meter_reading", readings=shown[:200])
        assert (again["kept"], again["duplicates"]) == (0, 200)
        # Then, before anyone complains, there is a ticket, and a repairer has been offered it
        ticket = eventually(lambda: ticket_of(town, {"dispatched"}), "the ticket is offered")
        # When the leak is over in what the meter sends next
        send(meter, shown[LEAKING:800])
        send(meter, shown[1150:])
        send(meter, shown[800:1150])
    # Then the ticket has closed itself, since nobody had accepted it yet
    closed = eventually(lambda: ticket_of(town, {"cancelled"}), "the ticket closes itself")
    assert closed["ticket"] == ticket["ticket"]
    timeline = town.http("cedar-manager-1", "GET", f"{TICKETS}/{closed['ticket']}/timeline").body["items"]
    assert [each["state"] for each in timeline if each["by"] == "system"][-1] == "cancelled"
    assert "dispatched" in {each["state"] for each in timeline}
    # Then the resident sees what was used day by day
    days = (end.date() - start.date()).days
    path = f"{AT}/meters/{METER}/consumption?since={period}&until={period}"
    (month,) = town.http("cedar-resident-1", "GET", path).body["items"]
    used = {int(each["day"][-2:]): Decimal(each["quantity"]) for each in month["days"]}
    own, leak = Decimal("0.160"), Decimal("0.288")
    assert used == {
        day: own + (leak if LEAK_DAYS[0] <= day < LEAK_DAYS[1] else 0) for day in range(1, days + 1)
    }
    # And that it leaked, once, and since when
    signals = town.http("cedar-resident-1", "GET", f"{AT}/meters/{METER}/signals").body["items"]
    (episode,) = [each for each in signals if each["signal"] == "leak"]
    leaking = start.replace(day=LEAK_DAYS[0])
    assert datetime.fromisoformat(episode["since"]) == leaking.astimezone(UTC)
    assert datetime.fromisoformat(episode["until"]) == start.replace(day=LEAK_DAYS[1]) + HALF_HOUR
    # And nobody else does
    assert town.http("cedar-resident-2", "GET", path).status == 404
    # When the manager has the month billed, twice
    for _ in range(2):
        run = town.http("cedar-manager-1", "POST", f"{AT}/bill_runs", {"period": period})
        assert run.status == 201, run

    # Then there is one bill, whose lines add up
    def bills() -> list[dict[str, Any]]:
        found = town.http("cedar-resident-1", "GET", f"{AT}/bills").body["items"]
        return [each for each in found if each["period"] == period]

    (bill,) = eventually(bills, "the bill")
    total = own * days + leak * (LEAK_DAYS[1] - LEAK_DAYS[0])
    assert Decimal(bill["lines"][0]["quantity"]) == total
    assert bill["amount_fen"] == sum(each["amount_fen"] for each in bill["lines"])
    assert bill["amount_fen"] == int(total * 345 + Decimal("0.5"))
    # And the manager sees how far the run is
    shown_run = town.http("cedar-manager-1", "GET", f"{AT}/bill_runs/{period}").body
    assert shown_run["homes"] >= shown_run["bills"] >= 1
