"""Alarms: a button rings in the console, somebody takes it on, and it is quiet everywhere."""

import time

from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town, eventually

AT = "/care/communities/maple/alerts"
MANAGER, CARER, BUTTON = "maple-manager-1", "maple-caregiver-1", "maple-button-1"
ALONE, HOME = "maple-resident-4", "b1/202"
RINGS_WITHIN_S = 10
DONE = {"command": "resolve", "outcome": "fine", "note": "before"}
RINGING = ".banner.ring:not([hidden])"
COUNT_TONES = """() => {
  window.tones = 0
  const make = AudioContext.prototype.createOscillator
  AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this) }
}"""


def test_a_pressed_button_rings_is_taken_on_and_is_gone_for_all(town: Town, browser: Browser) -> None:
    # Given a quiet house
    for before in town.http(MANAGER, "GET", AT).body["items"]:
        assert town.http(MANAGER, "POST", f"{AT}/{before['alert']}/answers", DONE).status == 200
    # And two colleagues who look at the first screen
    manager, carer = browser.signed_in(MANAGER, "/maple/now"), browser.signed_in(CARER, "/maple/now")
    for page in (manager, carer):
        page.get_by_role("heading", name="人有危险").wait_for()
        page.locator(".answer.danger .n", has_text="0").wait_for()
    # And one click, without which browsers are silent
    manager.get_by_text("点一下，呼救时会响铃").wait_for()
    manager.evaluate(COUNT_TONES)
    manager.mouse.click(700, 880)
    manager.get_by_text("点一下，呼救时会响铃").wait_for(state="hidden")

    # When a button is pressed
    with town.device(BUTTON) as button:
        pressed = button.ask("call_button")
    began = time.monotonic()
    alert = pressed["alert"]

    # Then it rings with both of them, in time, on the page, in its title and for those who listen to it
    for page in (manager, carer):
        page.locator(RINGING).wait_for()
    assert time.monotonic() - began < RINGS_WITHIN_S
    assert manager.locator(RINGING).get_attribute("aria-live") == "assertive"
    eventually(lambda: manager.title().startswith("‼"), "its title flashes")
    eventually(lambda: manager.evaluate("window.tones") > 1, "it sounds")
    manager.get_by_role("button", name="先静音").wait_for()
    assert hindrances(manager) == []

    # When the manager opens it and takes it on
    manager.locator(RINGING).get_by_role("link", name="去看").click()
    manager.locator("[data-verb=acknowledge]").click()
    manager.get_by_role("dialog").get_by_role("button", name="我去").click()

    # Then the service knows, and it rings nowhere
    eventually(
        lambda: town.http(MANAGER, "GET", f"{AT}/{alert}").body["state"] == "acknowledged", "it is taken on"
    )
    for page in (manager, carer):
        page.locator(RINGING).wait_for(state="hidden")
    carer.locator(f"[data-key=alert-{alert}]").wait_for()

    # And is closed with a reason
    manager.locator("[data-verb=resolve]").click()
    assert hindrances(manager) == []
    dialog = manager.get_by_role("dialog")
    assert dialog.get_by_role("button", name="结束").is_disabled()
    dialog.get_by_label("原因").fill("扶起来了，没有受伤")
    dialog.get_by_role("button", name="结束").click()
    dialog.wait_for(state="hidden")
    closed = town.http(MANAGER, "GET", f"{AT}/{alert}").body
    assert (closed["state"], closed["outcome"]) == ("resolved", "fine")


def test_somebody_is_watched_over_goes_away_and_is_left_alone(town: Town, browser: Browser) -> None:
    watches = "/care/communities/maple/watches"
    # Given a manager who has somebody's consent
    page = browser.signed_in(MANAGER, "/maple/alarms/watched")
    page.get_by_role("button", name="登记关爱对象").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("谁", exact=True).select_option(ALONE)
    assert dialog.get_by_role("button", name="登记关爱对象").is_disabled()
    dialog.get_by_label("同意书").fill("本人签字，档案 12 号")
    dialog.get_by_label("家人姓名").fill("周晓岚")
    dialog.get_by_label("家人电话").fill("+8613900001234")
    assert hindrances(page) == []
    # When they are put down
    dialog.get_by_role("button", name="登记关爱对象").click()
    page.wait_for_url(f"**/maple/alarms/watched/{ALONE}")
    # Then they are watched over, in their home, and their family is called
    watched = town.http(MANAGER, "GET", f"{watches}/{ALONE}").body
    assert (watched["home"], watched["contacts"][0]["name"]) == (HOME, "周晓岚")
    # And away until a day, and back
    for verb, away in (("外出", True), ("回来了", False)):
        page.get_by_role("complementary").get_by_role("button", name=verb).click()
        dialog.get_by_role("button", name=verb).click()
        dialog.wait_for(state="hidden")
        assert ("away_until" in town.http(MANAGER, "GET", f"{watches}/{ALONE}").body) is away
    # And left alone, once what will happen was read
    page.get_by_role("button", name="结束关爱").click()
    dialog.get_by_text("不再留意").wait_for()
    dialog.get_by_role("button", name="结束关爱").click()
    page.wait_for_url("**/maple/alarms/watched")
    assert town.http(MANAGER, "GET", f"{watches}/{ALONE}").status == 404
