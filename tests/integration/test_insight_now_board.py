"""The board: what was told to be open and not to be over, whatever the order, and however often."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.insight.board.rows import ItemRow
from linli.events import Fact
from linli.vocabulary.care import AlertChanged, AlertClosed, AlertOpened, AlertReason
from linli.vocabulary.directory import CommunityChanged
from linli.vocabulary.maintenance import TicketChanged
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.gateway import NOW, Answer
from tests.integration.messages import batch, told
from tests.integration.people import ACME, BIRCH, WILLOW_MANAGER, member

NOW_OF_WILLOW = "/communities/willow/now"
NOW_OF_ACME = "/companies/acme/now"


@pytest.fixture
def app(service: Service) -> Chalice:
    return service("insight")


class Board:
    """What becomes of facts, and what staff see then."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke) -> None:
        self.app, self.http, self.invoke = app, http, invoke

    def hear(self, *facts: Fact, at: datetime = NOW, sent: datetime | None = None) -> list[str]:
        """The outcomes of these facts, told then; `sent` to the queue then as well, or at another time."""
        bodies = [told(fact, f"{type(fact).__name__}-{at}", at) for fact in facts]
        outcomes: list[str] = self.invoke(self.app, "now_board", batch(*bodies, sent=sent or at))["outcomes"]
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


def test_a_fact_of_tomorrow_is_no_newer_than_its_arrival(board: Board) -> None:
    board.hear(opened(), at=NOW + timedelta(days=1), sent=NOW)
    assert board.show().body["as_of"] == "2026-01-05T08:00:00.000Z"


def after(board: Board, span: timedelta) -> str:
    """How the schedule's run ends, so long from now."""
    event = {
        "version": "0", "id": "tick", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "123456789012", "time": (NOW + span).isoformat(), "region": "eu-west-1", "resources": [],
        "detail": {},
    }  # fmt: skip
    return str(board.invoke(board.app, "lapse", event)["outcome"])


def test_what_nobody_tells_of_any_more_is_doubted_then_gone_and_one_more_word_brings_it_back(
    board: Board,
) -> None:
    board.hear(opened(), runs("willow", "acme"))
    tag = board.show().headers["ETag"]
    assert after(board, timedelta(hours=23)) == "nothing_due"
    assert board.show(tag=tag).status == 304
    assert after(board, timedelta(days=1)) == "done"
    assert board.show(tag=tag).body["items"][0]["doubtful"] is True
    assert after(board, timedelta(days=6)) == "done"
    assert board.items() == []
    assert board.show(NOW_OF_ACME, asker=ACME).body["communities"] == []
    board.hear(opened(version=2), at=NOW + timedelta(days=7))
    assert board.items() == ["care/alert/a1"]
    assert board.show().headers["ETag"] == tag, "the same is shown again"


def test_two_words_of_one_community_at_the_same_moment_are_both_on_its_board(
    board: Board, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    board.hear(runs("willow", "acme"))
    meanwhile("TransactWriteItems", lambda: board.hear(opened("a2", "idle")))
    board.hear(opened("a1"))
    shown = board.show().body
    assert (shown["open"], [each["item"] for each in shown["items"]]) == (
        2,
        ["care/alert/a1", "care/alert/a2"],
    )
    (there,) = board.show(NOW_OF_ACME, asker=ACME).body["communities"]
    assert (there["open"], there["most_urgent"]["kind"]) == (2, "sos")


def test_an_end_at_the_same_moment_as_its_beginning_leaves_nothing(
    board: Board, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    meanwhile("TransactWriteItems", lambda: board.hear(closed()))
    board.hear(opened())
    assert (board.items(), board.show().body["open"]) == ([], 0)


def test_the_board_does_not_grow_with_what_is_over(board: Board) -> None:
    for number in range(30):
        board.hear(opened(f"a{number}"), closed(f"a{number}"))
    board.hear(opened("last"))
    assert board.items() == ["care/alert/last"]
    assert len(list(ItemRow.query(ItemRow.key.partition("willow")))) == 1


def test_no_more_is_shown_than_was_asked_for_and_all_is_counted(board: Board) -> None:
    for number in range(5):
        board.hear(opened(f"a{number}"))
    shown = board.show(limit="2").body
    assert (len(shown["items"]), shown["open"]) == (2, 5)


@pytest.mark.parametrize("person", ["resident", "repairer", "official"])
def test_who_does_not_run_the_place_sees_no_board(board: Board, person: str) -> None:
    board.hear(opened())
    assert board.show(asker=member("p", "willow", person)).status == 403


def test_a_fact_of_a_kind_that_nobody_takes_here_is_parked_and_changes_nothing(board: Board) -> None:
    fact = {"detail": {**told(opened(), "e-1")["detail"], "type": "linli.care.newer_fact.v1"}}
    assert board.invoke(board.app, "now_board", batch(fact))["outcomes"] == ["invalid-request"]
    assert board.items() == []


STORIES = st.lists(
    st.sampled_from(
        [
            opened("a1", "idle", 1), opened("a1", "sos", 2), closed("a1"), opened("a2"), closed("a2"),
            ticket("submitted", 1), ticket("dispatched", 2, late=["respond"]), ticket("done", 3),
            ticket("reopened", 4, late=["resolve"]), runs("willow", "acme"),
        ]
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STORIES)
def test_the_tag_is_another_just_when_the_answer_is(board: Board, story: list[Fact]) -> None:
    """Asked after each fact, of both scopes, whatever came before in the same town."""
    for fact in story:
        for path, asker in ((NOW_OF_WILLOW, WILLOW_MANAGER), (NOW_OF_ACME, ACME)):
            before = board.show(path, asker=asker)
            board.hear(fact)
            since = board.show(path, asker=asker)
            said, says = ({**each.body, "as_of": None} for each in (before, since))
            assert (before.headers["ETag"] == since.headers["ETag"]) is (said == says)
            status = board.show(path, tag=before.headers["ETag"], asker=asker).status
            assert (status == 304) is (said == says)
    shown = board.show().body
    assert len(shown["items"]) == shown["open"] == sum(shown["by_kind"].values())
