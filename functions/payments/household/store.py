"""Where a person lives, as the directory says last."""

from typing import Any

from functions.payments.tables import LivingRow
from linli.events import MembershipChanged
from linli.members import dwelling
from linli.tables import Transaction, read, until_it_holds


def keep_member(fact: MembershipChanged) -> str:
    """Keep where a person lives, and lived, unless newer is here. Returns the outcome."""
    key = LivingRow.key(fact.community, fact.person)

    def attempt() -> str:
        known = read([key]).one(LivingRow, key)
        if known is not None and known.version >= fact.version:
            return "duplicate"
        told: dict[str, Any] = dwelling(fact)
        left = [home for home in (known.billed if known else []) if home not in (told["homes"] or [])]
        row = LivingRow(*key, **told, formerly=left or None)
        as_known = LivingRow.version == known.version if known else LivingRow.pk.does_not_exist()
        transaction = Transaction()
        transaction.put("living", row, as_known)
        transaction.commit()
        return "home_kept"

    return until_it_holds(attempt)
