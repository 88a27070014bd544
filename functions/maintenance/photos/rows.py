"""Photos of a ticket, as rows."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from linli.due import TimedRow
from linli.tables import InstantAttribute

Key = tuple[str, str]


class PhotoRow(TimedRow, discriminator="photo"):
    """`<community>#ticket#<ticket>` / `photo#<number>`: a place in the bucket that somebody may upload to.

    `shown`: it has been looked at, and what it gave away is out of it; `refused`: why it is not shown.
    Neither is said of what has not been looked at, or not been uploaded. It is due once nobody can any more.
    """

    SHARDS = 1
    LANE = "photo-"

    shown = BooleanAttribute(null=True)
    refused = UnicodeAttribute(null=True)
    photo = UnicodeAttribute()
    content_type = UnicodeAttribute()
    added_by = UnicodeAttribute()
    added_at = InstantAttribute()

    @staticmethod
    def key(community: str, ticket: str, number: int) -> Key:
        """Where the ticket's photo with this number is."""
        return f"{community}#ticket#{ticket}", f"photo#{number}"
