"""Token authorizers of REST APIs, which are functions; stock lets every request through.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

import json
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    AuthorizerConfigurationError,
    AuthorizerFailureError,
    UnauthorizedError,
)

from localstack.runtime import hooks

ACTION = "execute-api:Invoke"


@dataclass(frozen=True)
class Answer:
    """What an authorizer said of a token, and until when it holds (seconds, monotonic)."""

    said: dict[str, Any]
    until: float


answers: dict[tuple[str, str, str], Answer] = {}
"""By authorizer, stage and token."""


@hooks.on_infra_start()
def ask_authorizers() -> None:
    handlers.preprocess_request.append(authorize)


def authorize(_chain: Any, context: Any, _response: Any) -> None:
    """Let a request to a method with a token authorizer go on, with what that said of the caller."""
    method = context.resource_method
    if method.get("authorizationType") != "CUSTOM":
        return
    clients = connect_to(aws_access_key_id=context.account_id, region_name=context.region)
    authorizer = clients.apigateway.get_authorizer(
        restApiId=context.api_id, authorizerId=method["authorizerId"]
    )
    if authorizer["type"] != "TOKEN":
        raise AuthorizerConfigurationError(None)
    request = context.invocation_request
    token = request["headers"].get(authorizer["identitySource"].removeprefix("method.request.header."))
    if not token:
        raise UnauthorizedError("Unauthorized")
    arn = (
        f"arn:aws:execute-api:{context.region}:{context.account_id}:{context.api_id}/{context.stage}/"
        f"{request['http_method']}{request['path']}"
    )
    said = answer_of(clients, authorizer, context.stage, token, arn)
    effects = {
        effect
        for statement in as_list(said["policyDocument"].get("Statement"))
        if (effect := effect_on(statement, arn))
    }
    if effects != {"Allow"}:
        raise AccessDeniedError("User is not authorized to access this resource")
    told = {name: str(value) for name, value in (said.get("context") or {}).items()}
    context.context_variables["authorizer"] = {"principalId": said["principalId"], **told}


def answer_of(clients: Any, authorizer: dict[str, Any], stage: str, token: str, arn: str) -> dict[str, Any]:
    """What the authorizer's function says of a token, asked again when its answer is too old."""
    key = (authorizer["id"], stage, token)
    known = answers.get(key)
    if known and known.until > time.monotonic():
        return known.said
    event = {"type": "TOKEN", "methodArn": arn, "authorizationToken": token}
    function = authorizer["authorizerUri"].partition("/functions/")[2].removesuffix("/invocations")
    invoked = clients.lambda_.invoke(FunctionName=function, Payload=json.dumps(event))
    said = json.loads(invoked["Payload"].read() or b"null")
    if invoked.get("FunctionError"):
        if isinstance(said, dict) and said.get("errorMessage") == "Unauthorized":
            raise UnauthorizedError("Unauthorized")
        raise AuthorizerFailureError(None)
    if not (
        isinstance(said, dict) and isinstance(said.get("policyDocument"), dict) and said.get("principalId")
    ):
        raise AuthorizerConfigurationError(None)
    lasts_s = authorizer.get("authorizerResultTtlInSeconds", 300)
    answers[key] = Answer(said, time.monotonic() + lasts_s)
    return said


def effect_on(statement: dict[str, Any], arn: str) -> str | None:
    """`Allow` or `Deny` of a policy's statement that is about calling this method."""
    acts = any(fnmatchcase(ACTION.lower(), each.lower()) for each in as_list(statement.get("Action")))
    concerns = any(fnmatchcase(arn, each) for each in as_list(statement.get("Resource")))
    return statement.get("Effect") if acts and concerns else None


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
