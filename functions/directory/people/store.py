"""A community's record of a person: it goes with the membership, or by itself where there is none."""

from functions.directory.people.rows import MembershipRow, PersonRow
from linli.errors import Conflict
from linli.tables import Transaction, read, until_it_holds


def forget(community: str, person: str) -> None:
    """Remove the record of who is no member; nothing to do where there is none.

    Raises Conflict for a member, also for one who becomes one at this very moment.
    """
    until_it_holds(lambda: _forget(community, person))


def _forget(community: str, person: str) -> None:
    record, membership = PersonRow.key(community, person), MembershipRow.key(community, person)
    rows = read([record, membership])
    member = rows.one(MembershipRow, membership)
    if member is not None and member.roles:
        raise Conflict("is_a_member")
    if record not in rows:
        return
    transaction = Transaction()
    transaction.delete("person", PersonRow(*record))
    transaction.check("membership", MembershipRow, membership, MembershipRow.roles.does_not_exist())
    transaction.commit()
