"""One person, several homes: bills, dues, meters and households of each are theirs to see, of no other."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from chalice.app import Chalice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.directory.homes.models import MOST_HOMES
from functions.payments.households.rows import LivingRow
from functions.utilities.bills.models import Bill
from functions.utilities.bills.rows import BillRow
from functions.utilities.households.rows import HouseholdRow, ResidentRow
from linli.tables import read
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.utilities import BillIssued
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.gateway import NOW
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import METER, furnish_utilities
from tests.integration.paying import DUES, INTENTS, Till, furnished_till  # noqa: F401  the fixture
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member

NEIGHBOUR = member("willow-resident-2", "willow", "resident")
METERS = "/communities/willow/meters"
TWO_HOMES = ["b1/101", "b2/202"]


def living_in(
    version: int, *homes: str, person: str = "willow-resident-2", roles: Sequence[str] = ("resident",)
) -> MembershipChanged:
    return MembershipChanged(
        community="willow", person=person, roles=list(roles), homes=list(homes), version=version
    )


# Utilities


@pytest.fixture
def utilities(service: Service, http: Http, invoke: Invoke) -> Chalice:
    app = service("utilities")
    furnish_utilities(app, http, invoke)
    return app


def kept(utilities: Chalice, invoke: Invoke, *facts: MembershipChanged) -> list[str]:
    messages = [told(fact, f"lives-{fact.version}") for fact in facts]
    return list(invoke(utilities, "household", batch(*messages))["outcomes"])


def members_of(utilities: Chalice, http: Http, home: str) -> list[str]:
    shown = http(utilities, "GET", f"/communities/willow/households/{home}", **WILLOW_MANAGER)
    return list(shown.body["members"]) if shown.status == 200 else []


def test_each_of_ones_homes_tells_of_its_meters_and_bills(
    utilities: Chalice, http: Http, invoke: Invoke
) -> None:
    # Given a meter and bills in each of two homes, and a third home
    meter = METER | {"meter": "willow-meter-2", "home": "b2/202"}
    assert http(utilities, "POST", METERS, body=meter, **WILLOW_MANAGER).status == 201
    for number, home in enumerate([*TWO_HOMES, "b3/303"]):
        for month in ("2025-11", "2025-12"):
            bill = Bill(
                bill=f"{month}-{number}", home=home, period=month, amount_fen=1, lines=[], unpriced=[],
                issued_at=NOW, due_at=NOW,
            )  # fmt: skip
            BillRow(*BillRow.of_home("willow", home, month), bill=bill.model_dump_json()).save()

    assert kept(utilities, invoke, living_in(2, *TWO_HOMES)) == ["moved"]

    bills = http(utilities, "GET", "/communities/willow/bills", **NEIGHBOUR).body["items"]
    assert [each["bill"][:7] for each in bills] == ["2025-12", "2025-12", "2025-11", "2025-11"]
    assert {each["home"] for each in bills} == set(TWO_HOMES)
    for name in ("willow-meter-1", "willow-meter-2"):
        assert http(utilities, "GET", f"{METERS}/{name}/signals", **NEIGHBOUR).status == 200
    assert [members_of(utilities, http, home) for home in TWO_HOMES] == [
        ["willow-resident-1", "willow-resident-2"], ["willow-resident-2"],
    ]  # fmt: skip


@given(random=st.randoms())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_households_hold_just_those_who_live_there_in_whatever_order_it_is_told(
    utilities: Chalice, http: Http, invoke: Invoke, random: Random
) -> None:
    all_homes = ["b1/101", "b2/202", "b3/303"]
    key = ResidentRow.key("willow", "willow-resident-2")
    standing = read([key]).one(ResidentRow, key)
    first = int(standing.version) + 1 if standing else 1
    facts = [
        living_in(
            version, *random.sample(all_homes, random.randrange(4)), roles=random.choice([[], ["resident"]])
        )
        for version in range(first, first + 4)
    ]
    told_in = [*facts, *facts[::2]]
    random.shuffle(told_in)

    for fact in told_in:
        kept(utilities, invoke, fact)

    there = [home for home in all_homes if "willow-resident-2" in members_of(utilities, http, home)]
    assert there == sorted(facts[-1].homes)


def test_a_row_of_before_several_homes_is_read_and_moved_out_of(
    utilities: Chalice, http: Http, invoke: Invoke
) -> None:
    ResidentRow(*ResidentRow.key("willow", "willow-resident-2"), home="b1/101", version=5).save()
    household = HouseholdRow(*HouseholdRow.key("willow", "b1/101"))
    household.update(actions=[HouseholdRow.members.add({"willow-resident-2"})])
    assert http(utilities, "GET", f"{METERS}/willow-meter-1/signals", **NEIGHBOUR).status == 200
    assert kept(utilities, invoke, living_in(6, "b2/202", "b1/101"), living_in(7, "b2/202")) == [
        "moved",
        "moved",
    ]
    # The days that they lived there stay theirs to see
    assert http(utilities, "GET", f"{METERS}/willow-meter-1/signals", **NEIGHBOUR).status == 200
    assert members_of(utilities, http, "b2/202") == ["willow-resident-2"]


# Payments


def owner(version: int, *homes: str, roles: Sequence[str] = ("resident",)) -> MembershipChanged:
    return living_in(version, *homes, person="willow-resident-1", roles=roles)


def listed(till: Till, asker: dict[str, Any], **query: str) -> list[str]:
    """The bills of a list, page by page."""
    found: list[str] = []
    while True:
        page = till.http(till.app, "GET", DUES, query=query, **asker)
        assert page.status == 200, page
        found += [each["bill"] for each in page.body["items"]]
        if "next_cursor" not in page.body:
            return found
        query["cursor"] = page.body["next_cursor"]


def test_dues_of_each_of_ones_homes_are_seen_and_paid(till: Till, http: Http) -> None:
    for number, home in enumerate([*TWO_HOMES, "b3/303"]):
        till.owe(f"bill-{number}", home=home)
    assert till.tell("household", owner(2, *TWO_HOMES)) == ["home_kept"]

    assert sorted(listed(till, WILLOW_RESIDENT)) == ["bill-0", "bill-1"]
    assert listed(till, WILLOW_RESIDENT, home="b2/202") == ["bill-1"]
    assert http(till.app, "GET", DUES, query={"home": "b3/303"}, **WILLOW_RESIDENT).status == 404
    assert http(till.app, "GET", f"{DUES}/bill-1", **WILLOW_RESIDENT).status == 200
    assert http(till.app, "GET", f"{DUES}/bill-1", **NEIGHBOUR).status == 404
    assert till.order(bill="bill-0") != till.order(bill="bill-1")
    body = {"bill": "bill-2", "provider": "alipay"}
    assert http(till.app, "POST", INTENTS, body=body, **WILLOW_RESIDENT).status == 404


def test_a_change_of_roles_leaves_the_dues_and_a_flat_that_is_given_up_takes_its_own(till: Till) -> None:
    for number, home in enumerate(TWO_HOMES):
        till.owe(f"bill-{number}", home=home)

    till.tell("household", owner(2, *TWO_HOMES), owner(3, *TWO_HOMES, roles=["resident", "caregiver"]))
    assert sorted(listed(till, WILLOW_RESIDENT)) == ["bill-0", "bill-1"]

    till.tell("household", owner(5, "b2/202"), owner(4, *TWO_HOMES))
    assert listed(till, WILLOW_RESIDENT) == ["bill-1"]

    till.tell("household", owner(6, roles=["family"]))
    assert listed(till, WILLOW_RESIDENT) == []


def test_a_row_of_before_several_homes_is_read(till: Till) -> None:
    till.owe()
    LivingRow(*LivingRow.key("willow", "old-1"), home="b1/101", version=1).save()
    assert listed(till, member("old-1", "willow", "resident")) == ["bill-1"]


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_over_several_homes_are_whole_and_the_last_first(till: Till, limit: int) -> None:
    # Given bills of three homes in an order of their own, some at the same moment
    homes = [*TWO_HOMES, "b3/303"]
    issued = {f"bill-{n}": (homes[n * n % 7 % 3], NOW - timedelta(days=n * 5 % 9)) for n in range(17)}
    for bill, (home, at) in issued.items():
        fact = BillIssued(
            community="willow", bill=bill, home=home, period="2025-12", amount_fen=1, issued_at=at, due_at=at
        )
        till.tell("bill", fact)
    till.tell("household", owner(2, *homes))

    found = listed(till, WILLOW_RESIDENT, limit=str(limit))

    assert sorted(found) == sorted(issued)
    times = [issued[bill][1] for bill in found]
    assert times == sorted(times, reverse=True)


def test_a_cursor_of_many_homes_is_short_enough_to_be_sent_back(till: Till) -> None:
    homes = [f"b1/{number}" for number in range(MOST_HOMES)]
    for number, home in enumerate(homes):
        till.owe(f"bill-{number}", home=home)
    till.tell("household", owner(2, *homes))

    found = listed(till, WILLOW_RESIDENT, limit="15")

    assert sorted(found) == sorted(f"bill-{number}" for number in range(MOST_HOMES))


def test_a_cursor_ends_with_the_homes_that_it_was_given_for(till: Till, http: Http) -> None:
    for number, home in enumerate(TWO_HOMES):
        till.owe(f"bill-{number}", home=home)
    till.tell("household", owner(2, *TWO_HOMES))
    page = http(till.app, "GET", DUES, query={"limit": "1"}, **WILLOW_RESIDENT).body
    till.tell("household", owner(3, *TWO_HOMES, "b3/303"))
    query = {"limit": "1", "cursor": page["next_cursor"]}

    refused = http(till.app, "GET", DUES, query=query, **WILLOW_RESIDENT)

    assert (refused.status, refused.problem) == (400, "invalid-cursor")
