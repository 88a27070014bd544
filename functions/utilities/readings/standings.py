"""Which readings of a register count (采信).

That is found from all readings around one, in order of measurement, and never from the order in which they
arrived: the same readings give the same consumption, however they come.

Between two readings that a human vouches for, the longest series counts that the connection can pass. What no
series reaches is held, and so is what goes on from it: implausible readings do not make each other true. The
dial that goes on from the last believed one does, and a human's word.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from functions.utilities.readings.dials import DAY_MS, Dial, Reading, Standing, Verdict

Doubt = Literal["error_code", "drop", "rise"]
LOOKED_BACK = 500  # readings; a wrong run that is longer is for a human
CONFIRMED = 2  # readings that make a single first one wrong, which was higher
LONG_SILENCE_MS = 7 * DAY_MS
OUTWEIGHED = 4  # times as many readings after such a silence make several first ones wrong
FLICKER = 2  # steps of its last digit that a source falls back by, having saved or summed up rounded numbers
FLICKER_SHARE = 100  # steps to a m3 or kWh, at least: in coarser ones a drop is a drop
STUCK = 2  # equal readings that count as evidence: a dial that hangs says nothing more
HEARSAY = 2  # readings that a human's word for a lower one does not make wrong: the dial was set back


def settle(readings: Sequence[Reading], dial: Dial, *, from_the_first: bool = True) -> list[Standing]:
    """Which of these live readings, in order of time, count.

    An estimate gives way to the actual readings around it, and one that was rounded to finer ones.
    """
    standings: list[Standing] = ["kept"] * len(readings)
    actual = [number for number, each in enumerate(readings) if each.kind != "estimate"]
    if not _goes_on([readings[number] for number in actual], dial):
        first = None if from_the_first else 0
        for number in _rounded(readings, actual, dial):
            standings[number] = "kept" if number == first else "superseded"
        exact = [number for number in actual if standings[number] == "kept"]
        believed = _believed([readings[number] for number in exact], dial, from_the_first=from_the_first)
        for place, number in enumerate(exact):
            if place not in believed:
                standings[number] = "held"
    if len(actual) < len(readings):
        _reconcile(readings, standings, dial, from_the_first=from_the_first)
    return standings


def _goes_on(readings: Sequence[Reading], dial: Dial) -> bool:
    """Whether nothing is to be found out: each goes on from the one before, to one that is no error code."""
    if readings and dial.is_error_code(readings[-1].ticks) and not readings[-1].trusted:
        return False
    return all(dial.advance(before, after) is not None for before, after in pairwise(readings))


def _reconcile(
    readings: Sequence[Reading], standings: list[Standing], dial: Dial, *, from_the_first: bool
) -> None:
    counting = [n for n, each in enumerate(readings) if each.kind != "estimate" and standings[n] == "kept"]
    before: Reading | None = None
    for number, each in enumerate(readings):
        if each.kind == "estimate" and (number or from_the_first):
            place = bisect_left(counting, number)
            after = readings[counting[place]] if place < len(counting) else None
            if (
                (dial.is_error_code(each.ticks) and not each.trusted)
                or (before is not None and dial.advance(before, each) is None)
                or (after is not None and dial.advance(each, after) is None)
            ):
                standings[number] = "superseded"
        if standings[number] == "kept":
            before = each


def _rounded(readings: Sequence[Reading], actual: Sequence[int], dial: Dial) -> list[int]:
    """Readings that tell no more than a finer one beside them: neither use nor a flow backwards.

    That a source rounds is known where its dial drops by less than the coarser step; to whole m3 or kWh,
    where it does so again. A last digit that flickers is one or two less.
    """
    ticks = [readings[number].ticks for number in actual]
    found = Counter(
        _coarser_step(before.ticks, after.ticks, dial.unit)
        for before, after in pairwise(readings[number] for number in actual)
        if not before.trusted and not after.trusted
    )
    steps = [step for step, times in found.items() if step and (step < dial.unit or times > 1)]
    aside = [
        place
        for place, shown in enumerate(ticks)
        if not readings[actual[place]].trusted
        and any(_tells_no_more(ticks, place, step) for step in steps if shown % step == 0)
    ]
    last = None
    for place in sorted(set(range(len(ticks))) - set(aside)):
        flickers = last is not None and 0 < last - ticks[place] <= FLICKER * _own_step(
            last, ticks[place], dial
        )
        if flickers and not readings[actual[place]].trusted:
            aside.append(place)
        else:
            last = ticks[place]
    return [actual[place] for place in aside]


def _coarser_step(before: int, after: int, unit: int) -> int | None:
    """The step to which one of the two was rounded, where that alone explains the drop."""
    step = 10
    while before > after > 0 and step <= unit:
        if before % step == 0 != after % step and before in _roundings(after, step):
            return step
        if after % step == 0 != before % step and after in _roundings(before, step):
            return step
        step *= 10
    return None


def _own_step(before: int, after: int, dial: Dial) -> int:
    """The step in which a source shows both, a hundredth of a m3 or kWh at the most."""
    step = 1
    while step * FLICKER_SHARE < dial.unit and before % (step * 10) == 0 == after % (step * 10):
        step *= 10
    return step


def _roundings(ticks: int, step: int) -> tuple[int, int]:
    """Cut off and rounded half up."""
    return ticks // step * step, (ticks + step // 2) // step * step


def _tells_no_more(ticks: Sequence[int], place: int, step: int) -> bool:
    before = next(
        (each for each in reversed(ticks[max(place - LOOKED_BACK, 0) : place]) if each % step), None
    )
    after = next((each for each in ticks[place + 1 : place + LOOKED_BACK] if each % step), None)
    return any(each is not None and ticks[place] in _roundings(each, step) for each in (before, after))


def _believed(readings: Sequence[Reading], dial: Dial, *, from_the_first: bool) -> set[int]:
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


def contradiction(readings: Sequence[Reading], new: Reading, dial: Dial) -> Doubt | None:
    """Why a reading would be held that follows these settled ones; None if it goes on from what was read."""
    read = (each for each in reversed(readings) if each.at < new.at and each.kind != "estimate")
    return doubt(next((each for each in read if each.standing == "kept"), None), new, dial)


def doubt(before: Reading | None, held: Reading, dial: Dial) -> Doubt | None:
    """What speaks against a reading after the last one `before` it that counts."""
    if dial.is_error_code(held.ticks) and (held.ticks or (before is not None and before.ticks)):
        return "error_code"
    if before is None or dial.advance(before, held) is not None:
        return None
    return "drop" if held.ticks < before.ticks else "rise"


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
        entered = _entered(there, each, dial)
        if entered is None:
            duplicates.add(number)
        else:
            at[each.at] = entered
    ordered = [each for instant in sorted(at) for each in at[instant]]
    readings = resettled(ordered, dial, from_the_first=from_the_first)
    readings = _preferred(readings, dial, from_the_first=from_the_first)
    standing: dict[tuple[int, int, bool], Standing] = {
        (each.at, each.ticks, each.kind == "estimate"): each.standing for each in readings
    }
    standings = [_verdict(standing, each) for each in new]
    verdicts: list[Verdict] = [
        "duplicate" if number in duplicates else each for number, each in enumerate(standings)
    ]
    return Posted(readings, verdicts, standings)


def _preferred(readings: list[Reading], dial: Dial, *, from_the_first: bool) -> list[Reading]:
    """The same where another value of an instant counts instead of one that is held: the dial can have shown
    it.
    """
    held = {each.at for each in readings if each.standing == "held"}
    others = {each.at: each for each in readings if each.at in held and each.standing == "conflict"}
    if not others:
        return readings
    tried = resettled(_turned(readings, others), dial, from_the_first=from_the_first)
    better = {each.at: each for each in tried if each.at in others and each.standing == "kept"}
    if len(better) == len(others):
        return tried
    return resettled(_turned(readings, better), dial, from_the_first=from_the_first) if better else readings


def _turned(readings: list[Reading], better: dict[int, Reading]) -> list[Reading]:
    """The same with these in force at their instants, and what was there in conflict with them."""
    return [
        each
        if each.at not in better or not (each.live or each.ticks == better[each.at].ticks)
        else replace(each, standing="kept" if each.ticks == better[each.at].ticks else "conflict")
        for each in readings
    ]


def _verdict(standing: dict[tuple[int, int, bool], Standing], each: Reading) -> Verdict:
    found = standing.get((each.at, each.ticks, each.kind == "estimate"), "superseded")
    return "held" if found == "rejected" else found


def _entered(there: list[Reading], new: Reading, dial: Dial) -> list[Reading] | None:
    """The readings of one instant with a new one; None when it tells nothing new."""
    live = next((each for each in there if each.live), None)
    if new.standing == "conflict":
        return None if any(each.ticks == new.ticks for each in there) else [*there, new]
    if new.kind == "estimate":
        return None if live is not None else [*there, new]
    actual = [each for each in there if each.kind != "estimate"]
    alike = any(each.ticks == new.ticks for each in actual)
    if live is None or live.kind == "estimate":
        return None if alike else [*actual, new]
    if _outranks(new, live, dial) and (new.trusted or not alike):
        others = [each for each in actual if each.ticks != new.ticks]
        return [*(replace(each, standing="conflict") if each is live else each for each in others), new]
    return None if alike else [*there, replace(new, standing="conflict")]


def _outranks(new: Reading, live: Reading, dial: Dial) -> bool:
    """The first value of an instant counts, unless it is an error code or a human vouches for the new one."""
    if new.trusted or live.trusted:
        return not live.trusted
    return dial.is_error_code(live.ticks) and not dial.is_error_code(new.ticks)


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
    settled = settle([readings[number] for number in live], dial, from_the_first=from_the_first)
    for number, standing in zip(live, settled, strict=True):
        if result[number].standing != standing:
            result[number] = replace(result[number], standing=standing)
    return result
