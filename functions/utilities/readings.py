"""Readings of one register in order of measurement, which of them count, and what was used between them.

Everything is a whole number: instants in milliseconds since the epoch, dials in ticks of their last digit.

Whether a reading counts is found from all readings around it, in order of measurement, and never from the
order in which they arrived: the same readings give the same consumption, however they come.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple

DAY_MS = 86_400_000
TOP_SHARE = 2  # a dial that rolls over was last seen in its upper half

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
    """What a register's dial can do: `modulus` in ticks, `most_per_day` in ticks."""

    modulus: int
    most_per_day: int

    def advance(self, before: Reading, after: Reading) -> int | None:
        """The ticks from one reading to a later one; None when no flow and no rollover explains them.

        A drop is a rollover only from the upper half of the dial, and only when the connection can pass that
        much in the time between, of which there is a day at least.
        """
        if after.ticks >= before.ticks:
            return after.ticks - before.ticks
        wrapped = after.ticks + self.modulus - before.ticks
        possible = self.most_per_day * max(after.at - before.at, DAY_MS) // DAY_MS
        return wrapped if before.ticks * TOP_SHARE >= self.modulus and wrapped <= possible else None


def settle(readings: Sequence[Reading], dial: Dial) -> list[Standing]:
    """Which of these live readings, in order of time, count.

    An estimate gives way to the actual readings around it. Where the dial drops without a rollover the
    reading is held, and those after it, until the dial is back or a manager decides. Only when the next
    reading confirms the drop, and the one before it fits too, was the reading in between the wrong one.
    """
    standings: list[Standing] = ["kept"] * len(readings)
    actual = [number for number, each in enumerate(readings) if each.kind != "estimate"]
    if len(actual) < len(readings):
        for number, each in enumerate(readings):
            if each.kind == "estimate" and not _fits_between(each, _around(readings, actual, number), dial):
                standings[number] = "superseded"
    counting = [number for number, standing in enumerate(standings) if standing == "kept"]
    kept: list[int] = []
    for place, number in enumerate(counting):
        each = readings[number]
        if kept and not each.trusted and dial.advance(readings[kept[-1]], each) is None:
            following = readings[counting[place + 1]] if place + 1 < len(counting) else None
            if _confirmed([readings[n] for n in kept[-2:]], each, following, dial):
                standings[kept.pop()] = "held"
            else:
                standings[number] = "held"
                continue
        kept.append(number)
    return standings


def _around(
    readings: Sequence[Reading], actual: list[int], number: int
) -> tuple[Reading | None, Reading | None]:
    place = bisect_left(actual, number)
    before = readings[actual[place - 1]] if place else None
    return before, readings[actual[place]] if place < len(actual) else None


def _fits_between(each: Reading, around: tuple[Reading | None, Reading | None], dial: Dial) -> bool:
    before, after = around
    return (before is None or dial.advance(before, each) is not None) and (
        after is None or dial.advance(each, after) is not None
    )


def _confirmed(before: Sequence[Reading], each: Reading, following: Reading | None, dial: Dial) -> bool:
    """Whether a drop to `each` is true, and the last of the readings `before` it was wrong."""
    last = before[-1]
    if following is None or last.trusted or dial.advance(last, following) is not None:
        return False
    earlier = before[0] if len(before) > 1 else None
    return dial.advance(each, following) is not None and (
        earlier is None or dial.advance(earlier, each) is not None
    )


def intervals(readings: Iterable[Reading], dial: Dial) -> list[Interval]:
    """What was used between counting readings. Over a drop that a manager accepted nothing was."""
    kept = [each for each in readings if each.standing == "kept"]
    return [
        Interval(
            before.at,
            after.at,
            dial.advance(before, after) or 0,
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


@dataclass(frozen=True, slots=True)
class Posted:
    """A register's readings after new ones came, and what became of each of the new ones.

    `standings`: the same without regard to which of them were there already.
    """

    readings: list[Reading]
    verdicts: list[Verdict]
    standings: list[Verdict]


def post(
    known: Sequence[Reading], new: Sequence[Reading], dial: Dial, *, from_the_first: bool = True
) -> Posted:
    """Enter new readings among those that are known, both around the same time."""
    at: dict[int, list[Reading]] = {}
    for each in known:
        at.setdefault(each.at, []).append(each)
    duplicates = set()
    for number, each in enumerate(new):
        there = at.setdefault(each.at, [])
        entered = _entered(there, each)
        if entered is None:
            duplicates.add(number)
        else:
            at[each.at] = entered
    ordered = [each for instant in sorted(at) for each in at[instant]]
    readings = resettled(ordered, dial, from_the_first=from_the_first)
    standing: dict[tuple[int, int, bool], Standing] = {
        (each.at, each.ticks, each.kind == "estimate"): each.standing for each in readings
    }
    standings = [_verdict(standing, each) for each in new]
    verdicts: list[Verdict] = [
        "duplicate" if number in duplicates else each for number, each in enumerate(standings)
    ]
    return Posted(readings, verdicts, standings)


def _verdict(standing: dict[tuple[int, int, bool], Standing], each: Reading) -> Verdict:
    found = standing.get((each.at, each.ticks, each.kind == "estimate"), "superseded")
    return "held" if found == "rejected" else found


def _entered(there: list[Reading], new: Reading) -> list[Reading] | None:
    """The readings of one instant with a new one; None when it tells nothing new."""
    live = next((each for each in there if each.live), None)
    if new.standing == "conflict":
        return None if any(each.ticks == new.ticks for each in there) else [*there, new]
    if new.kind == "estimate":
        return None if live is not None else [*there, new]
    if any(each.ticks == new.ticks and each.kind != "estimate" for each in there):
        return None
    rest = [each for each in there if each.kind != "estimate"]
    if live is None or live.kind == "estimate":
        return [*rest, new]
    return [*there, replace(new, standing="conflict")]


def resettled(readings: list[Reading], dial: Dial, *, from_the_first: bool) -> list[Reading]:
    """The same readings with their standing found anew.

    `from_the_first`: whether these are the register's first readings. If not, what was held at the beginning
    stays so: the reading that it fell behind is not among these.
    """
    live = [number for number, each in enumerate(readings) if each.live]
    if not from_the_first:
        first = next((place for place, n in enumerate(live) if readings[n].standing == "kept"), 0)
        live = live[first:]
    result = list(readings)
    for number, standing in zip(live, settle([readings[number] for number in live], dial), strict=True):
        if result[number].standing != standing:
            result[number] = replace(result[number], standing=standing)
    return result
