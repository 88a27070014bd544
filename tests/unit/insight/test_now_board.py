"""The rule of insight/now_board: which fact is of which thing, and that nobody is taken over."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.insight.board.models import Item, Severity
from functions.insight.board.things import Thing
from functions.insight.now_board.domain import Told, words_of
from linli.vocabulary.access import GateAlarmEnded, GateAlarmRaised
from linli.vocabulary.care import AlertChanged, AlertClosed, AlertOpened
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised
from linli.vocabulary.maintenance import TicketChanged
from linli.vocabulary.payments import PaymentRefunded, RefundStuck
from linli.vocabulary.utilities import MeterSignalEnded, MeterSignalRaised

NOW = datetime(2026, 11, 27, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
PERSON, UNIT = "wang-2", "unit-301"
C = {"community": "willow"}
ALERT = {**C, "alert": "a1", "person": PERSON}
TICKET = {**C, "ticket": "t1", "kind": "repair", "asset": None, "changed_at": NOW, "priority": "general"}
FAULT = {**C, "device": "gate-1", "fault": "lost", "episode": "e1"}
SIGNAL = {**C, "meter": "m1", "episode": "e1"}
REFUND = {**C, "refund": "r1", "intent": "i1", "amount_fen": 5}
LIVES: list[list[Told]] = [
    [
        AlertOpened(**ALERT, reason="idle", opened_at=NOW, version=1),
        AlertChanged(**C, alert="a1", state="acknowledged", changed_at=NOW, version=2),
        AlertOpened(**ALERT, reason="sos", opened_at=NOW, version=3),
        AlertClosed(**ALERT, outcome="fine", closed_at=NOW, version=4),
    ],
    [
        TicketChanged(**TICKET, state="submitted", version=1),
        TicketChanged(**TICKET, state="dispatched", version=2, late=["respond"], due_at=NOW),
        TicketChanged(**TICKET, state="reopened", version=3, late=["respond", "resolve"], due_at=NOW),
        TicketChanged(**TICKET, state="done", version=4),
    ],
    [
        GateAlarmRaised(**C, gate="g1", alarm="held_open", occurred_at=NOW),
        GateAlarmEnded(**C, gate="g1", alarm="held_open", ended_at=LATER),
    ],
    [
        DeviceFaultRaised(**FAULT, kind="gate", since=NOW),
        DeviceFaultCleared(**FAULT, cleared_at=LATER),
    ],
    [
        MeterSignalRaised(**SIGNAL, medium="gas", signal="leak", home=f"b1/{UNIT}", since=NOW),
        MeterSignalEnded(**SIGNAL, signal="leak", ended_at=LATER),
    ],
    [
        RefundStuck(**REFUND, why="stuck", stuck_at=NOW),
        PaymentRefunded(**REFUND, bill="b1", refunded_at=LATER),
    ],
]
"""From each thing's beginning to its end."""


def board(facts: list[Told]) -> list[Item]:
    """What is shown of these facts, told in this order."""
    things: dict[str, Thing] = {}
    for minute, fact in enumerate(facts):
        for name, word in words_of(fact, NOW + timedelta(minutes=minute)).items():
            things[name] = things[name].with_word(word) if name in things else word
    return [each.item for each in things.values() if each.item is not None]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: type(life[0]).__name__)
def test_what_has_ended_is_gone_in_whatever_order_it_was_told(life: list[Told]) -> None:
    for told in permutations(life):
        assert board([*told, *told]) == []


@pytest.mark.parametrize("life", LIVES, ids=lambda life: type(life[0]).__name__)
def test_what_has_not_ended_is_there_in_whatever_order_it_was_told(life: list[Told]) -> None:
    shown = [board(list(told)) for told in permutations(life[:-1])]
    assert all(each == shown[0] for each in shown)
    assert len(shown[0]) == 1


@pytest.mark.parametrize("life", LIVES, ids=lambda life: type(life[0]).__name__)
def test_nobody_and_nobodys_home_is_on_the_board(life: list[Told]) -> None:
    for fact in life:
        told = str({name: word.model_dump_json() for name, word in words_of(fact, NOW).items()})
        assert PERSON not in told
        assert UNIT not in told
        assert "amount" not in told


@pytest.mark.parametrize(
    ("fact", "severity"),
    [
        (AlertOpened(**ALERT, reason="sos", opened_at=NOW), "critical"),
        (AlertOpened(**ALERT, reason="idle", opened_at=NOW), "major"),
        (TicketChanged(**{**TICKET, "priority": "emergency"}, state="submitted", version=1), "major"),
        (
            TicketChanged(**{**TICKET, "priority": "emergency"}, state="paused", version=1, late=["arrive"]),
            "critical",
        ),
        (TicketChanged(**TICKET, state="paused", version=1, late=["arrive"]), "minor"),
        (TicketChanged(**TICKET, state="paused", version=1), None),
        (TicketChanged(**TICKET, state="of newer code", version=1, late=["arrive"]), None),
        (GateAlarmRaised(**C, gate="g1", alarm="forced", occurred_at=NOW), "major"),
        (DeviceFaultRaised(**FAULT, kind="gate", since=NOW), "minor"),
        (DeviceFaultRaised(**FAULT, kind="lamp", since=NOW), "warning"),
        (DeviceFaultRaised(**{**FAULT, "fault": "low-battery"}, kind="gate", since=NOW), None),
        (MeterSignalRaised(**SIGNAL, medium="gas", signal="leak", home=None, since=NOW), "critical"),
        (MeterSignalRaised(**SIGNAL, medium="water", signal="leak", home=None, since=NOW), "minor"),
        (MeterSignalRaised(**SIGNAL, medium="water", signal="no_use", home="b/u", since=NOW), None),
        (RefundStuck(**REFUND, why="failed", stuck_at=NOW), "minor"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_how_severe_it_is(fact: Told, severity: Severity | None) -> None:
    assert [each.severity for each in board([fact])] == ([severity] if severity else [])


@pytest.mark.parametrize("late", [[], ["arrive"]])
@pytest.mark.parametrize(("priority", "kind"), [("emergency", "emergency"), ("general", "breach")])
def test_an_emergency_stays_one_when_it_is_late(priority: str, kind: str, late: list[str]) -> None:
    fact = TicketChanged(**{**TICKET, "priority": priority}, state="submitted", version=1, late=late)
    assert [each.kind for each in board([fact])] == ([kind] if late or kind == "emergency" else [])


def test_a_failed_refund_is_over_once_another_of_the_order_is_done() -> None:
    failed = RefundStuck(**REFUND, why="failed", stuck_at=NOW)
    other: dict[str, Any] = {**REFUND, "refund": "r2"}
    done = PaymentRefunded(**other, bill="b1", refunded_at=LATER)
    assert board([done, failed]) == board([failed, done]) == []


def test_a_gate_that_is_held_open_once_more_after_it_closed_is_open() -> None:
    first, closing = LIVES[2]
    again = GateAlarmRaised(**C, gate="g1", alarm="held_open", occurred_at=LATER + timedelta(hours=1))
    for told in permutations([first, closing, again]):
        assert [each.since for each in board(list(told))] == [again.occurred_at]


@given(st.lists(st.sampled_from([fact for life in LIVES for fact in life]), max_size=20), st.data())
def test_any_facts_in_any_order_make_the_same_board(facts: list[Told], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(facts + facts))
    told = {fact.model_dump_json(): number for number, fact in enumerate(facts)}

    def at_their_times(order: list[Told]) -> dict[str, Thing]:
        words = [
            pair
            for fact in order
            for pair in words_of(fact, NOW + timedelta(minutes=told[fact.model_dump_json()])).items()
        ]
        return {
            name: reduce(Thing.with_word, [word for each, word in words if each == name]) for name, _ in words
        }

    assert at_their_times(shuffled) == at_their_times(facts)
