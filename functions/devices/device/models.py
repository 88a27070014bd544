"""What a device is registered with, and what is shown of it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.vocabulary.devices import DeviceKind

Status = Literal["pending", "active", "revoked"]
Life = Literal["unheard", "alive", "lost", "unseen"]


class Registration(Contract):
    """A device and its certificate signing request (PKCS #10, PEM), made with a key that it keeps."""

    device: Id
    kind: DeviceKind
    csr: Annotated[str, Field(max_length=4096)] | None = None


class Revocation(Contract):
    """Why a device is revoked, as it is read with the device afterwards."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = (
        None
    )


class Vitals(Contract):
    """Whether a device lives, when it was heard last and what it said then.

    `unheard`: it never sent a heartbeat, and none is missed. `unseen`: its gateway is lost, so that nothing
    can be said of it. `expected_by`: when it will be lost if it is not heard from before.
    """

    life: Life
    seen_at: Instant | None = None
    expected_by: Instant | None = None
    battery_percent: int | None = None
    battery_low: bool = False
    firmware: str | None = None
    via: Id | None = None


class Device(Contract):
    """A device of the community; `vitals` of one that is active, and who revoked one, and why, where they
    said.
    """

    device: Id
    kind: DeviceKind
    status: Status
    registered_at: Instant
    vitals: Vitals | None = None
    revoked_by: Id | None = None
    revoked_because: str | None = None


class DeviceFault(Contract):
    """What is wrong with a device now. `behind`: how many devices are unseen with it."""

    device: Id
    kind: DeviceKind
    fault: Id
    episode: Id
    since: Instant
    behind: int


class Registered(Device):
    """A device, the certificate to install on it, and the host to connect to."""

    certificate_pem: str
    endpoint: str
