"""What a home used of a medium, day by day, and what tariffs ask for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from functions.utilities.local_days import DAY, day_of, midnight, to_ms
from functions.utilities.meters.models import Medium
from functions.utilities.readings.dials import Interval, Reading, shares
from functions.utilities.tariffs.models import Tariff, Window, by_step, in_force
from linli.contracts import Contract
from linli.ids import Id
from linli.local_times import Day

ZERO = Decimal(0)
SURCHARGE = "surcharge-"
Key = tuple[str, Decimal]
"""What a line is for, and its price."""


class HeldDays(Contract):
    """Days of a meter that are not billed while a reading of them is held."""

    meter: Id
    medium: Medium
    first_day: Day
    last_day: Day


@dataclass(slots=True)
class HomeUse:
    """What a home used of a medium, by local day, from the first of January of the first month that counts.

    `windows`: by day and window, where a tariff has them. `held`: days in doubt, which are not billed, and
    `doubted` their meters. `estimated`: days on which an estimate bears.
    """

    days: dict[date, Decimal] = field(default_factory=dict)
    windows: dict[date, dict[str, Decimal]] = field(default_factory=dict)
    held: set[date] = field(default_factory=set)
    doubted: list[HeldDays] = field(default_factory=list)
    estimated: set[date] = field(default_factory=set)

    def among(self, days: Iterable[date]) -> list[date]:
        """Those of the days of which something is known, and nothing is in doubt."""
        return [day for day in sorted(days) if day in self.days and day not in self.held]

    def between(self, first: date, end: date) -> Decimal:
        """What was used from one day to before another, without what is in doubt."""
        used = (each for day, each in self.days.items() if first <= day < end and day not in self.held)
        return sum(used, ZERO)


@dataclass(frozen=True, slots=True)
class Prices:
    """By what a home is charged for a medium: the tariffs; `since`: its tenants moved in then, and their
    steps begin; `heads`: by how many persons the steps go.
    """

    medium: Medium
    tariffs: Sequence[Tariff]
    since: date | None = None
    heads: int | None = None

    def of(self, day: date) -> Tariff | None:
        """The tariff of a day."""
        return in_force(self.tariffs, self.medium, day)


def priced(use: HomeUse, prices: Prices, days: Sequence[date]) -> tuple[dict[Key, Decimal], bool]:
    """What the days of a month, of one tenancy, are charged for; whether use on some of them has no price."""
    lines: dict[Key, Decimal] = {}
    unpriced = False
    for tariff, group in groupby(use.among(days), prices.of):
        part = list(group)
        if tariff is None:
            unpriced = unpriced or any(use.days[day] for day in part)
            continue
        for key, quantity in _charged(use, prices, tariff, part):
            lines[key] = lines.get(key, ZERO) + quantity
    return lines, unpriced


def _charged(
    use: HomeUse, prices: Prices, tariff: Tariff, days: Sequence[date]
) -> Iterator[tuple[Key, Decimal]]:
    """What days under one tariff are charged for. Steps go on from what was used before in their month or
    year.
    """
    quantity = sum((use.days[day] for day in days), ZERO)
    if tariff.price is not None:
        yield ("flat", tariff.price), quantity
    for name, price in {each.name: each.price for each in tariff.windows or ()}.items():
        used = sum((use.windows.get(day, {}).get(name, ZERO) for day in days), ZERO)
        if used:
            yield (name, price), used
    if tariff.tiers is None:
        return
    start = days[0].replace(day=1, month=1 if tariff.tiered_by == "year" else days[0].month)
    before = use.between(max(start, prices.since or date.min), days[0])
    more = 0 if prices.heads is None or tariff.heads is None else prices.heads - tariff.heads
    first = tariff.tiers[0].price
    for number, tier, part in by_step(tariff.tiers, before, quantity, more):
        if tariff.windows is None:
            yield (f"tier-{number}", tier.price), part
        elif tier.price != first:
            yield (f"{SURCHARGE}tier-{number}", tier.price - first), part


def by_window(
    intervals: Iterable[Interval], windows: Sequence[Window], days: Sequence[date], zone: str
) -> dict[date, dict[str, int]]:
    """What was used in each window of the days, in ticks; what spans windows is shared evenly over time."""
    place, known = ZoneInfo(zone), set(days)
    starts = sorted((start, each.name) for each in windows for start, _ in each.minutes())
    cuts: list[tuple[int, date, str | None]] = []
    for day in days:
        for minutes, name in starts:
            at = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=place)
            cuts.append((to_ms(at), day, name))
        if day + DAY not in known:
            cuts.append((midnight(day + DAY, zone), day, None))
    instants = [at for at, _, _ in cuts]
    used: dict[date, dict[str, int]] = {}
    if not cuts:
        return used
    for each in intervals:
        for number, ticks in shares(each, instants):
            _, day, window = cuts[number - 1] if number else (0, days[0], None)
            if window is not None:
                named = used.setdefault(day, {})
                named[window] = named.get(window, 0) + ticks
    return used


def days_of(intervals: Iterable[Interval], zone: str) -> set[date]:
    """The local days that intervals touch."""
    found: set[date] = set()
    for each in intervals:
        first, last = day_of(each.start, zone), day_of(each.end - 1, zone)
        found |= {first + n * DAY for n in range((last - first).days + 1)}
    return found


def doubts(readings: Sequence[Reading], zone: str, first: int, last: int) -> list[tuple[date, date]]:
    """The days in doubt: from the reading that counts before one that waits for a decision to the one after.

    A held reading that the dial has gone on past doubts nothing: what was used is known by the next one that
    counts. `first`, `last`: in between the meter was in use; what waits for being out of that doubts nothing.
    """
    kept = [each.at for each in readings if each.standing == "kept"]
    newest = max(kept, default=first - 1)
    found = []
    for each in readings:
        waits = each.standing == "conflict" or (each.standing == "held" and each.at > newest)
        if not waits or not first <= each.at <= last:
            continue
        start = max((at for at in kept if at < each.at), default=each.at)
        end = min((at for at in kept if at > each.at), default=each.at + 1)
        found.append((day_of(start, zone), day_of(end - 1, zone)))
    return found
