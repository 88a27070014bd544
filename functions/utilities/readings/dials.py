"""What a register's dial can do, and which values of it are error codes."""

from dataclasses import dataclass

from functions.utilities.readings.models import DAY_MS, Reading

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
