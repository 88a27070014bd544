"""What disturbs the days: absences, faults of sensors, emergencies."""

from dataclasses import dataclass
from random import Random

from linli.vocabulary.devices import HEARTBEAT_MINUTES, DeviceKind, DevicesPolicy
from simulation.days import Days, Told
from simulation.people import DAY, HOUR, Emergency, Person

EMERGENCIES: dict[Emergency, float] = {"fall": 0.5, "illness": 0.2, "asleep": 0.15, "outside": 0.15}
EMERGENCY_CHANCE = 1 / 3  # within the time simulated
FIRST_DAY = 3
MONTH = 30.0
MISSED = DevicesPolicy().missed
DEVICES: dict[str, DeviceKind] = {
    "motion": "infrared",
    "door": "door_magnet",
    "bed": "bed",
    "lamp": "lamp",
    "water": "meter",
}


@dataclass(frozen=True, slots=True)
class Absence:
    """Away overnight. `announced_until`: what was told beforehand, None if nothing."""

    start: float
    end: float
    announced_until: float | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Sensors that tell nothing (`stuck`: that tell of movement all the time). `noticed`: by their heartbeat,
    None if it never is.
    """

    start: float
    end: float
    sensors: frozenset[int]
    noticed: float | None
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Misfortune:
    """An emergency (急情) and when help was first needed."""

    kind: Emergency
    at: float


def absences(person: Person, count: int, first_weekday: int, draw: Random) -> list[Absence]:
    """Weekends at the family's and trips, apart from each other."""
    found: list[Absence] = []
    for day in range(count):
        saturday = (first_weekday + day) % 7 == 5  # noqa: PLR2004
        start = day * DAY + draw.uniform(8.5, 11) * HOUR
        if saturday and draw.random() < person.weekend_chance:
            end = (day + 1) * DAY + draw.uniform(15, 20) * HOUR
        elif draw.random() < person.trips_a_month / MONTH:
            end = (day + draw.randint(2, 10)) * DAY + draw.uniform(11, 20) * HOUR
        else:
            continue
        if found and start < found[-1].end + DAY:
            continue
        planned = end + draw.choices((0, -DAY, DAY), (75, 12, 13))[0]  # back as said, later, sooner
        tells = draw.random() < person.tells_chance
        found.append(Absence(start, end, max(planned, start + HOUR) if tells else None))
    return found


def faults(person: Person, count: int, draw: Random) -> list[Fault]:
    """Flat batteries, gateways that are down, sensors that are stuck."""
    everything = frozenset(range(len(person.sensors)))
    found: list[Fault] = []
    for day in range(count):
        at = day * DAY + draw.uniform(0, DAY)
        for sensor in everything:
            if draw.random() < 0.06 / MONTH:
                end = at + draw.uniform(1, 7) * DAY
                found.append(Fault(at, end, frozenset({sensor}), _lost(at, person.sensors[sensor], draw)))
            if person.sensors[sensor] == "motion" and draw.random() < 0.01 / MONTH:
                end = at + draw.uniform(6, 72) * HOUR
                found.append(Fault(at, end, frozenset({sensor}), None, stuck=True))
        if draw.random() < 0.12 / MONTH:
            length = draw.choices((draw.uniform(0.3, 6), draw.uniform(6, 48)), (70, 30))[0] * HOUR
            found.append(Fault(at, at + length, everything, _lost(at, "gateway", draw)))
    return found


def _lost(at: float, kind: str, draw: Random) -> float:
    """When a device that fell silent is taken for lost: so many heartbeats in a row did not come."""
    return at + HEARTBEAT_MINUTES[DEVICES.get(kind, "gateway")] * (MISSED - draw.random())


def misfortune(
    person: Person, count: int, lived: Days, gone: list[Absence], draw: Random
) -> Misfortune | None:
    """Perhaps an emergency, at a moment of the days lived at which the person is there."""
    if person.home == "couple" or draw.random() >= EMERGENCY_CHANCE:
        return None
    kind = draw.choices(list(EMERGENCIES), list(EMERGENCIES.values()))[0]
    start = draw.uniform(FIRST_DAY, count - 1) * DAY
    moments: dict[Emergency, list[float]] = {
        "fall": [told.at for told in lived.told if told.kind not in ("gate_in", "gate_out", "door")],
        "illness": [wakes for _, wakes in lived.nights],
        "asleep": [bed + draw.uniform(0.1, 0.95) * (wakes - bed) for bed, wakes in lived.nights],
        "outside": [begin + draw.random() * (end - begin) for begin, end in lived.outings],
    }
    there = (
        at
        for at in moments[kind]
        if at >= start and at < count * DAY and not any(each.start < at < each.end for each in gone)
    )
    at = next(there, None)
    return None if at is None else Misfortune(kind, at)


def after_misfortune(told: list[Told], person: Person, met: Misfortune, draw: Random) -> list[Told]:
    """What is still told: a cat's movements, somebody who stirs on the floor, somebody ill in bed."""
    before = [each for each in told if each.at < met.at]
    after: list[Told] = []
    if met.kind == "fall" and draw.random() < 0.33:  # noqa: PLR2004
        inside = [index for index, kind in enumerate(person.sensors) if kind == "motion"]
        moments = sorted(met.at + draw.uniform(1, 120) for _ in range(draw.randint(1, 4)))
        after = [Told(at, "motion", draw.choice(inside)) for at in moments if inside]
    elif met.kind == "illness":
        end = met.at + draw.uniform(12, 48) * HOUR
        inside = [index for index, kind in enumerate(person.sensors) if kind != "door"]
        awake = [each for each in told if met.at <= each.at < end and each.sensor in inside]
        after = [each for each in awake if draw.random() < 0.12]  # noqa: PLR2004
    if person.home == "cat":
        after += [
            Told(at, "motion", index)
            for index, kind in enumerate(person.sensors)
            if kind == "motion"
            for at in _every(met.at, 5 * DAY, 2.5 * HOUR, draw)
        ]
    return before + after


def through_faults(told: list[Told], broken: list[Fault], until: float, draw: Random) -> list[Told]:
    """What arrives of it."""
    silent = [each for each in broken if not each.stuck]
    arrives = [
        each
        for each in told
        if not any(f.start <= each.at < f.end and each.sensor in f.sensors for f in silent)
    ]
    for fault in broken:
        if fault.stuck:
            (sensor,) = fault.sensors
            end = min(fault.end, until)
            arrives += [Told(at, "motion", sensor) for at in _every(fault.start, end - fault.start, 20, draw)]
    return sorted(arrives, key=lambda each: each.at)


def without(told: list[Told], gone: list[Absence], person: Person, draw: Random) -> list[Told]:
    """Nothing is told of a home that is empty, but leaving it and coming back are."""
    if not gone:
        return told
    home = [each for each in told if not any(absent.start < each.at < absent.end for absent in gone)]
    door = person.sensors.index("door") if "door" in person.sensors else None
    inside = next((index for index, kind in enumerate(person.sensors) if kind != "door"), 0)
    for absent in gone:
        if door is not None:
            home += [Told(absent.start, "door", door), Told(absent.end, "door", door)]
        home.append(Told(absent.end + 5, person.sensors[inside], inside))
        if draw.random() < person.gate_chance:
            home.append(Told(absent.start + 3, "gate_out"))
        if draw.random() < person.gate_chance:
            home.append(Told(absent.end - 3, "gate_in"))
    return home


def _every(start: float, length: float, minutes: float, draw: Random) -> list[float]:
    at, found = start, []
    while (at := at + draw.expovariate(1 / minutes)) < start + length:
        found.append(at)
    return found
