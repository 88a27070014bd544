"""The rows of statements: whose are compared, which have been, and where they differ from the books."""

from datetime import timedelta

from functions.payments.statements.discrepancies import Discrepancy
from linli.communities import RoundRow
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.tables import ContractAttribute, Row


class ReconciledRow(RoundRow, discriminator="reconciled_community"):
    """The communities whose statements are fetched every day."""

    PERSONAL = NOBODY


class ComparedRow(Row, discriminator="compared_statement"):
    """A statement that has been compared with the books."""

    KEPT = Lifetime("{}", timedelta(days=16))
    PERSONAL = NOBODY
    key = Key("{community}#statements", "{day}#{provider}")


class DiscrepancyRow(Row, discriminator="discrepancy"):
    """Where we and a statement differ."""

    KEPT = Lifetime("until it is cleared up")
    PERSONAL = NOBODY
    key = Key("{community}#discrepancies", "{day}#{provider}#{order}#{refund}#{what}")

    discrepancy = ContractAttribute(Discrepancy)

    @classmethod
    def of(cls, community: str, found: Discrepancy) -> "DiscrepancyRow":
        """The row of a discrepancy: one and the same, however often its statement is read."""
        named = (found.provider, found.order, found.refund or "", found.what)
        return cls(*cls.key(community, found.day.isoformat(), *named), discrepancy=found)
