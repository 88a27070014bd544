"""The rows of devices, of their faults and gateways, and of the stage's pulse."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from functions.devices.life.standstill import Pulse
from functions.devices.life.vitals import Outages, Vitals
from linli.due import TimedRow
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, InstantAttribute, Row

Key = tuple[str, str]

VITALS = (
    "beat", "seen_at", "battery_percent", "firmware", "gateway", "lost", "lost_at", "low", "outages",
    "charged_at", "wavers", "rising_since",
)  # fmt: skip


class ClaimRow(Row, discriminator="device_claim"):
    """`<device>#claim` / `claim`: a device id is a thing's name, and belongs to one community for ever."""

    KEPT = Lifetime()

    community = UnicodeAttribute()

    @staticmethod
    def key(device: str) -> Key:
        """Where the claim on a device id is."""
        return f"{device}#claim", "claim"


class DeviceRow(TimedRow, discriminator="device"):
    """`<community>#devices` / `<device>`: a device. `key_digest` is of the device's public key.

    From `beat` on, the device's vitals: changed in place by heartbeats, and gone with every new `version`,
    since who registers or revokes a device writes the whole row. Those that are expected fall due.
    """

    KEPT = Lifetime()

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

    @staticmethod
    def key(community: str, device: str) -> Key:
        """Where a device is."""
        return f"{community}#devices", device

    @property
    def community(self) -> str:
        """Whose device it is."""
        return self.pk.partition("#")[0]

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
    """`#pulse` / `heartbeat`: when heartbeats last came through. No tenant's."""

    KEPT = Lifetime("for ever, one row")

    pulse = ContractAttribute(Pulse)
    at = InstantAttribute()

    @staticmethod
    def key() -> Key:
        """Where the pulse is."""
        return "#pulse", "heartbeat"


class BehindRow(Row, discriminator="behind_gateway"):
    """`<community>#behind#<gateway>` / `<device>`: whose newest heartbeat came through the gateway.

    `lost`: it is lost by itself, whatever becomes of the gateway.
    """

    KEPT = Lifetime("while it speaks through it")

    lost = BooleanAttribute()

    @staticmethod
    def key(community: str, gateway: str, device: str) -> Key:
        """Where it says that a device speaks through a gateway."""
        return f"{community}#behind#{gateway}", device


class FaultRow(Row, discriminator="device_fault"):
    """`<community>#faults` / `<device>#<fault>`: what is wrong now. `behind`: how many are unseen by it."""

    KEPT = Lifetime("while it lasts")

    device = UnicodeAttribute()
    device_kind = UnicodeAttribute()
    fault = UnicodeAttribute()
    episode = UnicodeAttribute()
    since = InstantAttribute()
    behind = NumberAttribute()

    @staticmethod
    def partition(community: str) -> str:
        """Where a community's open faults are."""
        return f"{community}#faults"

    @staticmethod
    def key(community: str, device: str, fault: str) -> Key:
        """Where an open fault of a device is."""
        return FaultRow.partition(community), f"{device}#{fault}"
