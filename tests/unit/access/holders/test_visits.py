"""One visit is one entry, however many gates are on the way; leaving and coming again is another."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.access.gates.models import CredentialKind, Direction
from functions.access.holders.standing import Standing
from functions.access.holders.visits import ON_THE_WAY, TOGETHER, Step

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Guest:
    """A guest who walks through gates; `refused` are the comings in that were not let."""

    entries: int
    standing: Standing = field(init=False)
    refused: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.standing = Standing(holder="wang", entries_left=self.entries)

    def step(self, minute: int, area: str, direction: Direction = "in", shown: CredentialKind = "qr") -> None:
        at = START + minute * MINUTE
        step = Step(area=area, direction=direction, at=at, shown=shown)
        if direction == "in" and not self.standing.may_come_in(step, at):
            self.refused.append(minute)
            return
        self.standing = self.standing.stepped(step)

    @property
    def used(self) -> int:
        return self.entries - (self.standing.entries_left or 0)


def test_an_outer_gate_and_the_door_of_the_building_are_one_entry() -> None:
    guest = Guest(1)
    guest.step(0, "garden")
    guest.step(1, "lobby")
    guest.step(2, "floor-3")
    assert (guest.used, guest.refused) == (1, [])


@pytest.mark.parametrize("first", ["qr", "plate"])
def test_a_car_and_who_sits_in_it_are_one_entry_at_the_gate_and_after_it(first: CredentialKind) -> None:
    guest, second = Guest(1), "plate" if first == "qr" else "qr"
    guest.step(0, "garden", shown=first)
    guest.step(1, "garden", shown=second)  # type: ignore[arg-type]
    guest.step(20, "lobby", shown="qr")
    assert (guest.used, guest.refused) == (1, [])


def test_who_is_dropped_off_goes_on_when_the_car_has_left() -> None:
    guest = Guest(1)
    guest.step(0, "garden", shown="plate")
    guest.step(2, "garden", "out", shown="plate")
    guest.step(3, "lobby", shown="qr")
    assert (guest.used, guest.refused) == (1, [])


def test_to_step_out_of_the_building_is_not_to_leave() -> None:
    guest = Guest(1)
    for minute, area, direction in ((0, "garden", "in"), (1, "lobby", "in"), (60, "lobby", "out")):
        guest.step(minute, area, direction)  # type: ignore[arg-type]
    guest.step(70, "lobby")
    assert (guest.used, guest.refused) == (1, [])


@pytest.mark.parametrize("way_out", [("garden", "garden"), ("north", "south"), ("garden", "lobby")])
def test_who_was_seen_to_leave_begins_another_visit_wherever_they_come_in(way_out: tuple[str, str]) -> None:
    into, back_by = way_out
    guest = Guest(1)
    guest.step(0, into)
    guest.step(30, into if into == "garden" else "south", "out")
    guest.step(60, back_by)
    assert (guest.used, guest.refused) == (1, [60])


def test_who_comes_into_the_entrance_again_has_left_seen_or_not() -> None:
    guest = Guest(2)
    guest.step(0, "garden")
    guest.step(1, "lobby")
    guest.step(300, "garden")
    guest.step(301, "lobby")
    guest.step(600, "garden")
    assert (guest.used, guest.refused) == (2, [600])


def test_the_code_of_one_guest_is_not_for_two_at_one_gate() -> None:
    guest = Guest(1)
    guest.step(0, "garden")
    guest.step(1, "garden")
    assert guest.refused == [1]


def test_a_car_that_comes_long_after_is_another_coming() -> None:
    guest = Guest(1)
    guest.step(0, "garden", shown="qr")
    guest.step(TOGETHER // MINUTE + 1, "garden", shown="plate")
    assert guest.refused == [TOGETHER // MINUTE + 1]


INNER = ("lobby", "floor-3")
visits = st.lists(
    st.tuples(
        st.sampled_from(["on foot", "by car", "both"]),
        st.lists(st.tuples(st.sampled_from(INNER), st.sampled_from(["in", "out"])), max_size=6),
        st.booleans(),  # whether a gate sees them leave
    ),
    min_size=1,
    max_size=5,
)


@given(visits, st.integers(1, 5))
def test_entries_used_are_the_visits_made_whatever_doors_are_on_the_way(
    made: list[tuple[str, list[tuple[str, Direction]], bool]], entries: int
) -> None:
    guest, minute, comings = Guest(entries), 0, []
    for coming, doors, seen in made:
        came_at = minute
        comings.append(came_at)
        ways: list[CredentialKind] = {"on foot": ["qr"], "by car": ["plate"], "both": ["plate", "qr"]}[coming]  # type: ignore[assignment]
        for shown in ways:
            guest.step(minute, "garden", shown=shown)
            minute += 1
        if came_at in guest.refused:
            break
        through: set[str] = set()  # nobody leaves by a door that they did not come in by
        for area, direction in doors:
            if direction == "out" and area not in through:
                continue
            through.add(area)
            guest.step(minute, area, direction, shown="qr")
            minute += 7
        for shown in ways if seen else []:
            guest.step(minute, "garden", "out", shown=shown)
        minute += TOGETHER // MINUTE + 1
    assert guest.used == min(entries, len(comings))
    assert set(guest.refused) <= set(comings[entries:]) | {one + 1 for one in comings[entries:]}


@given(st.permutations([("garden", 0), ("lobby", 4), ("floor-3", ON_THE_WAY // MINUTE)]))
def test_gates_that_tell_later_in_whatever_order_tell_of_one_visit(told: list[tuple[str, int]]) -> None:
    guest = Guest(3)
    for area, minute in told:
        guest.step(minute, area)
    assert guest.used == 1
    assert guest.standing.visit is not None
    assert (guest.standing.visit.entrance, guest.standing.visit.since) == ("garden", START)


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.sampled_from(["garden", *INNER]), st.sampled_from(["in", "out"]))
    )
)
def test_who_comes_and_goes_as_they_like_has_no_visits(told: list[tuple[int, str, Direction]]) -> None:
    before = after = Standing(holder="li-na")
    for minute, area, direction in told:
        after = after.stepped(Step(area=area, direction=direction, at=START + minute * MINUTE, shown="card"))
    assert after == before
