"""Where a person lives, as the directory says last."""

from typing import Any

from functions.payments.households.rows import LivingRow
from linli.members import dwelling
from linli.tables import Transaction, as_read, read, until_it_holds
from linli.vocabulary.directory import MembershipChanged


def remember_home(fact: MembershipChanged) -> str:
    """Keep where a person lives, unless something newer is known, and where they have lived, in whatever
    order the directory's facts come. Returns the outcome.
    """
    key = LivingRow.key(fact.community, fact.person)

    def attempt() -> str:
        known = read([key]).one(LivingRow, key)
        if known is not None and known.forgets(fact.version):
            return "duplicate"
        told: dict[str, Any] = dwelling(fact.homes, fact.version)
        billed = {*(known.billed if known else ()), *(told["homes"] or ())}
        late = known is not None and known.version >= fact.version
        if known is not None and late:
            if billed <= set(known.billed):
                return "duplicate"
            told = {"home": known.home, "homes": known.homes, "version": known.version}
        row = LivingRow(*key, **told)
        row.formerly = sorted(billed - set(row.places)) or None
        transaction = Transaction()
        transaction.put("living", row, as_read(LivingRow, known, "version", "formerly"))
        transaction.commit()
        return "duplicate" if late else "home_kept"

    return until_it_holds(attempt)
