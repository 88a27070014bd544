"""The rows of the devices table; the README says who reads them how."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from linli.tables import InstantAttribute, Row

Key = tuple[str, str]


class ClaimRow(Row, discriminator="device_claim"):
    """`<device>#claim` / `claim`: a device id is a thing's name, and belongs to one community for ever."""

    community = UnicodeAttribute()

    @staticmethod
    def key(device: str) -> Key:
        """Where the claim on a device id is."""
        return f"{device}#claim", "claim"


class DeviceRow(Row, discriminator="device"):
    """`<community>#devices` / `<device>`. `key_digest` is of the device's public key."""

    device_kind = UnicodeAttribute()
    status = UnicodeAttribute()
    key_digest = UnicodeAttribute()
    certificate = UnicodeAttribute(null=True)
    registered_at = InstantAttribute()
    version = NumberAttribute()

    @staticmethod
    def key(community: str, device: str) -> Key:
        """Where a device is."""
        return f"{community}#devices", device
