"""The rows of sensors and homes, with whom they tell of, and of signs that have counted."""

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from functions.care.intake.unbelieved import Unbelieved
from functions.care.timeline.rows import SENT_AGAIN
from functions.care.watching.rows import Key
from functions.care.watching.state import Outage
from functions.care.watching.watch import Sensor
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, Row


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


class SignRow(Row, discriminator="sign"):
    """`<community>#signs#<person>` / `<key>`: a sign that has counted, whose time does not tell a repeat."""

    KEPT = Lifetime("{}", SENT_AGAIN)

    @classmethod
    def of(cls, community: str, person: str, key: str, now: datetime) -> "SignRow":
        """The mark of a sign, kept as long as it may be sent again."""
        return cls(f"{community}#signs#{person}", key, ttl=cls.KEPT.until(now))
