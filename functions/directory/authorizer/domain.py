"""Whether to believe a token, and what its bearer may be told to be."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from functions.directory.authorizer.models import Claims, Issuer
from functions.directory.people.identities import identity_of
from linli.errors import Unauthenticated
from linli.permissions import Role

if TYPE_CHECKING:
    from jwt import PyJWK

# What a key of each kind signs with: never what the token says (RFC 8725 section 3.1).
ALGORITHMS = {("RSA", None): "RS256", ("EC", "P-256"): "ES256"}
# What an access token may say it is (RFC 9068 section 2.1); the issuer signs others by the same keys.
KINDS = frozenset({"jwt", "at+jwt"})
LEEWAY = timedelta(seconds=30)
LARGEST_GRANTS = 7_000  # API Gateway takes 8 KB for the policy and the context together

Grants = dict[str, dict[str, list[str]]]


def bearer(header: str) -> str:
    """The token in an Authorization header (RFC 6750 section 2.1). Raises Unauthenticated."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("no_bearer_token")
    return token


def key_id(token: str) -> str | None:
    """Which of the issuer's keys a token names, if any. Raises Unauthenticated if it can be none of ours."""
    from jwt import PyJWTError, get_unverified_header  # noqa: PLC0415  the API's own function needs no tokens

    try:
        header = get_unverified_header(token)
    except PyJWTError as error:
        raise Unauthenticated("no_token") from error
    kid, kind = header.get("kid"), header.get("typ")
    if header.get("alg") not in ALGORITHMS.values() or not isinstance(kid, str | None):
        raise Unauthenticated("token_algorithm")
    if kind is not None and str(kind).lower().removeprefix("application/") not in KINDS:
        raise Unauthenticated("token_kind")
    return kid


def algorithm_of(key: Mapping[str, Any]) -> str:
    """What a key signs with, by its kind (RFC 7517). Raises Unauthenticated where we believe none such."""
    algorithm = ALGORITHMS.get((str(key.get("kty")), key.get("crv")))
    verifies = "verify" in key.get("key_ops", ["verify"])  # `use` is looked at where keys are chosen
    if algorithm is None or key.get("alg", algorithm) != algorithm or not verifies:
        raise Unauthenticated("key_not_of_issuer")
    return algorithm


def identity_in(token: str, key: "PyJWK", algorithm: str, issuer: Issuer, now: datetime) -> str:
    """The identity whose `sub` the issuer's `key` vouches for at `now`. Raises Unauthenticated."""
    from jwt import PyJWTError, decode  # noqa: PLC0415

    try:
        claims = decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=issuer.issuer,
            audience=issuer.audience,
            options={
                "require": ["exp", "iss", "aud", "sub"],
                "enforce_minimum_key_length": True,
                "verify_exp": False,  # times are checked below, against `now`
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        claimed = Claims.model_validate(claims)
    except (PyJWTError, ValidationError) as error:
        raise Unauthenticated("token_refused", {"why": type(error).__name__}) from error
    check_times(claimed, now)
    return identity_of(issuer.issuer, claimed.sub)


def check_times(claims: Claims, now: datetime) -> None:
    """Half a minute of clock difference is forgiven (RFC 7519 section 4.1.4). Raises Unauthenticated."""
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    if at >= claims.exp + leeway:
        raise Unauthenticated("token_expired")
    if any(at < start - leeway for start in (claims.nbf, claims.iat) if start is not None):
        raise Unauthenticated("token_not_yet")


def grants(
    memberships: Mapping[str, Iterable[str]],
    companies: Mapping[str, Iterable[str]],
    sub_districts: Mapping[str, Iterable[str]],
) -> Grants:
    """Every role a person has: in communities, and as operator or official in all that these cover.

    `memberships` maps communities to roles, oldest first; the others who covers to what is covered.
    """
    held = {community: set(roles) for community, roles in memberships.items() if roles}  # in their order
    for role, covering in ((Role.OPERATOR, companies), (Role.OFFICIAL, sub_districts)):
        for communities in covering.values():
            for community in communities:
                held.setdefault(community, set()).add(role.value)
    return {
        "communities": {community: sorted(roles) for community, roles in held.items()},
        "companies": {company: [Role.OPERATOR.value] for company in sorted(companies)},
        "sub_districts": {district: [Role.OFFICIAL.value] for district in sorted(sub_districts)},
    }


def allowance(
    person: str, identity: str, held: Grants, method_arn: str, language: str | None = None
) -> dict[str, Any]:
    """What API Gateway is told: this person may call any route of this API stage; each route then judges.

    The gateway keeps the answer for every route, so it must not name the one that was asked for. `language`:
    what they have said that they want, for requests that say none.
    """
    text = _fitting(held)
    wish = {"language": language} if language else {}
    api, stage = method_arn.split("/")[:2]
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/*"}
    return {
        "principalId": person,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"person": person, "identity": identity, "grants": text, **wish},
    }


def _fitting(held: Grants) -> str:
    """As much as the gateway takes. The latest communities go first: nobody can be locked out of what they
    have by being given more elsewhere.
    """
    communities = dict(held["communities"])
    while (
        len(text := json.dumps({**held, "communities": communities}, separators=(",", ":"))) > LARGEST_GRANTS
    ):
        communities.popitem()
    return text
