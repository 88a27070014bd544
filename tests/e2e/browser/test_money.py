"""Money: a bill that was paid is given back in part."""

from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town, eventually

AT = "/payments/communities/cedar"
MANAGER, BILL = "cedar-manager-1", "cedar-202-2025-12"


def test_a_payment_is_given_back_in_part(town: Town, browser: Browser) -> None:
    # Given a bill that was paid in cash
    eventually(lambda: town.http(MANAGER, "GET", f"{AT}/dues/{BILL}").status == 200, "the bill arrives")
    due = town.http(MANAGER, "GET", f"{AT}/dues/{BILL}").body
    paid = {"bills": [BILL], "means": "cash", "amount_fen": due["amount_fen"], "reference": "till-1"}
    taken = town.http(MANAGER, "POST", f"{AT}/hand_payments", paid, headers={"Idempotency-Key": "till-1"})
    assert taken.status == 201, taken

    # When the manager gives two yuan back
    page = browser.signed_in(MANAGER, "/cedar/money")
    page.get_by_label("状态").select_option("paid")
    page.locator(f"[data-bill={BILL}]").get_by_role("button", name="退款").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("退多少").fill("99999")
    assert dialog.get_by_role("button", name="退款").is_disabled()
    dialog.get_by_label("退多少").fill("2")
    dialog.get_by_text("¥2.00").wait_for()
    assert hindrances(page) == []
    dialog.get_by_role("button", name="退款").click()
    dialog.wait_for(state="hidden")

    # Then it is booked, once
    refunds = town.http(MANAGER, "GET", f"{AT}/payment_intents/{taken.body['intent']}/refunds").body["items"]
    assert [each["amount_fen"] for each in refunds] == [200]
    page.get_by_text("已退 ¥2.00").wait_for()
