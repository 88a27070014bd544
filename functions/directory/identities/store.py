"""Whose an identity is: one row, which a community can add itself to while the person is its member."""

from datetime import datetime

from functions.directory.people.identities import Voucher, Vouchers
from functions.directory.people.rows import IdentityRow, MembershipRow, OfficialRow, OperatorRow, PersonalRow
from linli.errors import Conflict, NotFound
from linli.keys import RowKey
from linli.tables import Transaction, as_read, read, until_it_holds

MOST_OF_ONE = 10


def memberships(identity: str) -> tuple[str, list[MembershipRow]]:
    """Whose an identity is, and their memberships in communities that say so; of nobody, itself and none."""
    key = IdentityRow.key(identity)
    row = read([key]).one(IdentityRow, key)
    standing = _standing(row) if row else []
    return (row.person, [each for _, each in standing]) if row and standing else (identity, [])


def link(community: str, person: str, identity: str, by: str, now: datetime) -> Voucher:
    """Say that an identity is a member's; `by` is who says so.

    Raises NotFound for who is no member, Conflict for an identity of somebody, or with roles of its own.
    """
    return until_it_holds(lambda: _link(community, person, identity, by, now))


def is_somebodys(identity: str) -> bool:
    """Whether a community says whose an identity is."""
    key = IdentityRow.key(identity)
    return stands(read([key]).one(IdentityRow, key))


def stands(row: IdentityRow | None) -> bool:
    """Whether a community says whose an identity is, of who is its member still."""
    return row is not None and bool(_standing(row))


def unlink(community: str, person: str, identity: str) -> None:
    """Take it back; other communities' word stands. Nothing to do where nothing was said."""
    until_it_holds(lambda: _unlink(community, person, identity))


def linked(community: str, person: str) -> list[tuple[str, Voucher]]:
    """The identities that a community has said are a person's, by identity."""
    rows = [row for row in PersonalRow.by_person.query(person) if isinstance(row, IdentityRow)]
    said = [(IdentityRow.key.parts(row)[0], each) for row in rows for each in row.vouchers.items]
    return sorted((each for each in said if each[1].community == community), key=lambda each: each[0])


def _link(community: str, person: str, identity: str, by: str, now: datetime) -> Voucher:
    key, at = IdentityRow.key(identity), MembershipRow.key(community, person)
    rows = read([key, at])
    row, member = rows.one(IdentityRow, key), rows.one(MembershipRow, at)
    if member is None or not member.roles:
        raise NotFound
    standing = [voucher for voucher, _ in _standing(row)] if row else []
    mine = next((each for each in standing if each.community == community), None)
    if row and mine and row.person == person:
        return mine
    if (row and standing and row.person != person) or _has_roles(identity):
        raise Conflict("identity_taken")
    if len(linked(community, person)) >= MOST_OF_ONE:
        raise Conflict("identities_too_many", {"most": MOST_OF_ONE})
    voucher = Voucher(community=community, since=member.since, by=by, at=now)
    kept = [each for each in standing if each.community != community]
    transaction = Transaction()
    transaction.put(
        "identity", _row(key, person, [*kept, voucher], row), as_read(IdentityRow, row, "version")
    )
    transaction.check(
        "membership",
        MembershipRow,
        at,
        MembershipRow.roles.exists() & (MembershipRow.since == member.since),
    )
    transaction.commit()
    return voucher


def _unlink(community: str, person: str, identity: str) -> None:
    key = IdentityRow.key(identity)
    row = read([key]).one(IdentityRow, key)
    if row is None or row.person != person:
        return
    kept = [each for each in row.vouchers.items if each.community != community]
    if len(kept) == len(row.vouchers.items):
        return
    transaction, unchanged = Transaction(), as_read(IdentityRow, row, "version")
    if kept:
        transaction.put("identity", _row(key, person, kept, row), unchanged)
    else:
        transaction.delete("identity", IdentityRow(*key), unchanged)
    transaction.commit()


def _row(key: RowKey, person: str, vouchers: list[Voucher], before: IdentityRow | None) -> IdentityRow:
    version = int(before.version) + 1 if before else 1
    return IdentityRow(*key, person=person, vouchers=Vouchers(items=vouchers), version=version)


def _standing(row: IdentityRow) -> list[tuple[Voucher, MembershipRow]]:
    """What was said of who is still a member, with the membership it was said of."""
    keys = {MembershipRow.key(each.community, row.person): each for each in row.vouchers.items}
    rows = read(keys)
    found = [(each, rows.one(MembershipRow, key)) for key, each in keys.items()]
    return [
        (each, member) for each, member in found if member and member.roles and member.since == each.since
    ]


def _has_roles(identity: str) -> bool:
    rows = PersonalRow.by_person.query(identity)
    return any(isinstance(row, MembershipRow | OperatorRow | OfficialRow) for row in rows)
