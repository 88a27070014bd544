from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from linli_cli.demo import demo_bills, merchants, neighbourhood, paying
from linli_cli.errors import CommandError
from linli_cli.operate.front_door import Answer

INTENT = "01kdxh2b3c4d5e6f7g8h9jkmnp"


class Vault:
    """Secrets Manager with what was written to it."""

    class exceptions:  # noqa: N801  as boto3 has it
        class ResourceNotFoundException(Exception):
            pass

    def __init__(self) -> None:
        self.holds: dict[str, str] = {}
        self.written: list[str] = []

    def get_secret_value(self, SecretId: str) -> Any:  # noqa: N803  as boto3 has it
        if SecretId not in self.holds:
            raise self.exceptions.ResourceNotFoundException
        return {"SecretString": self.holds[SecretId]}

    def put_secret_value(self, SecretId: str, SecretString: str) -> None:  # noqa: N803  as boto3 has it
        self.holds[SecretId] = SecretString
        self.written.append(SecretId)

    def create_secret(self, Name: str, SecretString: str) -> None:  # noqa: N803  as boto3 has it
        assert Name not in self.holds
        self.put_secret_value(Name, SecretString)


def test_a_secret_is_written_when_it_is_new_or_another() -> None:
    vault = Vault()
    assert merchants.keep(vault, "a", "one")
    assert not merchants.keep(vault, "a", "one")
    assert merchants.keep(vault, "a", "two")
    assert vault.written == ["a", "a"]


def test_a_merchants_signing_key_is_a_secret_apart() -> None:
    vault = Vault()
    account = {"merchant": {"app": "wx1"}, "signing_key": "a key"}
    names = merchants.keep_account(vault, "local", "willow", "wechat", account)
    assert names == ["linli/local/merchants/willow/wechat", "linli/local/signing-keys/willow/wechat"]
    assert [vault.holds[name] for name in names] == ['{"app": "wx1"}', "a key"]


def test_a_receipt_names_its_intent() -> None:
    assert paying.intent_of(f"r-20260105-{INTENT}") == INTENT
    assert paying.intent_of(INTENT) == INTENT


def test_every_demo_home_has_a_bill_and_somebody_to_pay_it() -> None:
    communities = {each.id: each for each in neighbourhood.communities()}
    bills = demo_bills.issued(datetime(2026, 3, 31, tzinfo=UTC))
    assert len({each.bill for each in bills}) == len(bills) == len(communities) * len(neighbourhood.UNITS) + 1
    for bill in bills:
        assert paying.payer_of(communities[bill.community], bill.home)
        assert paying.known_id(bill.bill)


@pytest.mark.parametrize("text", ["", "NO", "a b", "x" * 65])
def test_what_is_no_id_is_said_to_be_none(text: str) -> None:
    with pytest.raises(CommandError, match="is no id"):
        paying.known_id(text)


def test_nobody_lives_in_a_home_that_the_demo_does_not_have() -> None:
    with pytest.raises(CommandError, match="--person"):
        paying.payer_of(neighbourhood.communities()[0], "b9/999")


def test_a_community_that_the_demo_does_not_have() -> None:
    with pytest.raises(CommandError, match="willow, cedar, maple"):
        paying.searched("elm")


def test_what_takes_too_long_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paying, "SETTLED_S", 0)
    with pytest.raises(CommandError, match="the payment of x is still open"):
        paying.await_state(lambda: {"state": "open"}, {"paid"}, "the payment of x")


class Door:
    """The payments API and the sandbox, with one open bill, whose order turns out as the test says."""

    http: ClassVar[dict[str, str]] = {}

    def __init__(self, intent: dict[str, Any]) -> None:
        self.intent = {"intent": INTENT, "state": "open"} | intent
        self.keys: list[str] = []

    def ask(self, *asked: Any, key: str | None = None, **_accept: Any) -> Answer:
        path = next(each for each in asked if each.startswith("/"))
        if path.endswith("/refunds"):
            self.keys += [key] if key else []
            back = {"refund": "refund-1", "state": "done", "amount_fen": 100}
            return Answer(200, {**back, "items": [back]})
        if "/dues/" in path:
            return Answer(200, {"bill": "willow-101-2025-12", "home": "b1/101", "state": "open"})
        return Answer(200, self.intent)


def at(monkeypatch: pytest.MonkeyPatch, door: Door) -> None:
    """Let the commands knock there."""
    monkeypatch.setattr(paying, "FrontDoor", lambda *_: door)
    monkeypatch.setattr(paying, "Sandbox", lambda _: door)
    monkeypatch.setattr(paying.addresses, "of_stage", lambda _: door)


def pays(monkeypatch: pytest.MonkeyPatch, intent: dict[str, Any]) -> None:
    at(monkeypatch, Door(intent))
    paying.pay("willow-101-2025-12", "alipay", None, "willow")


def test_an_order_that_is_over_is_not_paid_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match=f"the order {INTENT} is closed and cannot be paid any more"):
        pays(monkeypatch, {"state": "closed"})


def test_a_bill_that_was_paid_meanwhile_says_that_the_money_goes_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pays(monkeypatch, {"state": "paid", "surplus": True, "parameters": {"order": "o"}})
    assert capsys.readouterr().out.startswith("paid on top of a paid bill, and on its way back\n")


def test_each_refund_has_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door({"state": "paid"})
    at(monkeypatch, door)
    for _ in range(2):
        paying.refund(INTENT, 100, "willow")
    assert len(set(door.keys)) == 2
