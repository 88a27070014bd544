"""One connection of a device over mutual TLS, as its firmware would hold it."""

import json
import threading
import time
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from linli_cli.devices.device_files import DeviceFiles
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT
from linli_cli.local import engines

QOS = 1
LOCAL_HOST = "localhost"
SUBSCRIPTION_REFUSED = 128


class Conversation:
    """Publish, and wait for the reply to that very message."""

    def __init__(self, files: DeviceFiles, record: dict[str, Any], timeout_s: float) -> None:
        self.topic = f"linli/{record['community']}/{files.device}"
        self.where = (record["host"], int(record["port"]))
        self.deadline = time.monotonic() + timeout_s
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=files.device)
        self.client.tls_set(str(files.ca), str(files.certificate), str(files.key))
        self.ready, self.answered = threading.Event(), threading.Event()
        self.refused, self.reply, self.event_id = "", b"", ""

    def hold(self, action: str, payload: dict[str, Any]) -> str:
        """Publish on the action's topic; the reply as text. Raises CommandError when none comes in time."""
        self.event_id = str(payload["event_id"])
        self.client.on_connect = lambda *about: self._connected(action, about[3])
        self.client.on_subscribe = lambda *about: self._subscribed(about[3])
        self.client.on_disconnect = lambda *about: self._refuse(
            "the broker closed the connection: is the certificate revoked, or may devices of this kind "
            f"not publish on {action}? ({about[3]})"
        )
        self.client.on_message = lambda *about: self._heard(about[2].payload)
        try:
            self.client.connect(*self.where)
        except OSError as error:
            host, port = self.where
            local = engines.local_cloud().status() if host == LOCAL_HOST else None
            if local and local.condition != "running":
                raise CommandError(local.line) from None
            raise CommandError(f"cannot connect to {host}:{port}: {error}") from None
        self.client.loop_start()
        try:
            self._await(self.ready, "the broker did not let the device subscribe")
            self.client.publish(f"{self.topic}/{action}", json.dumps(payload), qos=QOS)
            self._await(self.answered, f"no reply on {self.topic}/{action}/reply", hint(action))
        finally:
            self.client.on_disconnect = None
            self.client.disconnect()
            self.client.loop_stop()
        return self.reply.decode(errors="replace")

    def _connected(self, action: str, reason: Any) -> None:
        if reason.is_failure:
            self._refuse(f"the broker refused the device: {reason}")
        else:
            self.client.subscribe(f"{self.topic}/{action}/reply", qos=QOS)

    def _subscribed(self, codes: Any) -> None:
        if any(code.value >= SUBSCRIPTION_REFUSED for code in codes):
            self._refuse("the broker refused the subscription to the reply")
        self.ready.set()

    def _heard(self, payload: bytes) -> None:
        if self.event_id.encode() in payload:
            self.reply = payload
            self.answered.set()

    def _refuse(self, why: str) -> None:
        self.refused = self.refused or why
        self.ready.set()
        self.answered.set()

    def _await(self, event: threading.Event, otherwise: str, hint: str = "") -> None:
        event.wait(max(0.0, self.deadline - time.monotonic()))
        if self.refused:
            raise CommandError(self.refused)
        if not event.is_set():
            raise CommandError(f"{otherwise} in time{hint}")


def hint(action: str) -> str:
    """Where to look when nobody answers."""
    services = [path.parts[-3] for path in (ROOT / "functions").glob(f"*/{action}/handler.py")]
    if not services:
        return f": there is no action {action}"
    name = f"{services[0]}/{action}"
    return f": see `linli logs {name}` and `linli dlq list {name}`"
