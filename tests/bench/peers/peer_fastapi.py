"""The gate pass on FastAPI and Mangum, as their documentation has it, with boto3 and the standard log."""

import json
import logging
from functools import cache
from typing import Annotated

import boto3
from fastapi import Depends, FastAPI, HTTPException, Request
from mangum import Mangum
from peer_models import Answer, Asked
from peer_store import answer, instant, settled

logging.basicConfig(level=logging.INFO, format='{"level":"%(levelname)s","message":"%(message)s"}')
log = logging.getLogger("peer")
app = FastAPI()
dynamodb = boto3.resource("dynamodb")


@cache
def key() -> str:
    """The secret."""
    return str(boto3.client("secretsmanager").get_secret_value(SecretId="peer/key")["SecretString"])


def guard(request: Request, community: str) -> str:
    """Whoever may ask there."""
    authorizer = request.scope["aws.event"]["requestContext"]["authorizer"]
    roles = json.loads(authorizer["grants"])["communities"].get(community)
    if not roles:
        raise HTTPException(404)
    if not {"guard", "manager"} & set(roles):
        raise HTTPException(403)
    return str(authorizer["person"])


@app.post("/communities/{community}/gates/{gate}/passes", status_code=201)
def ask(
    community: str, gate: str, asked: Asked, request: Request, person: Annotated[str, Depends(guard)]
) -> Answer:
    """A guard asks for somebody who stands at a gate."""
    at = instant(request.scope["aws.event"]["requestContext"]["requestTimeEpoch"])
    row = settled(dynamodb, key(), (community, gate), asked, at, by=person)
    log.info("%s %s %s", row["outcome"], community, gate)
    return Answer(**answer(asked, row, at))


handler = Mangum(app, lifespan="off")
