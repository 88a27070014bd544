"""The rows of timelines."""

from datetime import timedelta

from functions.care.timeline.models import Entry
from linli.escalation import rows
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import kept
from linli.tables import ContractAttribute


class EntryRow(rows.EntryRow, discriminator="care_entry"):
    """A line of a person's timeline: written once, changed never."""

    KEPT = Lifetime("{}", timedelta(days=730))
    PERSONAL = kept("care_record", "person")
    key = Key("{community}#timeline#{person}", "{at}#{line}")

    entry: ContractAttribute[Entry] = ContractAttribute(Entry)
