"""Authorizer: believe the token → load the roles → allow."""

import os
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint
from pydantic import ValidationError

from functions.directory.authorizer import store
from functions.directory.authorizer.domain import allowance, bearer, identity_in, key_id
from functions.directory.authorizer.models import Issuer, TokenEvent
from linli.errors import Unauthenticated
from linli.observability import observed

blueprint = Blueprint(__name__)


@blueprint.lambda_function(name="authorizer")
def authorizer(event: Any, context: Any) -> dict[str, Any]:
    """Who is it, and what are they to whom? Raises `Unauthorized`, which the gateway answers with 401."""
    now = datetime.now(UTC)  # the one clock we read: a TOKEN event carries no time
    try:
        with observed("authorizer", context.aws_request_id) as attempt:
            answer = _allowed(event, now)
            attempt.outcome = "allowed"
    except Unauthenticated:
        raise Exception("Unauthorized") from None  # noqa: TRY002  the gateway knows a refusal by this text
    return answer


def _allowed(event: Any, now: datetime) -> dict[str, Any]:
    try:
        asked = TokenEvent.model_validate(event)
    except ValidationError as error:
        raise Unauthenticated("no_token_event") from error
    issuer, token = Issuer.of(os.environ), bearer(asked.token)
    key, algorithm = store.signing_key(issuer.jwks_url, key_id(token))
    identity = identity_in(token, key, algorithm, issuer, now)
    person, held, language = store.known_as(identity)
    return allowance(person, identity, held, asked.method_arn, language)
