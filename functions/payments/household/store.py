"""Where a person lives, as the directory says last."""

from functions.payments.tables import LivingRow
from linli.events import MembershipChanged
from linli.tables import ConditionsFailed, Transaction


def keep_member(fact: MembershipChanged) -> str:
    """Keep where a person lives, unless newer is here. Returns the outcome."""
    home = fact.home if fact.roles else None
    row = LivingRow(*LivingRow.key(fact.community, fact.person), home=home, version=fact.version)
    transaction = Transaction()
    transaction.keep_newest("living", row)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return "home_kept"
