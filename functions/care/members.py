"""Who has which roles, as the directory says last: nobody is called as what they are no more."""

from functions.care.case_tables import StaffRow
from linli.events import MembershipChanged
from linli.tables import ConditionsFailed, Transaction


def keep(fact: MembershipChanged) -> str:
    """Take a person's roles in, unless newer ones are here. Returns the outcome."""
    key = StaffRow.key(fact.community, fact.person)
    row = StaffRow(*key, roles=set(fact.roles) or None, version=fact.version)
    older = StaffRow.version.does_not_exist() | (StaffRow.version < fact.version)
    transaction = Transaction()
    transaction.put("member", row, older)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return "member_kept"
