"""The rows of timelines."""

from datetime import timedelta

from functions.care.timeline.models import Entry
from linli.instants import to_text
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, Row


class EntryRow(Row, discriminator="care_entry"):
    """A line of a person's timeline: written once, changed never."""

    KEPT = Lifetime("{}", timedelta(days=730))
    key = Key("{community}#timeline#{person}", "{at}#{line}")

    entry = ContractAttribute(Entry)

    @classmethod
    def of(cls, community: str, person: str, entry: Entry, key: str) -> "EntryRow":
        """A line of a person's timeline; `key` tells it from others of the same moment."""
        return cls(
            *cls.key(community, person, to_text(entry.at), key),
            entry=entry,
            ttl=cls.KEPT.until(entry.at),
        )
