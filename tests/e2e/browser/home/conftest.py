"""A phone in somebody's hand: 360 × 800, signed in to the resident page as a person of the demo."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.browser.conftest import KEPT, PATIENCE_MS, WEB
from tests.e2e.conftest import Town, eventually

BUILT = WEB / "dist/home/index.html"
NARROW = {"width": 360, "height": 800}
READY = "nav.tiles"
WAITING = re.compile("^(正在看|Looking)…$")

Phone = Callable[..., Any]


@pytest.fixture
def phone(town: Town, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """`phone("willow-resident-1")`: their first page. What the page itself complains of fails the test."""
    if not BUILT.exists():
        pytest.skip("the pages are not built: make console")
    errors: list[str] = []
    opened: list[Any] = []
    request.node.stash[KEPT] = opened

    def pick_up(person: str, *, language: str = "zh-CN", elder: bool = False, before: str = "") -> Any:
        """`before`: what whoever shows the page has put into it."""
        window = chromium.new_context(viewport=NARROW, locale=language, has_touch=True, is_mobile=True)
        window.set_default_timeout(PATIENCE_MS)
        window.add_init_script(f"localStorage.setItem('linli.elder', '{'yes' if elder else 'no'}');{before}")
        page = window.new_page()
        opened.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{town.urls['front'].rstrip('/')}/home/?login_hint={person}")
        page.locator(READY).wait_for()
        return page

    yield pick_up
    for page in opened:
        page.context.close()
    assert errors == []


def go(page: Any, path: str) -> None:
    """Go to a room of the page and wait until what it asked for has come."""
    page.evaluate("path => { location.hash = '#' + path }", path)
    page.locator("main").first.wait_for()
    eventually(lambda: page.get_by_text(WAITING).count() == 0, f"{path} has been answered")


def smallest_text(page: Any) -> float:
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


def small_targets(page: Any, least: int) -> list[str]:
    """What can be pressed and is lower or narrower than `least` px."""
    script = """least => [...document.querySelectorAll(
        'a, button, input:not(.unseen), textarea, label.do, label.take')]
      .filter((element) => element.checkVisibility())
      .map((element) => [element.getBoundingClientRect(), element.textContent.trim() || element.id])
      .filter(([box]) => box.height < least - 0.5 || box.width < least - 0.5)
      .map(([box, text]) => `${text}: ${box.width} x ${box.height}`)"""
    return list(page.evaluate(script, least))
