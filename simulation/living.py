"""Whole lives: habits, days, absences, faults and perhaps an emergency, from one seed."""

from dataclasses import dataclass
from random import Random

from simulation.days import Told, days
from simulation.mishaps import (
    Absence,
    Fault,
    Misfortune,
    absences,
    after_misfortune,
    faults,
    misfortune,
    through_faults,
    without,
)
from simulation.people import DAY, Person, person

AFTERMATH_DAYS = 4  # lived on after the last day, so that a late emergency can still be found
FIRST_WEEKDAY = 0  # the first midnight is a Monday's


@dataclass(frozen=True, slots=True)
class Life:
    """What is told of a person, and the truth behind it, in minutes since the first midnight."""

    person: Person
    told: tuple[Told, ...]
    gone: tuple[Absence, ...]
    broken: tuple[Fault, ...]
    misfortune: Misfortune | None
    length: float

    def is_gone(self, at: float) -> Absence | None:
        """The absence at that moment."""
        return next((each for each in self.gone if each.start <= at < each.end), None)


def life(seed: int, number: int, count: int) -> Life:
    """The life number `number` of a seed; it does not depend on how many there are."""
    draw = Random(f"{seed}/{number}")  # noqa: S311 - a life, not a secret
    someone = person(number, count, draw)
    length = count + AFTERMATH_DAYS
    lived = days(someone, length, FIRST_WEEKDAY, draw)
    gone = absences(someone, count, FIRST_WEEKDAY, draw)
    broken = faults(someone, count, draw)
    told = without(lived.told, gone, someone, draw)
    met = misfortune(someone, count, lived, gone, draw)
    if met:
        told = after_misfortune(told, someone, met, draw)
        gone = [each for each in gone if each.start < met.at]
    told = through_faults(sorted(told, key=lambda each: each.at), broken, length * DAY, draw)
    end = min(met.at + AFTERMATH_DAYS * DAY if met else count * DAY, length * DAY)
    return Life(someone, tuple(each for each in told if each.at < end), tuple(gone), tuple(broken), met, end)
