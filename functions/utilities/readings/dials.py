"""Readings of one register in order of measurement, what its dial can do, and what was used between them.

Everything is a whole number: instants in milliseconds since the epoch, dials in ticks of their last digit.
Which readings count is in `standings`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

DAY_MS = 86_400_000
CLOCK_NOISE_MS = 3_600_000  # a dial that is fetched by radio is up to an hour older than its stamp
TOP_SHARE = 2  # a dial that rolls over was last seen in its upper half
LARGEST = 10**13  # ticks: nine digits and four decimals
# All ones of a counter, signed or not, and all nines, whatever the point stands at: 0xFFFFFF is 16777.215 m3.
ERROR_CODES = frozenset(
    code * 10**zeros
    for code in (
        *(2**bits - 1 for bytes_ in range(2, 6) for bits in (8 * bytes_, 8 * bytes_ - 1)),
        *(10**nines - 1 for nines in range(4, 14)),
    )
    for zeros in range(14)
    if code * 10**zeros < LARGEST
)

Kind = Literal["actual", "estimate", "initial", "final", "corrected"]
Standing = Literal["kept", "held", "conflict", "superseded", "rejected"]
Verdict = Literal["kept", "duplicate", "held", "conflict", "superseded"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A dial at an instant. `decided`: a manager has said that it counts.

    A `conflict` stands aside: there is another reading of its instant, or its meter was not in use then.
    """

    at: int
    ticks: int
    kind: Kind = "actual"
    standing: Standing = "kept"
    decided: bool = False

    @property
    def live(self) -> bool:
        """Whether it is the one of its instant: neither in conflict with another nor rejected."""
        return self.standing not in ("conflict", "rejected")

    @property
    def trusted(self) -> bool:
        """Read at the fitting or removal of the meter, or decided by a manager."""
        return self.decided or self.kind in ("initial", "final", "corrected")


class Interval(NamedTuple):
    """What a register advanced, in ticks, from one counting reading to the next."""

    start: int
    end: int
    ticks: int
    estimated: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """What a register's dial can do: `modulus` in ticks, `most_per_day` in ticks; `unit`: ticks of one m3 or
    kWh.
    """

    modulus: int
    most_per_day: int
    unit: int = 1000

    def most(self, elapsed: int) -> int:
        """The ticks that it can advance in so many milliseconds, with room for clocks that are not exact."""
        return self.most_per_day * (elapsed + CLOCK_NOISE_MS) // DAY_MS + 1

    def advance(self, before: Reading, after: Reading) -> int | None:
        """The ticks from one reading to a later one; None when no flow and no rollover explains them.

        A drop is a rollover only from the upper half of the dial. Both ways it is no more than the connection
        can pass in the time between.
        """
        used = after.ticks - before.ticks
        if used < 0:
            if before.ticks * TOP_SHARE < self.modulus:
                return None
            used += self.modulus
        return used if used <= self.most(after.at - before.at) else None

    def passed(self, before: Reading, after: Reading) -> int:
        """The ticks from one counting reading to the next: what a human vouches for may be above the maximum.

        Over a drop that a human accepted nothing was used.
        """
        advanced = self.advance(before, after)
        return max(after.ticks - before.ticks, 0) if advanced is None else advanced

    def is_error_code(self, ticks: int) -> bool:
        """Whether firmware shows that when it has no value: all ones of a counter, all nines, or nought."""
        return ticks == 0 or ticks == self.modulus - 1 or ticks in ERROR_CODES


def intervals(readings: Iterable[Reading], dial: Dial) -> list[Interval]:
    """What was used between counting readings."""
    kept = [each for each in readings if each.standing == "kept"]
    return [
        Interval(
            before.at,
            after.at,
            dial.passed(before, after),
            "estimate" in (before.kind, after.kind),
        )
        for before, after in pairwise(kept)
    ]


def shares(interval: Interval, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """An interval cut at instants: (place, ticks), evenly over time and adding up exactly.

    Place n lies between `cuts[n - 1]` and `cuts[n]`.
    """
    start, end, ticks, _ = interval
    first = bisect_right(cuts, start)
    counted = 0
    for place in range(first, bisect_left(cuts, end)):
        until = ticks * (cuts[place] - start) // (end - start)
        yield place, until - counted
        counted = until
    yield bisect_left(cuts, end), ticks - counted
