"""What a device is registered with, and what is shown of it."""

from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

Kind = Literal["gate", "thermometer", "meter", "door_magnet", "infrared", "sos_button", "gateway"]
Status = Literal["pending", "active", "revoked"]


class Registration(Contract):
    """A device and its certificate signing request (PKCS #10, PEM), made with a key that it keeps."""

    device: Id
    kind: Kind
    csr: Annotated[str, Field(max_length=4096)] | None = None


class Device(Contract):
    """A device of the community."""

    device: Id
    kind: Kind
    status: Status
    registered_at: Instant


class Registered(Device):
    """A device, the certificate to install on it, and the host to connect to."""

    certificate_pem: str
    endpoint: str
