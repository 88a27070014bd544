"""Who is watched over: habits, home and sensors. All times are minutes of the local day."""

from dataclasses import dataclass
from random import Random
from typing import Literal

Home = Literal["alone", "couple", "cat"]
Emergency = Literal["fall", "illness", "asleep", "outside"]

HOUR = 60.0
DAY = 24 * HOUR
SETS: tuple[tuple[tuple[str, ...], float, float], ...] = (  # sensors, share of homes, movements they see
    (("motion", "motion", "motion", "door", "water"), 0.35, 0.9),
    (("motion", "door"), 0.30, 0.75),
    (("motion", "motion", "bed", "lamp", "door"), 0.15, 0.85),
    (("door", "water", "lamp"), 0.12, 0.6),
    (("motion",), 0.08, 0.7),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person's habits. `chance` is per day, per pass or per trip as its name says."""

    number: int
    home: Home
    sensors: tuple[str, ...]
    seen_chance: float
    wakes: float
    wake_spread: float
    lies_down: float
    bed_spread: float
    weekend_later: float
    night_visits: float
    nap_chance: float
    nap_minutes: float
    movements_an_hour: float
    sits_a_day: float
    outing_chances: tuple[float, ...]
    outing_starts: float
    outing_minutes: float
    fixture: tuple[int, float, float] | None
    long_days_a_month: float
    gate_chance: float
    presses_daily: bool
    weekend_chance: float
    trips_a_month: float
    tells_chance: float
    colds_a_month: float
    moves_to: tuple[int, float] | None


def _between(low: float, value: float, high: float) -> float:
    return max(low, min(value, high))


def person(number: int, days: int, draw: Random) -> Person:
    """Somebody, drawn. `days`: how long they are watched."""
    home: Home = draw.choices(("alone", "couple", "cat"), (82, 10, 8))[0]
    sensors, _, seen = draw.choices(SETS, [share for _, share, _ in SETS])[0]
    going_out = draw.uniform(0.25, 0.95)
    naps = draw.random() < 0.58  # noqa: PLR2004 - CHARLS
    quiet = draw.random() < 0.15  # noqa: PLR2004 - sits by the television all day
    return Person(
        number=number,
        home=home,
        sensors=sensors,
        seen_chance=_between(0.4, draw.gauss(seen, 0.1), 0.98),
        wakes=_between(4.5 * HOUR, draw.gauss(6.25 * HOUR, 50), 9.5 * HOUR),
        wake_spread=draw.uniform(10, 40),
        lies_down=_between(19.5 * HOUR, draw.gauss(21.75 * HOUR, 50), 24.5 * HOUR),
        bed_spread=draw.uniform(10, 45),
        weekend_later=draw.gauss(15, 20),
        night_visits=draw.uniform(1.6, 3.2) if draw.random() < 0.55 else draw.uniform(0.1, 1.2),  # noqa: PLR2004
        nap_chance=draw.uniform(0.5, 0.95) if naps else 0.05,
        nap_minutes=_between(20, draw.gauss(63, 25), 130),
        movements_an_hour=draw.uniform(0.8, 1.6) if quiet else draw.uniform(2.5, 8),
        sits_a_day=draw.uniform(0.3, 2.0),
        outing_chances=tuple(_between(0.05, draw.gauss(going_out, 0.15), 0.98) for _ in range(7)),
        outing_starts=draw.gauss(8.75 * HOUR, 60),
        outing_minutes=_between(35, draw.gauss(80, 35), 200),
        fixture=(draw.randrange(7), draw.uniform(8, 14) * HOUR, draw.uniform(3, 6) * HOUR)
        if draw.random() < 0.4  # noqa: PLR2004
        else None,
        long_days_a_month=draw.choice((0.0, 0.5, 1.0, 2.0)),
        gate_chance=draw.uniform(0.8, 0.98) if draw.random() < 0.6 else draw.choice((0.0, 0.3)),  # noqa: PLR2004
        presses_daily=draw.random() < 0.1,  # noqa: PLR2004
        weekend_chance=draw.choice((0.0, 0.0, 0.0, 0.1, 0.3)),
        trips_a_month=draw.choice((0.0, 0.1, 0.2, 0.4)),
        tells_chance=draw.betavariate(2.5, 1.5),
        colds_a_month=draw.uniform(0, 0.6),
        moves_to=(draw.randrange(days), draw.choice((-60, -40, 45, 75))) if draw.random() < 0.1 else None,  # noqa: PLR2004
    )
