"""Who lives where, and what the shares of shared consumption go by."""

from decimal import Decimal

from functions.utilities.household.models import Household, HouseholdDescribed
from functions.utilities.tables import HouseholdRow, MeterRow, ResidentRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.events import MembershipChanged, WatchChanged
from linli.members import dwelling
from linli.tables import Row, Transaction, read, until_it_holds
from linli.tables import find as find_row


def keep_member(fact: MembershipChanged) -> str:
    """Move a person to where `fact` says they live. Returns the outcome."""
    return until_it_holds(lambda: _keep(fact))


def _keep(fact: MembershipChanged) -> str:
    key = ResidentRow.key(fact.community, fact.person)
    row = read([key]).get(key)
    known = row if isinstance(row, ResidentRow) else None
    if known is not None and known.version >= fact.version:
        return "duplicate"
    was, homes = set(known.places if known else ()), set(fact.homes)
    transaction = Transaction()
    for home in sorted(was ^ homes):
        household = HouseholdRow(*HouseholdRow.key(fact.community, home))
        members = {fact.person}
        change = HouseholdRow.members.add(members) if home in homes else HouseholdRow.members.delete(members)
        transaction.update(f"home-{home}", household, [change, HouseholdRow.kind.set(HouseholdRow)])
    condition = ResidentRow.version == known.version if known else ResidentRow.pk.does_not_exist()
    transaction.put("living", ResidentRow(*key, **dwelling(fact)), condition)
    transaction.commit()
    return "moved" if was != homes else "unchanged"


def keep_watch(fact: WatchChanged) -> str:
    """Let the meters of a home know whether somebody there is watched over. Returns the outcome."""
    return until_it_holds(lambda: _keep_watch(fact))


def _keep_watch(fact: WatchChanged) -> str:
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
    same_meters = HouseholdRow.meters == meters if meters else HouseholdRow.meters.does_not_exist()
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
    if row is None or _is_trace(row):
        raise NotFound
    return _shown(row)


def households(community: str, query: PageQuery) -> Page[Household]:
    """The community's households by home. Raises InvalidCursor."""
    partition, _ = HouseholdRow.key(community, "")
    return page_of(HouseholdRow, partition, query, lambda row: None if _is_trace(row) else _shown(row))


def _is_trace(row: HouseholdRow) -> bool:
    """Whether nothing is left of a household but that there was one: in another order of the facts that say
    who came and went, there would be no row.
    """
    return not (row.members or row.meters or row.area_m2) and row.headcount is None


def _shown(row: HouseholdRow) -> Household:
    return Household(
        home=row.sk,
        members=sorted(row.members or ()),
        meters=sorted(row.meters or ()),
        area_m2=Decimal(row.area_m2) if row.area_m2 else None,
        headcount=None if row.headcount is None else int(row.headcount),
    )
