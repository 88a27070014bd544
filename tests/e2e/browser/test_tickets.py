"""Tickets: what a resident reported is found, and given to somebody else."""

from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town

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

    # When the manager looks for it and gives it to another
    page = browser.signed_in(MANAGER, "/maple/tickets/working")
    page.locator(f"[data-ticket='{ticket}']").click()
    page.get_by_role("heading", name="厨房水管漏水").wait_for()
    assert hindrances(page) == []
    page.get_by_role("button", name="改派").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("派给谁").locator(f"option[value='{second}']").wait_for(state="attached")
    dialog.get_by_label("派给谁").select_option(second)
    dialog.get_by_role("button", name="改派").click()
    dialog.wait_for(state="hidden")

    # Then it is theirs
    assert town.http(MANAGER, "GET", f"{AT}/{ticket}").body["repairer"] == second
    page.locator(".timeline").get_by_text("改派").first.wait_for()
