"""Storms of threads on each store: nothing twice, nothing lost, no place given twice, books that add up."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from chalice.app import Chalice

from functions.payments.books.ledger import balances
from linli.communities import CommunityRow
from linli.instants import to_text
from linli.tables import find
from linli.vocabulary.devices import DeviceFaultRaised
from tests.integration.conftest import Http, Invoke, Service, published
from tests.integration.crowd import again_while_busy, at_once
from tests.integration.gateway import NOW, Answer
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import (
    furnish_access,
    furnish_directory,
    furnish_maintenance,
    willow,
    working_utilities,
)
from tests.integration.paying import AMOUNT, INTENTS, Till, furnished_till, paid  # noqa: F401  the fixture
from tests.integration.people import ACME, WILLOW_MANAGER, WILLOW_RESIDENT, member

pytestmark = pytest.mark.usefixtures("atomic")

MANY = 8
GUARD = member("willow-guard-1", "willow", "guard")
Ask = Callable[..., Answer]


@pytest.fixture
def ask(http: Http) -> Ask:
    """`ask(app, method, path, …)`: over HTTP, again while the store is busy."""

    def asked(*about: Any, **request: Any) -> Answer:
        return again_while_busy(lambda: http(*about, **request), lambda answer: answer.status == 503)

    return asked


def delivered(invoke: Invoke, app: Chalice, function: str, *messages: Any) -> list[str]:
    """What became of a batch, delivered again while some of it fails."""
    answer = again_while_busy(
        lambda: invoke(app, function, batch(*messages)), lambda each: bool(each["batchItemFailures"])
    )
    return list(answer["outcomes"])


# Nothing twice


def test_one_question_delivered_many_times_at_once_has_one_answer(
    service: Service, http: Http, invoke: Invoke, ask: Ask
) -> None:
    app = service("access")
    furnish_access(app, http, invoke)
    shown = {"event_id": "e-1", "credential": "card", "value": "willow-resident-1-card"}
    path = "/communities/willow/gates/willow-gate-1/passes"
    answers = at_once([partial(ask, app, "POST", path, body=shown, **GUARD)] * MANY)
    assert {answer.body["outcome"] for answer in answers} == {"granted"}
    assert len({str(answer.body) for answer in answers}) == 1
    assert len(published("willow")) == 1


def test_many_names_for_one_tariff_are_one_tariff(
    service: Service, http: Http, invoke: Invoke, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = working_utilities(service, http, invoke, monkeypatch)
    body = {"medium": "gas", "valid_from": "2026-01-01", "price": "2.5"}
    path = "/communities/willow/tariffs"
    create = partial(ask, app, "POST", path, **WILLOW_MANAGER)
    answers = at_once([partial(create, body=body | {"tariff": f"gas-{n}"}) for n in range(MANY)])
    assert Counter(answer.status for answer in answers) == {201: 1, 409: MANY - 1}
    listed = http(app, "GET", path, **WILLOW_MANAGER).body["items"]
    assert len([each for each in listed if each["medium"] == "gas"]) == 1


def test_one_fault_told_by_many_is_one_open_ticket_that_counts_them_all(
    service: Service, http: Http, invoke: Invoke
) -> None:
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    about: dict[str, Any] = {"community": "willow", "device": "d-1", "kind": "sensor", "fault": "lost"}
    facts = [
        DeviceFaultRaised(episode=f"e-{n}", since=NOW + timedelta(minutes=n), **about) for n in range(MANY)
    ]
    tell = partial(delivered, invoke, app, "proactive_ticket")
    outcomes = at_once([partial(tell, told(fact, fact.episode)) for fact in facts])
    assert Counter(outcome for each in outcomes for outcome in each) == {"opened": 1, "counted": MANY - 1}
    (ticket,) = http(
        app, "GET", "/communities/willow/tickets", query={"shelf": "working"}, **WILLOW_MANAGER
    ).body["items"]
    shown = http(app, "GET", f"/communities/willow/tickets/{ticket['ticket']}", **WILLOW_MANAGER).body
    assert (shown["told"], shown["last_seen"]) == (MANY, to_text(facts[-1].since))


# Nothing lost


def test_a_membership_given_and_taken_at_once_ends_as_its_last_fact_says(
    service: Service, http: Http, invoke: Invoke, ask: Ask
) -> None:
    app = service("directory")
    furnish_directory(app, http, invoke)
    path = "/communities/willow/memberships/willow-newcomer"
    give = partial(ask, app, "PUT", path, body={"roles": ["resident"]}, **ACME)
    take = partial(ask, app, "DELETE", path, **ACME)
    assert {answer.status for answer in at_once([give, take] * MANY)} <= {200, 201, 204, 404}
    facts = [each.data for each in published("willow") if each.data.get("person") == "willow-newcomer"]
    newest = max(facts, key=lambda fact: fact["version"])
    assert sorted(fact["version"] for fact in facts) == list(range(1, len(facts) + 1)), "no gap, none twice"
    listed = http(app, "GET", "/communities/willow/memberships", **ACME).body["items"]
    assert bool(newest["roles"]) == ("willow-newcomer" in [each["person"] for each in listed])


def test_readings_taken_in_at_once_are_all_counted(
    service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = working_utilities(service, http, invoke, monkeypatch)
    messages = []
    for n in range(MANY):
        body = {"event_id": f"e-{n}", "seq": n, "occurred_at": "2026-01-20T08:00:00Z"}
        body |= {"measured_at": f"2026-01-05T{n:02}:00:00Z", "value": f"{10 + n / 10:.1f}"}
        messages.append(rule_event("meter_reading", body, "willow-meter-1", now=NOW + timedelta(days=15)))
    take_in = partial(delivered, invoke, app, "meter_reading")
    outcomes = at_once([partial(take_in, each) for each in messages * 2])
    assert {outcome for each in outcomes for outcome in each} <= {"kept", "duplicate"}
    path = "/communities/willow/meters/willow-meter-1/consumption"
    answer = http(app, "GET", path, query={"since": "2025-12", "until": "2026-01"}, **WILLOW_RESIDENT)
    (month,) = answer.body["items"]
    assert [(day["day"], day["quantity"]) for day in month["days"]] == [
        ("2026-01-05", f"{(MANY - 1) / 10:.3f}")
    ]


def test_of_facts_taken_in_at_once_the_newest_stays(service: Service, http: Http, invoke: Invoke) -> None:
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    facts = [willow(n, maintenance={"incident_reports": n}) for n in range(2, MANY + 2)]
    tell = partial(delivered, invoke, app, "community")
    at_once([partial(tell, told(fact, f"community/{fact.version}")) for fact in facts])
    row = find(CommunityRow, CommunityRow.key("willow"))
    assert (row.version, row.policies["maintenance"]["incident_reports"]) == (MANY + 1, MANY + 1)


# No place given twice


def test_no_more_plates_are_taken_than_there_are_places(
    service: Service, http: Http, invoke: Invoke, ask: Ask
) -> None:
    app = service("access")
    furnish_access(app, http, invoke)
    guest = {"visitor_name": "Guest", "plate": "沪B54321", "entries": 1}
    guest |= {"valid_from": NOW.isoformat(), "valid_until": (NOW + timedelta(hours=2)).isoformat()}
    hosts = [member(f"willow-resident-{n}", "willow", "resident") for n in range(1, 6)]
    invite = partial(ask, app, "POST", "/communities/willow/invitations", body=guest)
    answers = at_once([partial(invite, **host) for host in hosts])
    assert Counter(answer.status for answer in answers) == {201: 4, 409: 1}


def test_reports_at_once_never_give_a_repairer_one_too_many(
    service: Service, http: Http, invoke: Invoke, ask: Ask
) -> None:
    # Given three repairers of three hands each
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    path = "/communities/willow/tickets"
    tap = {"category": "plumbing", "description": "The tap drips", "unit": "101"}
    report = partial(ask, app, "POST", path, **WILLOW_RESIDENT)
    # When twelve taps drip
    made = at_once([partial(report, body=tap | {"building": f"b{n}"}) for n in range(12)])
    # Then nine are on their way and three wait
    assert {answer.status for answer in made} == {201}
    assert Counter(answer.body["state"] for answer in made) == {"dispatched": 9, "submitted": 3}
    listed = http(app, "GET", "/communities/willow/repairers", **WILLOW_MANAGER).body["items"]
    assert [len(each["tickets"]) for each in listed] == [3, 3, 3]


# Books that add up


def even(till: Till) -> dict[str, int]:
    """The balances, which add up to nothing."""
    totals = {str(account): fen for account, fen in balances(till.entries()).items()}
    assert sum(totals.values()) == 0
    return totals


def test_a_bill_that_is_paid_from_all_sides_is_settled_once(till: Till, ask: Ask) -> None:
    # Given a bill with an order at each provider
    till.owe()
    orders = {
        "alipay": till.order("alipay"),
        "wechat": till.order("wechat", payer=member("willow-resident-2", "willow", "resident")),
    }
    hand = {"bills": ["bill-1"], "means": "cash", "amount_fen": AMOUNT, "reference": "No. 0001"}
    pay = partial(ask, till.app, "POST", "/communities/willow/hand_payments", body=hand)
    # When both providers call back three times, and two managers enter a payment by hand
    calls = [partial(accepted, till, paid(provider, intent)) for provider, intent in orders.items()] * 3
    hands = [partial(pay, headers={"Idempotency-Key": f"hand-{n}"}, **WILLOW_MANAGER) for n in range(2)]
    at_once([*calls, *hands])
    till.tick("sweep", 2)
    # Then one has paid it, and what more there is goes back
    totals = even(till)
    assert totals["dues"] == 0
    assert [entry.cause for entry in till.entries()].count("payment") == 1
    assert totals["charges"] == -AMOUNT
    by_provider = [till.intent(intent) for intent in orders.values()]
    assert {each.state for each in by_provider} == {"paid"}
    surplus = [refund.amount_fen for each in by_provider for refund in till.refunds(each.intent)]
    assert sum(surplus) == -totals.get("surplus", 0)
    assert till.facts().count("payment_settled") == 1


def accepted(till: Till, delivery: Any) -> Any:
    """The answer to a callback, which comes again until it is taken."""
    return again_while_busy(lambda: till.deliver(delivery), lambda answer: not answer.accepted)


def test_refunds_at_once_never_give_back_more_than_was_paid(till: Till, ask: Ask) -> None:
    till.owe()
    intent = till.order()
    assert till.deliver(paid("alipay", intent)).accepted
    back = partial(
        ask, till.app, "POST", f"{INTENTS}/{intent}/refunds", body={"amount_fen": 1000}, **WILLOW_MANAGER
    )
    answers = at_once([partial(back, headers={"Idempotency-Key": f"back-{n}"}) for n in range(MANY)])
    assert Counter(answer.status for answer in answers) == {201: AMOUNT // 1000, 409: MANY - AMOUNT // 1000}
    assert sum(refund.amount_fen for refund in till.refunds(intent)) == AMOUNT // 1000 * 1000
    even(till)
