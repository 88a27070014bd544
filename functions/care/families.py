"""Who is family or emergency contact of whom: so that they find their relatives without a search."""

from functions.care.case_tables import FamilyRow
from functions.care.watching.watch import Watch
from linli.tables import Transaction


def keep(
    transaction: Transaction, community: str, person: str, before: Watch | None, after: Watch | None
) -> None:
    """Let `transaction` (rows `family-<person>`) name the family of somebody whose watch changes."""
    was, will_be = _family(before), _family(after)
    for each in sorted(will_be - was):
        transaction.put(f"family-{each}", FamilyRow(*FamilyRow.key(community, each, person)))
    for each in sorted(was - will_be):
        transaction.delete(f"family-{each}", FamilyRow(*FamilyRow.key(community, each, person)))


def _family(watch: Watch | None) -> set[str]:
    if watch is None:
        return set()
    return {*watch.family, *(each.person for each in watch.contacts if each.person is not None)}
