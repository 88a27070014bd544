"""A bill is paid through the bridge of whoever shows the page; a browser without one is told where to go."""

from typing import Any

from linli_cli.local.sandbox import Sandbox
from tests.e2e.browser.home.conftest import Phone
from tests.e2e.conftest import Town, eventually

BRIDGE = "window.AlipayJSBridge = { call: (name, parameters) => window.cashier(name, parameters) };"


def owed(town: Town, person: str) -> list[Any]:
    path = "/payments/communities/cedar/dues?state=open"
    return [each for each in town.http(person, "GET", path).body["items"] if each["amount_fen"] > 0]


def test_a_bill_is_paid_at_alipays_cashier_and_its_receipt_shown(phone: Phone, town: Town) -> None:
    person = "cedar-resident-2"
    eventually(lambda: owed(town, person), "the demo's bill arrives")
    page = phone(person, before=BRIDGE)
    handed: list[Any] = []
    page.expose_function("cashier", lambda name, parameters: handed.append((name, parameters)))

    page.locator("a[href='#/pay']").first.tap()
    page.get_by_role("button", name="缴 ¥").first.tap()
    page.get_by_text("等待付款").wait_for()
    [(name, parameters)] = handed
    assert name == "tradePay"
    Sandbox(town.home).ask("POST", "/payments/pay", {"provider": "alipay", "parameters": parameters})

    page.get_by_role("link", name="收据").tap()
    page.get_by_text("支付宝").wait_for()
    assert owed(town, person) == []


def test_a_browser_without_a_cashier_says_where_to_pay(phone: Phone, town: Town) -> None:
    person = "cedar-resident-3"
    eventually(lambda: owed(town, person), "the demo's bill arrives")
    page = phone(person)

    page.locator("a[href='#/pay']").first.tap()
    page.get_by_role("button", name="缴 ¥").first.tap()

    page.get_by_text("请在支付宝里打开这一页付款").wait_for()
