"""A device as firmware would be: paho-mqtt over mutual TLS with its own certificate."""

import json
import queue
import ssl
import threading
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import paho.mqtt.client as mqtt

from linli_cli.cloud import Cloud
from linli_cli.devices import handing_over

PATIENCE_S = 30


@dataclass(frozen=True)
class Files:
    """What a device was given."""

    certificate: Path
    key: Path
    ca: Path

    @classmethod
    def in_folder(cls, folder: Path, device: str) -> "Files":
        return cls(folder / f"{device}.crt", folder / f"{device}.key", folder / "ca.pem")


class Refused(Exception):
    """The broker did not let the device in."""


class Speaker(ABC):
    """A device. Use as a context manager: connected inside, hearing all that is meant for it."""

    def __init__(self, device: str) -> None:
        self.device, self.community = device, device.split("-", maxsplit=1)[0]
        self.seq = 0
        self.replies: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()

    @property
    def prefix(self) -> str:
        return f"linli/{self.community}/{self.device}"

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(self, *_: object) -> None: ...

    @abstractmethod
    def publish(self, topic: str, payload: bytes) -> None:
        """Publish, and wait until it was taken."""

    @abstractmethod
    def post(self, topic: str, payload: bytes) -> None:
        """Publish and go on."""

    def message(self, **body: Any) -> dict[str, Any]:
        """A message with what every one carries."""
        self.seq += 1
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"event_id": uuid4().hex, "seq": self.seq, "occurred_at": now} | body

    def ask(self, action: str, **body: Any) -> dict[str, Any]:
        """Publish a message and return the reply to it."""
        message = self.message(**body)
        return self.send(action, json.dumps(message).encode(), message["event_id"])

    def send(self, action: str, payload: bytes, event_id: str | None = None) -> dict[str, Any]:
        """Publish bytes as they are and return the reply to that event id."""
        self.publish(f"{self.prefix}/{action}", payload)
        while True:
            topic, reply = self.replies.get(timeout=PATIENCE_S)
            if topic == f"{self.prefix}/{action}/reply" and reply.get("event_id") == event_id:
                return reply

    def command(self) -> dict[str, Any]:
        """The next command that the device is given."""
        while True:
            topic, told = self.replies.get(timeout=PATIENCE_S)
            if topic == f"{self.prefix}/command":
                return told


class Device(Speaker):
    """Over MQTT, as firmware would."""

    def __init__(self, device: str, files: Files, host: str, port: int, client_id: str | None = None) -> None:
        super().__init__(device)
        self.where = (host, port)
        self.connected, self.gone, self.subscribed = threading.Event(), threading.Event(), threading.Event()
        self.granted = False
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=client_id or device)
        self.client.max_inflight_messages_set(0)  # as many as it has
        self.client.tls_set(str(files.ca), str(files.certificate), str(files.key))
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = lambda *_: self.gone.set()
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message

    def __enter__(self) -> Self:
        self.connect()
        assert self.subscribe(f"{self.prefix}/+/reply")
        assert self.subscribe(f"{self.prefix}/command")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """Raises Refused."""
        try:
            self.client.connect(*self.where, keepalive=30)
        except (ssl.SSLError, OSError) as error:
            raise Refused from error
        self.client.loop_start()
        if not self.connected.wait(5):
            self.close()
            raise Refused

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def subscribe(self, topic: str) -> bool:
        """Whether the broker lets the device hear `topic`."""
        self.subscribed.clear()
        self.granted = False
        self.client.subscribe(topic, qos=1)
        _either(self.subscribed, self.gone)
        return self.granted

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish, and wait until the broker has taken it or thrown us out."""
        told = self.client.publish(topic, payload, qos=1)
        end = time.monotonic() + PATIENCE_S
        while not told.is_published() and not self.gone.is_set() and time.monotonic() < end:
            time.sleep(0.005)

    def post(self, topic: str, payload: bytes) -> None:
        self.client.publish(topic, payload, qos=1)

    def _on_connect(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not reason.is_failure:
            self.connected.set()

    def _on_subscribe(self, _client: Any, _userdata: Any, _mid: Any, reasons: Any, _properties: Any) -> None:
        self.granted = not any(reason.is_failure for reason in reasons)
        self.subscribed.set()

    def _on_message(self, _client: Any, _userdata: Any, message: Any) -> None:
        self.replies.put((message.topic, json.loads(message.payload)))


class HandedOver(Speaker):
    """Without a broker: what it says goes where its topic rule would have taken it, what it is told
    is read from what was published.
    """

    def __init__(self, device: str, cloud: Cloud) -> None:
        super().__init__(device)
        self.cloud, self.gone, self.heard = cloud, threading.Event(), 0
        self.posting = ThreadPoolExecutor(4)

    def __enter__(self) -> Self:
        self.heard = max((each["number"] + 1 for each in self._published()), default=0)
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gone.set()
        self.posting.shutdown()
        self.listener.join()

    def publish(self, topic: str, payload: bytes) -> None:
        handing_over.publish(self.cloud, topic, self.device, payload)

    def post(self, topic: str, payload: bytes) -> None:
        self.posting.submit(self.publish, topic, payload)

    def _published(self) -> list[dict[str, Any]]:
        return handing_over.published(str(self.cloud.endpoint))

    def _listen(self) -> None:
        while not self.gone.wait(0.1):
            told = [each for each in self._published() if each["number"] >= self.heard]
            for each in told:
                self.heard = each["number"] + 1
                if each["topic"].startswith(f"{self.prefix}/"):
                    self.replies.put((each["topic"], json.loads(each["payload"])))


def _either(*events: threading.Event) -> None:
    end = time.monotonic() + PATIENCE_S
    while not any(event.is_set() for event in events) and time.monotonic() < end:
        time.sleep(0.005)
