"""The gate's code and the visitor's, as a phone shows them and a gate takes them."""

import re
from datetime import UTC, datetime, timedelta

from tests.e2e.browser.home.conftest import Phone
from tests.e2e.conftest import Town, eventually

PERSON = "willow-resident-3"
WRONG = datetime(2025, 2, 1, 3, 0, tzinfo=UTC)  # what a phone believes that has lay in a drawer
AT = "/access/communities/willow"


def asks(town: Town, code: str, event: str) -> tuple[str, str | None]:
    """What a gate says to a code; a guard asks for it."""
    wanted = {"event_id": event, "credential": "qr", "value": code}
    answer = town.http("willow-guard-1", "POST", f"{AT}/gates/willow-gate-1/passes", wanted)
    assert answer.status in {200, 201}, answer
    return answer.body["outcome"], answer.body.get("reason")


def test_the_code_on_the_screen_opens_the_gate_and_another_comes_by_itself_whatever_the_phones_clock_says(
    phone: Phone, town: Town
) -> None:
    page = phone(PERSON)
    page.clock.install(time=WRONG)

    with page.expect_response("**/qr_codes") as shown:
        page.locator("a[href='#/gate']").tap()
    page.get_by_role("img", name="门禁二维码").wait_for()
    said = re.search(r"还有 (\d+) 秒", page.get_by_role("timer").inner_text())
    assert said
    assert 50 <= int(said[1]) <= 60
    drawn = page.locator("svg.code path").get_attribute("d")
    assert asks(town, shown.value.json()["code"], "browser-gate-1") == ("granted", None)

    page.route("**/qr_codes", lambda route: route.abort())  # for a moment nothing gets through
    page.clock.run_for(58_000)
    page.get_by_text("门禁码没有出来").wait_for()
    page.unroute("**/qr_codes")
    with page.expect_response("**/qr_codes"):
        page.clock.run_for(6_000)
    another = page.locator("svg.code path")
    eventually(lambda: another.count() == 1 and another.get_attribute("d") != drawn, "another code is drawn")


def test_a_visitor_gets_one_code_that_opens_from_now_until_it_is_withdrawn(phone: Phone, town: Town) -> None:
    before = {each["invitation"] for each in town.http(PERSON, "GET", f"{AT}/invitations").body["items"]}
    page = phone(PERSON)
    page.clock.install(time=WRONG)
    with page.expect_response("**/invitations?*"):  # each answer says what time it is
        page.locator("a[href='#/visitors']").tap()
    page.get_by_role("button", name="请人来家里").tap()
    page.get_by_label("谁来？").fill("表弟")
    page.route("**/invitations", lambda route: (route.fetch(), route.abort()))  # the answer is lost
    page.get_by_role("button", name="做一个访客码").tap()
    page.get_by_text("连不上服务").first.wait_for()
    page.unroute("**/invitations")
    page.get_by_role("button", name="做一个访客码").tap()
    page.get_by_role("img", name="表弟的访客码").wait_for()

    listed = town.http(PERSON, "GET", f"{AT}/invitations").body["items"]
    [made] = [each for each in listed if each["invitation"] not in before]
    ends = datetime.fromisoformat(made["valid_until"])
    assert datetime.now(UTC) < ends <= datetime.now(UTC) + timedelta(days=1)
    with page.expect_download() as saved:
        page.get_by_role("button", name="发给客人").tap()
    assert saved.value.suggested_filename == "linli.png"
    page.get_by_role("button", name="收回访客码").tap()
    page.get_by_role("button", name="收回访客码").tap()
    page.get_by_text("已收回").wait_for()

    assert asks(town, made["code"], "browser-visitor-1") == ("denied", "revoked_credential")
