"""Who lives where, and what the shares of shared consumption go by."""

from decimal import Decimal

from functions.utilities.household.models import Household, HouseholdDescribed
from functions.utilities.tables import HouseholdRow, ResidentRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.events import MembershipChanged
from linli.tables import Transaction, read, until_it_holds


def keep_member(fact: MembershipChanged) -> str:
    """Move a person to where `fact` says they live. Returns the outcome."""
    return until_it_holds(lambda: _keep(fact))


def _keep(fact: MembershipChanged) -> str:
    key = ResidentRow.key(fact.community, fact.person)
    row = read([key]).get(key)
    known = row if isinstance(row, ResidentRow) else None
    if known is not None and known.version >= fact.version:
        return "duplicate"
    was, home = known.home if known else None, fact.home if fact.roles else None
    transaction = Transaction()
    for number, (place, comes) in enumerate(((was, False), (home, True))):
        if place is not None and was != home:
            household = HouseholdRow(*HouseholdRow.key(fact.community, place))
            members = {fact.person}
            change = HouseholdRow.members.add(members) if comes else HouseholdRow.members.delete(members)
            transaction.update(f"home-{number}", household, [change, HouseholdRow.kind.set(HouseholdRow)])
    condition = ResidentRow.version == known.version if known else ResidentRow.pk.does_not_exist()
    transaction.put("living", ResidentRow(*key, home=home, version=fact.version), condition)
    transaction.commit()
    return "moved" if was != home else "unchanged"


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
    return find(community, home)


def find(community: str, home: str) -> Household:
    """A household. Raises NotFound."""
    key = HouseholdRow.key(community, home)
    row = read([key]).get(key)
    if not isinstance(row, HouseholdRow):
        raise NotFound
    return _shown(row)


def households(community: str, query: PageQuery) -> Page[Household]:
    """The community's households by home. Raises InvalidCursor."""
    return page_of(HouseholdRow, HouseholdRow.key(community, "")[0], query, _shown)


def _shown(row: HouseholdRow) -> Household:
    return Household(
        home=row.sk,
        members=sorted(row.members or ()),
        meters=sorted(row.meters or ()),
        area_m2=Decimal(row.area_m2) if row.area_m2 else None,
        headcount=None if row.headcount is None else int(row.headcount),
    )
