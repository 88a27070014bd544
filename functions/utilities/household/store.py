"""Who lives where, and what the shares of shared consumption go by."""

from datetime import datetime
from typing import Any

from functions.utilities.household.domain import told
from functions.utilities.household.models import Household, HouseholdDescribed, Stay, Stays, StayTold
from functions.utilities.households.rows import HouseholdRow, ResidentRow
from functions.utilities.households.stays import lived
from functions.utilities.households.store import stays_in, stays_of
from functions.utilities.local_days import day_of
from functions.utilities.meters.rows import MeterRow
from linli import communities
from linli.communities import CommunityRow
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.instants import to_millis
from linli.members import dwelling
from linli.tables import ConditionsFailed, Row, Transaction, as_read, read, until_it_holds
from linli.tables import find as find_row
from linli.vocabulary.care import WatchChanged
from linli.vocabulary.directory import MembershipChanged, PlaceChanged

TOLD = ("version", "moves", "said")


def move_person(fact: MembershipChanged, at: datetime) -> str:
    """Move a person to where `fact`, told `at` this time, says they live. Returns the outcome."""
    return until_it_holds(lambda: _move(fact, at))


def _move(fact: MembershipChanged, at: datetime) -> str:
    key, place = ResidentRow.key(fact.community, fact.person), CommunityRow.key(fact.community)
    rows = read([key, place])
    known = rows.one(ResidentRow, key)
    moves = known.all_moves if known else []
    if known and (fact.version in {each[0] for each in moves} or _is_before_all(known, fact)):
        return "duplicate"
    day = day_of(to_millis(at), communities.known(rows, fact.community).time_zone).isoformat()
    moves = sorted([*moves, (fact.version, day, fact.homes)], key=lambda each: each[0])
    was, (version, _, homes) = known.places if known else [], moves[-1]
    transaction, person = Transaction(), {fact.person}
    for number, home in enumerate(sorted({*was, *fact.homes} - (set(was) & set(homes)))):
        row = HouseholdRow(*HouseholdRow.key(fact.community, home))
        change = (
            [HouseholdRow.members.add(person), HouseholdRow.former.delete(person)]
            if home in homes
            else [HouseholdRow.members.delete(person), HouseholdRow.former.add(person)]
        )
        transaction.update(f"home-{number}", row, [*change, HouseholdRow.kind.set(HouseholdRow)])
    transaction.put(
        "living", _living(key, known, version, homes, moves=moves), as_read(ResidentRow, known, *TOLD)
    )
    transaction.commit()
    if version != fact.version:
        return "duplicate"  # what is newer is here; of what was before, the days are kept
    return "moved" if set(was) != set(homes) else "unchanged"


def _is_before_all(known: ResidentRow, fact: MembershipChanged) -> bool:
    """Whether the row is of before 2026-11-26, which kept no moves, and knows better than the fact."""
    return known.moves is None and known.version >= fact.version


def _living(
    key: tuple[str, str], known: ResidentRow | None, version: int, homes: list[str], **changed: Any
) -> ResidentRow:
    attributes: dict[str, Any] = dwelling(homes, version) | {
        "moves": known.all_moves if known else [],
        "said": known.said if known else None,
    }
    return ResidentRow(*key, **(attributes | changed))


def tell_stay(community: str, home: str, person: str, said: StayTold) -> Stays:
    """Keep on which days somebody lived in a home. Raises InvalidRequest, Conflict."""
    until_it_holds(lambda: _tell_stay(community, home, person, said))
    return stays(community, home)


def _tell_stay(community: str, home: str, person: str, said: StayTold) -> None:
    key = ResidentRow.key(community, person)
    known = read([key]).one(ResidentRow, key)
    homes = known.places if known else []
    lives_there = home in homes
    days = told(stays_in(known) if known else [], home, said, lives_there=lives_there)
    version = int(known.version) if known else 0
    all_said = (known.said or {} if known else {}) | {home: list(days)}
    transaction = Transaction()
    transaction.put(
        "living", _living(key, known, version, homes, said=all_said), as_read(ResidentRow, known, *TOLD)
    )
    if not lives_there:
        actions = [HouseholdRow.kind.set(HouseholdRow), HouseholdRow.former.add({person})]
        transaction.update("home", HouseholdRow(*HouseholdRow.key(community, home)), actions)
    transaction.commit()


def stays(community: str, home: str) -> Stays:
    """Who lived in a home when. Raises NotFound."""
    row = find_row(HouseholdRow, HouseholdRow.key(community, home))
    found = lived(stays_of(community, row))
    return Stays(home=home, items=[shown_as(Stay, each) for each in found])


def set_area(fact: PlaceChanged) -> str:
    """Keep the area of a unit, as the directory says it. Returns the outcome."""
    if fact.unit is None or fact.area_m2 is None:
        return "not_ours"
    row = HouseholdRow(*HouseholdRow.key(fact.community, f"{fact.building}/{fact.unit}"))
    actions = [
        HouseholdRow.kind.set(HouseholdRow),
        HouseholdRow.unit_area_m2.set(str(fact.area_m2)),
        HouseholdRow.place_version.set(fact.version),
    ]
    older = HouseholdRow.place_version.does_not_exist() | (HouseholdRow.place_version < fact.version)
    transaction = Transaction()
    transaction.update("household", row, actions, older)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return "area_kept"


def set_watched(fact: WatchChanged) -> str:
    """Let the meters of a home know whether somebody there is watched over. Returns the outcome."""
    return until_it_holds(lambda: _set_watched(fact))


def _set_watched(fact: WatchChanged) -> str:
    key = HouseholdRow.key(fact.community, fact.home)
    row = read([key]).one(HouseholdRow, key)
    if row is not None and (row.watch_version or 0) >= fact.version:
        return "duplicate"
    meters = row.meters if row else None
    transaction = Transaction()
    actions = [
        HouseholdRow.kind.set(HouseholdRow),
        HouseholdRow.watched.set(fact.watched),
        HouseholdRow.watch_version.set(fact.version),
    ]
    older = HouseholdRow.watch_version.does_not_exist() | (HouseholdRow.watch_version < fact.version)
    same_meters = as_read(HouseholdRow, row or HouseholdRow(), "meters")
    transaction.update("household", HouseholdRow(*key), actions, older & same_meters)
    for meter in sorted(meters or ()):
        told = [MeterRow.watched.set(fact.watched), MeterRow.version.add(1)]
        transaction.update(
            f"meter-{meter}", MeterRow(*MeterRow.key(fact.community, meter)), told, Row.pk.exists()
        )
    transaction.commit()
    return "watched" if fact.watched else "watched_no_more"


def describe(community: str, home: str, described: HouseholdDescribed) -> Household:
    """Keep area and headcount of a home."""
    row = HouseholdRow(*HouseholdRow.key(community, home))
    area = None if described.area_m2 is None else str(described.area_m2)
    actions = [
        HouseholdRow.kind.set(HouseholdRow),
        HouseholdRow.area_m2.set(area) if area is not None else HouseholdRow.area_m2.remove(),
        HouseholdRow.headcount.set(described.headcount)
        if described.headcount is not None
        else HouseholdRow.headcount.remove(),
    ]
    transaction = Transaction()
    transaction.update("household", row, actions)
    transaction.commit()
    return _shown(find_row(HouseholdRow, HouseholdRow.key(community, home)))


def find(community: str, home: str) -> Household:
    """A household. Raises NotFound."""
    key = HouseholdRow.key(community, home)
    row = read([key]).one(HouseholdRow, key)
    if row is None or row.is_trace:
        raise NotFound
    return _shown(row)


def households(community: str, query: PageQuery) -> Page[Household]:
    """The community's households by home. Raises InvalidCursor."""
    partition = HouseholdRow.key.partition(community)
    return page_of(HouseholdRow, partition, query, lambda row: None if row.is_trace else _shown(row))


def _shown(row: HouseholdRow) -> Household:
    return Household(
        home=row.sk,
        members=sorted(row.members or ()),
        meters=sorted(row.meters or ()),
        area_m2=row.area,
        headcount=None if row.headcount is None else int(row.headcount),
    )
