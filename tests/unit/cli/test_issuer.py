"""The local issuer: its key stays private, and its tokens verify with what it publishes alone."""

from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from linli_cli.cloud import Cloud
from linli_cli.errors import CommandError
from linli_cli.local import issuer

NOW = 1_800_000_000.0


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_a_token_verifies_with_the_published_key(key: rsa.RSAPrivateKey) -> None:
    token = issuer.sign("willow-resident-1", key, NOW, minutes=5)

    published = jwt.PyJWKSet.from_dict(issuer.jwks(key))[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        published,
        algorithms=["RS256"],
        audience=issuer.AUDIENCE,
        issuer=issuer.ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["sub"] == "willow-resident-1"
    assert claims["exp"] - claims["iat"] == 300
    assert claims["iat"] == NOW


def test_no_two_tokens_are_the_same(key: rsa.RSAPrivateKey) -> None:
    assert issuer.sign("p", key, NOW) != issuer.sign("p", key, NOW)


def test_only_the_public_half_is_published(key: rsa.RSAPrivateKey) -> None:
    (published,) = issuer.jwks(key)["keys"]

    assert not {"d", "p", "q", "dp", "dq", "qi"} & published.keys()


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a home" / "issuer.pem"

    issuer.make_key(path)
    made = path.read_bytes()
    issuer.make_key(path)

    assert path.read_bytes() == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["issuer.pem"]


def test_a_missing_or_broken_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="run `linli up`"):
        issuer.read_key(tmp_path / "none.pem")
    (tmp_path / "broken.pem").write_text("x")
    with pytest.raises(CommandError, match="linli reset"):
        issuer.read_key(tmp_path / "broken.pem")


def test_other_stages_have_an_issuer_of_their_own() -> None:
    with pytest.raises(CommandError, match="OIDC issuer"):
        issuer.token("p", "prod")


def test_the_issuer_stays_the_same_when_the_cloud_moves() -> None:
    here, there = (
        issuer.parameters(Cloud("local", None, f"http://127.0.0.1:{port}"))  # type: ignore[arg-type]  # not used
        for port in (4566, 4567)
    )

    assert here["Issuer"] == there["Issuer"]
    assert here["JwksUrl"] != there["JwksUrl"]
