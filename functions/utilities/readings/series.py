"""The longest series of readings that the connection can pass: what of a register is believed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from functions.utilities.readings.dials import Dial
from functions.utilities.readings.models import DAY_MS, Reading

LOOKED_BACK = 500  # readings; a wrong run that is longer is for a human
CONFIRMED = 2  # readings that make a single first one wrong, which was higher
LONG_SILENCE_MS = 7 * DAY_MS
OUTWEIGHED = 4  # times as many readings after such a silence make several first ones wrong
STUCK = 2  # equal readings that count as evidence: a dial that hangs says nothing more
HEARSAY = 2  # readings that a human's word for a lower one does not make wrong: the dial was set back


def believed(readings: Sequence[Reading], dial: Dial, *, from_the_first: bool) -> set[int]:
    """The places of actual readings that count: all that a human vouches for, and between them the longest
    series.
    """
    believed: set[int] = set()
    series: _Series | None = None
    for number, each in enumerate(readings):
        if series is None or each.trusted:
            if series is not None:
                believed.update(series.until(each))
            series = _Series(readings, dial, number, anchored=each.trusted or not from_the_first)
        else:
            series.add(number)
    if series is not None:
        believed.update(series.until(None))
    return believed


@dataclass(slots=True)
class _Series:
    """The series that readings from the `first` on can be part of; `anchored`: that one counts for sure.

    `weights`: how many readings speak for the series that ends there, None where there is none. `longest`:
    where the one that is believed so far ends. `strays`: the last ones of runs that go on from nothing.
    """

    readings: Sequence[Reading]
    dial: Dial
    first: int
    anchored: bool
    longest: int = 0
    weights: list[int | None] = field(default_factory=list)
    heaviest: list[int] = field(default_factory=list)
    lengths: dict[int, int] = field(default_factory=dict)
    before: dict[int, int] = field(default_factory=dict)
    strays: list[int] = field(default_factory=list)
    seen: int = 0

    def __post_init__(self) -> None:
        self.longest = self.first
        self.seen = self._weight(self.first)
        self.weights.append(self.seen)
        self.heaviest.append(self.seen)
        self.lengths[self.first] = self.seen

    def add(self, number: int) -> None:
        """Take the next reading in."""
        weight = self._weight(number)
        stray = next((each for each in reversed(self.strays) if self._follows(each, number)), None)
        found = self._found(number, stray)
        if found is not None:
            self.before[number] = found
            self.lengths[number] = self.lengths[found] + weight
            self._append(number, (self.weights[found - self.first] or 0) + weight)
        else:
            self._append(number, self._begun(number, weight, stray))
        if self.weights[number - self.first] is None and (stray is not None or self._is_stray(number)):
            self.strays = [each for each in self.strays if each != stray] + [number]
        self.seen += weight

    def until(self, following: Reading | None) -> list[int]:
        """The series that is believed when a human vouches for the `following` reading, or nothing follows.

        Error codes at its end wait for the dial to go on from them.
        """
        found: int | None = self._end(following)
        series = []
        while found is not None:
            series.append(found)
            found = self.before.get(found)
        series.reverse()
        return self._without_codes(series, following)

    def _append(self, number: int, weight: int | None) -> None:
        self.weights.append(weight)
        self.heaviest.append(max(self.heaviest[-1], self.heaviest[-1] if weight is None else weight))
        if weight is None:
            return
        longest = self.weights[self.longest - self.first] or 0
        if weight > longest or (weight == longest and self.before.get(number, -1) >= self.longest):
            self.longest = number

    def _weight(self, number: int) -> int:
        each = self.readings[number]
        before = self.readings[max(number - STUCK, 0) : number]
        stuck = len(before) == STUCK and all(other.ticks == each.ticks for other in before)
        code = self.dial.is_error_code(each.ticks) and not each.trusted
        return 0 if stuck or code else 1

    def _follows(self, before: int, after: int) -> bool:
        return self.dial.advance(self.readings[before], self.readings[after]) is not None

    def _found(self, number: int, stray: int | None) -> int | None:
        """What the reading goes on from: what is believed so far, or the heaviest series below it.

        A rise that is impossible since the last believed reading is so, however long ago the one before was.
        """
        if self._joins(self.longest, number, stray):
            return self.longest
        if self.readings[number].ticks >= self.readings[self.longest].ticks:
            return None
        found, weight = None, -1
        for place in range(number - 1, max(self.first, number - LOOKED_BACK) - 1, -1):
            if found is not None and self.heaviest[place - self.first] <= weight:
                break
            its = self.weights[place - self.first]
            if its is not None and (found is None or its > weight) and self._joins(place, number, stray):
                found, weight = place, its
        return found

    def _joins(self, before: int, number: int, stray: int | None) -> bool:
        """Whether it goes on from there, and not from a stray one between them, which was higher."""
        passed_over = (
            stray is not None
            and before < stray
            and self.readings[before].ticks < self.readings[stray].ticks <= self.readings[number].ticks
        )
        return not passed_over and self._follows(before, number)

    def _begun(self, number: int, weight: int, stray: int | None) -> int | None:
        """The weight of a series that begins here, since what came first was wrong; None when it was not."""
        if self.anchored:
            return None
        if self.seen == 0:
            self.lengths[number] = weight
            return weight
        length = self.lengths[self.longest]
        each, longest = self.readings[number], self.readings[self.longest]
        silent = each.at - self.readings[number - 1].at >= LONG_SILENCE_MS
        needed = CONFIRMED if length <= 1 else OUTWEIGHED * length if silent else None
        if needed is None or not weight or stray is not None or each.ticks >= longest.ticks:
            return None
        self.lengths[number] = weight
        return (self.weights[self.longest - self.first] or 0) - needed + weight

    def _is_stray(self, number: int) -> bool:
        """Whether a run begins that time does not make true: far above the maximum, or at nought."""
        each, longest = self.readings[number], self.readings[self.longest]
        elapsed = max(each.at - longest.at, DAY_MS)
        return each.ticks == 0 or each.ticks - longest.ticks > self.dial.most(elapsed)

    def _end(self, following: Reading | None) -> int:
        if following is None or self._leads_to(self.longest, following):
            return self.longest
        leading = [
            (weight, self.first + place)
            for place, weight in enumerate(self.weights)
            if weight is not None and self._leads_to(self.first + place, following)
        ]
        if not leading:
            return self.longest
        weight, place = max(leading)
        beyond = (self.weights[self.longest - self.first] or 0) - weight
        return place if following.kind in ("final", "corrected") or beyond < HEARSAY else self.longest

    def _leads_to(self, place: int, following: Reading) -> bool:
        before = self.readings[place]
        return before.ticks <= following.ticks or self.dial.advance(before, following) is not None

    def _without_codes(self, series: list[int], following: Reading | None) -> list[int]:
        last = self.readings[series[-1]]
        if last.trusted or not self.dial.is_error_code(last.ticks):
            return series
        if following is not None and self.dial.advance(last, following) is not None:
            return series
        count = next(
            (n for n, each in enumerate(reversed(series)) if self.readings[each].ticks != last.ticks), None
        )
        begins = series[0] if count is None else series[-count]
        new = count is None and (last.ticks == 0 or self.anchored)
        if new or self.readings[begins].trusted:
            return series
        return self._without_codes(series[:-count], following) if count else []
