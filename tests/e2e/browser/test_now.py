"""The first screen: who is in danger, what is late, what is broken; in English, at 200 %, on a phone."""

import pytest

from tests.e2e.browser.conftest import Browser, hindrances, sideways
from tests.e2e.conftest import Town, eventually

MANAGER = "maple-manager-1"
AT = "/care/communities/maple"


def test_what_is_open_leads_to_where_something_can_be_done(town: Town, browser: Browser) -> None:
    # Given somebody who calls for help
    called = town.http("maple-resident-5", "POST", f"{AT}/calls_for_help", {})
    assert called.status == 201, called
    alert = called.body["alert"]

    # When the manager signs in
    page = browser.signed_in(MANAGER)

    # Then that is the first line, with a name and a home
    line = page.locator(f"[data-key=alert-{alert}]")
    line.wait_for()
    assert "呼救" in line.inner_text()
    eventually(
        lambda: "maple-resident" not in line.inner_text() and "·" in line.inner_text(), "names are said"
    )
    assert hindrances(page) == []

    # And leads to it
    line.get_by_role("link").click()
    page.wait_for_url(f"**/maple/alarms/open/{alert}")
    page.locator("[data-verb=acknowledge]").wait_for()
    resolved = {"command": "resolve", "outcome": "fine", "note": "a test"}
    assert town.http(MANAGER, "POST", f"{AT}/alerts/{alert}/answers", resolved).status == 200


@pytest.mark.parametrize("size", ["phone", "zoomed"])
def test_nothing_is_lost_on_a_small_page(browser: Browser, size: str) -> None:
    page = browser.signed_in(MANAGER, size=size)
    page.get_by_role("heading", name="人有危险").wait_for()
    page.get_by_role("button", name="更多").click()
    page.get_by_role("link", name="收费").click()
    page.get_by_role("button", name="账单").wait_for()
    assert sideways(page) <= 0
    assert hindrances(page) == []


def test_it_speaks_english(browser: Browser) -> None:
    page = browser.signed_in(MANAGER, language="en-GB")
    page.get_by_role("heading", name="In danger").wait_for()
    for name in (
        "Alarms and care",
        "Tickets",
        "Gates and visitors",
        "Devices and meters",
        "Homes and people",
        "Money",
    ):
        page.get_by_role("link", name=name).click()
        page.get_by_role("heading", name=name, exact=True).wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_what_a_role_may_not_see_is_not_shown_and_refused(town: Town, browser: Browser) -> None:
    # Given a guard, who has nothing to do with money
    page = browser.signed_in("maple-guard-1", "/maple/money")
    # Then the screen is neither in the list nor behind its address, and the server refuses what it would ask
    page.get_by_text("您的角色看不到这个页面").wait_for()
    assert page.get_by_role("link", name="收费").count() == 0
    assert town.http("maple-guard-1", "GET", "/payments/communities/maple/refunds?state=failed").status == 403
    # And a resident is shown the way home
    resident = browser.signed_in("maple-resident-2")
    resident.get_by_role("link", name="去居民页面").wait_for()


def test_a_silent_page_says_so(browser: Browser) -> None:
    # Given a page that hears nothing any more
    page = browser.signed_in(MANAGER, timed=True)
    page.get_by_role("heading", name="人有危险").wait_for()
    page.route("**/api/**", lambda route: route.abort())

    # When half a minute passes, and again for what was on its way
    def is_red() -> bool:
        page.clock.fast_forward(31_000)
        return bool(page.locator(".banner.deaf").is_visible())

    # Then it is red
    eventually(is_red, "the page says that it hears nothing")


def test_a_board_is_behind_when_it_lacks_what_care_knows_and_not_when_it_is_quiet(
    town: Town, browser: Browser
) -> None:
    # Given a quiet community, and a board that has heard nothing for long
    resolved = {"command": "resolve", "outcome": "fine", "note": "a test"}
    for before in town.http(MANAGER, "GET", f"{AT}/alerts").body["items"]:
        assert town.http(MANAGER, "POST", f"{AT}/alerts/{before['alert']}/answers", resolved).status == 200
    page = browser.signed_in(MANAGER, "/maple/gates", timed=True)
    nothing = {"as_of": "2026-01-05T10:00:00Z", "community": "maple", "time_zone": "Asia/Shanghai", "open": 0}
    nothing |= {"by_severity": {}, "by_kind": {}, "items": []}
    page.route("**/api/insight/**", lambda route: route.fulfill(json=nothing))
    page.route("**/escalations?*", lambda route: route.fulfill(json={"items": []}))
    page.get_by_role("link", name="一屏").click()
    # Then it says when, and nothing more
    page.get_by_text("最近一次消息").wait_for()
    assert page.locator(".head .behind").count() == 0
    # When care knows of a call that the board has not been told of, for minutes
    called = town.http("maple-resident-2", "POST", f"{AT}/calls_for_help", {})
    page.locator(f"[data-key=alert-{called.body['alert']}]").wait_for()
    page.clock.fast_forward("03:00")
    # Then it is said to be behind
    page.get_by_text("汇总落后了").wait_for()
    assert town.http(MANAGER, "POST", f"{AT}/alerts/{called.body['alert']}/answers", resolved).status == 200


def test_a_page_signs_in_under_the_one_address_that_the_issuer_knows(town: Town, browser: Browser) -> None:
    page = browser.signed_in(MANAGER)
    address = f"{town.urls['front'].rstrip('/')}/console/index.html?login_hint={MANAGER}#/"
    page.goto(address, wait_until="commit")  # it leaves for its issuer before it has loaded
    page.get_by_role("heading", name="人有危险").wait_for()
    assert "/console/#" in page.url


def test_nothing_of_a_token_is_stored(browser: Browser) -> None:
    page = browser.signed_in(MANAGER)
    page.get_by_role("heading", name="人有危险").wait_for()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "eyJ" not in kept
    # When it is loaded anew it comes back without a click
    page.reload()
    page.get_by_role("heading", name="人有危险").wait_for()
    # And signed out it stays out
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("button", name="登录", exact=True).wait_for()
