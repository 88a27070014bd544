"""A membership and the event that tells of it: one transaction, whoever else changes it meanwhile."""

from contextlib import suppress
from datetime import datetime

from functions.directory.estate.rows import UnitRow
from functions.directory.homes.models import HomeShown
from functions.directory.homes.store import named
from functions.directory.identities import store as identities
from functions.directory.membership.domain import given
from functions.directory.membership.models import MembershipGiven, MembershipPatch, MembershipShown
from functions.directory.memberships import store as memberships
from functions.directory.memberships.models import Membership
from functions.directory.memberships.store import change, standing
from functions.directory.people import store as people
from functions.directory.people.rows import IdentityRow, MembershipRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict, NotFound
from linli.tables import Transaction, read, until_it_holds


def give(
    community: str, person: str, wanted: MembershipGiven | MembershipPatch, now: datetime
) -> MembershipShown:
    """Give a person roles and homes, or change those of a member.

    Raises NotFound for a patch of who is no member, Conflict when a home is no unit of the community, or
    when who is to become a member is an identity of somebody: it would open nothing else any more.
    """
    after = until_it_holds(lambda: _give(community, person, wanted, now))
    names = named((community, home) for home in after.homes)
    return _shown(after, [names[community, home] for home in after.homes])


def end(community: str, person: str, now: datetime) -> None:
    """Take all roles, and forget how to reach the person, also one who was written down and never had any.

    Who had none and is given some at this moment keeps them, and the record.
    """
    if not memberships.end(community, person, now):
        with suppress(Conflict):
            people.forget(community, person)


def members(community: str, query: PageQuery) -> Page[MembershipShown]:
    """The members by person; who has gone is left out. Raises InvalidCursor."""
    partition = MembershipRow.key.partition(community)
    page = page_of(MembershipRow, partition, query, lambda row: standing(row) if row.roles else None)
    names = named((community, home) for each in page.items for home in each.homes)
    items = [_shown(each, [names[community, home] for home in each.homes]) for each in page.items]
    return Page(items=items, next_cursor=page.next_cursor)


def _give(
    community: str, person: str, wanted: MembershipGiven | MembershipPatch, now: datetime
) -> Membership:
    key = MembershipRow.key(community, person)
    units = {UnitRow.key(community, home.building, home.unit): home for home in wanted.given_homes() or ()}
    linked = IdentityRow.key(person)
    rows = read([key, linked, *units])
    row = rows.one(MembershipRow, key)
    if isinstance(wanted, MembershipPatch) and (row is None or not row.roles):
        raise NotFound
    missing = [str(home) for unit, home in units.items() if unit not in rows]
    if missing:
        raise Conflict("no_unit_here", {"homes": missing})
    before = standing(row) if row else None
    after = given(person, before, wanted, now)
    if not (before and before.roles) and identities.stands(rows.one(IdentityRow, linked)):
        raise Conflict("identity_taken")
    if after != before:
        change(Transaction(), community, before, after, now)
    return after


def _shown(membership: Membership, homes: list[HomeShown]) -> MembershipShown:
    return MembershipShown(
        person=membership.person,
        roles=membership.roles,
        home=homes[0] if homes else None,
        homes=homes,
        version=membership.version,
        since=membership.since,
    )
