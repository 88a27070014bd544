"""The same request twice at the same moment, by one key: neither hears that the other was first."""

from pathlib import Path

import pytest

from tests.integration.chaos import untouched
from tests.integration.conftest import load_event
from tests.integration.faults import struck
from tests.integration.forks import in_a_fork
from tests.integration.gateway import Answer
from tests.integration.playing import SAMPLES, SERVICES, World, WorldOf, is_request, worlds  # noqa: F401

POSTS = [
    sample
    for sample in SAMPLES
    if is_request(load_event(sample)) and load_event(sample)["httpMethod"] == "POST"
]
TWINS_TRIES = 100  # its request id is another one


def with_a_twin(world: World, sample: Path, at: int) -> list[Answer]:
    """The answers to the twin, all of which happens just before the other's call `at`, and to the other."""

    def play() -> list[Answer]:
        request, twin = world.play(sample), world.play(sample)
        twin.tries = TWINS_TRIES
        answers: list[Answer] = []

        def meanwhile(number: int, _: str) -> None:
            if number == at:
                answers.append(twin.send())

        with struck(meanwhile):
            own = request.send()
        return [*answers, own]

    return in_a_fork(play)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("name", SERVICES)
def test_of_two_requests_with_one_key_neither_is_refused_for_what_the_other_did(
    name: str, world_of: WorldOf
) -> None:
    world = world_of(name)
    refused = []
    for sample in (each for each in POSTS if each.parts[0] == name):
        usual = untouched(world, sample)
        for number in range(len(usual.calls) if usual.ends[-1] in {200, 201} else 0):
            twin, own = with_a_twin(world, sample, number)
            if twin.status != usual.ends[-1] or own.status not in {usual.ends[-1], 503}:
                refused.append(f"{sample} before call {number}: {twin.status}, {own.status} {own.text}")
    assert refused == []
