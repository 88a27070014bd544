"""What the rules made of a population: false alarms per person-month, emergencies found, and how late."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import ceil, inf
from os import cpu_count

from linli.vocabulary.care import CarePolicy
from simulation.living import life
from simulation.mishaps import MONTH
from simulation.people import DAY, HOUR
from simulation.rules import rules
from simulation.watching import Watching

TWO_DAYS = 48.0  # hours
FEW = 20  # people whose lives one process takes at a time


@dataclass(slots=True)
class Score:
    """Of one rule. `delays`: hours from each emergency until somebody was asked after; inf if nobody was."""

    months: float = 0.0
    false_alarms: int = 0
    duties: int = 0
    delays: list[float] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Count another one's in."""
        self.months += other.months
        self.false_alarms += other.false_alarms
        self.duties += other.duties
        self.delays += other.delays
        self.kinds += other.kinds

    def of(self, kind: str) -> "Score":
        """The score for one kind of emergency alone."""
        delays = [delay for delay, each in zip(self.delays, self.kinds, strict=True) if each == kind]
        return Score(self.months, self.false_alarms, self.duties, delays, [kind] * len(delays))

    @property
    def per_month(self) -> float:
        """False alarms per person-month."""
        return self.false_alarms / self.months

    @property
    def duties_per_month(self) -> float:
        """Calls because nobody could see, per person-month."""
        return self.duties / self.months

    def found_within(self, hours: float) -> float:
        """The share of emergencies noticed within so many hours; 1 if there was none."""
        return sum(delay <= hours for delay in self.delays) / len(self.delays) if self.delays else 1.0

    def delay(self, share: float) -> float:
        """The delay, hours, within which that share of emergencies is noticed; inf if it never is."""
        ranked = sorted(self.delays)
        return ranked[max(ceil(share * len(ranked)) - 1, 0)] if ranked else inf

    @property
    def mean_delay(self) -> float:
        """The mean delay, hours; who is not found within two days counts as two days."""
        return sum(min(delay, TWO_DAYS) for delay in self.delays) / len(self.delays) if self.delays else inf


Scores = dict[str, Score]


def watched(number: int, *, seed: int, count: int, policy: CarePolicy) -> Scores:
    """One life under each rule."""
    lived = life(seed, number, count)
    met = lived.misfortune
    scores: Scores = {}
    for name, rule in rules(lived.person, policy).items():
        outcome = Watching(lived, rule).run()
        score = Score(
            months=(met.at if met else lived.length) / DAY / MONTH,
            false_alarms=len(outcome.false_alarms),
            duties=outcome.duties,
        )
        if met:
            score.delays.append(inf if outcome.found is None else (outcome.found - met.at) / HOUR)
            score.kinds.append(met.kind)
        scores[name] = score
    return scores


def simulated(people: int, count: int, seed: int, policy: CarePolicy | None = None) -> Scores:
    """All lives of a seed under all rules, on all cores."""
    one = partial(watched, seed=seed, count=count, policy=policy or CarePolicy())
    if people <= FEW:
        return total(map(one, range(people)))
    with ProcessPoolExecutor(cpu_count()) as pool:
        return total(pool.map(one, range(people), chunksize=FEW))


def total(scores: Iterable[Scores]) -> Scores:
    """The sum of many people's."""
    found: Scores = {}
    for each in scores:
        for name, score in each.items():
            found.setdefault(name, Score()).add(score)
    return found
