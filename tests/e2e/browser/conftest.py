"""Pages in a browser: Debian's Chromium by Playwright, against the town of all end-to-end tests.

Without Chromium, or without a build of the pages (`make console`), these tests are skipped and say so.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from linli_cli.layout import ROOT
from tests.e2e.conftest import Town

WEB = ROOT / "functions/console/web"
BUILT = WEB / "dist/console/index.html"
AXE = WEB / "node_modules/axe-core/axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# No sandbox inside a container, nothing fetched from anywhere but the page.
CLOSED = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server", "--disable-sync"]
CLOSED += [
    "--disable-background-networking",
    "--disable-component-update",
    "--autoplay-policy=user-gesture-required",
]
SIZES = {"desk": (1440, 900), "phone": (390, 844), "zoomed": (720, 450)}  # the last: 1440 wide at 200 %
PATIENCE_MS = 60_000.0  # a first call starts functions
SHOTS = ROOT / "build/screenshots"
KEPT = pytest.StashKey[list[Any]]()


def missing() -> str:
    """What lacks, or nothing."""
    if CHROMIUM is None:
        return "no Chromium here: apt-get install chromium fonts-wqy-zenhei"
    if not BUILT.exists():
        return "the pages are not built: make console"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    why = missing()
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.browser)
            if why:
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """What failed is kept as a picture."""
    report: Any = yield
    if report.when == "call" and report.failed:
        for number, page in enumerate(item.stash.get(KEPT, [])):
            if not page.is_closed():
                SHOTS.mkdir(parents=True, exist_ok=True)
                name = re.sub(r"\W+", "-", item.nodeid.rpartition("/")[2])
                page.screenshot(path=SHOTS / f"{name}-{number}.png")
    return report


@dataclass
class Browser:
    """A browser; each person who signs in has a window of their own."""

    town: Town
    chromium: Any
    opened: list[Any]

    def signed_in(
        self,
        person: str,
        at: str = "/",
        *,
        page: str = "console",
        size: str = "desk",
        language: str = "zh-CN",
        timed: bool = False,
    ) -> Any:
        """A page as `person` sees it, at an address behind the `#`; `timed`: its clock can be put forward."""
        width, height = SIZES[size]
        window = self.chromium.new_context(
            viewport={"width": width, "height": height}, locale=language, timezone_id="Asia/Shanghai"
        )
        window.set_default_timeout(PATIENCE_MS)
        if timed:
            window.clock.install()
        found = window.new_page()
        self.opened.append(found)
        found.goto(f"{self.town.urls['front'].rstrip('/')}/{page}/?login_hint={person}#{at}")
        return found


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  where these tests are skipped it is not needed

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=CLOSED)
        yield found
        found.close()


@pytest.fixture
def browser(town: Town, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Browser]:
    found = Browser(town, chromium, [])
    request.node.stash[KEPT] = found.opened
    yield found
    for page in found.opened:
        page.context.close()


FADED_IN = """Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime < Infinity)
  .map((each) => each.finished))"""
TOLD = ".el-message"  # what was done, which goes by itself


def hindrances(page: Any) -> list[str]:
    """What axe finds on a page that is serious or critical, once nothing on it fades in or out any more."""
    page.evaluate(FADED_IN)
    while page.locator(TOLD).count():
        page.locator(TOLD).first.wait_for(state="detached")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def sideways(page: Any) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
