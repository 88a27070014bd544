"""Runs, bills and what they left out as rows, and the communities that the schedule goes through."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from linli.lifetimes import Lifetime
from linli.tables import Row


class ScheduledRow(Row, discriminator="billed_community"):
    """`#communities` / `<community>`: the communities that the monthly schedule goes through."""

    KEPT = Lifetime()

    PARTITION = "#communities"


class RunRow(Row, discriminator="bill_run"):
    """`<community>#bill_runs` / `<period>`. `plan`: JSON of the run; `planned`: it is complete, and fixed but
    for what later runs charged of its shared costs, under `charged_version`.
    """

    KEPT = Lifetime()

    plan = UnicodeAttribute()
    planned = BooleanAttribute(null=True)
    charged_version = NumberAttribute(null=True)

    @staticmethod
    def key(community: str, period: str) -> tuple[str, str]:
        """Where a run is."""
        return f"{community}#bill_runs", period


class GapRow(Row, discriminator="bill_gap"):
    """`<community>#gaps#<period>` / `<home>`: what a run could not bill of a home's month."""

    gap = UnicodeAttribute()

    @staticmethod
    def key(community: str, period: str, home: str) -> tuple[str, str]:
        """Where it says what a run left out of a home."""
        return f"{community}#gaps#{period}", home


class BillRow(Row, discriminator="bill"):
    """`<community>#bills#<home>` / `<period>`, and the same `<community>#billed#<period>` / `<home>`; of
    tenants before whom there were others, `#<their first day>` follows.
    """

    KEPT = Lifetime()

    bill = UnicodeAttribute()

    @staticmethod
    def of_home(community: str, home: str) -> str:
        """The partition of a home's bills."""
        return f"{community}#bills#{home}"

    @staticmethod
    def of_period(community: str, period: str) -> str:
        """The partition of a month's bills."""
        return f"{community}#billed#{period}"
