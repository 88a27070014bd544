"""The rows of the insight table; the README says who reads them how."""

from datetime import timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.insight.board.models import RANKS, Item
from functions.insight.board.tally import Tally
from functions.insight.board.things import Thing
from linli.due import TimedRow
from linli.instants import to_text
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.tables import ContractAttribute, CopyRow, InstantAttribute, Row

OVER_KEPT = timedelta(days=30)  # a word that was parked comes as much as 14 days late


class ThingRow(TimedRow, discriminator="thing"):
    """All that is known of a thing, open or over. `version` counts what was written.

    `place`, `digest`: where an open one is shown, and what it is in its board's digest, as they were written,
    whatever newer code would make of it.
    """

    KEPT = Lifetime("{} after its end", OVER_KEPT)
    PERSONAL = NOBODY
    SHARDS = 4
    key = Key("{community}#things", "{thing}")

    thing = ContractAttribute(Thing)
    place = UnicodeAttribute(null=True)
    digest = UnicodeAttribute(null=True)
    version = NumberAttribute()


class ItemRow(Row, discriminator="item"):
    """An open thing, the most severe first, of these the longest open."""

    KEPT = Lifetime("while it is open")
    PERSONAL = NOBODY
    key = Key("{community}#now", "{rank}#{since}#{thing}")

    item = ContractAttribute(Item)

    @classmethod
    def of(cls, community: str, item: Item) -> "ItemRow":
        """The row of an open thing."""
        return cls(*cls.key(community, RANKS[item.severity], to_text(item.since), item.item), item=item)


class BoardRow(Row, discriminator="board"):
    """What a community's board adds up to. `as_of`: the newest word taken in; `version` counts what was
    written; `filed_under`: the row of its company that says the same.
    """

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#board", "sums")

    tally = ContractAttribute(Tally)
    as_of = InstantAttribute(null=True)
    company = UnicodeAttribute(null=True)
    time_zone = UnicodeAttribute()
    filed_under = UnicodeAttribute(null=True)
    version = NumberAttribute()


class ShareRow(Row, discriminator="share"):
    """A community of a company in which something is open, and the most urgent of it; the worst first."""

    KEPT = Lifetime("while something is open there")
    PERSONAL = NOBODY
    key = Key("{company}#boards", "{rank}#{since}#{community}")

    tally = ContractAttribute(Tally)
    worst = ContractAttribute(Item)
    as_of = InstantAttribute(null=True)

    @classmethod
    def place(cls, company: str, community: str, worst: Item) -> RowKey:
        """Where a community stands among its company's."""
        return cls.key(company, RANKS[worst.severity], to_text(worst.since), community)


class BelongingRow(CopyRow, discriminator="belonging"):
    """Which company runs a community, and its time zone, as the directory says last."""

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#community", "belonging")

    company = UnicodeAttribute()
    time_zone = UnicodeAttribute()
