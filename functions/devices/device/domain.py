"""Which keys a device may have, what registering and revoking mean, what is shown of its life."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from functions.devices.device.models import Life, Registration, Vitals
from functions.devices.life import vitals
from linli.errors import Conflict, InvalidRequest

SMALLEST_RSA_BITS = 2048
LARGEST_RSA_BITS = 4096


@dataclass(frozen=True, slots=True)
class Standing:
    """What the registry knows of a device: `key_digest` is of the key it was last registered with."""

    kind: str
    status: str
    key_digest: str


Step = Literal["claim", "restart", "resume", "done"]


def key_digest(csr: str | None) -> str:
    """SHA-256 of the public key in a signing request, which proves that the sender has the private one.

    RSA from 2048 to 4096 bits, or P-256: what AWS IoT certifies and small devices can do.
    Raises InvalidRequest.
    """
    if csr is None:
        raise InvalidRequest("csr_wanted")
    # Only who registers a device pays for these imports.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415
    from cryptography.x509 import load_pem_x509_csr  # noqa: PLC0415

    try:
        request = load_pem_x509_csr(csr.encode())
        key, signed = request.public_key(), request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidRequest("csr_no_pem") from error
    if not signed:
        raise InvalidRequest("csr_not_signed")
    rsa_fits = isinstance(key, rsa.RSAPublicKey) and SMALLEST_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS
    p256 = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    if not rsa_fits and not p256:
        raise InvalidRequest("csr_key_kind")
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def next_step(
    community: str, asked: Registration, digest: str, claimed_by: str | None, standing: Standing | None
) -> Step:
    """How to go on with a registration.

    `claim` a new id; `restart` a device that was revoked or whose first attempt broke off with another key;
    `resume` the same registration that broke off; `done` if it is active with this key already.
    Raises Conflict when the id is another's (without saying whose), the device is active with another key, or
    the key is the revoked one: a key that may have been lost does not come back.
    """
    if claimed_by is None or standing is None:
        if claimed_by in {None, community}:
            return "claim"
        raise Conflict("device_id_taken")
    same = (standing.kind, standing.key_digest) == (asked.kind, digest)
    if standing.status == "active":
        if same:
            return "done"
        raise Conflict("device_with_another_key")
    if standing.status == "revoked":
        if standing.key_digest == digest:
            raise Conflict("device_key_revoked")
        return "restart"
    return "resume" if same else "restart"


def vitals_shown(known: vitals.Vitals, *, gateway_lost: bool) -> Vitals:
    """A device's life as staff see it; `gateway_lost`: the gateway it speaks through is."""
    life: Life = "alive"
    if known.lost is not None:
        life = "lost"
    elif known.seen_at is None:
        life = "unheard"
    elif gateway_lost:
        life = "unseen"
    return Vitals(
        life=life,
        seen_at=known.seen_at,
        expected_by=known.due_at if life == "alive" else None,
        battery_percent=known.battery_percent,
        battery_low=known.low is not None,
        firmware=known.firmware,
        via=known.gateway,
    )
