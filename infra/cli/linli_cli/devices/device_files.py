"""What a device keeps in its folder. Its private key is made there and never leaves it."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from linli.ids import is_id
from linli_cli.errors import CommandError
from linli_cli.layout import home
from linli_cli.local.issuer import write_private


@dataclass(frozen=True)
class DeviceFiles:
    """The folder with what a device needs to connect. Raises CommandError for what is no device id."""

    folder: Path
    device: str

    def __post_init__(self) -> None:
        check_id("device", self.device)

    @property
    def key(self) -> Path:
        """Its private key (P-256)."""
        return self.folder / f"{self.device}.key"

    @property
    def certificate(self) -> Path:
        """Its certificate."""
        return self.folder / f"{self.device}.crt"

    @property
    def ca(self) -> Path:
        """The authorities it trusts."""
        return self.folder / "ca.pem"

    @property
    def record(self) -> Path:
        """Where it belongs and connects, for `linli publish`."""
        return self.folder / f"{self.device}.json"

    @property
    def counter(self) -> Path:
        """The number of its last message."""
        return self.folder / f"{self.device}.seq"

    def paths(self) -> dict[str, str]:
        """The files an MQTT client asks for."""
        return {"certificate": str(self.certificate), "key": str(self.key), "ca": str(self.ca)}

    def signing_request(self) -> str:
        """A CSR in PEM with the device's key, which is made if there is none. Raises CommandError."""
        if not self.key.exists():
            self.renew_key()
        try:
            key = load_pem_private_key(self.key.read_bytes(), password=None)
        except (ValueError, TypeError) as error:
            raise CommandError(f"{self.key} cannot be read: {error}") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CommandError(f"{self.key} is no elliptic-curve key")
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.device)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
        return request.public_bytes(Encoding.PEM).decode()

    def renew_key(self) -> None:
        """Make a key, in place of any there was."""
        key = ec.generate_private_key(ec.SECP256R1())
        write_private(self.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def check_id(what: str, text: str) -> None:
    """Raises CommandError for what cannot be an id: it would become part of a path."""
    if not is_id(text):
        raise CommandError(
            f"{what} {text!r} is no id: small letters, digits and dashes, 64 at most, no dash first"
        )


def kept(device: str) -> DeviceFiles:
    """The files of a device of the local cloud that `seed` made."""
    return DeviceFiles((home() / "devices" / device).resolve(), device)
