"""The board: what was told to be open and not to be over, whatever the order, and however often."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from linli.events import Fact
from linli.vocabulary.care import AlertChanged, AlertClosed, AlertOpened, AlertReason
from linli.vocabulary.directory import CommunityChanged
from linli.vocabulary.maintenance import TicketChanged
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.gateway import NOW, Answer
from tests.integration.messages import batch, told
from tests.integration.people import ACME, BIRCH, WILLOW_MANAGER

NOW_OF_WILLOW = "/communities/willow/now"
NOW_OF_ACME = "/companies/acme/now"


@pytest.fixture
def app(service: Service) -> Chalice:
    return service("insight")


class Board:
    """What becomes of facts, and what staff see then."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke) -> None:
        self.app, self.http, self.invoke = app, http, invoke

    def hear(self, *facts: Fact, at: datetime = NOW) -> list[str]:
        """The outcomes of these facts, told then."""
        bodies = [told(fact, f"{type(fact).__name__}-{at}", at) for fact in facts]
        outcomes: list[str] = self.invoke(self.app, "now_board", batch(*bodies))["outcomes"]
        return outcomes

    def show(
        self, path: str = NOW_OF_WILLOW, tag: str = "", asker: dict[str, Any] = WILLOW_MANAGER, **query: str
    ) -> Answer:
        headers = {"If-None-Match": tag} if tag else {}
        return self.http(self.app, "GET", path, headers=headers, query=query, **asker)

    def items(self) -> list[str]:
        """What is open, in the order that it is shown in."""
        return [each["item"] for each in self.show().body["items"]]


@pytest.fixture
def board(app: Chalice, http: Http, invoke: Invoke) -> Board:
    return Board(app, http, invoke)


def opened(alert: str = "a1", reason: AlertReason = "sos", version: int = 1, **more: Any) -> AlertOpened:
    told_of = {"community": "willow", "person": "somebody", "opened_at": NOW, **more}
    return AlertOpened(alert=alert, reason=reason, version=version, **told_of)


def closed(alert: str = "a1") -> AlertClosed:
    return AlertClosed(
        community="willow", alert=alert, person="somebody", outcome="fine", closed_at=NOW, version=9
    )


def ticket(state: str, version: int, **more: Any) -> TicketChanged:
    told_of = {"community": "willow", "ticket": "t1", "kind": "repair", "asset": None, "changed_at": NOW}
    return TicketChanged(**told_of, state=state, version=version, **{"priority": "general", **more})


def runs(community: str, company: str, version: int = 1) -> CommunityChanged:
    return CommunityChanged(
        community=community,
        company=company,
        sub_district="riverside",
        time_zone="Asia/Urumqi",
        policies={},
        version=version,
    )


def test_what_is_open_is_shown_the_most_severe_first_and_nobody_is_in_it(board: Board) -> None:
    board.hear(opened("a2", "idle"), ticket("dispatched", 2, late=["respond"], building="b1"))
    board.hear(opened("a1", "sos"), at=NOW + timedelta(seconds=1))
    shown = board.show()
    assert [each["kind"] for each in shown.body["items"]] == ["sos", "alert", "breach"]
    assert shown.body["open"] == 3
    assert shown.body["by_severity"] == {"critical": 1, "major": 1, "minor": 1, "warning": 0}
    assert shown.body["as_of"] == "2026-01-05T08:00:01.000Z"
    assert "somebody" not in shown.text


def test_an_end_that_overtakes_its_beginning_leaves_nothing_open(board: Board) -> None:
    assert board.hear(closed(), opened()) == ["noted", "noted"]
    assert board.items() == []


def test_the_same_word_again_changes_nothing(board: Board) -> None:
    assert board.hear(opened(), opened()) == ["opened", "duplicate"]
    assert board.show().body["open"] == 1


def test_a_ticket_is_there_while_it_is_late_and_again_when_it_was_reopened(board: Board) -> None:
    late = ticket("dispatched", 2, late=["respond"])
    assert board.hear(ticket("submitted", 1), late, ticket("accepted", 3)) == ["noted", "opened", "over"]
    assert board.hear(late) == ["duplicate"]
    assert board.hear(ticket("reopened", 7, late=["resolve"]), ticket("done", 6)) == ["opened", "noted"]
    assert board.items() == ["maintenance/ticket/t1"]


def test_who_has_the_board_is_told_so_without_it_until_it_is_another(board: Board) -> None:
    board.hear(opened())
    first = board.show()
    tag = first.headers["ETag"]
    again = board.show(tag=f'"old", {tag}')
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag)
    assert again.headers["Linli-As-Of"] == first.body["as_of"] == first.headers["Linli-As-Of"]
    in_hand = AlertChanged(community="willow", alert="a1", state="acknowledged", changed_at=NOW, version=2)
    board.hear(in_hand, at=NOW + timedelta(minutes=1))
    other = board.show(tag=tag)
    assert (other.status, other.body["items"][0]["in_hand"]) == (200, True)
    assert other.headers["ETag"] != tag


def test_a_company_sees_where_something_is_open_and_the_most_urgent_of_it(board: Board) -> None:
    board.hear(runs("willow", "acme"), runs("cedar", "acme"), opened("a1", "idle"))
    board.hear(opened("a3", "sos", community="cedar"), opened("a2", "sos"))
    shown = board.show(NOW_OF_ACME, asker=ACME)
    assert [(each["community"], each["open"]) for each in shown.body["communities"]] == [
        ("cedar", 1),
        ("willow", 2),
    ]
    assert board.show(NOW_OF_ACME, tag=shown.headers["ETag"], asker=ACME).status == 304
    board.hear(closed("a2"), closed("a1"))
    left = board.show(NOW_OF_ACME, tag=shown.headers["ETag"], asker=ACME).body
    assert [each["community"] for each in left["communities"]] == ["cedar"]


def test_a_community_that_changes_its_company_takes_its_board_along(board: Board) -> None:
    board.hear(opened(), runs("willow", "birch"))
    assert board.show("/companies/birch/now", asker=BIRCH).body["open"] == 1
    board.hear(runs("willow", "acme", 2), runs("willow", "birch", 1))
    assert board.show("/companies/birch/now", asker=BIRCH).body["communities"] == []
    assert board.show(NOW_OF_ACME, asker=ACME).body["open"] == 1
