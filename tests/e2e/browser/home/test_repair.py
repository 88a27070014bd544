"""A repair with a photo: few taps, and it is there for everybody else."""

from pathlib import Path

from tests.e2e.browser.home.conftest import Phone
from tests.e2e.conftest import Town, eventually

PERSON = "willow-resident-2"
AT = "/maintenance/communities/willow"


def test_a_repair_with_a_photo_takes_four_taps_after_signing_in(
    phone: Phone, town: Town, tmp_path: Path
) -> None:
    page = phone(PERSON)
    photo = tmp_path / "leak.png"
    page.screenshot(path=photo)  # some picture

    page.locator("a[href='#/repair']").tap()  # 1
    with page.expect_file_chooser() as chooser:
        page.locator("label.take").tap()  # 2: the camera
    chooser.value.set_files(photo)
    page.locator("figure img").wait_for()
    page.get_by_role("radio", name="水管").tap()  # 3
    page.locator("footer .do").tap()  # 4
    page.wait_for_url("**/#/tickets/*")

    ticket = page.url.split("/tickets/")[1].split("?")[0]
    told = town.http(PERSON, "GET", f"{AT}/tickets/{ticket}").body
    assert (told["category"], told["building"], told["unit"]) == ("plumbing", "b1", "102")
    shown = eventually(
        lambda: town.http(PERSON, "GET", f"{AT}/tickets/{ticket}/photos").body["items"], "the photo is kept"
    )
    assert len(shown) == 1
    page.locator(".photos img").wait_for()


def test_a_mended_repair_is_rated_and_seen_through_the_api(phone: Phone, town: Town) -> None:
    body = {"category": "electrical", "description": "灯不亮", "building": "b1", "unit": "102"}
    made = town.http(PERSON, "POST", f"{AT}/tickets", body).body
    path = f"{AT}/tickets/{made['ticket']}"

    def moved(command: str, **more: object) -> None:
        wanted = {"command": command, **more}
        answer = town.http(made["repairer"], "POST", f"{path}/transitions", wanted)
        assert answer.status == 200, answer

    for command in ("accept", "arrive", "finish"):
        moved(command)
    page = phone(PERSON)
    page.evaluate("ticket => { location.hash = `#/tickets/${ticket}` }", made["ticket"])

    page.get_by_role("radio", name="修好了", exact=True).tap()
    page.locator(".van-rate__item").nth(4).tap()
    page.get_by_role("button", name="评价").tap()

    page.get_by_text("您给了 5 颗星").wait_for()
    rated = town.http(PERSON, "GET", path).body
    assert (rated["state"], rated["rating"]["score"], rated["rating"]["resolved"]) == ("rated", 5, True)
