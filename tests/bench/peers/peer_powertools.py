"""The gate pass on Powertools for AWS Lambda, as its documentation has it: resolver with validation,
Idempotency, parameters, logger and metrics, with boto3.
"""

import json
from datetime import datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.exceptions import ForbiddenError, NotFoundError
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from peer_models import Answer, Asked
from peer_store import answer, instant, settled

logger = Logger()
metrics = Metrics(namespace="Peer")
app = APIGatewayRestResolver(enable_validation=True)
dynamodb = boto3.resource("dynamodb")
config = IdempotencyConfig(event_key_jmespath="event_id", raise_on_no_idempotency_key=True)
layer = DynamoDBPersistenceLayer(table_name="peer-idempotency")


@idempotent_function(data_keyword_argument="asked", persistence_store=layer, config=config)
def once(asked: dict[str, Any], community: str, gate: str, at: datetime, by: str) -> dict[str, Any]:
    """The answer, which is kept for whoever asks again."""
    key = str(parameters.get_secret("peer/key", max_age=300))
    model = Asked.model_validate(asked)
    return answer(model, settled(dynamodb, key, (community, gate), model, at, by=by), at)


@app.post("/communities/<community>/gates/<gate>/passes")
def ask(community: str, gate: str, asked: Asked) -> Answer:
    """A guard asks for somebody who stands at a gate."""
    context = app.current_event.request_context
    authorizer = app.current_event.raw_event["requestContext"]["authorizer"]
    roles = json.loads(authorizer["grants"])["communities"].get(community)
    if not roles:
        raise NotFoundError("not found")
    if not {"guard", "manager"} & set(roles):
        raise ForbiddenError("forbidden")
    logger.append_keys(community=community, gate=gate)
    told = once(
        asked=asked.model_dump(mode="json"),
        community=community,
        gate=gate,
        at=instant(context.request_time_epoch),
        by=authorizer["person"],
    )
    metrics.add_dimension("outcome", told["outcome"])
    metrics.add_metric(name="Attempts", unit=MetricUnit.Count, value=1)
    logger.info(told["outcome"])
    return Answer(**told)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What Lambda calls."""
    config.register_lambda_context(context)
    return app.resolve(event, context)
