"""A call for help asks once, is taken back in time, and is never lost in silence; "I am well" is heard."""

from typing import Any

from tests.e2e.browser.home.conftest import Phone
from tests.e2e.conftest import Town, eventually

PERSON = "cedar-resident-4"
AT = "/care/communities/cedar"


def open_alert(town: Town, person: str) -> Any:
    """The person's open alert, as staff see it."""
    listed = town.http("cedar-manager-1", "GET", f"{AT}/alerts?limit=100").body["items"]
    return next((each for each in listed if each["person"] == person), None)


def test_a_call_for_help_that_is_cancelled_calls_nobody(phone: Phone) -> None:
    page = phone(PERSON)
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.locator(".sos").tap()
    page.clock.run_for(4_000)
    page.get_by_role("button", name="取消").tap()
    page.locator("nav.tiles").wait_for()
    page.clock.run_for(10_000)

    assert not [url for url in asked if "calls_for_help" in url]


def test_a_call_without_a_network_says_so_shows_whom_to_telephone_and_gets_out_later(
    phone: Phone, town: Town
) -> None:
    page = phone(PERSON)
    page.context.set_offline(offline=True)

    page.locator(".sos").tap()
    page.get_by_role("alert").get_by_text("呼救没有发出去").wait_for()
    assert page.locator("a[href='tel:120']").is_visible()
    assert open_alert(town, PERSON) is None

    page.context.set_offline(offline=False)
    page.get_by_text("呼救已经发出").wait_for()
    alert = eventually(lambda: open_alert(town, PERSON), "staff see the call")
    assert alert["emergency"]
    over = {"command": "resolve", "outcome": "fine", "note": "tried"}
    ended = town.http("cedar-manager-1", "POST", f"{AT}/alerts/{alert['alert']}/answers", over)
    assert ended.status == 200, ended


def test_who_is_watched_over_says_that_they_are_well(phone: Phone, town: Town) -> None:
    person = "willow-resident-1"
    path = f"/care/communities/willow/relatives/{person}"
    before = town.http(person, "GET", path).body
    page = phone(person)

    page.get_by_role("button", name="我很好").tap()

    page.get_by_role("heading", name="已经报了平安").wait_for()
    after = town.http(person, "GET", path).body
    assert after["seen_at"] > before.get("seen_at", "")


def test_whom_nobody_watches_over_is_told_so_and_not_thanked(phone: Phone) -> None:
    page = phone("cedar-resident-5")

    page.get_by_role("button", name="我很好").tap()

    page.get_by_role("heading", name="还没有人替您守着").wait_for()
