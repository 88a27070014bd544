"""The daily round of statements: what a provider's file and our books do not agree on."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from functions.payments import gateway as outgoing
from functions.payments.exchange import Merchant
from functions.payments.notices import Notice
from linli.aws import client
from linli.errors import Unavailable
from tests.integration.conftest import STAGE, Http, dead_letters
from tests.integration.gateway import NOW
from tests.integration.messages import batch
from tests.integration.paying import AMOUNT, Till, furnished_till, paid  # noqa: F401  the fixture
from tests.integration.people import WILLOW_MANAGER
from tests.unit.payments.shop import NOTIFICATION

DAY = date(2026, 1, 5)
QUEUE = f"linli-{STAGE}-payments-statement"
LIST = "/communities/willow/discrepancies"


@pytest.fixture
def statement(monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    """The lines of every statement; `silent` lets the provider not answer."""
    lines: list[Notice] = []

    def fetched(merchant: Merchant, day: date) -> tuple[Notice, ...]:
        assert day == DAY
        return tuple(line for line in lines if line.provider == merchant.provider)

    monkeypatch.setattr(outgoing, "statement", fetched)
    return lines


def line(order: str, said: str = "paid", **more: Any) -> Notice:
    told = {"provider": "alipay", "notice": f"line-{order}", "said": said, "order": order, "at": NOW}
    return Notice.model_validate(told | {"amount_fen": AMOUNT} | more)


def step(till: Till, **body: Any) -> list[str]:
    """What the function says to one of its own tasks."""
    answer = till.invoke(till.app, "statement", batch(body))
    assert not answer["batchItemFailures"]
    return list(answer["outcomes"])


def compare(till: Till) -> list[str]:
    return step(till, community="willow", provider="alipay", day=DAY.isoformat())


def test_the_round_asks_each_community_and_provider_for_yesterday(till: Till) -> None:
    assert step(till, scheduled_at="2026-01-06T04:00:00Z") == ["started"]
    url = client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
    messages = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    steps = [json.loads(message["Body"]) for message in messages]
    assert sorted((each["community"], each["provider"], each["day"]) for each in steps) == [
        ("willow", "alipay", "2026-01-05"),
        ("willow", "wechat", "2026-01-05"),
    ]


def test_a_day_that_agrees(till: Till, http: Http, statement: list[Notice]) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    statement.append(line(intent))
    assert compare(till) == ["agrees"]
    assert http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"] == []


def test_what_differs_is_listed_once_however_often_it_is_compared(
    till: Till, http: Http, statement: list[Notice]
) -> None:
    till.owe("bill-1")
    till.owe("bill-2")
    ours, theirs = till.order(bill="bill-1"), till.order(bill="bill-2")
    till.deliver(paid("alipay", ours))
    statement += [line(theirs), line("SOMEBODY-ELSES")]
    assert [compare(till), compare(till)] == [["differs"], ["differs"]]
    listed = http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"]
    assert {(each["order"], each["what"]) for each in listed} == {
        (ours, "not_in_the_statement"),
        (theirs, "not_in_our_books"),
    }  # and no line of an order that is not ours: communities may share an account
    assert len(listed) == 2
    # When it is cleared up, it is not listed any more
    statement[:] = [line(ours)]
    assert compare(till) == ["agrees"]
    assert http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"] == []


def test_a_payment_that_only_the_statement_knew_is_asked_for_and_settled(
    till: Till, statement: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an order that was closed here, and paid there, and nobody told us
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent, trade_status="TRADE_CLOSED", notify_id="c"))
    statement.append(line(intent))
    assert compare(till) == ["differs"]
    # When the provider is asked at the next run
    answer = line(intent, trade=NOTIFICATION["trade_no"])
    monkeypatch.setattr(outgoing, "close", lambda _merchant, _order: answer)
    assert till.tick("reconcile", 24 * 60) == "done"
    # Then it is settled
    assert till.due().paid_by == intent


def test_who_is_no_merchant_has_no_statement(till: Till) -> None:
    assert step(till, community="cedar", provider="wechat", day="2026-01-05") == ["not_set_up"]


def test_a_silent_provider_leaves_the_step_in_the_queue(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: Any) -> Any:
        raise Unavailable("silent")

    monkeypatch.setattr(outgoing, "statement", silent)
    body = {"community": "willow", "provider": "alipay", "day": "2026-01-05"}
    assert till.invoke(till.app, "statement", batch(body))["batchItemFailures"]
    assert dead_letters(till.app, "statement") == []


def test_a_store_that_loses_a_reply_lists_nothing_twice(
    till: Till, statement: list[Notice], lose_reply: Callable[[str], None], http: Http
) -> None:
    till.owe()
    statement.append(line(till.order()))
    lose_reply("PutItem")
    assert compare(till) == ["differs"]
    assert len(http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"]) == 1
