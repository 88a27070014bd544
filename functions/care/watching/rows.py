"""The rows of who is watched over and how they are, of their families, and of what the directory says."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from functions.care.watching.members import Member
from functions.care.watching.state import WatchState
from functions.care.watching.watch import Watch
from linli.due import TimedRow
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.members import DwellerRow, dwelling
from linli.personal.fates import LATE_WORDS, gone_with, last_word
from linli.tables import ContractAttribute, InstantAttribute, Row


class WatchRow(Row, discriminator="watch"):
    """Who is watched over, and how."""

    KEPT = Lifetime("until it ends")
    PERSONAL = gone_with("person", others="life_and_health")
    key = Key("{community}#watches", "{person}")

    watch = ContractAttribute(Watch)
    version = NumberAttribute()


class StateRow(TimedRow, discriminator="watch_state"):
    """How they are, and the one alert that may be open.

    `seen_at` repeats the state's, for the condition that keeps it from moving back. Without a `state` the
    person is not watched over: the row then holds no more than the alert of a call for help. `moved_again`:
    there was a sign of life since `alert_at`, and the alert knows.
    """

    KEPT = Lifetime("until the watch ends")
    PERSONAL = gone_with("person")
    key = Key("{community}#person#{person}", "state")

    state = ContractAttribute(WatchState, null=True)
    seen_at = InstantAttribute(null=True)
    version = NumberAttribute(null=True)
    open_alert = UnicodeAttribute(null=True)
    alert_at = InstantAttribute(null=True)
    moved_again = BooleanAttribute(null=True)


class FamilyRow(Row, discriminator="family"):
    """A contact who is family."""

    KEPT = Lifetime("until the watch changes")
    PERSONAL = gone_with("person", "watched")
    key = Key("{community}#family#{person}", "{watched}")


class StaffRow(DwellerRow, discriminator="care_member"):
    """What the directory said last: their roles, for who is called, and their homes, with the version that
    said so: of who has gone, the homes that they had. `language`: what they want to be told in.
    """

    KEPT = Lifetime()
    PERSONAL = last_word("person", span=LATE_WORDS)
    key = Key("{community}#members", "{person}")

    roles = UnicodeSetAttribute(null=True)
    home_version = NumberAttribute(null=True)
    language = UnicodeAttribute(null=True)

    @property
    def member(self) -> Member:
        """What the directory has said of them."""
        home_version = int(self.home_version) if self.home_version else None
        return Member.kept(self.roles or (), int(self.version), self.places, home_version, self.language)

    @classmethod
    def of(cls, key: RowKey, member: Member) -> "StaffRow":
        """The row of what the directory has said."""
        return cls(
            *key,
            **dwelling(member.homes, member.version),
            roles=set(member.roles) or None,
            home_version=member.home_version or None,
            language=member.language,
        )
