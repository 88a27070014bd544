"""Gates: one is opened from afar, for a reason that is kept."""

from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town

AT = "/access/communities/maple"
MANAGER, GATE = "maple-manager-1", "maple-gate-1"


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
