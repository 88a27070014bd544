"""The local OIDC issuer: one RSA key, its public half as the only public object of a bucket, and its tokens.

Real stages have an issuer of their own, whose tokens nobody here can make.
"""

import json
import os
import time
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from linli_cli.cloud import LOCAL, Cloud
from linli_cli.deploy import digest
from linli_cli.errors import CommandError
from linli_cli.layout import home

ISSUER = "https://issuer.linli.localhost"  # a name, not an address: the same whatever port the cloud is on
AUDIENCE = "linli"
BUCKET = "linli-local-issuer"
JWKS_KEY = "jwks.json"
KEY_BITS = 2048
MINUTES = 60


def key_file() -> Path:
    """The issuer's private key; readable by its owner alone."""
    return home() / "issuer.pem"


def parameters(cloud: Cloud) -> dict[str, str]:
    """What the directory stack has to be told to believe this issuer."""
    return {"Issuer": ISSUER, "Audience": AUDIENCE, "JwksUrl": f"{cloud.endpoint}/{BUCKET}/{JWKS_KEY}"}


def make_key(path: Path) -> None:
    """Make the key, unless there is one."""
    if path.exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may ever read; all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    partial.replace(path)


@cache
def read_key(path: Path) -> rsa.RSAPrivateKey:
    """The key; checking it takes longer than signing with it. Raises CommandError when there is none."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise CommandError("the local issuer has no key yet: run `linli up`") from None
    except ValueError:
        raise CommandError(f"{path} is not the issuer's key: run `linli reset` and `linli up`") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CommandError(f"{path} is not an RSA key: run `linli reset` and `linli up`")
    return key


def jwks(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    """The public half as a JSON Web Key Set (RFC 7517); its id is a digest of it."""
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    kid = digest.of_json({name: public[name] for name in ("kty", "n", "e")})
    return {"keys": [{**public, "kid": kid, "use": "sig", "alg": "RS256"}]}


def publish(cloud: Cloud) -> None:
    """Put the public keys where the authorizer reads them; nobody needs rights to read just them.

    The policy is set each time: a cloud that was killed has kept the object and forgotten the policy.
    """
    s3, body = cloud.client("s3"), json.dumps(jwks(read_key(key_file())), sort_keys=True).encode()
    published = b""
    try:
        published = s3.get_object(Bucket=BUCKET, Key=JWKS_KEY)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchBucket", "NoSuchKey"):
            raise
        if error.response["Error"]["Code"] == "NoSuchBucket":
            s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    only_by_policy = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False}
    s3.put_public_access_block(
        Bucket=BUCKET, PublicAccessBlockConfiguration={**only_by_policy, "RestrictPublicBuckets": False}
    )
    readable = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/{JWKS_KEY}",
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [readable]}))
    if published != body:
        s3.put_object(Bucket=BUCKET, Key=JWKS_KEY, Body=body, ContentType="application/json")


def sign(person: str, key: rsa.RSAPrivateKey, now: float, minutes: float = MINUTES) -> str:
    """A token of `person` from `now` (seconds since the epoch), each one different."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": person,
        "iat": int(now),
        "exp": int(now + minutes * 60),
        "jti": uuid4().hex,
    }
    return encode(claims, key)


def encode(claims: dict[str, Any], key: rsa.RSAPrivateKey) -> str:
    """Claims as a token that names its key."""
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": jwks(key)["keys"][0]["kid"]})


def token(person: str, stage: str = LOCAL, minutes: float = MINUTES) -> str:
    """A fresh token of the local issuer. Raises CommandError for a stage that has its own issuer."""
    if stage != LOCAL:
        raise CommandError(
            f"tokens of stage {stage} come from the OIDC issuer it was deployed with, not from here"
        )
    return sign(person, read_key(key_file()), time.time(), minutes)
