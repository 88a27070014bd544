"""Homes: who lives where is found, and a person gets another role."""

from tests.e2e.browser.conftest import Browser, hindrances
from tests.e2e.conftest import Town

AT = "/directory/communities/maple"
MANAGER, NEWCOMER = "maple-manager-1", "maple-newcomer-1"


def test_a_person_is_added_to_a_home(town: Town, browser: Browser) -> None:
    # Given a home and who lives there
    page = browser.signed_in(MANAGER, "/maple/homes")
    page.locator("[data-unit='101']").click()
    page.get_by_role("complementary").get_by_text("住的人").wait_for()
    assert hindrances(page) == []
    # When somebody moves in
    page.get_by_role("button", name="人", exact=True).click()
    page.get_by_role("button", name="加一个人").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("姓名").fill("林晓芸")
    dialog.get_by_label("电话").fill("+8613800001234")
    dialog.get_by_label("账号").fill(NEWCOMER)
    dialog.get_by_label("楼栋").select_option("b1")
    dialog.get_by_label("房号").select_option("101")
    assert hindrances(page) == []
    dialog.get_by_role("button", name="加一个人").click()
    dialog.wait_for(state="hidden")
    # Then they are a member, found by their telephone
    members = town.http(MANAGER, "GET", f"{AT}/memberships?limit=100").body["items"]
    added = next(each for each in members if each["person"] == NEWCOMER)
    assert (added["roles"], added["home"]["unit"]) == (["resident"], "101")
    page.get_by_role("searchbox").fill("+8613800001234")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_text("林晓芸").wait_for()
    # And when their number is another, it is that by which they are found
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press("Enter")
    page.locator(f"[data-person={NEWCOMER}]").get_by_role("button", name="改姓名电话").click()
    page.wait_for_function("document.querySelector('#record-name')?.value === '林晓芸'")
    dialog.get_by_label("电话").fill("+8613800005678")
    dialog.get_by_role("button", name="保存").click()
    dialog.wait_for(state="hidden")
    assert town.http(MANAGER, "GET", f"{AT}/people/{NEWCOMER}").body["phone"] == "+8613800005678"
    assert town.http(MANAGER, "DELETE", f"{AT}/memberships/{NEWCOMER}").status == 204
