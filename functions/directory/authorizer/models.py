"""The gateway's question, a token's claims, and where tokens come from."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from functions.directory.people.identities import Subject
from linli.contracts import Contract

# https, or a loopback address, where nobody stands in between
JWKS_URL = r"^(https://|http://(localhost|127\.0\.0\.1)[:/])"


class TokenEvent(Contract):
    """What API Gateway asks a TOKEN authorizer; it may come to send more."""

    model_config = Contract.model_config | {"extra": "ignore"}
    type: Literal["TOKEN"]
    token: Annotated[str, Field(alias="authorizationToken", max_length=16_384)]
    method_arn: Annotated[str, Field(alias="methodArn", pattern=r"^arn:[^/]+:execute-api:[^/]+/[^/]+/")]


class Claims(Contract):
    """What we ask of a token beside its issuer and audience (RFC 7519). Times in seconds since the epoch."""

    model_config = Contract.model_config | {"extra": "ignore"}
    sub: Subject
    exp: float
    nbf: float | None = None
    iat: float | None = None


class Issuer(Contract):
    """Whom we trust: an OIDC issuer, the audience it writes for us, and where its public keys are."""

    model_config = Contract.model_config | {"extra": "ignore"}
    issuer: Annotated[str, Field(alias="ISSUER", min_length=1)]
    audience: Annotated[str, Field(alias="AUDIENCE", min_length=1)]
    jwks_url: Annotated[str, Field(alias="JWKS_URL", pattern=JWKS_URL)]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Issuer":
        """Raises ValidationError when the stack was deployed without its parameters."""
        return cls.model_validate(dict(environment))
