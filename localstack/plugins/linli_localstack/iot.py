"""AWS IoT, which LocalStack's free edition does not serve: moto, which it ships, has the registry of devices
(things, certificates, policies) and Publish.

No MQTT, no topic rules, and no policy is enforced: a device is registered here, and cannot connect.
What is published is kept for a while: `GET /_linli/iot/published` lists it, oldest first.
"""

import json
from typing import Any

from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.edge import ROUTER
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, aws_provider
from moto.iotdata.models import iotdata_backends
from rolo import Response

from localstack.runtime import hooks

KEPT = 1000  # messages


@aws_provider()
def iot() -> Service:
    return from_moto("iot")


@aws_provider(api="iot-data")
def iot_data() -> Service:
    return from_moto("iot-data")


def from_moto(name: str) -> Service:
    """All that moto knows of a service."""
    model = load_service(name)
    table = dict.fromkeys(model.operation_names, lambda context, _request: call_moto(context))
    return Service(name, skeleton=Skeleton(model, table))


@hooks.on_infra_start()
def show_published() -> None:
    ROUTER.add(
        "/_linli/iot/published", lambda _: Response(json.dumps(published()), mimetype="application/json")
    )


def published() -> list[dict[str, Any]]:
    """The last messages, numbered from the first one there ever was."""
    return [
        {"number": number, "topic": topic, "payload": text(payload)}
        for region in iotdata_backends.values()
        for backend in region.values()
        for number, (topic, payload) in list(enumerate(backend.published_payloads))[-KEPT:]
    ]


def text(payload: bytes | str) -> str:
    return payload if isinstance(payload, str) else payload.decode(errors="replace")
