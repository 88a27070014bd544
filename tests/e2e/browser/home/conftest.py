"""A phone in somebody's hand: Chromium at 360 × 800, signed in to the resident page as a person of the demo."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from linli_cli.layout import ROOT
from tests.e2e.conftest import DEADLINE_S, Town

WEB = ROOT / "functions/console/web"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-proxy-server", "--disable-background-networking"]
NARROW = {"width": 360, "height": 800}
READY = "nav.tiles"
WAITING = re.compile("^(正在看|Looking)…$")

Phone = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Skips where it is not, or where nobody has built the pages."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}: apt install chromium fonts-wqy-zenhei")
    if not (WEB / "dist/home/index.html").exists():
        pytest.skip("the pages are not built: make console")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(town: Town, chromium: Browser) -> Iterator[Phone]:
    """`phone("willow-resident-1")`: their first page. What the page itself complains of fails the test."""
    errors: list[str] = []
    contexts = []

    def pick_up(person: str, *, language: str = "zh-CN", elder: bool = False, before: str = "") -> Page:
        context = chromium.new_context(viewport=NARROW, locale=language, has_touch=True, is_mobile=True)
        contexts.append(context)
        context.set_default_timeout(DEADLINE_S * 1000)
        context.add_init_script(f"localStorage.setItem('linli.elder', '{'yes' if elder else 'no'}');{before}")
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{town.urls['front']}home/?login_hint={person}")
        page.locator(READY).wait_for()
        return page

    yield pick_up
    for context in contexts:
        context.close()
    assert errors == []


def go(page: Page, path: str) -> None:
    """Go to a room of the page and wait until what it asked for has come."""
    page.evaluate("path => { location.hash = '#' + path }", path)
    page.locator("main").first.wait_for()
    expect(page.get_by_text(WAITING)).to_have_count(0)


def sideways(page: Page) -> int:
    """How many pixels of the page lie outside the screen, to the right."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def smallest_text(page: Page) -> float:
    """The size of the smallest text that can be seen, in px."""
    script = """() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      let smallest = Infinity
      while (walker.nextNode()) {
        const element = walker.currentNode.parentElement
        if (!walker.currentNode.textContent.trim() || !element.checkVisibility()) continue
        smallest = Math.min(smallest, parseFloat(getComputedStyle(element).fontSize))
      }
      return smallest
    }"""
    return float(page.evaluate(script))


def small_targets(page: Page, least: int) -> list[str]:
    """What can be pressed and is lower or narrower than `least` px."""
    script = """least => [...document.querySelectorAll('a, button, input:not(.unseen), textarea, label.do, label.take')]
      .filter((element) => element.checkVisibility())
      .map((element) => [element.getBoundingClientRect(), element.textContent.trim() || element.id])
      .filter(([box]) => box.height < least - 0.5 || box.width < least - 0.5)
      .map(([box, text]) => `${text}: ${box.width} x ${box.height}`)"""
    return list(page.evaluate(script, least))


def hindrances(page: Page) -> list[str]:
    """What axe finds that keeps somebody out: serious and critical."""
    page.evaluate((WEB / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: Any = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{each['id']}: {json.dumps([node['target'] for node in each['nodes']])}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
