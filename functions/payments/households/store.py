"""Who lives where, as the directory said last."""

from contextlib import suppress

from functions.payments.dues.models import Due
from functions.payments.households.rows import LivingRow
from linli.tables import ConditionsFailed, Transaction, change, find, read


def living_of(community: str, person: str) -> LivingRow | None:
    """What the directory said of where a person lives; None while it has said nothing."""
    key = LivingRow.key(community, person)
    return read([key]).one(LivingRow, key)


def homes_of(community: str, person: str) -> list[str]:
    """Where a person lives: each of their homes."""
    row = living_of(community, person)
    return row.places if row else []


def may_see(community: str, person: str, due: Due) -> bool:
    """Whether a bill is a person's: who was billed, or, where that is not known, who lives there."""
    return due.is_of(person, homes_of(community, person) if due.payers is None else ())


def remember_payers(community: str, due: Due) -> None:
    """See to it that those who were billed for a home find its bills, whatever we have heard of them."""
    for person in due.payers or ():
        key, row = LivingRow.key(community, person), living_of(community, person)
        if row is None:
            transaction = Transaction()
            transaction.create("living", LivingRow(*key, version=0, formerly=[due.home]))
            with suppress(ConditionsFailed):  # the directory's word came meanwhile
                transaction.commit()
                continue
            row = find(LivingRow, key)
        if due.home not in row.billed and not row.forgotten:
            former = LivingRow.formerly
            change(row, [former.set((former | []).append([due.home]))], LivingRow.pk.exists())
