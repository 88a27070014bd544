"""All communities of a company: what is open in each, and the way into it."""

from tests.e2e.browser.conftest import Browser, hindrances, sideways
from tests.e2e.conftest import Town, eventually

OPERATOR, MANAGER = "acme-operator-1", "cedar-manager-1"


def test_a_company_sees_where_somebody_is_in_danger_and_goes_there(town: Town, browser: Browser) -> None:
    # Given somebody who calls for help in one of its communities
    called = town.http("cedar-resident-5", "POST", "/care/communities/cedar/calls_for_help", {})
    assert called.status == 201, called

    # When its operator signs in
    page = browser.signed_in(OPERATOR)

    # Then that community's row says so, by its name
    row = page.locator("[data-key=cedar]")
    row.wait_for()
    eventually(lambda: row.locator(".danger.some").count() == 1, "the call is counted")
    assert "雪松雅苑" in row.inner_text()
    assert "cedar" not in page.locator("main").inner_text()
    assert "枫林小区" not in page.locator("main").inner_text()
    assert hindrances(page) == []

    # And leads into it, and the switch at the top back
    row.get_by_role("link").click()
    page.wait_for_url("**/cedar/now")
    page.get_by_text("由本小区的经理和看护人员查看").first.wait_for()
    assert called.body["alert"] not in page.locator("main").inner_text()
    page.locator("header select").select_option("@acme")
    page.wait_for_url("**/@acme")
    resolved = {"command": "resolve", "outcome": "fine", "note": "a test"}
    alert = f"/care/communities/cedar/alerts/{called.body['alert']}/answers"
    assert town.http(MANAGER, "POST", alert, resolved).status == 200


def test_all_communities_fit_on_a_phone(browser: Browser) -> None:
    page = browser.signed_in(OPERATOR, "/@acme", size="phone")
    page.locator("[data-key=willow]").wait_for()
    assert sideways(page) <= 0
    assert hindrances(page) == []


def test_who_runs_no_company_is_not_offered_one(town: Town, browser: Browser) -> None:
    page = browser.signed_in(MANAGER)
    page.get_by_role("heading", name="人有危险").wait_for()
    assert page.get_by_role("link", name="全部小区").count() == 0
    assert town.http(MANAGER, "GET", "/insight/companies/acme/now").status == 404
