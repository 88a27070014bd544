"""The gate's code and the visitor's, as a phone shows them and a gate takes them."""

from tests.e2e.browser.home.conftest import Phone
from tests.e2e.conftest import Town, eventually

PERSON = "willow-resident-3"
AT = "/access/communities/willow"


def asks(town: Town, code: str, event: str) -> tuple[str, str | None]:
    """What a gate says to a code; a guard asks for it."""
    wanted = {"event_id": event, "credential": "qr", "value": code}
    answer = town.http("willow-guard-1", "POST", f"{AT}/gates/willow-gate-1/passes", wanted)
    assert answer.status in {200, 201}, answer
    return answer.body["outcome"], answer.body.get("reason")


def test_the_code_on_the_screen_opens_the_gate_and_another_comes_by_itself(phone: Phone, town: Town) -> None:
    page = phone(PERSON)
    page.clock.install()

    with page.expect_response("**/qr_codes") as shown:
        page.locator("a[href='#/gate']").tap()
    page.get_by_role("img", name="门禁二维码").wait_for()
    drawn = page.locator("svg.code path").get_attribute("d")
    assert asks(town, shown.value.json()["code"], "browser-gate-1") == ("granted", None)

    with page.expect_response("**/qr_codes"):
        page.clock.run_for(60_000)
    another = page.locator("svg.code path")
    eventually(lambda: another.count() == 1 and another.get_attribute("d") != drawn, "another code is drawn")


def test_a_visitor_gets_a_code_that_opens_until_it_is_withdrawn(phone: Phone, town: Town) -> None:
    page = phone(PERSON)
    page.locator("a[href='#/visitors']").tap()
    page.get_by_role("button", name="请人来家里").tap()
    page.get_by_label("谁来？").fill("表弟")
    page.get_by_role("button", name="做一个访客码").tap()
    page.get_by_role("img", name="表弟的访客码").wait_for()

    listed = town.http(PERSON, "GET", f"{AT}/invitations").body["items"]
    made = next(each for each in listed if each["visitor_name"] == "表弟")
    with page.expect_download() as saved:
        page.get_by_role("button", name="发给客人").tap()
    assert saved.value.suggested_filename == "linli.png"
    page.get_by_role("button", name="收回访客码").tap()
    page.get_by_role("button", name="收回访客码").tap()
    page.get_by_text("已收回").wait_for()

    assert asks(town, made["code"], "browser-visitor-1") == ("denied", "revoked_credential")
