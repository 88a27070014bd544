"""Whom silences blind."""

from collections.abc import Sequence
from datetime import datetime

from functions.care.intake.blindness import store as blindness
from functions.care.intake.rows import SensorRow
from functions.care.watching import store as watching
from functions.care.watching.silences import heard
from functions.care.watching.state import Silence
from linli.errors import NotFound
from linli.tables import read, until_it_holds

MOST_SAID = ("cannot_see", "seen_again", "taken_in", "unchanged", "not_watched")


def take_in(community: str, silences: Sequence[Silence], at: datetime, now: datetime, *, lost: bool) -> str:
    """Let everybody whom the devices serve know of it. Returns the outcome that says most."""
    keys = {SensorRow.key(community, each.device): each for each in silences}
    of_person: dict[str, list[Silence]] = {}
    rows = read(keys)
    for key, silence in keys.items():
        blindness.note_outage(community, silence, at, lost=lost, row=rows.one(SensorRow, key))
    for key, row in rows.items():
        for person in (row.people or ()) if isinstance(row, SensorRow) else ():
            of_person.setdefault(person, []).append(keys[key])

    def one(person: str) -> str:
        return until_it_holds(
            lambda: _take_in(community, person, of_person[person], at=at, now=now, lost=lost)
        )

    outcomes = {one(person) for person in sorted(of_person)}
    return next((each for each in MOST_SAID if each in outcomes), "not_watched")


def _take_in(
    community: str, person: str, silences: Sequence[Silence], *, at: datetime, now: datetime, lost: bool
) -> str:
    try:
        vigil = watching.load(community, person)
    except NotFound:
        return "not_watched"
    after = heard(vigil.state, vigil.watch, silences, at, lost=lost)
    if after == vigil.state:
        return "unchanged"
    blindness.save(vigil, after, now)
    if bool(after.blind_since) == bool(vigil.state.blind_since):
        return "taken_in"
    return "cannot_see" if after.blind_since else "seen_again"
