"""Runs, bills and what they left out as rows, and the communities that the schedule goes through."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from linli.communities import RoundRow
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY, kept, unnamed
from linli.tables import Row


class ScheduledRow(RoundRow, discriminator="billed_community"):
    """The communities that the monthly schedule goes through."""

    PERSONAL = NOBODY


class RunRow(Row, discriminator="bill_run"):
    """A bill run. `plan`: its JSON; `planned`: it is complete, and fixed but for what later runs charged of
    its shared costs, under `charged_version`.
    """

    KEPT = Lifetime()
    PERSONAL = kept("accounting", whole=True)
    key = Key("{community}#bill_runs", "{period}")

    plan = UnicodeAttribute()
    planned = BooleanAttribute(null=True)
    charged_version = NumberAttribute(null=True)


class GapRow(Row, discriminator="bill_gap"):
    """What a run could not bill of a home's month."""

    PERSONAL = unnamed()
    key = Key("{community}#gaps#{period}", "{home}")

    gap = UnicodeAttribute()


class BillRow(Row, discriminator="bill"):
    """A bill, among its home's and, the same, among its month's; of tenants before whom there were others,
    `#<their first day>` follows.
    """

    KEPT = Lifetime()
    PERSONAL = kept("accounting", whole=True)
    of_home = Key("{community}#bills#{home}", "{period}")
    of_period = Key("{community}#billed#{period}", "{home}")

    bill = UnicodeAttribute()
