"""Keeps standings, gates and the community's policies up to what other services say."""

from datetime import datetime

from functions.access.standing.domain import PersonFact, after
from functions.access.tables import GateRow, HolderRow, write_standing
from linli.tables import ConditionsFailed, Transaction, read, until_it_holds


def keep_person(fact: PersonFact, at: datetime) -> str:
    """Change the standing of the person `fact` is about, and all its copies. Returns the outcome."""
    return until_it_holds(lambda: _attempt(fact, at))


def _attempt(fact: PersonFact, at: datetime) -> str:
    key = HolderRow.key(fact.community, fact.person)
    row = read([key]).one(HolderRow, key)
    known = row.standing if row else None
    standing = after(fact, known, at)
    if standing == known:
        return "unchanged"
    transaction = Transaction()
    write_standing(transaction, fact.community, known, standing)
    transaction.commit()
    return "standing_changed"


def keep_gate(community: str, device: str, at: datetime, *, revoked: bool) -> str:
    """Remember the registry's last word on a gate's device. Returns the outcome."""
    row = GateRow(*GateRow.key(community, device))
    newer = GateRow.registered_at.does_not_exist() | (GateRow.registered_at < at)
    actions = [
        GateRow.revoked.set(revoked),
        GateRow.registered_at.set(at),
        GateRow.kind.set(GateRow),
    ]
    transaction = Transaction()
    transaction.update("gate", row, actions, newer)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "unchanged"
    return "gate_revoked" if revoked else "gate_registered"
