"""Read twice is once, granted is not passed: any order of showings, entries and silences."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.access.credentials.grants import Grants
from functions.access.credentials.validity import Credential
from functions.access.gate_pass.domain import OPEN_FOR, Decision, Policies, Showing, Situation, decide
from functions.access.gate_pass.models import Shown
from functions.access.gates.models import Direction, Gate
from functions.access.holders.standing import Passing, Presence, Standing
from linli.device_messages import Clocks
from linli.vocabulary.access import AccessPolicy

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GATES: dict[str, Direction] = {"gate-1": "in", "gate-2": "out", "gate-3": "in"}


@dataclass
class Door:
    """A holder with credentials of their own, gates of one area, and what we remember of them."""

    mode: str = "hard"
    entries: int | None = None
    tells_entries: bool = False
    single_use: bool = False
    standing: Standing = field(init=False)
    grants: dict[str, Grants] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    facts: int = 0
    shown: int = 0

    def __post_init__(self) -> None:
        self.standing = Standing(holder="li-na", entries_left=self.entries)

    def show(self, second: float, gate: str = "gate-1", card: str = "a", **told: Any) -> Decision:
        at = START + second * SECOND
        clocks = Clocks(at, told.pop("received_at", at))
        self.shown += 1
        decision = decide(
            Shown(credential="card", value=card),
            Situation(
                community="willow",
                policies=Policies(access=AccessPolicy.model_validate({"passback": {"garden": self.mode}})),
                time_zone="Asia/Shanghai",
                gate=Gate(gate=gate, area="garden", direction=GATES[gate]),
                credential=Credential(
                    kind="card",
                    holder="li-na",
                    valid_from=START - timedelta(days=1),
                    valid_until=START + timedelta(days=1),
                    single_use=self.single_use,
                ),
                standing=self.standing,
                used_up=card in self.used,
                grants=tuple(self.grants.get(card, Grants()).items),
                tells_entries=self.tells_entries,
            ),
            Showing(f"e-{self.shown}", clocks, told.get("granted_offline")),
        )
        assert decision.standing is not None
        self.standing = decision.standing
        self.facts += len(decision.facts)
        if decision.grant:
            self.grants[card] = self.grants.get(card, Grants()).and_now(decision.grant)
        if decision.uses_up:
            self.used.add(card)
        return decision

    def enter(self, decision: Decision) -> None:
        if decision.awaited:
            self.standing = self.standing.went_through(decision.awaited)


@pytest.mark.parametrize("mode", ["off", "soft", "hard"])
def test_read_twice_is_once(mode: str) -> None:
    door = Door(mode=mode, entries=1, single_use=True)
    first, second = door.show(0), door.show(1.2)
    assert (first.verdict, second.verdict) == ("granted", "granted")
    assert second.again == first.grant
    assert (door.facts, door.standing.entries_left) == (1, 0)
    assert second.checks["passback"] == ("not_applicable" if mode == "off" else "passed")
    assert door.show(OPEN_FOR.total_seconds()).verdict == "denied", "its time is not drawn out"


def test_the_second_reading_may_come_first() -> None:
    door = Door()
    assert door.show(1.2).verdict == "granted"
    assert door.show(0).again is not None


@pytest.mark.parametrize(("gate", "card"), [("gate-3", "a"), ("gate-1", "b")])
def test_another_gate_or_another_credential_is_another_passing(gate: str, card: str) -> None:
    door = Door()
    door.show(0)
    assert door.show(1, gate, card).reason == "passback"


def test_who_is_blocked_meanwhile_has_no_standing_grant() -> None:
    door = Door()
    door.show(0)
    door.standing = door.standing.marked("fever", START, on=True)
    assert door.show(1).reason == "blocked_fever"


def test_who_was_granted_and_did_not_go_through_has_not_passed() -> None:
    door = Door(tells_entries=True, entries=1)
    assert door.show(0).verdict == "granted"
    assert door.show(3, "gate-3").reason == "no_entries_left", "while it is open the entry is taken"
    again = door.show(15)
    assert again.verdict == "granted"
    door.enter(again)
    assert (door.show(30).reason, door.standing.entries_left) == ("no_entries_left", 0)


def test_who_went_through_has_passed_however_late_the_gate_tells() -> None:
    door = Door(tells_entries=True)
    went_in = door.show(0)
    assert door.show(20, "gate-2").verdict == "granted"
    door.enter(went_in)
    assert door.standing.presence["garden"].direction == "in"
    assert door.show(40, "gate-1").reason == "passback"


def test_an_entry_told_late_does_not_undo_what_came_after_it() -> None:
    door = Door(tells_entries=True)
    went_in = door.show(0)
    went_out = door.show(20, "gate-2")
    door.enter(went_out)
    door.enter(went_in)
    assert door.standing.presence["garden"].direction == "out"


def test_two_readings_of_a_gate_that_was_offline_are_one() -> None:
    door = Door(entries=3)
    now = START + timedelta(hours=1)
    for second in (0, 1, 60):
        door.show(second, granted_offline=True, received_at=now)
    assert (door.facts, door.standing.entries_left) == (2, 1)


def test_where_staff_have_said_nobody_knows_either_way_is_open() -> None:
    for gate in GATES:
        door = Door()
        door.show(0)
        door.show(20, "gate-2")
        door.standing = door.standing.placed(["garden"], None, START + 30 * SECOND)
        assert door.show(31, gate).verdict == "granted"


def test_what_was_before_staff_spoke_changes_nothing_after_it() -> None:
    door = Door(tells_entries=True)
    went_in = door.show(0)
    door.standing = door.standing.placed(["garden"], "out", START + 30 * SECOND)
    door.enter(went_in)
    assert door.standing.presence["garden"] == Presence(direction="out", at=START + 30 * SECOND)
    assert door.show(0, granted_offline=True, received_at=START + 60 * SECOND).verdict == "granted"
    assert door.standing.presence["garden"].direction == "out"


showings = st.lists(
    st.tuples(
        st.integers(0, 100),  # tenths of a second since the one before
        st.sampled_from(sorted(GATES)),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["goes through", "late", "stays"]),
    ),
    max_size=14,
)


@settings(deadline=None)
@given(showings, st.sampled_from(["off", "soft", "hard"]), st.booleans(), st.integers(1, 4))
def test_no_more_entries_are_used_than_people_went_through_nor_more_than_there_are(
    told: list[tuple[int, str, str, str]], mode: str, tells_entries: bool, entries: int
) -> None:
    door = Door(mode=mode, entries=entries, tells_entries=tells_entries)
    second, late, passed = 0.0, [], Counter[str]()
    for tenths, gate, card, then in told:
        second += tenths / 10
        decision = door.show(second, gate, card)
        if decision.verdict == "denied" or decision.again:
            continue
        if tells_entries and then == "goes through":
            door.enter(decision)
        elif tells_entries and then == "late":
            late.append(decision)
        if not tells_entries or then != "stays":
            passed[GATES[gate]] += 1
    for decision in late:
        door.enter(decision)
    assert door.standing.entries_left is not None
    used = entries - door.standing.entries_left
    assert used == min(entries, passed["in"])
    if not late:
        assert passed["in"] <= entries


@settings(deadline=None)
@given(showings)
def test_hard_anti_passback_lets_nobody_in_twice_who_went_through(
    told: list[tuple[int, str, str, str]],
) -> None:
    for tells_entries in (False, True):
        door, second, last = Door(tells_entries=tells_entries), 0.0, None
        for tenths, gate, card, then in told:
            second += tenths / 10
            decision = door.show(second, gate, card)
            if decision.verdict == "denied" or decision.again:
                continue
            if tells_entries and then == "stays":
                continue
            door.enter(decision)
            assert GATES[gate] != last
            last = GATES[gate]


@settings(deadline=None)
@given(showings, st.sampled_from(["off", "soft", "hard"]))
def test_each_showing_repeated_at_once_changes_nothing(
    told: list[tuple[int, str, str, str]], mode: str
) -> None:
    once, twice, second = Door(mode=mode, entries=3), Door(mode=mode, entries=3), 0.0
    for tenths, gate, card, _ in told:
        second += tenths / 10
        first = once.show(second, gate, card)
        again = [twice.show(second, gate, card) for _ in range(2)]
        assert [one.verdict for one in again] == [first.verdict] * 2
    assert (once.standing, once.facts) == (twice.standing, twice.facts)


def test_a_passing_is_forgotten_when_its_time_is_over() -> None:
    standing = Standing(holder="li-na")
    for second in range(100):
        at = START + second * SECOND
        passing = Passing(
            gate="gate-1", area="garden", direction="in", at=at, until=at + OPEN_FOR, entry=True, place=True
        )
        standing = standing.awaiting(passing, at)
    assert len(standing.awaited) == OPEN_FOR // SECOND
