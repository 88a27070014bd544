"""AWS's own device SDK, which nobody here wrote, speaks to the broker as paho does."""

import json
import queue
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from awscrt import mqtt, mqtt5
from awsiot import mqtt5_client_builder, mqtt_connection_builder

from tests.e2e.conftest import Town
from tests.e2e.devices import PATIENCE_S, Device, Files

pytestmark = [pytest.mark.e2e, pytest.mark.embedded]
GATE = "willow-gate-2"
CARD = {"credential": "card", "value": "willow-resident-1-card"}


@pytest.fixture
def spoken(town: Town) -> Device:
    """The gate's messages and topics; what connects is the SDK."""
    return town.device(GATE)


def given(town: Town) -> dict[str, Any]:
    """How the SDK is told who it is."""
    files = Files.in_folder(town.home / "devices" / GATE, GATE)
    return {
        "endpoint": town.urls["mqtt"]["host"],
        "port": town.urls["mqtt"]["port"],
        "cert_filepath": str(files.certificate),
        "pri_key_filepath": str(files.key),
        "ca_filepath": str(files.ca),
        "client_id": GATE,
    }


class Five:
    """The SDK's MQTT 5 client: connected, with what it heard."""

    def __init__(self, town: Town) -> None:
        self.connected: Future[Any] = Future()
        self.stopped: Future[Any] = Future()
        self.heard: queue.Queue[Any] = queue.Queue()
        self.lost: list[Any] = []
        self.client = mqtt5_client_builder.mtls_from_path(
            **given(town),
            on_publish_received=lambda each: self.heard.put(each.publish_packet),
            on_lifecycle_connection_success=self.connected.set_result,
            on_lifecycle_disconnection=self.lost.append,
            on_lifecycle_stopped=self.stopped.set_result,
        )
        self.client.start()
        self.connected.result(PATIENCE_S)

    def subscribe(self, topic: str) -> int:
        asked = mqtt5.SubscribePacket([mqtt5.Subscription(topic, mqtt5.QoS.AT_LEAST_ONCE)])
        return int(self.client.subscribe(asked).result(PATIENCE_S).reason_codes[0])

    def publish(self, topic: str, message: Any) -> int:
        packet = mqtt5.PublishPacket(topic=topic, payload=json.dumps(message), qos=mqtt5.QoS.AT_LEAST_ONCE)
        return int(self.client.publish(packet).result(PATIENCE_S).puback.reason_code)


@pytest.fixture
def five(town: Town) -> Iterator[Five]:
    client = Five(town)
    yield client
    client.client.stop()
    client.stopped.result(PATIENCE_S)


def test_it_asks_by_mqtt_5_and_hears_each_answer_once(five: Five, spoken: Device) -> None:
    for _ in range(2):  # as a client does that subscribes whenever it connects
        assert five.subscribe(f"{spoken.prefix}/gate_pass/reply") == 1
    for _ in range(2):
        message = spoken.message(**CARD)
        assert five.publish(f"{spoken.prefix}/gate_pass", message) == 0
        answer = five.heard.get(timeout=PATIENCE_S)
        assert answer.topic == f"{spoken.prefix}/gate_pass/reply"
        assert json.loads(answer.payload)["event_id"] == message["event_id"]
    assert five.heard.empty()


def test_it_is_told_by_mqtt_5_what_it_may_not_and_stays_connected(five: Five, spoken: Device) -> None:
    assert five.publish("linli/maple/maple-gate-1/gate_pass", spoken.message(**CARD)) == 135
    assert five.subscribe("linli/maple/#") == 135
    assert five.subscribe(f"{spoken.prefix}/gate_pass/reply") == 1
    assert five.lost == []


def test_it_asks_by_mqtt_3_and_hears_the_answer(town: Town, spoken: Device) -> None:
    heard: queue.Queue[Any] = queue.Queue()
    connection = mqtt_connection_builder.mtls_from_path(**given(town), clean_session=True)
    connection.connect().result(PATIENCE_S)
    at_least_once = mqtt.QoS.AT_LEAST_ONCE
    subscribed, _ = connection.subscribe(
        f"{spoken.prefix}/gate_pass/reply", at_least_once, lambda payload, **_: heard.put(payload)
    )
    subscribed.result(PATIENCE_S)
    message = spoken.message(**CARD)
    published, _ = connection.publish(f"{spoken.prefix}/gate_pass", json.dumps(message), at_least_once)
    published.result(PATIENCE_S)
    assert json.loads(heard.get(timeout=PATIENCE_S))["event_id"] == message["event_id"]
    connection.disconnect().result(PATIENCE_S)
