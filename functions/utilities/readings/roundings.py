"""Readings that their source has rounded: what tells no more than a finer one beside it."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from functions.utilities.readings.dials import Dial
from functions.utilities.readings.models import Reading
from functions.utilities.readings.series import LOOKED_BACK

FLICKER = 2  # steps of its last digit that a source falls back by, having saved or summed up rounded numbers
FLICKER_SHARE = 100  # steps to a m3 or kWh, at least: in coarser ones a drop is a drop


def rounded(readings: Sequence[Reading], actual: Sequence[int], dial: Dial) -> list[int]:
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
