"""The rows of statements: whose are compared, which have been, and where they differ from the books."""

from datetime import date, timedelta

from functions.payments.statements.discrepancies import Discrepancy
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, Row


class ReconciledRow(Row, discriminator="reconciled_community"):
    """`#communities` / `<community>`: the communities whose statements are fetched every day."""

    KEPT = Lifetime()

    PARTITION = "#communities"


class ComparedRow(Row, discriminator="compared_statement"):
    """`<community>#statements` / `<day>#<provider>`: a statement that has been compared with the books."""

    KEPT = Lifetime("{}", timedelta(days=16))

    @staticmethod
    def key(community: str, day: date, provider: str) -> tuple[str, str]:
        """The key of the mark that a day's statement has been compared."""
        return f"{community}#statements", f"{day.isoformat()}#{provider}"


class DiscrepancyRow(Row, discriminator="discrepancy"):
    """`<community>#discrepancies` / `<day>#<provider>#<order>#<what>`: where we and a statement differ."""

    KEPT = Lifetime("until it is cleared up")

    discrepancy = ContractAttribute(Discrepancy)

    @staticmethod
    def partition(community: str) -> str:
        """The partition of a community's discrepancies."""
        return f"{community}#discrepancies"

    @classmethod
    def of(cls, community: str, found: Discrepancy) -> "DiscrepancyRow":
        """The row of a discrepancy: one and the same, however often its statement is read."""
        sk = f"{found.day.isoformat()}#{found.provider}#{found.order}#{found.refund or ''}#{found.what}"
        return cls(cls.partition(community), sk, discrepancy=found)
