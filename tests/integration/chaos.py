"""A fault at one call of one sample: whoever sent it asks again, and all is as if nothing had happened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.integration.faults import FAULTS, Fault, struck
from tests.integration.forks import in_a_fork
from tests.integration.playing import SAMPLES, World, parked, state


@dataclass(frozen=True, slots=True)
class Ended:
    """How a sample ended: each of its deliveries, the calls it made, what is kept, what is parked."""

    ends: list[Any]
    calls: list[str]
    kept: list[str]
    parked: set[str]


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault at a call of a sample."""

    sample: Path
    number: int
    operation: str
    fault: Fault

    def __str__(self) -> str:
        return f"{self.sample} {self.fault.name} at {self.operation} {self.number}"


def untouched(world: World, sample: Path) -> Ended:
    """The sample as it ends without a fault."""
    return _played(world, sample, -1, FAULTS[0])


def stricken(world: World, strike: Strike) -> Ended:
    """The sample as it ends with one."""
    return _played(world, strike.sample, strike.number, strike.fault)


def _played(world: World, sample: Path, at: int, fault: Fault) -> Ended:
    def play() -> Ended:
        played = world.play(sample)
        with struck(lambda number, _: fault if number == at else None) as calls:
            ends = played.to_the_end()
        return Ended(ends, list(calls), state(), parked())

    return in_a_fork(play)


def strikes(sample: Path, ended: Ended) -> Iterator[Strike]:
    """Every fault at every call."""
    for number, operation in enumerate(ended.calls):
        for fault in FAULTS:
            yield Strike(sample, number, operation, fault)


def wrong(usual: Ended, ended: Ended) -> list[str]:
    """What is not as if nothing had happened."""
    found = []
    if ended.ends[-1] != usual.ends[-1]:
        found.append(f"ended {ended.ends} and not {usual.ends}")
    if any(isinstance(end, int) and end >= 500 and end != 503 for end in ended.ends):
        found.append(f"answered {ended.ends}")
    found += [f"lost: {row}" for row in sorted(set(usual.kept) - set(ended.kept))]
    found += [f"more: {row}" for row in sorted(set(ended.kept) - set(usual.kept))]
    if len(usual.kept) != len(ended.kept):
        found.append(f"{len(ended.kept)} rows and not {len(usual.kept)}")
    found += [f"parked: {letter}" for letter in sorted(ended.parked ^ usual.parked)]
    return found


Case = tuple[Ended, Strike]


def all_of(world: World) -> Iterator[Case]:
    """Every fault at every call of every sample of a service, with how the sample ends without it."""
    for sample in SAMPLES:
        if sample.parts[0] == world.name:
            usual = untouched(world, sample)
            yield from ((usual, strike) for strike in strikes(sample, usual))


def drawn(world: World, chance: Random, samples: int, each: int) -> Iterator[Case]:
    """Some of them: so many samples, and of each so many faults."""
    own = [sample for sample in SAMPLES if sample.parts[0] == world.name]
    for sample in chance.sample(own, min(samples, len(own))):
        usual = untouched(world, sample)
        found = list(strikes(sample, usual))
        yield from ((usual, strike) for strike in chance.sample(found, min(each, len(found))))


def report(world: World, cases: Iterable[Case]) -> list[str]:
    """What is not as if nothing had happened, by the fault that did it."""
    return [f"{strike}: {each}" for usual, strike in cases for each in wrong(usual, stricken(world, strike))]
