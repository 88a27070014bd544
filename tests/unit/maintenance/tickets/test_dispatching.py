"""Who gets a ticket: the best of the free, in whatever order they are read."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.people.models import Candidate
from functions.maintenance.reports.models import Reported
from functions.maintenance.tickets.dispatching import FAR, distance_m
from functions.maintenance.tickets.steps import Step
from tests.unit.maintenance.tickets.examples import NOW, SETTING

coordinates = st.tuples(st.integers(-10_000, 10_000), st.integers(-10_000, 10_000))


@given(coordinates, coordinates)
def test_it_is_as_far_there_as_back_and_far_to_what_nobody_knows(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    positions = {"b1": one, "b2": other}
    assert distance_m("b1", "b2", positions) == distance_m("b2", "b1", positions) < FAR
    assert distance_m("b1", "b3", positions) == distance_m(None, "b1", positions) == FAR
    assert distance_m("b3", "b3", positions) == 0


def candidate(person: str, load: int = 0, building: str | None = "b1", *, on_duty: bool = True) -> Candidate:
    return Candidate(person, frozenset({"plumbing"}), building, on_duty, load)


candidates = st.lists(
    st.builds(
        candidate,
        person=st.sampled_from(["ann", "bob", "cat", "dan"]),
        load=st.integers(0, 4),
        building=st.sampled_from(["b1", "b2", "b3", None]),
        on_duty=st.booleans(),
    ),
    unique_by=lambda one: one.person,
)


@given(candidates, st.randoms())
def test_an_offer_goes_to_the_best_of_the_free_in_whatever_order_they_are_read(
    found: list[Candidate], random: Any
) -> None:
    def offered(people: list[Candidate]) -> Step:
        reported = Reported(
            category="plumbing", description="It drips", building="b1", reported_by="resident"
        )
        step = Step.opening("willow", "t-1", reported, SETTING, NOW)
        step.offer(people, NOW)
        return step

    shuffled = list(found)
    random.shuffle(shuffled)
    step = offered(found)
    assert step.ticket.repairer == offered(shuffled).ticket.repairer
    free = [one for one in found if one.on_duty and one.load < SETTING.policy.most_active]
    chosen = [one for one in found if one.person == step.ticket.repairer]
    if not free:
        assert (step.ticket.state, step.ticket.dispatch_at) == ("submitted", NOW + timedelta(minutes=1))
    else:
        assert chosen[0].load == min(one.load for one in free)
        assert chosen[0] in free
