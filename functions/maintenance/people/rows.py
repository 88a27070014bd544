"""Repairers, managers and members of a community, as rows."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute

from functions.maintenance.people.models import SetUp
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, CopyRow, Row

Key = tuple[str, str]


class RepairerRow(Row, discriminator="repairer"):
    """`<community>#repairers` / `<person>`: who repairs.

    The manager's word (`set_up`), the directory's (`member`) and the tickets in hand (`holds`) are written
    each on its own. `off_duty` is part of the manager's word, which a condition can read.
    """

    KEPT = Lifetime()

    set_up = ContractAttribute(SetUp, null=True)
    off_duty = BooleanAttribute(null=True)
    member = BooleanAttribute(default=False)
    holds = UnicodeSetAttribute(null=True)

    @property
    def works(self) -> bool:
        """Whether they may have tickets in hand at all."""
        return self.member and (self.set_up is None or self.set_up.on_duty)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a repairer is."""
        return f"{community}#repairers", person


class ManagerRow(Row, discriminator="maintenance_manager"):
    """`<community>#managers` / `<person>`: who runs the community, or once did; is told what is late."""

    member = BooleanAttribute()

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a manager is."""
        return f"{community}#managers", person


class MemberRow(CopyRow, discriminator="maintenance_member"):
    """`<community>#members` / `<person>`: the version of the roles that was taken in last, and where somebody
    lives (`<building>/<unit>`) who has one home.
    """

    home = UnicodeAttribute(null=True)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a member is."""
        return f"{community}#members", person
