"""How long people take: repairers until they answer, come and are done; managers; residents who rate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from functions.maintenance.reports.models import Category
from functions.maintenance.tickets.models import PauseReason
from linli.calendar import BusinessCalendar, Hours
from linli.vocabulary.maintenance import Priority
from simulation.city.weather import OFFICE, ZONE

DAY_BEGINS, DAY_ENDS = 8, 18  # hours of the repairers' shift, on holidays too
SHIFT = BusinessCalendar(ZONE, dict.fromkeys(range(1, 8), ((DAY_BEGINS * 60, DAY_ENDS * 60),)))
COMES_AFTER: dict[Priority, tuple[float, float]] = {  # minutes of the shift, the median, and its spread
    "emergency": (10.0, 0.4),
    "urgent": (70.0, 0.7),
    "general": (280.0, 0.8),
    "complex": (600.0, 0.8),
}
WORKS_FOR: dict[Category, float] = {  # minutes, the median
    "water": 55, "power": 45, "lift": 50, "gas": 30, "heating": 60, "plumbing": 35, "electrical": 25,
    "door": 30, "device": 40, "meter": 45, "structure": 220, "cleaning": 30, "greening": 60, "parking": 20,
    "noise": 20, "service": 20, "other": 30,
}  # fmt: skip
PAUSES: dict[Category, tuple[float, tuple[PauseReason, ...]]] = {
    "structure": (0.4, ("weather", "awaiting_parts", "outside_works")),
    "lift": (0.15, ("awaiting_parts",)),
    "heating": (0.12, ("resident_absent", "awaiting_parts")),
}
OTHERWISE: tuple[float, tuple[PauseReason, ...]] = (0.05, ("resident_absent", "no_access", "awaiting_parts"))
RATES, RATES_OF_HOTLINE = 0.4, 0.8
SCORES = ((1, 2), (2, 2), (3, 6), (4, 20), (5, 70))
Answer = Literal["accept", "decline"]


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reporter thinks, and whether they want it done again."""

    score: int
    resolved: bool
    reopens: bool


def is_day(at: datetime) -> bool:
    """Whether the repairers' shift is in."""
    return DAY_BEGINS <= at.astimezone(ZONE).hour < DAY_ENDS


def _after(hours: Hours, at: datetime, minutes: float) -> datetime:
    return hours.after(at, timedelta(seconds=round(minutes * 60, 3)))


def answer(draw: Random, at: datetime, *, on_call: bool) -> tuple[Answer, datetime] | None:
    """What a repairer says to an offer, and when; None for one that is not seen."""
    if not is_day(at) and not on_call:
        return None
    chance = draw.random()
    if chance < 0.03:  # noqa: PLR2004  not seen
        return None
    said: Answer = "decline" if chance < 0.07 else "accept"  # noqa: PLR2004
    return said, at + timedelta(seconds=round(draw.lognormvariate(4.4, 0.7), 3))


def arrival(draw: Random, priority: Priority, at: datetime) -> datetime:
    """When somebody is there."""
    median, spread = COMES_AFTER[priority]
    minutes = median * draw.lognormvariate(0, spread)
    if priority == "emergency":
        return at + timedelta(seconds=round(minutes * 60, 3))
    return _after(SHIFT, at, minutes)


def pause(draw: Random, category: Category, at: datetime) -> tuple[PauseReason, datetime, datetime] | None:
    """Why, when and until when work has to wait, if it has to."""
    chance, reasons = PAUSES.get(category, OTHERWISE)
    if draw.random() >= chance:
        return None
    begins = at + timedelta(seconds=round(draw.uniform(300, 1800), 3))
    return draw.choice(reasons), begins, _after(SHIFT, begins, draw.uniform(300, 2400))


def done(draw: Random, category: Category, priority: Priority, at: datetime) -> datetime:
    """When it is mended."""
    minutes = WORKS_FOR[category] * draw.lognormvariate(0, 0.5)
    if priority == "emergency":
        return at + timedelta(seconds=round(minutes * 60, 3))
    return _after(SHIFT, at, minutes)


def manager_takes_on(draw: Random, at: datetime) -> datetime:
    """When a manager takes on what is to be answered."""
    return _after(OFFICE, at, 6 * draw.lognormvariate(0, 0.8))


def manager_is_done(draw: Random, at: datetime) -> datetime:
    """When it is answered."""
    return _after(OFFICE, at, 240 * draw.lognormvariate(0, 0.9))


def rating(draw: Random, at: datetime, *, by_manager: bool) -> tuple[datetime, Rating] | None:
    """When and how something is rated, if at all."""
    if draw.random() >= (RATES_OF_HOTLINE if by_manager else RATES):
        return None
    hours = draw.lognormvariate(1.5, 1.2)
    when = _after(OFFICE, at, hours * 60) if by_manager else at + timedelta(seconds=round(hours * 3600, 3))
    resolved = draw.random() < 0.95  # noqa: PLR2004
    score = draw.choices([each for each, _ in SCORES], [share for _, share in SCORES])[0]
    reopens = not resolved and draw.random() < 0.6  # noqa: PLR2004
    return when, Rating(score if resolved else min(score, 2), resolved, reopens)
