"""A membership and the event that tells of it: one transaction, whoever else changes it meanwhile."""

from datetime import datetime

from functions.directory.homes import Home
from functions.directory.membership.domain import ended, fact, given
from functions.directory.membership.models import Membership, MembershipGiven
from functions.directory.tables import MembershipRow, PersonRow, UnitRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict
from linli.tables import Transaction, read, until_it_holds


def give(community: str, person: str, wanted: MembershipGiven, now: datetime) -> Membership:
    """Give a person roles. Raises Conflict when the home is no unit of the community."""
    return until_it_holds(lambda: _give(community, person, wanted, now))


def end(community: str, person: str, now: datetime) -> None:
    """Take all roles, and forget how to reach the person; who is no member is left alone."""
    until_it_holds(lambda: _end(community, person, now))


def members(community: str, query: PageQuery) -> Page[Membership]:
    """The members by person; who has gone is left out. Raises InvalidCursor."""
    partition = MembershipRow.key(community, "")[0]
    return page_of(MembershipRow, partition, query, lambda row: _shown(row) if row.roles else None)


def _give(community: str, person: str, wanted: MembershipGiven, now: datetime) -> Membership:
    key, home = MembershipRow.key(community, person), wanted.home
    unit = UnitRow.key(community, home.building, home.unit) if home else None
    rows = read([key, *([unit] if unit else [])])
    if unit and unit not in rows:
        raise Conflict("home: is not a unit of this community")
    row = rows.one(MembershipRow, key)
    before = _shown(row) if row else None
    after = given(person, before, wanted, now)
    if after != before:
        _change(Transaction(), community, before, after, now)
    return after


def _end(community: str, person: str, now: datetime) -> None:
    key = MembershipRow.key(community, person)
    row = read([key]).one(MembershipRow, key)
    before = _shown(row) if row else None
    after = ended(before) if before else None
    if after and after != before:
        transaction = Transaction()
        transaction.delete("person", PersonRow(*PersonRow.key(community, person)))
        _change(transaction, community, before, after, now)


def _change(
    transaction: Transaction, community: str, before: Membership | None, after: Membership, now: datetime
) -> None:
    row = MembershipRow(
        *MembershipRow.key(community, after.person),
        person=after.person if after.roles else None,
        roles=set(after.roles) or None,
        building=after.home.building if after.home else None,
        unit=after.home.unit if after.home else None,
        version=after.version,
        since=after.since,
    )
    if before:
        transaction.put("membership", row, MembershipRow.version == before.version)
    else:
        transaction.create("membership", row)
    cause = f"membership/{community}/{after.person}/{after.version}"
    transaction.publish([fact(community, after)], cause, now)
    transaction.commit()


def _shown(row: MembershipRow) -> Membership:
    home = Home(building=row.building, unit=row.unit) if row.building and row.unit else None
    return Membership(
        person=row.sk, roles=sorted(row.roles or ()), home=home, version=int(row.version), since=row.since
    )
