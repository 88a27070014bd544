"""Tasks that a service leaves in its own queues."""

import os
from collections.abc import Iterable
from functools import cache
from typing import Any

from linli.aws import client
from linli.contracts import Contract
from linli.naming import stage
from linli.observability import correlation_id
from linli.queues import CHAIN

LONGEST_DELAY_S = 900  # of SQS


@cache
def _url(name: str) -> str:
    return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def leave(action: str, tasks: Iterable[Contract], *, after_s: int = 0) -> None:
    """Put tasks into the queue of an action of this service, one after the other, to be done `after_s`, which
    is a quarter of an hour at most.
    """
    name = f"linli-{stage()}-{os.environ['LINLI_SERVICE']}-{action.replace('_', '-')}"
    chain = correlation_id()
    more: dict[str, Any] = {}
    if chain:
        more["MessageAttributes"] = {CHAIN: {"DataType": "String", "StringValue": chain}}
    if after_s > 0:
        more["DelaySeconds"] = min(after_s, LONGEST_DELAY_S)
    for each in tasks:
        text = each.model_dump_json(exclude_none=True)
        client("sqs").send_message(QueueUrl=_url(name), MessageBody=text, **more)
