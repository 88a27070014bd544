"""The rows of sensors and homes, with whom they tell of, and of signs that have counted."""

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from functions.care.intake.unbelieved import Unbelieved
from functions.care.watching.state import Outage
from functions.care.watching.watch import Sensor
from linli.escalation.rows import SENT_AGAIN
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with, unnamed
from linli.tables import ContractAttribute, Row


class SensorRow(Row, discriminator="care_sensor"):
    """Whom a sensor, or a gateway, serves. A gateway is no `sensor`.

    `home`: the one home a sensor serves. `outage`: whether it is lost, of devices that serve nobody yet as
    well. `doubt`: what of its word cannot be believed.
    """

    KEPT = Lifetime()
    PERSONAL = unnamed()
    key = Key("{community}#sensors", "{device}")

    sensor = ContractAttribute(Sensor, null=True)
    home = UnicodeAttribute(null=True)
    outage = ContractAttribute(Outage, null=True)
    doubt = ContractAttribute(Unbelieved, null=True)
    people = UnicodeSetAttribute(null=True)


class HomeRow(Row, discriminator="care_home"):
    """Who is watched over there; `version` of what others were told."""

    KEPT = Lifetime()
    PERSONAL = unnamed()
    key = Key("{community}#homes", "{home}")

    people = UnicodeSetAttribute(null=True)
    version = NumberAttribute()


class SignRow(Row, discriminator="sign"):
    """A sign that has counted, whose time does not tell a repeat."""

    KEPT = Lifetime("{}", SENT_AGAIN)
    PERSONAL = gone_with("person")
    key = Key("{community}#signs#{person}", "{sign}")

    @classmethod
    def of(cls, community: str, person: str, key: str, now: datetime) -> "SignRow":
        """The mark of a sign, kept as long as it may be sent again."""
        return cls(*cls.key(community, person, key), ttl=cls.KEPT.until(now))
