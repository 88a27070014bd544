"""A person's days: asleep, about, sitting, napping, out; and what of it sensors and gates would tell."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from simulation.people import DAY, HOUR, Person

SHORTEST = 5.0  # a sensor tells of movement at most every so many minutes
SATURDAY = 5

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Told:
    """What is told at a minute: `kind` is a kind of signal, `sensor` the index of the sensor in the home, if
    it was one.
    """

    at: float
    kind: str
    sensor: int | None = None


@dataclass(slots=True)
class Days:
    """What happened, in minutes since the first midnight; the truth that no rule may see."""

    told: list[Told] = field(default_factory=list)
    nights: list[Interval] = field(default_factory=list)
    outings: list[Interval] = field(default_factory=list)


def days(person: Person, count: int, first_weekday: int, draw: Random) -> Days:
    """`count` days of a life at home, before absences, faults and emergencies."""
    lived = Days()
    bed = person.lies_down - DAY
    later = 0.0
    cold = 0
    for day in range(count):
        midnight, weekday = day * DAY, (first_weekday + day) % 7
        cold = max(cold - 1, 0) or (draw.randint(1, 3) if draw.random() < person.colds_a_month / 30 else 0)
        if person.moves_to and person.moves_to[0] == day:
            later = person.moves_to[1]
        wakes = midnight + person.wakes + later + draw.gauss(0, person.wake_spread)
        wakes += (person.weekend_later if weekday >= SATURDAY else 0) + (60 if cold else 0)
        if draw.random() < 0.04:  # noqa: PLR2004 - lies in
            wakes += draw.uniform(60, 200)
        wakes = max(wakes, bed + 3 * HOUR)
        lived.nights.append((bed, wakes))
        rises = _night(person, bed, wakes, draw)
        bed = max(
            midnight + person.lies_down + later + draw.gauss(0, person.bed_spread) - (60 if cold else 0),
            wakes + 8 * HOUR,
        )
        outings = [] if cold else _outings(person, midnight, weekday, (wakes, bed), draw)
        lived.outings += outings
        still = _still(person, midnight, (wakes, bed), cold > 0, draw)
        rate = person.movements_an_hour * (0.35 if cold else 1) * (1.6 if person.home == "couple" else 1)
        about = _about((wakes, bed), outings, still, rate, draw)
        moves = _places(person, [*rises, *about], (wakes, bed), draw)
        lived.told += _seen(person, [(at, place) for at, place in moves if not _within(at, outings)], draw)
        lived.told += _passes(person, outings, draw)
        if person.presses_daily and draw.random() < 0.85:  # noqa: PLR2004
            leaves = outings[0][0] if outings else bed
            lived.told.append(Told(wakes + draw.uniform(0.1, 0.9) * min(leaves - wakes, 120), "check_in"))
        if person.home == "cat":
            lived.told += _cat(person, midnight, draw)
    lived.told.sort(key=lambda told: told.at)
    return lived


def _night(person: Person, bed: float, wakes: float, draw: Random) -> list[float]:
    """To the bathroom and back."""
    asleep = wakes - bed
    visits = [bed + 30 + each for each in _poisson(person.night_visits / asleep, asleep - 40, draw)]
    return [at for visit in visits for at in (visit, visit + draw.uniform(3, 10))]


def _outings(person: Person, midnight: float, weekday: int, awake: Interval, draw: Random) -> list[Interval]:
    found: list[Interval] = []
    if draw.random() < person.long_days_a_month / 30:
        start = max(awake[0] + 40, midnight + draw.gauss(8 * HOUR, 40))
        return [(start, min(start + draw.uniform(7, 13) * HOUR, awake[1] - 10))]
    if person.fixture and person.fixture[0] == weekday and draw.random() < 0.9:  # noqa: PLR2004
        start = midnight + person.fixture[1] + draw.gauss(0, 15)
        found.append((start, start + person.fixture[2] + draw.gauss(0, 20)))
    if draw.random() < person.outing_chances[weekday]:
        start = midnight + person.outing_starts + draw.gauss(0, 35)
        found.append((start, start + person.outing_minutes * draw.lognormvariate(0, 0.45)))
    if draw.random() < person.outing_chances[weekday] * 0.5:
        start = midnight + draw.gauss(16 * HOUR, 60)
        found.append((start, start + person.outing_minutes * draw.lognormvariate(0, 0.45)))
    apart: list[Interval] = []
    for start, end in sorted(found):
        if start > awake[0] + 15 and end < awake[1] - 15 and (not apart or start > apart[-1][1] + 20):
            apart.append((start, end))
    return apart


def _still(person: Person, midnight: float, awake: Interval, cold: bool, draw: Random) -> list[Interval]:
    """Naps, and hours in a chair that no sensor sees."""
    still: list[Interval] = []
    if draw.random() < person.nap_chance:
        start = midnight + draw.gauss(12.75 * HOUR, 25)
        still.append((start, start + person.nap_minutes * draw.lognormvariate(0, 0.35)))
    sits = _poisson((person.sits_a_day + 2 * cold) / (14 * HOUR), awake[1] - awake[0], draw)
    return still + [(awake[0] + at, awake[0] + at + draw.uniform(40, 150 + 60 * cold)) for at in sits]


def _about(
    awake: Interval, outings: list[Interval], still: list[Interval], rate: float, draw: Random
) -> Iterator[float]:
    """Movements at home: rising, coming and going for certain, others at random, few while sitting."""
    yield awake[0]
    yield awake[1]
    for start, end in outings:
        yield from (start - 3, end + 1, end + 4, end + 9)
    for each in _poisson(rate / HOUR, awake[1] - awake[0], draw):
        at = awake[0] + each
        if not _within(at, still) or draw.random() < 0.05:  # noqa: PLR2004
            yield at


def _places(
    person: Person, movements: list[float], awake: Interval, draw: Random
) -> Iterator[tuple[float, int]]:
    """Each movement is near one of the home's sensors; rising and lying down lead past each of them."""
    inside = [index for index, kind in enumerate(person.sensors) if kind != "door"]
    for at in movements:
        yield at, draw.choice(inside)
    for index in inside:
        yield awake[0] + draw.uniform(2, 40), index
        yield awake[1] - draw.uniform(2, 30), index


def _seen(person: Person, movements: list[tuple[float, int]], draw: Random) -> Iterator[Told]:
    """What sensors tell of movements. Doors tell of coming and going only."""
    last: dict[int, float] = {}
    for at, sensor in sorted(movements):
        if draw.random() < person.seen_chance and at - last.get(sensor, -SHORTEST) >= SHORTEST:
            last[sensor] = at
            yield Told(at, person.sensors[sensor], sensor)


def _passes(person: Person, outings: list[Interval], draw: Random) -> Iterator[Told]:
    door = person.sensors.index("door") if "door" in person.sensors else None
    for start, end in outings:
        for at, passed, kind in ((start, start + 3, "gate_out"), (end, end - 3, "gate_in")):
            if door is not None and draw.random() < 0.97:  # noqa: PLR2004
                yield Told(at, "door", door)
            if draw.random() < person.gate_chance:
                yield Told(passed, kind)


def _cat(person: Person, midnight: float, draw: Random) -> Iterator[Told]:
    for sensor, kind in enumerate(person.sensors):
        if kind == "motion":
            for at in _poisson(0.4 / HOUR, DAY, draw):
                yield Told(midnight + at, kind, sensor)


def _within(at: float, spans: list[Interval]) -> bool:
    return any(start < at < end for start, end in spans)


def _poisson(rate: float, length: float, draw: Random) -> Iterator[float]:
    """The moments of a Poisson process of `rate` a minute."""
    if rate <= 0:
        return
    at = draw.expovariate(rate)
    while at < length:
        yield at
        at += draw.expovariate(rate)
