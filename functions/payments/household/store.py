"""Where a person lives, as the directory says last."""

from functions.payments.tables import LivingRow
from linli.events import MembershipChanged
from linli.members import dwelling
from linli.tables import ConditionsFailed, Transaction


def keep_member(fact: MembershipChanged) -> str:
    """Keep where a person lives, unless newer is here. Returns the outcome."""
    row = LivingRow(*LivingRow.key(fact.community, fact.person), **dwelling(fact))
    transaction = Transaction()
    transaction.keep_newest("living", row)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return "home_kept"
