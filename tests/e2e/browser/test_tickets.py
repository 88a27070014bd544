"""Tickets: what a resident reported is found, and given to somebody else."""

from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town, eventually

AT = "/maintenance/communities/maple/tickets"
MANAGER, RESIDENT = "maple-manager-1", "maple-resident-2"


def test_a_ticket_is_reassigned(town: Town, browser: Browser) -> None:
    # Given a report that somebody was sent to
    report = {
        "category": "plumbing",
        "description": "厨房水管漏水，已经关了总阀",
        "building": "b1",
        "unit": "102",
    }
    reported = town.http(RESIDENT, "POST", AT, report)
    assert (reported.status, reported.body["state"]) == (201, "dispatched"), reported
    ticket, first = reported.body["ticket"], reported.body["repairer"]
    second = next(each for each in ("maple-repairer-1", "maple-repairer-3") if each != first)

    # When the manager looks for it with the keyboard alone
    page = browser.signed_in(MANAGER, "/maple/tickets/working")
    line = page.locator(f"[data-ticket='{ticket}']")
    line.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="厨房水管漏水").wait_for()
    assert hindrances(page) == []
    # Then it is read next; Escape leads back to the line
    beside = page.get_by_role("complementary")
    eventually(lambda: beside.evaluate("each => each === document.activeElement"), "the focus goes in")
    page.keyboard.press("Escape")
    beside.wait_for(state="hidden")
    eventually(lambda: line.evaluate("each => each === document.activeElement"), "the focus comes back")
    # And a dialog holds the focus, and what was typed when somebody misses it; Escape closes it
    page.keyboard.press("Enter")
    page.get_by_role("button", name="改派").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("备注").fill("他去另一栋了")
    for _ in range(8):
        page.keyboard.press("Tab")
        assert dialog.evaluate("each => each.contains(document.activeElement)")
    page.mouse.click(8, 8)
    assert dialog.get_by_label("备注").input_value() == "他去另一栋了"
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")

    # When it is given to another
    page.get_by_role("button", name="改派").click()
    dialog.get_by_label("派给谁").locator(f"option[value='{second}']").wait_for(state="attached")
    dialog.get_by_label("派给谁").select_option(second)
    dialog.get_by_role("button", name="改派").click()
    dialog.wait_for(state="hidden")

    # Then it is theirs
    assert town.http(MANAGER, "GET", f"{AT}/{ticket}").body["repairer"] == second
    page.locator(".timeline").get_by_text("改派").first.wait_for()

    # And they see it among their own, and nothing else, and take it on
    theirs = browser.signed_in(second, "/maple/tickets")
    theirs.locator(f"[data-ticket='{ticket}']").click()
    assert theirs.get_by_role("button", name="待派").count() == 0
    theirs.get_by_role("button", name="我来处理").click()
    theirs.get_by_role("dialog").get_by_role("button", name="我来处理").click()
    eventually(
        lambda: town.http(MANAGER, "GET", f"{AT}/{ticket}").body["state"] == "accepted", "it is taken on"
    )
