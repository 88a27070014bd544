"""Devices on a cloud without a broker: what one publishes goes where its topic rule would have taken it.

Nobody asks for its certificate, nor whether its kind may publish there: the broker would.
"""

import json
import time
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from typing import Any

from linli_cli.cloud import Cloud
from linli_cli.deploy.stacks import function_name
from linli_cli.develop.actions import TopicRule, topic_rules
from linli_cli.devices.conversation import hint
from linli_cli.errors import CommandError
from linli_cli.layout import services
from linli_cli.local.local_cloud import get
from linli_cli.local.processes import until
from linli_cli.operate.invoking import hand_over

INSTEAD = "this cloud has no MQTT broker: what a device says is handed over as its topic rule would"


@cache
def rules() -> dict[str, TopicRule]:
    """All topic rules, by the last part of their topics."""
    return {rule.topic: rule for service in services() for rule in topic_rules(service)}


def rule_of(topic: str) -> TopicRule:
    """The rule of the last part of a topic. Raises CommandError if there is none."""
    spoken = topic.rpartition("/")[2]
    if spoken not in rules():
        known = ", ".join(sorted(rules()))
        raise CommandError(f"there is no topic rule for {spoken}; the rules are: {known}")
    return rules()[spoken]


def publish(cloud: Cloud, topic: str, device: str, payload: bytes) -> None:
    """What the rule of a topic does with what a device says. Raises CommandError."""
    rule = rule_of(topic)
    event = {
        "payload": b64encode(payload).decode(),
        "topic": topic,
        "client_id": device,
        "received_at_ms": time.time_ns() // 1_000_000,
    }
    name = function_name(cloud.stage, rule.project, rule.action)
    if not rule.queued:
        hand_over(cloud, name, json.dumps(event).encode())
        return
    sqs = cloud.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=json.dumps(event))


def published(endpoint: str) -> list[dict[str, Any]]:
    """What functions have published lately: `number`, `topic`, `payload`."""
    return list(json.loads(get(f"{endpoint}/_linli/iot/published")))


@dataclass(frozen=True)
class HandedOver:
    """As a `Conversation`."""

    cloud: Cloud
    community: str
    device: str
    timeout_s: float

    def hold(self, action: str, payload: dict[str, Any]) -> str:
        """Say it, and wait for the reply to it. Raises CommandError when none comes in time."""
        topic = f"linli/{self.community}/{self.device}/{action}"
        publish(self.cloud, topic, self.device, json.dumps(payload).encode())
        heard: list[str] = []

        def answered() -> bool:
            heard.extend(
                each["payload"]
                for each in published(str(self.cloud.endpoint))
                if each["topic"] == f"{topic}/reply" and str(payload["event_id"]) in each["payload"]
            )
            return bool(heard)

        if not until(answered, self.timeout_s):
            raise CommandError(f"no reply on {topic}/reply in time{hint(action)}")
        return heard[0]
