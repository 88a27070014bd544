"""Pictures of every screen for the READMEs, from the town that runs: `make screenshots`."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer

from linli_cli.cloud import LOCAL, connect
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT
from linli_cli.operate import addresses
from tests.e2e.browser.conftest import CHROMIUM, CLOSED, PATIENCE_MS, missing

KEPT = ROOT / "docs/screenshots"
MOST_BYTES = 100_000
DESK, PHONE, NARROW = (1440, 900), (390, 844), (360, 800)
ANSWERED = """busy => !new RegExp(busy).test(document.body.innerText)
  && document.querySelector('[aria-busy=true]') === null"""
BUSY = "正在读取|正在看…|正在查看"
COMPANY, OPERATOR = "acme", "acme-operator-1"
CONSOLE = ("now", "alarms", "tickets", "gates", "devices", "homes", "money")
HOME = ("gate", "help", "repair", "tickets", "visitors", "pay", "passes", "family", "mine")


@dataclass(frozen=True)
class Picture:
    """Who looks at which address of which page, on a screen of which size (px), in which language."""

    name: str
    person: str
    page: str
    at: str
    size: tuple[int, int]
    elder: bool = False
    language: str = "zh-CN"
    press: str = ""  # what is pressed there first


def pictures(community: str) -> Iterator[Picture]:
    """All there are."""
    manager, resident = f"{community}-manager-1", f"{community}-resident-1"
    for name in CONSOLE:
        yield Picture(f"console-{name}", manager, "console", f"/{community}/{name}", DESK)
    for name in ("now", "tickets"):
        yield Picture(f"console-{name}-phone", manager, "console", f"/{community}/{name}", PHONE)
    yield Picture("console-now-en", manager, "console", f"/{community}/now", DESK, language="en-GB")
    yield Picture("console-company", OPERATOR, "console", f"/@{COMPANY}", DESK)
    yield Picture("home", resident, "home", "/", NARROW)
    yield Picture("home-elder", resident, "home", "/", NARROW, elder=True)
    for name in HOME:
        # By its address alone nobody calls for help
        at, press = ("/", ".sos") if name == "help" else (f"/{name}", "")
        yield Picture(f"home-{name}", resident, "home", at, NARROW, press=press)


def take(chromium: Any, front: str, picture: Picture) -> bytes:
    """Sign in, wait until everything has been answered, look. WebP, of falling quality until it is small."""
    width, height = picture.size
    window = chromium.new_context(
        viewport={"width": width, "height": height}, locale=picture.language, timezone_id="Asia/Shanghai"
    )
    window.set_default_timeout(PATIENCE_MS)
    window.add_init_script(f"localStorage.setItem('linli.elder', '{'yes' if picture.elder else 'no'}')")
    page = window.new_page()
    page.goto(f"{front.rstrip('/')}/{picture.page}/?login_hint={picture.person}#{picture.at}")
    page.locator("main").first.wait_for()
    if picture.press:
        page.locator(picture.press).click()
    page.wait_for_load_state("networkidle")
    page.wait_for_function(ANSWERED, arg=BUSY)
    seen = window.new_cdp_session(page)
    for quality in (90, 80, 65, 50):
        shot = seen.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        found = base64.b64decode(shot["data"])
        if len(found) <= MOST_BYTES:
            break
    window.close()
    return found


def main(community: str = "willow", only: str = "") -> None:
    """Take the pictures of docs/screenshots anew; with --only those whose name begins so."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  said in words where it cannot be used

    front = addresses.front(connect(LOCAL))
    if why := missing() or ("" if front else addresses.NO_FRONT):
        raise CommandError(why)
    KEPT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CLOSED)
        for picture in pictures(community):
            if picture.name.startswith(only):
                found = take(chromium, str(front), picture)
                (KEPT / f"{picture.name}.webp").write_bytes(found)
                typer.echo(f"{picture.name}: {len(found) / 1000:.0f} KB")
        chromium.close()


if __name__ == "__main__":
    typer.run(main)
