"""The resident page as a whole: on a narrow phone, for old eyes, in English, for who cannot see."""

import re

import pytest

from tests.e2e.browser.conftest import hindrances, sideways
from tests.e2e.browser.home.conftest import Phone, go, small_targets, smallest_text
from tests.e2e.conftest import Town

PERSON = "willow-resident-1"
ROOMS = ("/", "/gate", "/repair", "/tickets", "/pay", "/visitors", "/passes", "/family", "/mine")
# Which words lie under something that can be pressed and is not theirs
OVERLAPPING = """() => {
  const found = []
  const walker = document.createTreeWalker(document.querySelector('#page'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode
    if (!text.textContent.trim() || !text.parentElement.checkVisibility()) continue
    const range = document.createRange()
    range.selectNodeContents(text)
    const one = range.getBoundingClientRect()
    for (const control of document.querySelectorAll('#page :is(a, button)')) {
      const other = control.getBoundingClientRect()
      const over = !control.contains(text) &&
        Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 &&
        Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 2
      if (over) found.push(`${text.textContent.trim()} | ${control.textContent.trim()}`)
    }
  }
  return found
}"""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_gate_comes_first_and_six_tiles_after_it(phone: Phone) -> None:
    page = phone(PERSON)

    assert page.locator("main > *").first.locator("a[href='#/gate']").is_visible()
    assert page.locator("nav.tiles > *").count() == 6
    assert page.locator("nav.tiles > .sos").count() == 1
    assert "eyJ" not in page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")


@pytest.mark.parametrize(("elder", "text", "target"), [(False, 18, 44), (True, 30, 60)])
def test_every_room_fits_a_narrow_phone_can_be_read_and_pressed(
    phone: Phone, elder: bool, text: int, target: int
) -> None:
    page = phone(PERSON, elder=elder)

    for room in ROOMS:
        go(page, room)
        assert sideways(page) <= 0, room
        assert smallest_text(page) >= text, room
        assert small_targets(page, target) == [], room
        assert hindrances(page) == [], room


def test_at_twice_the_size_nothing_of_the_first_page_lies_over_anything_else(phone: Phone) -> None:
    page = phone(PERSON)
    page.get_by_text("我的资料").wait_for()

    page.set_viewport_size({"width": 195, "height": 422})  # 390 wide at 200 %

    assert sideways(page) <= 0
    assert page.evaluate(OVERLAPPING) == []


def test_large_text_is_a_switch_away_stays_and_brings_a_call_to_the_office(phone: Phone) -> None:
    page = phone(PERSON)
    office = page.locator("nav.tiles a[href^='tel:']")
    switch = page.get_by_role("button", name="换成大字")
    switch.wait_for()
    assert page.evaluate("scrollY") == 0
    assert switch.bounding_box()["y"] < 100  # nobody who cannot read looks for it further down
    assert office.count() == 0

    switch.tap()

    assert page.locator("html").get_attribute("data-theme") == "elder"
    office.wait_for()
    assert page.evaluate("localStorage['linli.elder']") == "yes"


def test_in_english_nothing_of_ours_is_chinese(phone: Phone, town: Town) -> None:
    home = town.http(PERSON, "GET", "/directory/me").body["communities"][0]["home"]
    theirs = home.get("building_name", ""), home.get("unit_name", ""), "川A12345"
    page = phone(PERSON, language="en")

    for room in ("/gate", "/repair", "/visitors", "/passes"):
        go(page, room)
        said = page.locator("#page").inner_text()
        for name in filter(None, theirs):
            said = said.replace(name, "")
        assert not CHINESE.search(said), (room, said)
    go(page, "/")
    page.get_by_role("button", name="中文").tap()
    assert page.locator(".sos").inner_text().strip() == "呼救"
