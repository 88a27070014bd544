"""What something costs: whole fen, lines that add up, parts of the day, steps, and what lasts over several.

Rounding: each line is quantity x price x 100, rounded half up to the fen, once; one that is charged again
costs what it would have at once, less what was charged for it. What several bear together is split by the
largest remainder, so that the shares add up to the whole: equal remainders go to the first by name. What
lasts over several parts of the day, or several days, is shared evenly over time, in whole ticks that add up.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import to_millis
from linli.local_times import DAY_MINUTES, ClockTime, instant_of, minute_of

Price = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=6)]
"""Yuan for one of what is sold: a m3, a kWh."""
Quantity = Annotated[Decimal, Field(gt=0, le=1_000_000_000, decimal_places=4)]
NOTHING = Decimal(0)
DAY = timedelta(days=1)


def fen(yuan: Decimal) -> int:
    """Yuan as whole fen, rounded half up, away from nought: a credit is what was charged."""
    return int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP))


def apportioned(total: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Shares of `total` by weight that add up to it: largest remainder, ties to the first by name."""
    whole = sum(weights.values(), Fraction(0))
    if whole <= 0:
        return {}
    exact = {name: total * weight / whole for name, weight in weights.items()}
    shares = {name: int(each) for name, each in exact.items()}
    left = total - sum(shares.values())
    order = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    for name in order[:left]:
        shares[name] += 1
    return shares


# Lines

LineKind = tuple[str, Decimal]
"""What a line is for, and its price in yuan."""
Charged = Mapping[LineKind, tuple[Decimal, int]]
"""What was charged so far: quantities, and fen."""


class Line(NamedTuple):
    """So much of something at a price in yuan, and what that costs."""

    what: str
    price: Decimal
    quantity: Decimal
    amount_fen: int


def lines(due: Mapping[LineKind, Decimal], charged: Charged) -> list[Line]:
    """What is due less what was charged, and what was charged and is due no more.

    Each line is rounded as if all of it were charged at once. Where something was charged, lines of nothing
    are left out.
    """
    found = []
    for what, price in [*due, *(kind for kind in charged if kind not in due)]:
        quantity, (was, was_fen) = due.get((what, price), NOTHING), charged.get((what, price), (NOTHING, 0))
        found.append(Line(what, price, quantity - was, fen(quantity * price) - was_fen))
    return [each for each in found if not charged or each.quantity or each.amount_fen]


# Parts of the day


class DayPart(Contract):
    """A part of the day by local time (时段); `until` at or before `since` runs past midnight."""

    name: Id
    since: ClockTime
    until: ClockTime

    def minutes(self) -> list[tuple[int, int]]:
        """The minutes of the day that it covers, from and to."""
        start, end = map(minute_of, (self.since, self.until))
        if start < end:
            return [(start, end)]
        return [(start, DAY_MINUTES), (0, end)] if end else [(start, DAY_MINUTES)]


def cover_the_day_once(parts: Iterable[DayPart]) -> bool:
    """Whether parts of the day are together the whole day, and no minute of it twice."""
    at = 0
    for start, end in sorted(each for part in parts for each in part.minutes()):
        if start != at:
            return False
        at = end
    return at == DAY_MINUTES


# Steps


class Reach(NamedTuple):
    """A step (阶梯) by its number, from 1, and what of a quantity falls into it."""

    number: int
    quantity: Decimal


def steps_rise(ends: Sequence[Decimal | None]) -> bool:
    """Whether each step reaches further than the one before, and the last one alone has no end."""
    rising = all(a is not None and (b is None or a < b) for a, b in pairwise(ends))
    return rising and ends[-1] is None


def by_step(ends: Sequence[Decimal | None], before: Decimal, quantity: Decimal) -> list[Reach]:
    """What of `quantity` falls into which step, after `before` was used; steps reach up to their `ends`.

    None is empty.
    """
    found, start, end = list[Reach](), before, before + quantity
    floor = NOTHING
    for number, reach in enumerate(ends, start=1):
        ceiling = max(end, floor) if reach is None else reach
        part = min(end, ceiling) - max(start, floor)
        if part > 0:
            found.append(Reach(number, part))
        floor = ceiling
    return found


# What lasts


class Lasting(Protocol):
    """So many ticks, whole ones, from one instant to another, in ms since the epoch."""

    @property
    def start(self) -> int:
        """When it began."""

    @property
    def end(self) -> int:
        """When it was over."""

    @property
    def ticks(self) -> int:
        """How much it is: of a dial, or minutes."""


def shares(lasting: Lasting, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """What lasts, cut at instants: (place, ticks), evenly over time and adding up exactly.

    Place n lies between `cuts[n - 1]` and `cuts[n]`.
    """
    start, end, ticks = lasting.start, lasting.end, lasting.ticks
    first = bisect_right(cuts, start)
    counted = 0
    for place in range(first, bisect_left(cuts, end)):
        until = ticks * (cuts[place] - start) // (end - start)
        yield place, until - counted
        counted = until
    yield bisect_left(cuts, end), ticks - counted


def by_part(
    lasting: Iterable[Lasting], parts: Sequence[DayPart], days: Sequence[date], zone: str
) -> dict[date, dict[str, int]]:
    """The ticks that fall into each part of the local days, which are in order."""
    cuts = _cuts(parts, days, zone)
    instants = [at for at, _, _ in cuts]
    found: dict[date, dict[str, int]] = {}
    if not cuts:
        return found
    for each in lasting:
        for number, ticks in shares(each, instants):
            _, day, part = cuts[number - 1] if number else (0, days[0], None)
            if part is not None:
                named = found.setdefault(day, {})
                named[part] = named.get(part, 0) + ticks
    return found


def _cuts(parts: Sequence[DayPart], days: Sequence[date], zone: str) -> list[tuple[int, date, str | None]]:
    """When the parts of the days begin, in ms; without a name: when a day ends that none of them follows."""
    known, clocks = set(days), ZoneInfo(zone)
    starts = sorted((start, each.name) for each in parts for start, _ in each.minutes())
    cuts: list[tuple[int, date, str | None]] = []
    for day in days:
        cuts += [(to_millis(instant_of(day, minute, clocks)), day, name) for minute, name in starts]
        if day + DAY not in known:
            cuts.append((to_millis(instant_of(day + DAY, 0, clocks)), day, None))
    return cuts
