"""Where our own clients' requests go in tests: to moto, in this process, after whoever wants them first.

It stands in the place of `linli.connections.exchange`, as moto stands in that of botocore's connections:
signing, repeating and reading of answers are the real ones. Pauses between attempts are left out.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import ClientError
from moto.core.models import botocore_stubber

from linli import connections
from linli.connections import Answer, Asked
from tests.integration import witness

PassOn = Callable[[Asked], Answer]
Between = Callable[[Asked, PassOn], Answer]
_between: list[tuple[str, Between]] = []
over_the_wire = connections.exchange


@contextmanager
def to_moto() -> Iterator[None]:
    """All requests of our clients."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linli.connections.exchange", _exchange)
        patch.setattr("linli.json_services.pause", lambda *_: None)
        yield


@contextmanager
def between(operations: str, answer: Between) -> Iterator[None]:
    """`answer(asked, pass_on)` answers for an operation, `dynamodb.Query`, or all of a service, `dynamodb`;
    who came last is asked first.
    """
    entry = (operations, answer)
    _between.append(entry)
    try:
        yield
    finally:
        _between.remove(entry)


@contextmanager
def listening(operations: str) -> Iterator[list[Asked]]:
    """The requests from here on, as they are made."""
    heard: list[Asked] = []

    def hear(asked: Asked, pass_on: PassOn) -> Answer:
        heard.append(asked)
        return pass_on(asked)

    with between(operations, hear):
        yield heard


def operation(asked: Asked) -> str:
    """`Query`."""
    return asked.operation.partition(".")[2]


def arguments(asked: Asked) -> dict[str, Any]:
    """What an operation is asked with, as botocore has it."""
    if operation(asked) == "Publish":
        return {"topic": unquote(asked.request.path.rpartition("/")[2]), "payload": asked.request.body}
    found: dict[str, Any] = json.loads(asked.request.body)
    return found


def refused(error: ClientError) -> Answer:
    """The answer that the client makes this error of."""
    about = {
        name: value for name, value in error.response.items() if name not in {"Error", "ResponseMetadata"}
    }
    said = {"__type": error.response["Error"]["Code"], "message": error.response["Error"].get("Message", "")}
    return Answer(400, {}, json.dumps({**said, **about}).encode())


def _exchange(asked: Asked) -> Answer:
    service = asked.operation.partition(".")[0]
    witness.hear(service, operation(asked), arguments(asked))
    waiting = [each for named, each in _between if named in {service, asked.operation}]

    def pass_on(asked: Asked) -> Answer:
        return waiting.pop()(asked, pass_on) if waiting else moto(asked)

    return pass_on(asked)


def moto(asked: Asked) -> Answer:
    """What moto answers."""
    headers = HeadersDict(asked.headers)
    url = asked.endpoint.url + asked.target
    request = AWSPreparedRequest(asked.request.method, url, headers, asked.request.body, stream_output=False)  # type: ignore[arg-type]  # so botocore itself does it
    answered = botocore_stubber(event_name=f"before-send.{asked.operation}", request=request)
    assert answered is not None, "no cloud is there"
    told = {name.lower(): str(value) for name, value in answered.headers.items()}
    return Answer(answered.status_code, told, answered.content)
