"""Where a person lives, as the directory says last."""

from typing import Any

from pynamodb.expressions.condition import Condition

from functions.payments.households.rows import LivingRow
from linli.members import dwelling
from linli.tables import Transaction, read, until_it_holds
from linli.vocabulary.directory import MembershipChanged


def remember_home(fact: MembershipChanged) -> str:
    """Keep where a person lives, unless something newer is known, and where they have lived, in whatever
    order the directory's facts come. Returns the outcome.
    """
    key = LivingRow.key(fact.community, fact.person)

    def attempt() -> str:
        known = read([key]).one(LivingRow, key)
        told: dict[str, Any] = dwelling(fact)
        billed = {*(known.billed if known else ()), *(told["homes"] or ())}
        late = known is not None and known.version >= fact.version
        if known is not None and late:
            if billed <= set(known.billed):
                return "duplicate"
            told = {"home": known.home, "homes": known.homes, "version": known.version}
        row = LivingRow(*key, **told)
        row.formerly = sorted(billed - set(row.places)) or None
        transaction = Transaction()
        transaction.put("living", row, _as(known))
        transaction.commit()
        return "duplicate" if late else "home_kept"

    return until_it_holds(attempt)


def _as(known: LivingRow | None) -> Condition:
    """The condition that nobody has written the row since it was read as `known`."""
    if known is None:
        return LivingRow.pk.does_not_exist()
    former = LivingRow.formerly
    same = former == known.formerly if known.formerly else former.does_not_exist()
    condition: Condition = (LivingRow.version == known.version) & same
    return condition
