"""A repair with a photo: few taps, and it is there for everybody else."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import requests

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


TWELVE_MEGAPIXELS = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 4032, height: 3024 })
  const pen = canvas.getContext('2d')
  for (let x = 0; x < 4032; x += 8) { pen.fillStyle = `hsl(${x % 360} 80% 50%)`; pen.fillRect(x, 0, 8, 3024) }
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 1))
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}"""
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(400)


def test_a_photo_of_any_phone_is_sent_small_or_said_to_be_unreadable_and_a_report_is_made_once(
    phone: Phone, town: Town
) -> None:
    page = phone(PERSON)
    page.locator("a[href='#/repair']").tap()
    large = b64decode(page.evaluate(TWELVE_MEGAPIXELS))
    photos = [
        {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": large},
        {"name": "IMG_0002.HEIC", "mimeType": "image/heic", "buffer": HEIC},
        {"name": "IMG_0003.JPG", "mimeType": "image/jpeg", "buffer": HEIC},
    ]
    with page.expect_file_chooser() as chooser:
        page.locator("label.album").tap()
    chooser.value.set_files(photos)
    page.get_by_text("有 2 张照片打不开").wait_for()
    assert page.locator("figure img").count() == 1
    page.get_by_role("radio", name="电路").tap()

    def lost(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/tickets", lost)  # it arrives, and the answer does not
    page.locator("footer .do").tap()
    page.get_by_text("连不上服务").wait_for()
    page.unroute("**/tickets")
    before = town.http(PERSON, "GET", f"{AT}/people/{PERSON}/tickets?limit=50").body["items"]
    page.locator("footer .do").tap()
    page.wait_for_url("**/#/tickets/*")

    after = town.http(PERSON, "GET", f"{AT}/people/{PERSON}/tickets?limit=50").body["items"]
    assert [each["ticket"] for each in after] == [each["ticket"] for each in before]
    made = page.url.rpartition("/")[2].partition("?")[0]
    [shown] = town.http(PERSON, "GET", f"{AT}/tickets/{made}/photos").body["items"]
    photo = requests.get(shown["url"], timeout=10)
    assert photo.content.startswith(b"\xff\xd8"), "a JPEG"
    assert len(photo.content) < 1_000_000


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
