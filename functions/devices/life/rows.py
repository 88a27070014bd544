"""The rows of devices, of their faults and gateways, and of the stage's pulse."""

from typing import ClassVar

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from functions.devices.life.standstill import Pulse
from functions.devices.life.vitals import Outages, Vitals
from linli.due import TimedRow
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY, unnamed
from linli.tables import ContractAttribute, InstantAttribute, Row

VITALS = (
    "beat", "seen_at", "battery_percent", "firmware", "gateway", "lost", "lost_at", "low", "outages",
    "charged_at", "wavers", "rising_since",
)  # fmt: skip


class ClaimRow(Row, discriminator="device_claim"):
    """A device id is a thing's name, and belongs to one community for ever."""

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{device}#claim", "claim")

    community = UnicodeAttribute()


class DeviceRow(TimedRow, discriminator="device"):
    """A device. `key_digest` is of the device's public key.

    From `beat` on, the device's vitals: changed in place by heartbeats, and gone with every new `version`,
    since who registers or revokes a device writes the whole row. Those that are expected fall due.
    `revoked_by`, `revoked_because`: of one that is revoked, since 2026-11-27.
    """

    KEPT = Lifetime()
    PERSONAL = unnamed("revoked_by")
    key = Key("{community}#devices", "{device}")

    device_kind = UnicodeAttribute()
    status = UnicodeAttribute()
    key_digest = UnicodeAttribute()
    certificate = UnicodeAttribute(null=True)
    registered_at = InstantAttribute()
    version = NumberAttribute()
    beat = UnicodeAttribute(null=True)
    seen_at = InstantAttribute(null=True)
    battery_percent = NumberAttribute(null=True)
    firmware = UnicodeAttribute(null=True)
    gateway = UnicodeAttribute(null=True)
    lost = UnicodeAttribute(null=True)
    lost_at = InstantAttribute(null=True)
    low = UnicodeAttribute(null=True)
    outages = ContractAttribute(Outages, null=True)
    charged_at = InstantAttribute(null=True)
    wavers = BooleanAttribute(null=True)
    rising_since = InstantAttribute(null=True)
    revoked_by = UnicodeAttribute(null=True)
    revoked_because = UnicodeAttribute(null=True)

    @property
    def vitals(self) -> Vitals:
        """What is known of its life."""
        known = {name: getattr(self, name) for name in (*VITALS, "due_at")}
        percent = known["battery_percent"]
        known["battery_percent"] = None if percent is None else int(percent)
        return Vitals(**known | {"wavers": bool(known["wavers"])})

    def changes(self, vitals: Vitals) -> list[Action]:
        """What to set and remove so that these become its vitals, and nothing else."""
        was = self.vitals
        pairs = [(name, getattr(vitals, name)) for name in VITALS]
        changed = [(getattr(DeviceRow, name), value) for name, value in pairs if value != getattr(was, name)]
        actions = [path.remove() if value is None else path.set(value) for path, value in changed]
        return actions + (self.timing(self.sk, vitals.due_at) if was.due_at != vitals.due_at else [])


class PulseRow(Row, discriminator="pulse"):
    """When heartbeats last came through, of a share of all devices. No tenant's.

    `SHARES`: each heartbeat reads its own, and one row is read 3,000 times a second at most.
    """

    SHARES: ClassVar[int] = 4
    KEPT = Lifetime("for ever, four rows")
    PERSONAL = NOBODY
    key = Key("#pulse#{share}", "heartbeat")

    pulse = ContractAttribute(Pulse)
    at = InstantAttribute()


class BehindRow(Row, discriminator="behind_gateway"):
    """Whose newest heartbeat came through the gateway.

    `lost`: it is lost by itself, whatever becomes of the gateway.
    """

    KEPT = Lifetime("while it speaks through it")
    PERSONAL = NOBODY
    key = Key("{community}#behind#{gateway}", "{device}")

    lost = BooleanAttribute()


class FaultRow(Row, discriminator="device_fault"):
    """What is wrong now. `behind`: how many are unseen by it."""

    KEPT = Lifetime("while it lasts")
    PERSONAL = NOBODY
    key = Key("{community}#faults", "{device}#{fault}")

    device = UnicodeAttribute()
    device_kind = UnicodeAttribute()
    fault = UnicodeAttribute()
    episode = UnicodeAttribute()
    since = InstantAttribute()
    behind = NumberAttribute()
