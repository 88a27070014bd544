"""Repairers, managers and members of a community, as rows."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute

from functions.maintenance.people.models import SetUp
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import LATE_WORDS, gone_with, last_word
from linli.tables import ContractAttribute, CopyRow, Row


class RepairerRow(Row, discriminator="repairer"):
    """Who repairs.

    The manager's word (`set_up`), the directory's (`member`) and the tickets in hand (`holds`) are written
    each on its own. `off_duty` is part of the manager's word, which a condition can read.
    """

    KEPT = Lifetime()
    PERSONAL = gone_with("person")
    key = Key("{community}#repairers", "{person}")

    set_up = ContractAttribute(SetUp, null=True)
    off_duty = BooleanAttribute(null=True)
    member = BooleanAttribute(default=False)
    holds = UnicodeSetAttribute(null=True)

    @property
    def works(self) -> bool:
        """Whether they may have tickets in hand at all."""
        return self.member and (self.set_up is None or self.set_up.on_duty)


class ManagerRow(Row, discriminator="maintenance_manager"):
    """Who runs the community, or once did; is told what is late, in their `language` if they have one."""

    PERSONAL = gone_with("person")
    key = Key("{community}#managers", "{person}")

    member = BooleanAttribute()
    language = UnicodeAttribute(null=True)


class MemberRow(CopyRow, discriminator="maintenance_member"):
    """The version of the roles that was taken in last, and where somebody lives (`<building>/<unit>`) who has
    one home.
    """

    PERSONAL = last_word("person", span=LATE_WORDS)
    key = Key("{community}#members", "{person}")

    home = UnicodeAttribute(null=True)
