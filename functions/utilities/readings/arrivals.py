"""What becomes of readings that come in among those of their register that are known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from functions.utilities.readings.dials import Dial
from functions.utilities.readings.models import Fate, Reading, Standing
from functions.utilities.readings.standings import with_standings


@dataclass(frozen=True, slots=True)
class Merged:
    """A register's readings after new ones came, and what became of each of the new ones.

    `standings`: what became of each if none of them had been there already.
    """

    readings: list[Reading]
    fates: list[Fate]
    standings: list[Fate]


def merged(
    known: Sequence[Reading], new: Sequence[Reading], dial: Dial, *, from_the_first: bool = True
) -> Merged:
    """The `known` readings of a register with `new` ones of about the same time among them."""
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
    readings = with_standings(ordered, dial, from_the_first=from_the_first)
    readings = _preferred(readings, dial, from_the_first=from_the_first)
    standing: dict[tuple[int, int, bool], Standing] = {
        (each.at, each.ticks, each.kind == "estimate"): each.standing for each in readings
    }
    standings = [_fate(standing, each) for each in new]
    fates: list[Fate] = [
        "duplicate" if number in duplicates else each for number, each in enumerate(standings)
    ]
    return Merged(readings, fates, standings)


def _preferred(readings: list[Reading], dial: Dial, *, from_the_first: bool) -> list[Reading]:
    """The readings, but that instead of one that is held another value of its instant counts, if it can."""
    held = {each.at for each in readings if each.standing == "held"}
    others = {each.at: each for each in readings if each.at in held and each.standing == "conflict"}
    if not others:
        return readings
    tried = with_standings(_turned(readings, others), dial, from_the_first=from_the_first)
    better = {each.at: each for each in tried if each.at in others and each.standing == "kept"}
    if len(better) == len(others):
        return tried
    return (
        with_standings(_turned(readings, better), dial, from_the_first=from_the_first) if better else readings
    )


def _turned(readings: list[Reading], better: dict[int, Reading]) -> list[Reading]:
    """The readings with `better` ones in force at their instants, and what was there in conflict."""
    return [
        each
        if each.at not in better or not (each.live or each.ticks == better[each.at].ticks)
        else replace(each, standing="kept" if each.ticks == better[each.at].ticks else "conflict")
        for each in readings
    ]


def _fate(standing: dict[tuple[int, int, bool], Standing], each: Reading) -> Fate:
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
