"""Tokens as attackers make them: each is refused with 401, and none of them is logged."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import jwt
import pytest
from chalice.app import Chalice
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm
from jwt.utils import der_to_raw_signature

from functions.directory.authorizer.store import issuer_keys
from linli.errors import Unavailable
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.issuer import Issuer, new_key
from tests.integration.neighbourhood import furnish_directory
from tests.integration.people import ACME

ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/api/GET/communities/willow"
OURS = "key-1"


@pytest.fixture
def directory(service: Service, issuer: Issuer) -> Chalice:  # noqa: ARG001
    issuer_keys.cache_clear()
    return service("directory")


@pytest.fixture
def ask(directory: Chalice, invoke: Invoke) -> Callable[[Any], Any]:
    def asking(token: Any) -> Any:
        event = {"type": "TOKEN", "authorizationToken": token, "methodArn": ARN}
        return invoke(directory, "authorizer", event)

    return asking


def b64(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).decode().rstrip("=")


def by_hand(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    text = f"{b64(header)}.{b64(claims)}"
    return f"{text}.{b64(sign(text.encode()))}"


def with_public_key_as_secret(issuer: Issuer) -> str:
    public = issuer.keys[OURS].public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": OURS}
    return by_hand(header, issuer.claims("acme-operator-1"), lambda text: hmac.digest(secret, text, sha256))


def unsigned(issuer: Issuer) -> str:
    return by_hand({"alg": "none", "kid": OURS}, issuer.claims("acme-operator-1"), lambda _: b"")


def signed_by_a_stranger(issuer: Issuer) -> str:
    claims = issuer.claims("acme-operator-1")
    return jwt.encode(claims, new_key(), algorithm="RS256", headers={"kid": OURS})


def with_a_key_inside(issuer: Issuer) -> str:
    key = new_key()
    own = Issuer({OURS: key}).jwks()["keys"][0]
    headers = {"kid": OURS, "jwk": own, "jku": "https://evil.example/jwks.json"}
    return jwt.encode(issuer.claims("acme-operator-1"), key, algorithm="RS256", headers=headers)


def tampered(issuer: Issuer) -> str:
    header, _, signature = issuer.token("willow-resident-1").split(".")
    return f"{header}.{b64(issuer.claims('acme-operator-1'))}.{signature}"


BAD: dict[str, Callable[[Issuer], Any]] = {
    "no claims in time": lambda i: i.token("p", exp=int(time.time()) - 31),
    "not yet": lambda i: i.token("p", nbf=int(time.time()) + 60),
    "from the future": lambda i: i.token("p", iat=int(time.time()) + 60),
    "foreign issuer": lambda i: i.token("p", iss="https://evil.example"),
    "other audience": lambda i: i.token("p", aud="another-app"),
    "no expiry": lambda i: i.token("p", exp=None),
    "no audience": lambda i: i.token("p", aud=None),
    "no issuer": lambda i: i.token("p", iss=None),
    "nobody": lambda i: i.token("p", sub=None),
    "expiry as text": lambda i: i.token("p", exp="2100-01-01"),
    "endless": lambda i: i.token("p", exp=float("inf")),
    "a subject without end": lambda i: i.token("x" * 256),
    "a subject of nothing": lambda i: i.token(""),
    "a subject with a line's end": lambda i: i.token("p\n"),
    "a subject that is spelled in two ways": lambda i: i.token("zoé"),
    "half a character": lambda i: i.token("\ud800"),
    "a number": lambda i: i.token("p", sub=7),
    "unsigned": unsigned,
    "public key as secret": with_public_key_as_secret,
    "signed by a stranger": signed_by_a_stranger,
    "with its own key inside": with_a_key_inside,
    "tampered": tampered,
    "RS512": lambda i: jwt.encode(i.claims("p"), i.keys[OURS], algorithm="RS512", headers={"kid": OURS}),
    "a key id that is a number": lambda i: by_hand(
        {"alg": "RS256", "kid": 1}, i.claims("p"), lambda _: b"not read"
    ),
    "cut": lambda i: i.token("p")[:-9],
    "no token": lambda _: "three.word.token",
    "deep": lambda _: f"{b64(b'[' * 1000 + b']' * 1000)}.e30.x",
    "empty": lambda _: "",
    "null": lambda _: None,
    "not text": lambda _: {"alg": "none"},
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_token_is_401_and_leaves_no_trace_of_itself(
    bad: str, ask: Callable[[Any], Any], issuer: Issuer, logged: Callable[[], str]
) -> None:
    token = BAD[bad](issuer)

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        ask(f"Bearer {token}" if isinstance(token, str) else token)

    lines = logged()
    assert '"outcome":"unauthenticated"' in lines
    if isinstance(token, str) and token:
        assert token not in lines
        assert not any(part in lines for part in token.split(".") if len(part) > 9)


def test_the_scheme_is_bearer(ask: Callable[[Any], Any], issuer: Issuer) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        ask(issuer.token("p"))
    assert ask(f"bearer {issuer.token('p')}")["principalId"] == "p"


@pytest.mark.parametrize("event", [None, [], "x", {}, {"type": "REQUEST"}], ids=str)
def test_an_event_that_is_no_question_is_401(event: Any, directory: Chalice, invoke: Invoke) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        invoke(directory, "authorizer", event)


def test_a_token_in_its_last_half_minute_is_good(ask: Callable[[Any], Any], issuer: Issuer) -> None:
    assert ask(f"Bearer {issuer.token('p', exp=int(time.time()) - 20)}")["principalId"] == "p"


def test_roles_are_those_of_the_directory(
    directory: Chalice, http: Http, invoke: Invoke, ask: Callable[[Any], Any], issuer: Issuer
) -> None:
    furnish_directory(directory, http, invoke)

    def grants(person: str) -> Any:
        return json.loads(ask(f"Bearer {issuer.token(person)}")["context"]["grants"])

    none: dict[str, Any] = {"communities": {}, "companies": {}, "sub_districts": {}}
    assert grants("nobody-1") == none
    assert grants("willow-resident-1") == none | {"communities": {"willow": ["resident"]}}
    assert grants("acme-operator-1") == none | {
        "communities": {"cedar": ["operator"], "willow": ["operator"]},
        "companies": {"acme": ["operator"]},
    }
    assert grants("riverside-official-1") == none | {
        "communities": {"cedar": ["official"], "maple": ["official"], "willow": ["official"]},
        "sub_districts": {"riverside": ["official"]},
    }


def test_a_role_that_was_taken_is_gone_with_the_next_question(
    directory: Chalice, http: Http, invoke: Invoke, ask: Callable[[Any], Any], issuer: Issuer
) -> None:
    furnish_directory(directory, http, invoke)
    http(directory, "DELETE", "/communities/willow/memberships/willow-guard-1", **ACME)

    answer = ask(f"Bearer {issuer.token('willow-guard-1')}")

    assert json.loads(answer["context"]["grants"])["communities"] == {}


def test_unknown_key_ids_fetch_the_keys_once_and_not_for_everyone_who_makes_one_up(
    ask: Callable[[Any], Any], issuer: Issuer
) -> None:
    ask(f"Bearer {issuer.token('p')}")
    before, stranger = issuer.fetches, new_key()
    for number in range(20):
        token = jwt.encode(
            issuer.claims("p"), stranger, algorithm="RS256", headers={"kid": f"made-up-{number}"}
        )
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            ask(f"Bearer {token}")

    assert issuer.fetches - before <= 1


@pytest.fixture
def more_keys(issuer: Issuer) -> Iterator[list[dict[str, Any]]]:
    """Keys that the issuer publishes beside its own."""
    issuer.extra_keys = []
    yield issuer.extra_keys
    issuer.extra_keys = []


def ec_key(curve: ec.EllipticCurve, **said: Any) -> tuple[ec.EllipticCurvePrivateKey, dict[str, Any]]:
    key = ec.generate_private_key(curve)
    return key, {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "ec-1", **said}


def test_a_key_on_p256_signs_es256(
    ask: Callable[[Any], Any], issuer: Issuer, more_keys: list[dict[str, Any]]
) -> None:
    key, jwk = ec_key(ec.SECP256R1())
    more_keys.append(jwk)

    token = jwt.encode(issuer.claims("p"), key, algorithm="ES256", headers={"kid": "ec-1"})

    assert ask(f"Bearer {token}")["principalId"] == "p"


def other_algorithm(issuer: Issuer, more_keys: list[dict[str, Any]]) -> str:
    key, jwk = ec_key(ec.SECP256R1())
    more_keys.append(jwk)
    signed = jwt.encode(issuer.claims("p"), key, algorithm="ES256", headers={"kid": "ec-1"})
    _, claims, signature = signed.split(".")
    return f"{b64({'alg': 'RS256', 'kid': 'ec-1'})}.{claims}.{signature}"


def rsa_as_ec(issuer: Issuer, _more_keys: list[dict[str, Any]]) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(issuer.claims("p"), key, algorithm="ES256", headers={"kid": OURS})


def other_curve(issuer: Issuer, more_keys: list[dict[str, Any]]) -> str:
    key, jwk = ec_key(ec.SECP384R1())
    more_keys.append(jwk)
    return jwt.encode(issuer.claims("p"), key, algorithm="ES384", headers={"kid": "ec-1"})


def curve_that_says_es256(issuer: Issuer, more_keys: list[dict[str, Any]]) -> str:
    key, jwk = ec_key(ec.SECP256K1(), alg="ES256")
    more_keys.append(jwk)
    signing = jwt.encode(issuer.claims("p"), key, algorithm="ES256K", headers={"kid": "ec-1"})
    _, claims, _ = signing.split(".")
    text = f"{b64({'alg': 'ES256', 'kid': 'ec-1'})}.{claims}"
    signature = der_to_raw_signature(key.sign(text.encode(), ec.ECDSA(SHA256())), key.curve)
    return f"{text}.{b64(signature)}"


def key_to_encrypt_with(issuer: Issuer, more_keys: list[dict[str, Any]]) -> str:
    key, jwk = ec_key(ec.SECP256R1(), use="enc")
    more_keys.append(jwk)
    return jwt.encode(issuer.claims("p"), key, algorithm="ES256", headers={"kid": "ec-1"})


def no_key_named_of_two(issuer: Issuer, more_keys: list[dict[str, Any]]) -> str:
    more_keys.append(ec_key(ec.SECP256R1())[1])
    return jwt.encode(issuer.claims("p"), issuer.keys[OURS], algorithm="RS256")


def secret_among_the_keys(issuer: Issuer, more_keys: list[dict[str, Any]]) -> str:
    secret = b"s" * 32
    more_keys.append({"kty": "oct", "k": b64(secret), "kid": "oct-1"})
    return jwt.encode(issuer.claims("p"), secret, algorithm="HS256", headers={"kid": "oct-1"})


@pytest.mark.parametrize(
    "made",
    [
        other_algorithm,
        rsa_as_ec,
        other_curve,
        curve_that_says_es256,
        key_to_encrypt_with,
        no_key_named_of_two,
        secret_among_the_keys,
    ],
)
def test_a_key_signs_only_as_its_kind_does(
    made: Callable[[Issuer, list[dict[str, Any]]], str],
    ask: Callable[[Any], Any],
    issuer: Issuer,
    more_keys: list[dict[str, Any]],
) -> None:
    token = made(issuer, more_keys)

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        ask(f"Bearer {token}")


def test_where_the_issuer_has_one_key_it_need_not_be_named(ask: Callable[[Any], Any], issuer: Issuer) -> None:
    token = jwt.encode(issuer.claims("p"), issuer.keys[OURS], algorithm="RS256")
    forged = jwt.encode(issuer.claims("p"), new_key(), algorithm="RS256")

    assert ask(f"Bearer {token}")["principalId"] == "p"
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        ask(f"Bearer {forged}")


def test_a_new_key_of_the_issuer_is_believed_half_a_minute_after_the_keys_were_read(
    ask: Callable[[Any], Any],
    issuer: Issuer,
    more_keys: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(f"Bearer {issuer.token('p')}")
    key, jwk = ec_key(ec.SECP256R1(), alg="ES256", use="sig")
    more_keys.append(jwk)
    later = time.monotonic() + 31
    monkeypatch.setattr("jwt.jwks_client.time.monotonic", lambda: later)

    token = jwt.encode(issuer.claims("p"), key, algorithm="ES256", headers={"kid": "ec-1"})

    assert ask(f"Bearer {token}")["principalId"] == "p"


def test_a_token_for_several_audiences_is_for_us_if_we_are_one(
    ask: Callable[[Any], Any], issuer: Issuer
) -> None:
    ours = issuer.token("p", aud=["https://issuer.example/userinfo", "linli"], azp="console")

    assert ask(f"Bearer {ours}")["principalId"] == "p"
    for others in ([], ["linli-other"], ["LINLI"]):
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            ask(f"Bearer {issuer.token('p', aud=others, azp='linli')}")


def test_an_issuer_that_does_not_answer_is_our_fault_and_not_the_callers(
    ask: Callable[[Any], Any], issuer: Issuer
) -> None:
    issuer.status = 503
    try:
        with pytest.raises(Unavailable):
            ask(f"Bearer {issuer.token('p')}")
    finally:
        issuer.status = 200
