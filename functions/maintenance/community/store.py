"""Who is a repairer, as the directory says last."""

from pynamodb.expressions.update import Action

from functions.maintenance.tables import RepairerRow
from linli.events import MembershipChanged
from linli.permissions import Role
from linli.tables import ConditionsFailed, Contended, CopyRow, Transaction, read


class MemberRow(CopyRow, discriminator="maintenance_member"):
    """`<community>#members` / `<person>`: the version of the roles that was taken in last."""


def keep_member(fact: MembershipChanged) -> str:
    """Take a person's roles in, unless newer ones are here. Returns the outcome.

    Whoever never was a repairer gets no row among the repairers, which dispatch reads whole.
    Raises Contended when such a row came meanwhile, which has to hear of it as well.
    """
    is_repairer = Role.REPAIRER in fact.roles
    key = RepairerRow.key(fact.community, fact.person)
    member = MemberRow(f"{fact.community}#members", fact.person, version=fact.version)
    transaction = Transaction()
    transaction.keep_newest("member", member)
    if is_repairer or key in read([key]):
        actions: list[Action] = [RepairerRow.member.set(is_repairer), RepairerRow.kind.set(RepairerRow)]
        transaction.update("repairer", RepairerRow(*key), actions)
    else:
        transaction.check("no_repairer", RepairerRow, key, RepairerRow.pk.does_not_exist())
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "member" in failed.rows:
            return "duplicate"
        raise Contended("the person became a repairer meanwhile") from failed
    return "repairer_kept" if is_repairer else "member_kept"
