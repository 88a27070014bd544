"""The rows of who is watched over and how they are, of their families, and of what the directory says."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from functions.care.watching.members import Member
from functions.care.watching.state import WatchState
from functions.care.watching.watch import Watch
from linli.due import TimedRow
from linli.lifetimes import Lifetime
from linli.members import DwellerRow
from linli.tables import ContractAttribute, InstantAttribute, Row

Key = tuple[str, str]


class WatchRow(Row, discriminator="watch"):
    """`<community>#watches` / `<person>`."""

    KEPT = Lifetime("until it ends")

    watch = ContractAttribute(Watch)
    version = NumberAttribute()

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a person's settings are."""
        return f"{community}#watches", person


class StateRow(TimedRow, discriminator="watch_state"):
    """`<community>#person#<person>` / `state`: how they are, and the one alert that may be open.

    `seen_at` repeats the state's, for the condition that keeps it from moving back. Without a `state` the
    person is not watched over: the row then holds no more than the alert of a call for help. `moved_again`:
    there was a sign of life since `alert_at`, and the alert knows.
    """

    KEPT = Lifetime("until the watch ends")

    state = ContractAttribute(WatchState, null=True)
    seen_at = InstantAttribute(null=True)
    version = NumberAttribute(null=True)
    open_alert = UnicodeAttribute(null=True)
    alert_at = InstantAttribute(null=True)
    moved_again = BooleanAttribute(null=True)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a person's state is."""
        return f"{community}#person#{person}", "state"


class FamilyRow(Row, discriminator="family"):
    """`<community>#family#<person>` / `<whom they may ask about>`: a contact who is family."""

    KEPT = Lifetime("until the watch changes")

    @staticmethod
    def key(community: str, person: str, watched: str) -> Key:
        """Where it says that a person is family of somebody."""
        return f"{community}#family#{person}", watched


class StaffRow(DwellerRow, discriminator="care_member"):
    """`<community>#members` / `<person>`: what the directory said last: their roles, for who is called, and
    their homes, with the version that said so: of who has gone, the homes that they had.
    """

    KEPT = Lifetime()

    roles = UnicodeSetAttribute(null=True)
    home_version = NumberAttribute(null=True)

    @property
    def member(self) -> Member:
        """What the directory has said of them."""
        home_version = int(self.home_version) if self.home_version else None
        return Member.kept(self.roles or (), int(self.version), self.places, home_version)

    @classmethod
    def of(cls, key: Key, member: Member) -> "StaffRow":
        """The row of what the directory has said."""
        return cls(
            *key,
            roles=set(member.roles) or None,
            version=member.version,
            home=next(iter(member.homes), None),
            homes=list(member.homes) or None,
            home_version=member.home_version or None,
        )

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where somebody's roles and home are."""
        return f"{community}#members", person
