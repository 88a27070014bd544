"""What a manager's decision on a held reading makes of it, and of those that show the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from functions.utilities.readings.models import Reading


@dataclass(frozen=True, slots=True)
class Decision:
    """What a manager decided of a held reading."""

    by: str
    decision: str
    note: str
    at: int
    ticks: int
    corrected_ticks: int | None = None


def with_decision(readings: Sequence[Reading], decision: Decision) -> list[Reading]:
    """A register's readings once one of them was accepted, rejected, or corrected.

    With a rejected one those are that show the same; beside a corrected one is what the dial really showed.
    """
    same = _alike(readings, decision)
    found = [_decided(each, decision, same) for each in readings]
    if decision.corrected_ticks is not None:
        right = Reading(decision.at, decision.corrected_ticks, "corrected", decided=True)
        place = next(number for number, each in enumerate(found) if each.at == decision.at)
        found.insert(place, right)
    return found


def _alike(readings: Sequence[Reading], decision: Decision) -> set[int]:
    """The instants of held readings that follow the rejected one and show the same: an error code is told for
    hours, and rejected once.
    """
    following = [each for each in readings if each.live and each.at >= decision.at]
    if decision.decision != "reject" or not following or following[0].standing != "held":
        return set()
    held = takewhile(lambda each: each.standing == "held", following)
    return {each.at for each in held if each.ticks == decision.ticks and not each.decided}


def _decided(each: Reading, decision: Decision, alike: set[int]) -> Reading:
    if each.at in alike and each.ticks == decision.ticks and each.standing == "held":
        return replace(each, standing="rejected")
    if each.at != decision.at or each.standing == "rejected":
        return each
    if each.ticks == decision.ticks and decision.decision == "accept":
        return Reading(each.at, each.ticks, each.kind, "kept", decided=True)
    if each.ticks == decision.ticks or decision.decision != "reject":
        return Reading(each.at, each.ticks, each.kind, "rejected", each.decided)
    return each
