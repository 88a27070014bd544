"""The rows of the care table; the README says who reads them how."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from functions.care.intake.unbelieved import Unbelieved
from functions.care.watching.state import Outage, WatchState
from functions.care.watching.watch import Sensor, Watch
from linli.due import TimedRow
from linli.lifetimes import Lifetime
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


class SensorRow(Row, discriminator="care_sensor"):
    """`<community>#sensors` / `<device>`: whom a sensor, or a gateway, serves. A gateway is no `sensor`.

    `home`: the one home a sensor serves. `outage`: whether it is lost, of devices that serve nobody yet as
    well. `doubt`: what of its word cannot be believed.
    """

    KEPT = Lifetime()

    sensor = ContractAttribute(Sensor, null=True)
    home = UnicodeAttribute(null=True)
    outage = ContractAttribute(Outage, null=True)
    doubt = ContractAttribute(Unbelieved, null=True)
    people = UnicodeSetAttribute(null=True)

    @staticmethod
    def key(community: str, device: str) -> Key:
        """Where a sensor is."""
        return f"{community}#sensors", device


class HomeRow(Row, discriminator="care_home"):
    """`<community>#homes` / `<home>`: who is watched over there; `version` of what others were told."""

    KEPT = Lifetime()

    people = UnicodeSetAttribute(null=True)
    version = NumberAttribute()

    @staticmethod
    def key(community: str, home: str) -> Key:
        """Where a home is."""
        return f"{community}#homes", home
