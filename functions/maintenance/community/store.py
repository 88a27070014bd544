"""Who is a repairer, who a manager: as the directory says last."""

from datetime import datetime

from pynamodb.expressions.update import Action

from functions.maintenance.people.rows import ManagerRow, MemberRow, RepairerRow
from functions.maintenance.tickets import store as tickets
from linli.permissions import Role
from linli.tables import ConditionsFailed, Contended, Transaction, read
from linli.vocabulary.directory import MembershipChanged

GONE = "the repairer has left"


def keep_member(fact: MembershipChanged, now: datetime) -> str:
    """Take a person's roles in, unless newer ones are here, and from who has left what they have in hand.
    Returns the outcome.

    The same fact once more finishes what was cut short. Raises Contended when the person became a repairer or
    manager meanwhile, who has to hear of it as well.
    """
    outcome = _keep_roles(fact)
    tickets.take_back(fact.community, fact.person, GONE, now)
    tickets.take_back_answers(fact.community, fact.person, "the manager has left", now)
    return outcome


def _keep_roles(fact: MembershipChanged) -> str:
    """Whoever never was one gets no row among the repairers, which dispatch reads whole, nor the managers."""
    home = fact.home if len(fact.homes) == 1 else None
    member = MemberRow(*MemberRow.key(fact.community, fact.person), version=fact.version, home=home)
    transaction = Transaction()
    transaction.keep_newest("member", member)
    staff = (
        ("repairer", RepairerRow, Role.REPAIRER in fact.roles),
        ("manager", ManagerRow, Role.MANAGER in fact.roles),
    )
    known = read(kind.key(fact.community, fact.person) for _, kind, _ in staff)
    for name, kind, is_one in staff:
        key = kind.key(fact.community, fact.person)
        if is_one or key in known:
            actions: list[Action] = [kind.member.set(is_one), kind.kind.set(kind)]
            if kind is ManagerRow:
                wish = ManagerRow.language
                actions.append(wish.set(fact.language) if fact.language else wish.remove())
            transaction.update(name, kind(*key), actions)
        else:
            transaction.check(f"no_{name}", kind, key, kind.pk.does_not_exist())
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "member" in failed.rows:
            return "duplicate"
        raise Contended("person_is_staff_now") from failed
    return "repairer_kept" if Role.REPAIRER in fact.roles else "member_kept"
