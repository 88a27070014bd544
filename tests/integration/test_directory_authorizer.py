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
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import der_to_raw_signature

from functions.directory.authorizer.store import issuer_keys
from linli.errors import Unavailable
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.issuer import URL, Issuer, new_key
from tests.integration.neighbourhood import furnish_directory
from tests.integration.people import ACME

ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/api/GET/communities/willow"
OURS = "key-1"
STRANGER = new_key()


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


def signed(issuer: Issuer, claims: dict[str, Any] | None = None, **header: Any) -> str:
    """A good token but for these claims and this of its header."""
    key = issuer.keys[OURS]
    return by_hand(
        {"alg": "RS256", "kid": OURS, **header},
        issuer.claims("p") | (claims or {}),
        lambda text: key.sign(text, PKCS1v15(), SHA256()),
    )


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
    "an issuer with a slash more": lambda i: i.token("p", iss=f"{URL}/"),
    "an issuer in capitals": lambda i: i.token("p", iss=URL.upper()),
    "an issuer that begins like ours": lambda i: i.token("p", iss=f"{URL}.evil.example"),
    "several issuers": lambda i: signed(i, {"iss": [URL]}),
    "a sign-in, not an access": lambda i: i.token("p", aud="console", nonce="n", azp="console"),
    "an audience inside another": lambda i: signed(i, {"aud": [["linli"]]}),
    "an audience by name": lambda i: signed(i, {"aud": {"linli": True}}),
    "an expiry that is no number": lambda i: signed(i, {"exp": float("nan")}),
    "a start that is no number": lambda i: signed(i, {"nbf": float("nan")}),
    "an issue that is no number": lambda i: signed(i, {"iat": float("nan")}),
    "an expiry that is true": lambda i: signed(i, {"exp": True}),
    "a sign-out": lambda i: signed(i, typ="logout+jwt"),
    "a security event": lambda i: signed(i, typ="application/secevent+jwt"),
    "a proof": lambda i: signed(i, typ="DPoP+JWT"),
    "of a kind that is a number": lambda i: signed(i, typ=7),
    "something critical that we do not know": lambda i: signed(i, crit=["exp"], exp=1),
    "nothing critical": lambda i: signed(i, crit=[]),
    "a payload as it is": lambda i: signed(i, crit=["b64"], b64=False),
    "a key id of nothing": lambda i: signed(i, kid=""),
    "a key id as a path": lambda i: signed(i, kid="../../jwks.json"),
    "RS256 by another name": lambda i: signed(i, alg="rs256"),
    "encrypted": lambda i: f"{i.token('p')}.a.b",
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


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", None])
def test_an_access_token_says_what_it_is_or_nothing(
    kind: str | None, ask: Callable[[Any], Any], issuer: Issuer
) -> None:
    assert ask(f"Bearer {signed(issuer, typ=kind)}")["principalId"] == "p"


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
    before = issuer.fetches
    for number in range(20):
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            ask(f"Bearer {made_up(issuer, number)}")

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


def key_to_wrap_others_with(issuer: Issuer, more_keys: list[dict[str, Any]]) -> str:
    key, jwk = ec_key(ec.SECP256R1(), key_ops=["wrapKey"])
    more_keys.append(jwk)
    return jwt.encode(issuer.claims("p"), key, algorithm="ES256", headers={"kid": "ec-1"})


def short_key(issuer: Issuer, more_keys: list[dict[str, Any]]) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  it is refused
    more_keys.append({**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "short-1"})
    text = f"{b64({'alg': 'RS256', 'kid': 'short-1'})}.{b64(issuer.claims('p'))}"
    return f"{text}.{b64(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


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
        key_to_wrap_others_with,
        short_key,
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
    wait(monkeypatch, 31)

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


def wait(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Go on as of so much later."""
    later = time.monotonic() + seconds
    monkeypatch.setattr("functions.directory.authorizer.store.monotonic", lambda: later)


@pytest.fixture
def silence(issuer: Issuer) -> Iterator[Callable[[], None]]:
    """Makes the issuer silent until the test is over."""

    def fall() -> None:
        issuer.status = 503

    yield fall
    issuer.status = 200


def made_up(issuer: Issuer, number: int) -> str:
    headers = {"kid": f"made-up-{number}"}
    return jwt.encode(issuer.claims("p"), STRANGER, algorithm="RS256", headers=headers)


def test_an_issuer_that_does_not_answer_is_our_fault_and_not_the_callers(
    ask: Callable[[Any], Any], issuer: Issuer, silence: Callable[[], None]
) -> None:
    silence()
    before = issuer.fetches
    for _ in range(10):
        with pytest.raises(Unavailable):
            ask(f"Bearer {issuer.token('p')}")
    assert issuer.fetches - before == 1, "and it is not asked for every caller"


def test_while_an_issuer_is_silent_made_up_key_ids_do_not_ask_it_each(
    ask: Callable[[Any], Any],
    issuer: Issuer,
    silence: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(f"Bearer {issuer.token('p')}")
    silence()
    wait(monkeypatch, 60)
    before = issuer.fetches
    for number in range(10):
        with pytest.raises(Unavailable):  # it may be a new key
            ask(f"Bearer {made_up(issuer, number)}")
        assert ask(f"Bearer {issuer.token('p')}")["principalId"] == "p"
    assert issuer.fetches - before == 1


@pytest.mark.parametrize("minutes", [6, 59, 61])
def test_a_silent_issuers_keys_are_good_for_an_hour(
    minutes: int,
    ask: Callable[[Any], Any],
    issuer: Issuer,
    silence: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(f"Bearer {issuer.token('p')}")
    silence()
    wait(monkeypatch, minutes * 60)
    if minutes < 60:
        assert ask(f"Bearer {issuer.token('p')}")["principalId"] == "p"
    else:
        with pytest.raises(Unavailable):
            ask(f"Bearer {issuer.token('p')}")


def test_a_key_that_the_issuer_has_taken_back_is_good_for_five_minutes_at_most(
    ask: Callable[[Any], Any], issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.token("p")
    ask(f"Bearer {token}")
    monkeypatch.setattr(issuer, "keys", {"key-2": new_key()})
    wait(monkeypatch, 299)
    assert ask(f"Bearer {token}")["principalId"] == "p"

    wait(monkeypatch, 301)
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        ask(f"Bearer {token}")
    assert ask(f"Bearer {issuer.token('q', kid='key-2')}")["principalId"] == "q"


def test_keys_that_we_cannot_use_do_not_hide_those_that_we_can(
    ask: Callable[[Any], Any], issuer: Issuer, more_keys: list[dict[str, Any]]
) -> None:
    more_keys += [
        {"kty": "OKP", "crv": "X25519", "x": b64(b"x" * 32), "kid": "x-1"},
        {"kty": "EC", "crv": "BP-256", "x": "AA", "y": "AA", "kid": "bp-1"},
        {"kty": "RSA", "e": "AQAB", "kid": "rsa-1"},
        {"kid": "nothing-1"},
    ]
    assert ask(f"Bearer {issuer.token('p')}")["principalId"] == "p"


@pytest.mark.parametrize("answer", [b"", b"[]", b"null", b"<html>", b'{"keys": {}}', b'{"keys": []}', b"{}"])
def test_an_answer_that_holds_no_keys_is_the_issuers_silence(
    answer: bytes, ask: Callable[[Any], Any], issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer, "said", answer)
    with pytest.raises(Unavailable):
        ask(f"Bearer {issuer.token('p')}")
