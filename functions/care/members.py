"""Who has which roles, as the directory says last: nobody is called as what they are no more."""

from datetime import datetime

from functions.care import duties
from functions.care.case_tables import DutyRow, StaffRow
from functions.care.tables import WatchRow
from linli.events import MembershipChanged
from linli.tables import ConditionsFailed, Transaction, read


def keep(fact: MembershipChanged, now: datetime) -> str:
    """Take a person's roles in, unless newer ones are here. Returns the outcome.

    Somebody without any has moved out, or a clerk was mistaken: the watch goes on until staff end it.
    """
    key = StaffRow.key(fact.community, fact.person)
    row = StaffRow(*key, roles=set(fact.roles) or None, version=fact.version)
    transaction = Transaction()
    transaction.keep_newest("member", row)
    outcome = _ask_staff(transaction, fact, now)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return outcome


def _ask_staff(transaction: Transaction, fact: MembershipChanged, now: datetime) -> str:
    """Let `transaction` ask whether the watch is over, or take the question back."""
    community, person = fact.community, fact.person
    watch_key, duty_key = WatchRow.key(community, person), DutyRow.key(community, "moved_out", person)
    rows = read([watch_key, duty_key])
    watched, asked = (rows.get(key) is not None for key in (watch_key, duty_key))
    if fact.roles and asked:
        words = "the directory has them again"
        duties.cleared(transaction, community, person, "moved_out", now, words=words)
        return "moved_in_again"
    if watched and not fact.roles and not asked:
        words = "has moved out according to the directory: end the watch?"
        duties.raised(transaction, community, person, "moved_out", words=words, now=now)
        return "moved_out"
    return "member_kept"
