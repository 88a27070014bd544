"""Money: a bill that was paid is given back in part."""

from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town, eventually

AT = "/payments/communities/cedar"
MANAGER, BILL = "cedar-manager-1", "cedar-202-2025-12"


def test_a_payment_is_given_back_in_part(town: Town, browser: Browser) -> None:
    # Given a bill that is paid at the counter
    eventually(lambda: town.http(MANAGER, "GET", f"{AT}/dues/{BILL}").status == 200, "the bill arrives")
    page = browser.signed_in(MANAGER, "/cedar/money")
    page.get_by_label("楼栋").select_option(index=1)
    page.get_by_label("房号").select_option("202")
    page.locator(f"[data-bill={BILL}]").get_by_role("button", name="收款").click()
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_role("button", name="收款").is_disabled()
    dialog.get_by_label("凭证号").fill("till-1")
    dialog.get_by_role("button", name="收款").click()
    dialog.wait_for(state="hidden")

    # When the manager gives two yuan back, for a reason
    page.get_by_label("状态").select_option("paid")
    page.reload()
    page.locator(f"[data-bill={BILL}]").get_by_role("button", name="退款").click()
    dialog.get_by_label("退多少").fill("99999")
    dialog.get_by_label("原因").fill("多收了两元")
    assert dialog.get_by_role("button", name="退款").is_disabled()
    dialog.get_by_label("退多少").fill("2")
    dialog.get_by_text("¥2.00").wait_for()
    dialog.get_by_label("原因").fill(" ")
    assert dialog.get_by_role("button", name="退款").is_disabled()
    dialog.get_by_label("原因").fill("多收了两元")
    assert hindrances(page) == []
    dialog.get_by_role("button", name="退款").click()
    dialog.wait_for(state="hidden")

    # Then it is booked, once, with why
    intent = town.http(MANAGER, "GET", f"{AT}/dues/{BILL}").body["paid_by"]
    refunds = town.http(MANAGER, "GET", f"{AT}/payment_intents/{intent}/refunds").body["items"]
    assert [(each["amount_fen"], each["asked_because"]) for each in refunds] == [(200, "多收了两元")]
    page.get_by_text("已退 ¥2.00").wait_for()


def test_a_price_is_set_from_a_day_on(town: Town, browser: Browser) -> None:
    # Given a manager, who may not read what providers told, and an operator, who may
    page = browser.signed_in(MANAGER, "/cedar/money/runs")
    page.get_by_role("button", name="定新价格").click()
    assert page.get_by_role("button", name="平台通知").count() == 0
    assert town.http(MANAGER, "GET", f"{AT}/inbox").status == 403
    operator = browser.signed_in("acme-operator-1", "/cedar/money/inbox")
    operator.get_by_label("状态").select_option("settled")
    operator.get_by_role("region", name="平台通知").wait_for()
    assert hindrances(operator) == []
    # When a price by steps is set
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("类别").select_option("heat")
    dialog.get_by_label("从哪天起").fill("2035-01-01")
    dialog.get_by_label("阶梯价").check()
    for name, value in (
        ("第 1 档到", "180"),
        ("单价（元） >> nth=0", "3.45"),
        ("单价（元） >> nth=1", "4.83"),
    ):
        label, _, nth = name.partition(" >> nth=")
        dialog.get_by_label(label).nth(int(nth or 0)).fill(value)
    assert hindrances(page) == []
    dialog.get_by_role("button", name="定新价格").click()
    dialog.wait_for(state="hidden")
    # Then it holds from that day on
    tariffs = town.http(MANAGER, "GET", "/utilities/communities/cedar/tariffs?limit=100").body["items"]
    made = next(each for each in tariffs if each["valid_from"] == "2035-01-01")
    assert [(each.get("up_to"), each["price"]) for each in made["tiers"]] == [("180", "3.45"), (None, "4.83")]
