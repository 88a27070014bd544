"""A bill as its payer sees it: paid at Alipay or WeChat Pay, once; and what is paid twice goes back."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from functions.payments.providers.protocol.statement_files import CHINA
from linli_cli.demo import merchants
from linli_cli.local.sandbox import Sandbox
from localstack.sandbox import signing
from tests.e2e.conftest import Answer, Town, eventually

pytestmark = pytest.mark.e2e
COMMUNITY = "maple"
AT = f"/payments/communities/{COMMUNITY}"
MANAGER, OPERATOR = f"{COMMUNITY}-manager-1", "birch-operator-1"
OF_UNIT = {"101": 1, "102": 2, "201": 3, "202": 4, "301": 5}


class Payer:
    """Who lives in a unit, with the phone in their hand."""

    def __init__(self, town: Town, unit: str, community: str = COMMUNITY) -> None:
        self.town = town
        self.at = f"/payments/communities/{community}"
        self.person = f"{community}-resident-{OF_UNIT[unit]}"
        self.bill = f"{community}-{unit}-2025-12"
        self.sandbox = Sandbox(town.home)

    def asks(self, path: str, person: str | None = None) -> Any:
        answer = self.town.http(person or self.person, "GET", f"{self.at}/{path}")
        return answer.body if answer.status == 200 else None

    def orders(self, provider: str) -> Any:
        """The mini-program asks for an order."""
        eventually(lambda: self.asks(f"dues/{self.bill}"), "the bill arrives")
        wanted = {"bill": self.bill, "provider": provider, "open_id": "o-1"}
        answer: Answer = self.town.http(self.person, "POST", f"{self.at}/payment_intents", wanted)
        assert answer.status == 201, answer
        return answer.body

    def pays(self, intent: Any, **how: Any) -> None:
        """The thumb on the cashier's button."""
        wanted = {"provider": intent["provider"], "parameters": intent["parameters"], **how}
        self.sandbox.ask("POST", "/payments/pay", wanted)

    def sees(self, intent: Any, **wanted: Any) -> Any:
        """The intent, once it is as wanted."""

        def look() -> Any:
            found = self.asks(f"payment_intents/{intent['intent']}")
            return found if found and wanted.items() <= found.items() else None

        return eventually(look, f"the intent is {wanted}")

    def refunds(self, intent: Any) -> list[Any]:
        return list(self.asks(f"payment_intents/{intent['intent']}/refunds")["items"])


def the_books_are_even(town: Town) -> None:
    months = {"2026-01", *(f"{datetime.now(UTC) + timedelta(hours=hours):%Y-%m}" for hours in (0, 8))}
    for month in months:
        balances = town.http(MANAGER, "GET", f"{AT}/ledger_balances?month={month}").body
        assert balances["total_fen"] == sum(balances["accounts"].values()) == 0


@pytest.mark.parametrize(("provider", "unit"), [("alipay", "101"), ("wechat", "102")])
def test_a_bill_is_paid_and_given_back_from_the_command_line(town: Town, provider: str, unit: str) -> None:
    # Given a bill
    payer = Payer(town, unit)
    eventually(lambda: payer.asks(f"dues/{payer.bill}"), "the bill arrives")
    # When it is paid
    paid = town.linli("pay", payer.bill, "--provider", provider)
    assert paid.returncode == 0, paid.stderr
    receipt = re.search(r"receipt +(r-\d{8}-\w+)", paid.stdout)
    assert receipt, paid.stdout
    # Then the payer has a receipt, the bill is paid, and cannot be paid again
    shown = payer.asks(f"receipts/{receipt[1]}")
    assert (shown["bill"], shown["provider"]) == (payer.bill, provider)
    due = payer.asks(f"dues/{payer.bill}")
    assert (due["state"], due["receipt"], due["amount_fen"]) == ("paid", receipt[1], shown["amount_fen"])
    wanted = {"bill": payer.bill, "provider": provider, "open_id": "o-1"}
    again = town.http(payer.person, "POST", f"{AT}/payment_intents", wanted)
    assert (again.status, again.problem) == (409, "conflict")
    # And nobody else sees it
    assert payer.asks(f"receipts/{receipt[1]}", "maple-resident-5") is None
    # When a part is given back, and then the rest
    part = town.linli("refund", receipt[1], "--fen", "1000")
    rest = town.linli("refund", shown["intent"])
    # Then all of it is back, and no more can be
    for done, fen in (part, 1000), (rest, shown["amount_fen"] - 1000):
        assert done.returncode == 0, done.stderr
        assert f"{fen // 100}.{fen % 100:02d} yuan" in done.stdout
    assert payer.asks(f"receipts/{receipt[1]}")["refunded_fen"] == shown["amount_fen"]
    refunds = f"{AT}/payment_intents/{shown['intent']}/refunds"
    once = {"Idempotency-Key": "one fen more"}
    assert town.http(MANAGER, "POST", refunds, {"amount_fen": 1}, headers=once).problem == "conflict"
    the_books_are_even(town)


def test_a_bill_that_is_not_there_is_one_clear_line(town: Town) -> None:
    for command in ("pay", "refund"):
        said = town.linli(command, "nothing-2025-12")
        assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1), said


def test_two_providers_are_paid_for_one_bill_and_one_of_them_gives_back(town: Town) -> None:
    # Given an order at each provider for the same bill
    payer = Payer(town, "201")
    first, second = payer.orders("alipay"), payer.orders("wechat")
    assert first["intent"] != second["intent"]
    # When both are paid, and both callbacks come three times
    payer.pays(first, times=3)
    payer.pays(second, times=3)
    # Then both payments are known, one of them is surplus and goes back whole
    both = [payer.sees(each, state="paid") for each in (first, second)]
    (settled,) = [each for each in both if not each["surplus"]]
    (surplus,) = [each for each in both if each["surplus"]]
    payer.sees(surplus, refunded_fen=surplus["amount_fen"])
    (refund,) = payer.refunds(surplus)
    assert (refund["why"], refund["state"], refund["amount_fen"]) == (
        "surplus",
        "done",
        surplus["amount_fen"],
    )
    assert payer.refunds(settled) == []
    due = payer.asks(f"dues/{payer.bill}")
    assert (due["state"], due["paid_by"]) == ("paid", settled["intent"])
    the_books_are_even(town)


def test_a_rotated_key_and_a_callback_that_never_comes(town: Town) -> None:
    # Given that WeChat Pay signs with a new key since a moment ago, and operations have stored it
    payer = Payer(town, "202")
    serial = payer.sandbox.ask("POST", "/payments/keys/wechat")["serial"]
    vault = town.client("secretsmanager")
    name = f"linli/local/merchants/{COMMUNITY}/wechat"
    old = json.loads(vault.get_secret_value(SecretId=name)["SecretString"])
    notify = {"notify_url": old["notify_url"]}
    fresh = payer.sandbox.ask("PUT", f"/payments/merchants/{COMMUNITY}/wechat", notify)["merchant"]
    assert serial in fresh["provider_keys"].keys() - old["provider_keys"].keys()
    vault.put_secret_value(SecretId=name, SecretString=json.dumps(fresh))
    # When an order is made and paid, the answers and callbacks being signed with it
    intent = payer.orders("wechat")
    payer.pays(intent)
    # Then it settles as ever
    payer.sees(intent, state="paid", surplus=False)
    # Given an order that is paid and never told of
    silent = Payer(town, "301")
    intent = silent.orders("alipay")
    silent.pays(intent, silent=True)
    # When the minute comes in which it is asked for
    later = datetime.now(UTC) + timedelta(minutes=5)
    town.minute("payments-reconcile", later)
    # Then it is settled all the same
    silent.sees(intent, state="paid", surplus=False)
    the_books_are_even(town)


def test_the_statement_agrees_with_the_books_but_for_what_nobody_told(town: Town) -> None:
    # Given a payment of which a part went back, and one that nobody has told us of
    payer, silent = (Payer(town, unit, "cedar") for unit in ("101", "301"))
    intent, untold = payer.orders("alipay"), silent.orders("alipay")
    payer.pays(intent)
    payer.sees(intent, state="paid")
    refunds = f"{payer.at}/payment_intents/{intent['intent']}/refunds"
    once = {"Idempotency-Key": "one yuan"}
    asked = town.http("cedar-manager-1", "POST", refunds, {"amount_fen": 100}, headers=once)
    assert asked.status == 201
    payer.sees(intent, refunded_fen=100)
    silent.pays(untold, silent=True)
    # When Alipay's statement of the day is compared
    today = f"{datetime.now(CHINA):%Y-%m-%d}"
    step = json.dumps({"community": "cedar", "provider": "alipay", "day": today})
    queue = town.client("sqs")
    url = queue.get_queue_url(QueueName="linli-local-payments-statement")["QueueUrl"]
    queue.send_message(QueueUrl=url, MessageBody=step)
    # Then only that one differs
    found = eventually(
        lambda: town.http("cedar-manager-1", "GET", f"{payer.at}/discrepancies").body["items"], "it is listed"
    )
    assert [(each["order"], each["what"]) for each in found] == [(untold["intent"], "not_in_our_books")]
    assert found[0]["theirs_fen"] == untold["amount_fen"]


def test_a_forged_callback_changes_nothing(town: Town) -> None:
    # Given callbacks that nobody at a provider signed, and a probe of WeChat Pay
    url = f"{town.urls['http'][merchants.CALLBACKS]}/callbacks"
    forger = signing.new_key()
    form = signing.alipay_form(
        {"notify_id": "1", "out_trade_no": "1", "trade_status": "TRADE_SUCCESS"}, forger
    )
    body, now = b'{"id":"1","resource":{}}', int(datetime.now(UTC).timestamp())
    forged = signing.wechat_headers(body, forger, "5157F09EFDC096DE15EBE81A47057A72", now, "n")
    probe = forged | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/x"}
    # When they come in
    is_form = {"Content-Type": "application/x-www-form-urlencoded"}
    alipay = requests.post(f"{url}/alipay/{COMMUNITY}", form, headers=is_form, timeout=30)
    wechat = [
        requests.post(f"{url}/wechat/{COMMUNITY}", body, headers=headers, timeout=30)
        for headers in (forged, probe)
    ]
    # Then each is refused in its provider's own form
    assert (alipay.status_code, alipay.text) == (200, "fail")
    for answer in wechat:
        assert 400 <= answer.status_code < 500
        assert answer.json()["code"] == "FAIL"
    # And leaves a trace for operations, once each
    path = f"{AT}/inbox?refused_on={datetime.now(UTC):%Y-%m-%d}"
    found = town.http(OPERATOR, "GET", path).body["items"]
    assert {each["verdict"] for each in found} >= {"forged", "unknown-serial", "probe"}
    # And one for a community that is none is answered without looking
    nowhere = requests.post(f"{url}/wechat/nowhere", body, headers=forged, timeout=30)
    assert 400 <= nowhere.status_code < 500
