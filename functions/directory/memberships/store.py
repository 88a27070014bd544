"""Memberships as they are kept: one changes in one transaction with the word of it."""

from datetime import datetime

from functions.directory.homes.store import homes_of
from functions.directory.memberships.endings import ended, fact, told_in
from functions.directory.memberships.models import Membership
from functions.directory.people.rows import MembershipRow, PersonRow
from linli.tables import Transaction, read, until_it_holds


def end(community: str, person: str, now: datetime) -> bool:
    """Take all of a person's roles, and forget how to reach them; whether there were any to take."""
    return until_it_holds(lambda: _end(community, person, now))


def _end(community: str, person: str, now: datetime) -> bool:
    """Whether there was a membership to end."""
    key = MembershipRow.key(community, person)
    row = read([key]).one(MembershipRow, key)
    before = standing(row) if row else None
    after = ended(before) if before else None
    if after is None or after == before:
        return False
    transaction = Transaction()
    transaction.delete("person", PersonRow(*PersonRow.key(community, person)))
    change(transaction, community, before, after, now)
    return True


def speak(community: str, person: str, language: str | None, now: datetime) -> None:
    """From now on tell a member in a language, or as the community has it; nothing to do for who has gone."""
    until_it_holds(lambda: _speak(community, person, language, now))


def _speak(community: str, person: str, language: str | None, now: datetime) -> None:
    key = MembershipRow.key(community, person)
    row = read([key]).one(MembershipRow, key)
    before = standing(row) if row else None
    after = told_in(before, language) if before else None
    if after is not None and after != before:
        change(Transaction(), community, before, after, now)


def change(
    transaction: Transaction, community: str, before: Membership | None, after: Membership, now: datetime
) -> None:
    """Commit `transaction` with a membership as it shall be, and the word of it."""
    first = after.homes[0] if after.homes else None
    row = MembershipRow(
        *MembershipRow.key(community, after.person),
        person=after.person if after.roles else None,
        roles=set(after.roles) or None,
        homes=[str(each) for each in after.homes] or None,
        building=first.building if first else None,
        unit=first.unit if first else None,
        language=after.language,
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


def standing(row: MembershipRow) -> Membership:
    """The membership that a row holds."""
    return Membership(
        person=row.sk,
        roles=sorted(row.roles or ()),
        homes=homes_of(row),
        language=row.language,
        version=int(row.version),
        since=row.since,
    )
