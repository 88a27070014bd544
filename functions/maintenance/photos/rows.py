"""Photos of a ticket, as rows."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from linli.due import TimedRow
from linli.keys import Key
from linli.personal.fates import gone_with
from linli.tables import InstantAttribute


class PhotoRow(TimedRow, discriminator="photo"):
    """A place in the bucket that somebody may upload to.

    `shown`: it has been looked at, and what it gave away is out of it; `refused`: why it is not shown.
    Neither is said of what has not been looked at, or not been uploaded. It is due once nobody can any more.
    """

    PERSONAL = gone_with("added_by")
    key = Key("{community}#ticket#{ticket}", "photo#{number}")

    SHARDS = 1
    LANE = "photo-"

    shown = BooleanAttribute(null=True)
    refused = UnicodeAttribute(null=True)
    photo = UnicodeAttribute()
    content_type = UnicodeAttribute()
    added_by = UnicodeAttribute()
    added_at = InstantAttribute()
