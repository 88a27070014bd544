"""Family that lives elsewhere sees that somebody calls for help, and says that they see to it."""

from collections.abc import Iterator

import pytest

from tests.e2e.browser.home.conftest import Phone, go
from tests.e2e.conftest import Town, eventually

PERSON, CHILD, CARER = "cedar-resident-1", "cedar-family-1", "cedar-caregiver-1"
AT = "/care/communities/cedar"
WATCH = f"{AT}/watches/{PERSON}"
SET_UP = {"home": "b1/101", "consent": "consent-of-a-test", "family": [CHILD]}


@pytest.fixture
def called(town: Town) -> Iterator[str]:
    """The alert of somebody who is watched over and has called for help."""
    watched = eventually(lambda: town.http(CARER, "PUT", WATCH, SET_UP).status == 200, "care knows her")
    assert watched
    alert = town.http(PERSON, "POST", f"{AT}/calls_for_help", {}).body["alert"]
    yield alert
    over = {"command": "resolve", "outcome": "fine", "note": "tried"}
    assert town.http(CARER, "POST", f"{AT}/alerts/{alert}/answers", over).status == 200
    assert town.http(CARER, "DELETE", WATCH).status == 204


def test_family_sees_the_call_and_sees_to_it(phone: Phone, town: Town, called: str) -> None:
    page = phone(CHILD)
    assert page.locator("nav.tiles .sos").count() == 0  # it is for who lives here

    go(page, "/family")
    page.get_by_text("正在呼救").wait_for()
    page.get_by_role("button", name="我来处理").tap()

    page.get_by_text("有人在处理").wait_for()
    assert town.http(CARER, "GET", f"{AT}/alerts/{called}").body["state"] == "acknowledged"
    assert PERSON not in page.locator("#page").inner_text()
