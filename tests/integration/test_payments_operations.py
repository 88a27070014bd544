"""What operations see and do: the inbox, replays, silent orders, the books."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.payments.books.orders import Intent
from functions.payments.books.rows import EntryRow, IntentRow
from functions.payments.providers import client as outgoing
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import KeyNotTaken, Silent
from functions.payments.providers.protocol.notices import Notice
from functions.payments.reconcile import store as reconciling
from linli.aws import client
from linli.tables import find
from tests.integration.conftest import STAGE, Http
from tests.integration.gateway import NOW
from tests.integration.paying import (  # noqa: F401  the fixture
    AMOUNT,
    MERCHANTS,
    Till,
    answer_of,
    furnished_till,
    paid,
    untouched,
)
from tests.integration.people import ACME, WILLOW_MANAGER
from tests.unit.payments import shop

REPLAY = "/communities/willow/inbox/{}/replay"


# The inbox


def test_operations_see_the_inbox_and_replay_it(till: Till, http: Http) -> None:
    # Given a payment for a bill that we had not been told the right amount of
    till.owe(amount_fen=AMOUNT)
    intent = till.order()
    till.deliver(paid("alipay", intent, total_amount="1.00"))
    till.deliver(paid("alipay", "01kdxh2b3c4d5e6f7g8h9jkmnq", notify_id="other"))
    till.deliver(shop.called(signer="somebody"))
    inbox_path = "/communities/willow/inbox"
    mismatched = http(till.app, "GET", inbox_path, query={"state": "mismatched"}, **ACME).body["items"]
    assert {each["mismatch"] for each in mismatched} == {"amount", "unknown_order"}
    refused = http(till.app, "GET", inbox_path, query={"refused_on": "2026-01-05"}, **ACME).body["items"]
    assert [each["verdict"] for each in refused] == ["forged"]
    for each in mismatched:
        assert "buyer" not in json.dumps(each)
        # replayed, it still does not fit
        assert http(till.app, "POST", REPLAY.format(each["callback"]), **ACME).problem == "mismatched"
    assert untouched(till, intent)
    # a settled one is left as it is
    till.deliver(paid("alipay", intent))
    (settled,) = http(till.app, "GET", inbox_path, query={"state": "settled"}, **ACME).body["items"]
    again = http(till.app, "POST", REPLAY.format(settled["callback"]), **ACME)
    assert (again.status, again.body["outcome"]) == (200, "settled")
    shown = http(till.app, "GET", f"{inbox_path}/{settled['callback']}", **ACME).body
    assert shown["notice"]["order"] == intent
    assert till.facts() == ["payment_settled"]
    assert http(till.app, "GET", f"{inbox_path}/nothing", **ACME).status == 404
    assert http(till.app, "GET", inbox_path, **WILLOW_MANAGER).status == 403


def test_a_replay_settles_what_fits_by_now(till: Till, http: Http) -> None:
    # Given a callback that overtook its order's row (as after a restore)
    till.owe()
    intent = till.order()
    key = {"pk": {"S": f"willow#intent#{intent}"}, "sk": {"S": "intent"}}
    dynamodb = client("dynamodb")
    row = dynamodb.get_item(TableName=f"linli-{STAGE}-payments", Key=key)["Item"]
    dynamodb.delete_item(TableName=f"linli-{STAGE}-payments", Key=key)
    assert not till.deliver(paid("alipay", intent)).accepted
    dynamodb.put_item(TableName=f"linli-{STAGE}-payments", Item=row)
    (stored,) = till.inbox("mismatched")
    # When it is replayed
    name = stored.pk.rpartition("#")[2]
    replayed = http(till.app, "POST", REPLAY.format(name), **ACME)
    # Then it has its effect
    assert (replayed.status, replayed.body["outcome"]) == (200, "settled")
    assert "mismatch" not in replayed.body
    assert till.due().paid_by == intent


# Silent orders


@pytest.fixture
def asking(till: Till, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the providers say to questions about orders: `query`, `close`."""
    says: dict[str, Any] = {"query": "waiting", "close": "closed"}

    def answer(name: str) -> Callable[[Merchant, str], Notice]:
        def asked(merchant: Merchant, order: str) -> Notice:
            till.asked.append(f"{name} {order}")
            if says[name] == "silent":
                raise Silent("silent")
            amount_fen = says.get("amount_fen", AMOUNT) if says[name] == "paid" else None
            return answer_of(merchant.provider, order, says[name], amount_fen=amount_fen)

        return asked

    for name in ("query", "close"):
        monkeypatch.setattr(outgoing, name, answer(name))
    return says


def test_a_silent_order_is_asked_for_less_and_less_often_and_closed(
    till: Till, asking: dict[str, Any]
) -> None:
    assert asking
    till.owe()
    intent = till.order()
    till.asked.clear()
    for minute in range(1, 40):
        till.tick("reconcile", minute)
    assert till.asked == [f"query {intent}"] * 3 + [f"close {intent}"]
    assert till.intent(intent).state == "closed"
    assert till.due().state == "open"
    assert till.order(now=NOW + timedelta(minutes=41)) != intent


def test_a_silent_order_that_was_paid_is_settled(till: Till, asking: dict[str, Any]) -> None:
    till.owe()
    intent = till.order("wechat")
    asking["query"] = "paid"
    assert till.tick("reconcile", 1) == "nothing_due"
    assert till.tick("reconcile", 2) == "done"
    assert till.due().paid_by == intent
    assert till.deliver(paid("wechat", intent, transaction_id=shop.NOTIFICATION["trade_no"])).accepted
    assert till.facts() == ["payment_settled"]
    assert till.tick("reconcile", 30) == "nothing_due"


def test_a_payer_faster_than_the_closing_has_paid(till: Till, asking: dict[str, Any]) -> None:
    till.owe()
    intent = till.order()
    asking["close"] = "paid"
    till.tick("reconcile", 16)
    assert till.due().paid_by == intent


def test_a_replaced_order_is_closed_at_its_provider_too(till: Till, asking: dict[str, Any]) -> None:
    assert asking
    till.owe()
    former, _ = till.order("alipay"), till.order("wechat")
    till.asked.clear()
    assert till.tick("reconcile", 1) == "done"
    assert till.asked == [f"close {former}"]
    assert till.tick("reconcile", 1.5) == "nothing_due"


def test_an_order_that_the_provider_never_heard_of_is_closed_when_it_expires(
    till: Till, asking: dict[str, Any]
) -> None:
    asking |= {"query": "unknown", "close": "unknown"}
    till.owe()
    intent = till.order()
    till.tick("reconcile", 2)
    assert till.intent(intent).state == "open"
    till.tick("reconcile", 16)
    assert till.intent(intent).state == "closed"


def test_a_provider_that_stays_silent_is_asked_later_and_once_a_run(
    till: Till, asking: dict[str, Any]
) -> None:
    asking |= {"query": "silent", "close": "silent"}
    till.owe("bill-1")
    till.owe("bill-2")
    till.order("alipay", "bill-1")
    till.order("alipay", "bill-2")
    till.asked.clear()
    assert till.tick("reconcile", 3) == "some_failed"
    assert len(till.asked) == 1
    asking |= {"query": "paid", "close": "paid"}
    till.tick("reconcile", 9)
    assert [till.due(bill).state for bill in ("bill-1", "bill-2")] == ["paid", "paid"]


def silent_orders(count: int) -> None:
    """Orders at Alipay that expire now, which it has been asked about never."""
    for number in range(count):
        intent = Intent(
            intent=f"silent-{number}",
            community="willow",
            bill="bill-9",
            home="b1/1",
            payer=f"payer-{number}",
            provider="alipay",
            seller=MERCHANTS["alipay"].seller,
            app=MERCHANTS["alipay"].app,
            amount_fen=1,
            state="open",
            created_at=NOW,
            expires_at=NOW,
        )
        IntentRow.of(intent, 1, NOW).save()


@pytest.fixture
def dead(till: Till, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], list[str]]:
    """`dead(error)`: Alipay answers with that from now on, WeChat Pay that all is paid; what was asked."""

    def dies(error: Exception) -> list[str]:
        till.asked.clear()

        def answer(merchant: Merchant, order: str) -> Notice:
            till.asked.append(order)
            if merchant.provider == "alipay":
                raise error
            return answer_of("wechat", order, "paid", amount_fen=AMOUNT)

        monkeypatch.setattr(outgoing, "query", answer)
        monkeypatch.setattr(outgoing, "close", answer)
        monkeypatch.setattr(reconciling, "MOST_ASKED", 2)
        return till.asked

    return dies


def test_a_silent_merchant_delays_nobody_else(till: Till, dead: Callable[[Exception], list[str]]) -> None:
    # Given many orders of a merchant whose provider is down, longer due than another's
    till.owe()
    silent_orders(40)
    order = till.order("wechat")
    asked = dead(Silent("down"))
    # When the minute comes
    assert till.tick("reconcile", 2) == "some_failed"
    # Then the other one is settled, and the silent provider was asked once
    assert till.due().paid_by == order
    assert len(asked) == 2
    # And what waits for it waits longer each time
    assert till.tick("reconcile", 3) == "nothing_due"
    assert till.tick("reconcile", 4) == "some_failed"
    assert till.tick("reconcile", 7) == "nothing_due"
    assert till.tick("reconcile", 8) == "some_failed"


def test_a_run_reads_so_much_and_no_more(
    till: Till, dead: Callable[[Exception], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent_orders(20)
    dead(Silent("down"))
    monkeypatch.setattr(reconciling, "MOST_READ", 3)
    till.tick("reconcile", 0)
    rows = [find(IntentRow, IntentRow.key("willow", f"silent-{number}")) for number in range(20)]
    assert Counter(int(row.tries) for row in rows) == {1: 12, 0: 8}


def test_orders_that_are_over_are_closed_when_nobody_of_ours_can_ask(
    till: Till, dead: Callable[[Exception], list[str]]
) -> None:
    # Given a merchant whose key was revoked, with orders that are over, and one that is not
    till.owe()
    open_one = till.order("alipay")
    silent_orders(20)
    asked = dead(KeyNotTaken("401"))
    # When the minute comes
    till.tick("reconcile", 2)
    # Then all that are over are closed, and the provider was asked once
    assert len(asked) == 1
    assert {till.intent(f"silent-{number}").state for number in range(20)} == {"closed"}
    # And the other one is when it is over, and a payment counts all the same
    assert till.intent(open_one).state == "open"
    till.tick("reconcile", 16)
    assert till.intent(open_one).state == "closed"
    assert till.deliver(paid("alipay", open_one)).accepted
    assert [row.outcome for row in till.inbox("settled")] == ["settled_late"]


def test_an_answer_that_does_not_fit_changes_nothing(till: Till, asking: dict[str, Any]) -> None:
    asking |= {"query": "paid", "amount_fen": AMOUNT - 1}
    till.owe()
    intent = till.order()
    assert till.tick("reconcile", 2) == "done"
    assert untouched(till, intent)


# The books


def test_entries_of_a_month_are_paged(till: Till, http: Http) -> None:
    for number in range(3):
        till.owe(f"bill-{number}")
    path, query = "/communities/willow/ledger_entries", {"month": "2026-01", "limit": "2"}
    first = http(till.app, "GET", path, query=query, **WILLOW_MANAGER).body
    rest = http(till.app, "GET", path, query={**query, "cursor": first["next_cursor"]}, **WILLOW_MANAGER).body
    assert sorted(each["bill"] for each in first["items"] + rest["items"]) == ["bill-0", "bill-1", "bill-2"]
    assert EntryRow.key.partition("willow", "2026-01") == "willow#ledger#2026-01"
