"""A call for help asks once, is taken back in time, and is never lost in silence; "I am well" is heard."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.browser.home.conftest import Phone
from tests.e2e.conftest import Town, eventually

PERSON = "cedar-resident-4"
AT = "/care/communities/cedar"


def open_alert(town: Town, person: str) -> Any:
    """The person's open alert, as staff see it."""
    listed = town.http("cedar-manager-1", "GET", f"{AT}/alerts?limit=100").body["items"]
    return next((each for each in listed if each["person"] == person), None)


def over(town: Town, alert: str) -> None:
    """Staff have seen to it."""
    answer = {"command": "resolve", "outcome": "fine", "note": "tried"}
    ended = town.http("cedar-manager-1", "POST", f"{AT}/alerts/{alert}/answers", answer)
    assert ended.status == 200, ended


@pytest.fixture
def nobody_called(town: Town) -> Iterator[None]:
    """Whatever a test leaves behind is ended."""
    yield
    if left := open_alert(town, PERSON):
        over(town, left["alert"])


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
    over(town, alert["alert"])


@pytest.mark.usefixtures("nobody_called")
def test_a_call_whose_answers_are_lost_goes_on_from_other_rooms_and_after_a_reload_and_is_one(
    phone: Phone, town: Town
) -> None:
    page = phone(PERSON)
    keys: list[str] = []

    def lost(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()  # it arrives, and nobody hears that it has
        route.abort()

    page.route("**/calls_for_help", lost)
    page.locator(".sos").tap()
    page.get_by_role("button", name="马上呼救").tap()
    page.get_by_role("alert").get_by_text("呼救没有发出去").wait_for()
    alert = eventually(lambda: open_alert(town, PERSON), "staff see the call")
    page.go_back()
    page.locator("nav.tiles").wait_for()
    page.get_by_role("alert").get_by_text("呼救还没有发出去").wait_for()
    page.reload()
    page.get_by_role("alert").get_by_text("呼救没有发出去").wait_for()
    page.unroute("**/calls_for_help")
    with page.expect_request("**/calls_for_help") as last:
        page.get_by_role("button", name="再试一次").tap()
    page.get_by_text("呼救已经发出").wait_for()

    assert len(keys) > 1
    assert {*keys, last.value.headers["idempotency-key"]} == {keys[0]}
    over(town, alert["alert"])
    page.get_by_text("呼救已经结束").wait_for()
    assert open_alert(town, PERSON) is None


def test_nobody_is_called_by_a_hand_that_presses_twice_nor_by_an_address_nor_believed_to_be(
    phone: Phone,
) -> None:
    page = phone(PERSON)
    page.clock.install()
    asked: list[str] = []
    page.route("**/calls_for_help", lambda route: asked.append(route.request.url))  # and no answer
    page.evaluate("location.hash = '#/help'")  # as a phone opens it again by itself
    page.locator("nav.tiles").wait_for()
    page.clock.run_for(10_000)
    assert asked == []

    page.locator(".sos").tap()
    asking = page.get_by_role("button", name="取消")
    for name in ("取消", "马上呼救"):  # what comes next is not pressed before it is seen
        box = page.get_by_role("button", name=name).bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert asking.is_visible()
    page.clock.run_for(5_000)
    page.get_by_role("heading", name="正在呼救").wait_for()
    assert page.locator("a[href='tel:120']").count() == 0
    page.clock.run_for(7_000)

    page.locator("a[href='tel:120']").wait_for()
    assert page.get_by_text("呼救已经发出").count() == 0
    assert len(asked) == 1
    page.unroute("**/calls_for_help")


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
