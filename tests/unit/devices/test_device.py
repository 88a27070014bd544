import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from functions.devices.device.domain import Standing, key_digest, next_step
from functions.devices.device.models import Registration
from linli.errors import Conflict, InvalidRequest

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
ASKED = Registration(device="gate-1", kind="gate", csr="…")
STANDINGS = st.builds(
    Standing,
    kind=st.sampled_from(["gate", "meter"]),
    status=st.sampled_from(["pending", "active", "revoked"]),
    key_digest=st.sampled_from(["ours", "other"]),
)


def csr(key: Key, name: str = "gate-1") -> str:
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .sign(key, algorithm)
        .public_bytes(Encoding.PEM)
        .decode()
    )


def new_rsa(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@pytest.mark.parametrize("key", [new_rsa(2048), ec.generate_private_key(ec.SECP256R1())])
def test_a_key_is_known_by_itself_and_not_by_the_request_it_comes_in(key: Key) -> None:
    assert key_digest(csr(key)) == key_digest(csr(key, name="called otherwise"))


@pytest.mark.parametrize(
    "key", [new_rsa(1024), ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()]
)
def test_keys_that_are_weak_or_that_aws_does_not_certify_are_refused(key: Key) -> None:
    with pytest.raises(InvalidRequest):
        key_digest(csr(key))


def test_a_request_that_somebody_changed_is_refused() -> None:
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    signed = x509.load_pem_x509_csr(csr(key).encode()).public_bytes(Encoding.DER)
    forged = signed.replace(
        key.public_key().public_numbers().x.to_bytes(32), other.public_key().public_numbers().x.to_bytes(32)
    ).replace(
        key.public_key().public_numbers().y.to_bytes(32), other.public_key().public_numbers().y.to_bytes(32)
    )

    with pytest.raises(InvalidRequest, match="not signed"):
        key_digest(x509.load_der_x509_csr(forged).public_bytes(Encoding.PEM).decode())


@pytest.mark.parametrize("text", [None, "", "x", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n", "\x00" * 99])
def test_without_a_request_there_is_no_certificate(text: str | None) -> None:
    with pytest.raises(InvalidRequest, match="csr"):
        key_digest(text)


@given(st.none() | st.sampled_from(["willow", "maple"]), st.none() | STANDINGS)
def test_a_device_of_another_community_is_never_touched(
    claimed: str | None, standing: Standing | None
) -> None:
    known = standing if claimed == "willow" else None  # the row of willow stands and falls with its claim
    same = known is not None and (known.kind, known.key_digest) == ("gate", "ours")

    def ask() -> str:
        return next_step("willow", ASKED, "ours", claimed, known)

    if claimed == "maple":
        with pytest.raises(Conflict, match=r"^this device id is taken$"):
            ask()
    elif known is None:
        assert ask() == "claim"
    elif known.status == "pending":
        assert ask() == ("resume" if same else "restart")
    elif known.status == "active" and same:
        assert ask() == "done"
    elif known.status == "revoked" and known.key_digest != "ours":
        assert ask() == "restart"
    else:
        with pytest.raises(Conflict):
            ask()


def test_a_revoked_key_does_not_come_back_and_a_new_one_does() -> None:
    with pytest.raises(Conflict):
        next_step("willow", ASKED, "ours", "willow", Standing("gate", "revoked", "ours"))

    assert next_step("willow", ASKED, "ours", "willow", Standing("gate", "revoked", "old")) == "restart"
