"""Gates: one is opened from afar, for a reason that is kept."""

from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town

AT = "/access/communities/maple"
MANAGER, GATE, RESIDENT = "maple-manager-1", "maple-gate-1", "maple-resident-4"


def test_a_gate_opens_for_a_reason(town: Town, browser: Browser) -> None:
    # Given a manager who sees the gates
    page = browser.signed_in(MANAGER, "/maple/gates")
    page.locator(f"[data-gate={GATE}]").get_by_role("button", name="远程开门").click()
    assert hindrances(page) == []
    dialog = page.get_by_role("dialog")
    # Then nothing opens without a reason
    assert dialog.get_by_role("button", name="远程开门").is_disabled()
    # When there is one
    dialog.get_by_label("原因").fill("快递员送急救药")
    dialog.get_by_role("button", name="远程开门").click()
    dialog.wait_for(state="hidden")
    # Then it is kept with who opened, and shown
    passes = town.http(MANAGER, "GET", f"{AT}/passes?limit=5").body["items"]
    kept = next(each for each in passes if each["credential"] == "remote")
    assert (kept["gate"], kept["note"], kept["asked_by"]) == (GATE, "快递员送急救药", MANAGER)
    page.get_by_text("快递员送急救药").first.wait_for()
    assert hindrances(page) == []


def test_who_may_not_pass_is_kept_out(town: Town, browser: Browser) -> None:
    # Given somebody who passes, and a manager who looks at them
    page = browser.signed_in(MANAGER, f"/maple/gates/person/{RESIDENT}")
    beside = page.get_by_role("complementary")
    beside.get_by_text("没有限制").wait_for()
    # When a quarantine is written down
    beside.get_by_role("button", name="健康码与隔离").click()
    dialog = page.get_by_role("dialog")
    assert hindrances(page) == []
    dialog.get_by_label("健康码").select_option("red")
    dialog.get_by_role("button", name="保存").click()
    dialog.wait_for(state="hidden")
    # Then it is known at the gates, and shown; and a guard, who sees it, may not change it
    standing = f"{AT}/people/{RESIDENT}/standing"
    assert town.http(MANAGER, "GET", standing).body["health_code"] == "red"
    guard = browser.signed_in("maple-guard-1", f"/maple/gates/person/{RESIDENT}").get_by_role("complementary")
    guard.get_by_role("button", name="更正人在哪里").wait_for()
    assert guard.get_by_role("button", name="健康码与隔离").count() == 0
    assert guard.get_by_role("button", name="登记凭证").count() == 0
    assert town.http("maple-guard-1", "PUT", standing, {}).status == 403
    assert town.http(MANAGER, "PUT", standing, {"health_code": None}).status == 200
