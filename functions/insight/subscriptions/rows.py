"""The rows of subscriptions; the README says who reads them how."""

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from functions.insight.subscriptions.schedule import DELIVERIES_KEPT
from linli.due import TimedRow
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import LATE_WORDS, NOBODY, last_word, unnamed
from linli.tables import CopyRow, InstantAttribute, Row


class SubscriptionRow(Row, discriminator="subscription"):
    """Who is told what. `secret`: how many secrets it has had, of which none is kept; `previous_until`: how
    long the one before the last signs as well. `version` counts what was written.
    """

    KEPT = Lifetime("until it is ended")
    PERSONAL = unnamed("maker")
    key = Key("{community}#subscriptions", "{subscription}")

    name = UnicodeAttribute()
    url = UnicodeAttribute()
    facts = JSONAttribute()
    permissions = JSONAttribute()
    maker = UnicodeAttribute()
    state = UnicodeAttribute()
    why = UnicodeAttribute(null=True)
    paused_at = InstantAttribute(null=True)
    created_at = InstantAttribute()
    secret = NumberAttribute()
    previous_until = InstantAttribute(null=True)
    version = NumberAttribute()


class LineRow(TimedRow, discriminator="line"):
    """How a receiver is doing, and when somebody has to look at what waits for it; in the index `due` as long
    as something does. `marks`: how often something came to wait. `held_until`: somebody sends till then.
    """

    KEPT = Lifetime("until it is ended")
    PERSONAL = NOBODY
    SHARDS = 1
    LANE = "line-"
    key = Key("{community}#lines", "{subscription}")

    marks = NumberAttribute()
    held_until = InstantAttribute(null=True)
    rests_until = InstantAttribute(null=True)
    failures = NumberAttribute()
    failing_since = InstantAttribute(null=True)
    failed_at = InstantAttribute(null=True)
    delivered_at = InstantAttribute(null=True)


class DeliveryRow(Row, discriminator="delivery"):
    """A fact for a subscriber, with what they may be told of it, and how it went. `type`: the fact's."""

    KEPT = Lifetime("{}", DELIVERIES_KEPT)
    PERSONAL = unnamed()
    key = Key("{community}#deliveries#{subscription}", "{delivery}")

    type = UnicodeAttribute()
    body = JSONAttribute()
    state = UnicodeAttribute()
    tries = NumberAttribute()
    told_at = InstantAttribute()
    tried_at = InstantAttribute(null=True)
    next_at = InstantAttribute(null=True)
    status = NumberAttribute(null=True)
    trouble = UnicodeAttribute(null=True)


class WaitingRow(Row, discriminator="waiting"):
    """That a delivery is to be tried, from then on."""

    KEPT = Lifetime("{}", DELIVERIES_KEPT)
    PERSONAL = NOBODY
    key = Key("{community}#waiting#{subscription}", "{due_at}#{delivery}")


class StandingRow(CopyRow, discriminator="standing"):
    """Somebody's roles in a community, as the directory says last: who answers for a subscription must have
    some. Of who is not here nothing was told since insight was first deployed. `language`: if they want one.
    """

    KEPT = Lifetime()
    PERSONAL = last_word("person", members=("roles",), span=LATE_WORDS)
    key = Key("{community}#standing", "{person}")

    roles = JSONAttribute()
    language = UnicodeAttribute(null=True)
