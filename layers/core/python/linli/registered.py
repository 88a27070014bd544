"""A service's own copy of the registry of devices: whoever believes devices reads here of which kind one is.

Every service with an action that devices speak to keeps the row in its table, written from `DeviceRegistered`
and `DeviceRevoked`.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from linli.device_messages import Topic
from linli.errors import DeviceNotKnown, DeviceRevokedMeanwhile, WrongDeviceKind
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.tables import ConditionsFailed, CopyRow, InstantAttribute, Transaction, readable
from linli.vocabulary.devices import DeviceRegistered, DeviceRevoked


class RegisteredRow(CopyRow, discriminator="registered_device"):
    """The registry's last word on a device.

    `device_kind` is not known of one whose revocation was told before kinds were.
    """

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#device", "{device}")

    device_kind = UnicodeAttribute(null=True)
    revoked = BooleanAttribute()
    told_at = InstantAttribute()


def keep(fact: DeviceRegistered | DeviceRevoked, told_at: datetime) -> str:
    """Store what the registry says of a device, unless a newer word is here. Returns the outcome.

    A fact of before versions were told, or told by older code after a rollback, is as new as its time, and
    a revocation wins a tie.
    """
    revoked = isinstance(fact, DeviceRevoked)
    row = RegisteredRow(
        *RegisteredRow.key(fact.community, fact.device),
        device_kind=fact.kind,
        revoked=revoked,
        version=fact.version or 0,
        told_at=told_at,
    )
    if fact.version:
        older = RegisteredRow.version < fact.version
    else:
        older = RegisteredRow.told_at <= told_at if revoked else RegisteredRow.told_at < told_at
    transaction = Transaction()
    transaction.put("device", row, RegisteredRow.pk.does_not_exist() | older)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return "device_revoked" if revoked else "device_registered"


def check_sender(topic: Topic, believes: AbstractSet[str]) -> None:
    """Raise if who published on the topic is not to be believed there; one read.

    DeviceNotKnown while the registry's word has not come yet, WrongDeviceKind, DeviceRevokedMeanwhile.
    """
    key = RegisteredRow.key(topic.community, topic.device)
    row = readable([key]).one(RegisteredRow, key)
    if row is None:
        raise DeviceNotKnown("registry_silent", {"device": topic.device})
    check(row, believes)


def check(row: RegisteredRow, believes: AbstractSet[str]) -> None:
    """Raise if such a device is not to be believed: WrongDeviceKind, DeviceRevokedMeanwhile."""
    if row.revoked:
        raise DeviceRevokedMeanwhile("device_was_revoked")
    check_kind(row, believes)


def check_kind(row: RegisteredRow, believes: AbstractSet[str]) -> None:
    """Raise WrongDeviceKind if devices of its kind are not to be believed."""
    if row.device_kind is not None and row.device_kind not in believes:
        raise WrongDeviceKind("kind_not_believed", {"kind": row.device_kind}, believed=sorted(believes))
