"""Tasks that a service leaves in its own queues."""

import os
from collections.abc import Iterable
from functools import cache

from linli.aws import client
from linli.contracts import Contract
from linli.naming import stage
from linli.observability import correlation_id
from linli.queues import CHAIN


@cache
def _url(name: str) -> str:
    return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def leave(action: str, tasks: Iterable[Contract]) -> None:
    """Put tasks into the queue of an action of this service, one after the other."""
    name = f"linli-{stage()}-{os.environ['LINLI_SERVICE']}-{action.replace('_', '-')}"
    chain = correlation_id()
    said = {CHAIN: {"DataType": "String", "StringValue": chain}} if chain else {}
    for each in tasks:
        client("sqs").send_message(
            QueueUrl=_url(name),
            MessageBody=each.model_dump_json(exclude_none=True),
            **({"MessageAttributes": said} if said else {}),
        )
