"""A burst: many gates ask at once, everything twice, and each message is accounted for one by one."""

import base64
import json
import queue
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from linli_cli.devices.device_files import DeviceFiles
from linli_cli.devices.registering import Registrar
from linli_cli.operate import addresses
from linli_cli.operate.front_door import FrontDoor
from tests.e2e.conftest import Town
from tests.e2e.devices import Device

COMMUNITY, MANAGER, BUTTON = "willow", "willow-manager-1", "willow-button-1"
GATE = {"area": "garden", "direction": "in"}
CARDS = [f"willow-resident-{number}-card" for number in range(1, 6)]
DEAD_LETTERS = "linli-local-access-gate-pass-dlq"
ANSWERED = ("outcome", "open", "reason", "open_until", "problem")
TAKE_S = 1.0


@dataclass
class Burst:
    """What was sent and what became of it. `answers` by event id; times in seconds."""

    sent: Counter[str] = field(default_factory=Counter)
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    parked: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    took_s: float = 0.0

    @property
    def answered(self) -> int:
        return sum(len(each) for each in self.answers.values())

    @property
    def unaccounted(self) -> list[str]:
        """The messages of which fewer were answered or parked than sent."""
        return [
            event_id
            for event_id, times in self.sent.items()
            if len(self.answers.get(event_id, ())) + self.parked[event_id] < times
        ]

    @property
    def contradictions(self) -> list[str]:
        """The questions that were answered in two ways."""
        return [
            event_id
            for event_id, answers in self.answers.items()
            if len({json.dumps([answer.get(name) for name in ANSWERED]) for answer in answers}) > 1
        ]


def gates(town: Town, number: int) -> list[str]:
    """Register so many gates and set them up, beside the ones of the demo."""
    door = FrontDoor(town.urls["http"], town.token)
    broker = addresses.Mqtt(**town.urls["mqtt"]) if town.urls["mqtt"] else None
    registrar = Registrar(door, broker, MANAGER, COMMUNITY)
    names = [f"{COMMUNITY}-burst-{each:02}" for each in range(number)]
    for name in names:
        files = DeviceFiles(town.home / "devices" / name, name)
        files.folder.mkdir(parents=True, exist_ok=True)
        registrar.ensure(files, "gate")
        door.ask(MANAGER, "PUT", f"/access/communities/{COMMUNITY}/gates/{name}", GATE)
    return names


def press(button: Device, limit_s: float) -> dict[str, Any]:
    """Call for help, and wait for the answer."""
    message = button.message()
    button.publish(f"{button.prefix}/call_button", json.dumps(message).encode())
    return heard(button, message["event_id"], limit_s)


def heard(button: Device, event_id: str, limit_s: float) -> dict[str, Any]:
    """What the button is told of an event, however much else goes on."""
    while True:
        _, told = button.replies.get(timeout=limit_s)
        if told.get("event_id") == event_id:
            return told


class Gate:
    """A gate that asks without waiting for its answers."""

    def __init__(self, device: Device, burst: Burst, messages: int) -> None:
        self.device, self.burst = device, burst
        asked = [
            device.message(credential="card", value=CARDS[number % len(CARDS)])
            for number in range(messages // 2)
        ]
        self.messages = [message for message in asked for _ in range(2)]
        burst.sent.update(message["event_id"] for message in self.messages)

    def send(self) -> None:
        for message in self.messages:
            topic = f"{self.device.prefix}/gate_pass"
            self.device.post(topic, json.dumps(message).encode())

    def take(self) -> None:
        """What has been answered by now."""
        while True:
            try:
                _, reply = self.device.replies.get_nowait()
            except queue.Empty:
                return
            self.burst.answers[reply["event_id"]].append(reply)


@contextmanager
def connected(town: Town, names: list[str], messages: int) -> Iterator[tuple[Burst, list[Gate]]]:
    """The gates, each with its share of the messages to send."""
    burst = Burst()
    with ExitStack() as stack:
        devices = [town.device(name) for name in names]
        for device in devices:
            stack.enter_context(device)
        yield burst, [Gate(device, burst, messages // len(names)) for device in devices]


class Burster(threading.Thread):
    """Sends all at once, and listens until each message is accounted for or the time is up."""

    def __init__(self, town: Town, burst: Burst, asking: list[Gate], limit_s: float) -> None:
        super().__init__(daemon=True)
        self.town, self.burst, self.asking, self.limit_s = town, burst, asking, limit_s

    def run(self) -> None:
        started = time.monotonic()
        senders = [threading.Thread(target=gate.send) for gate in self.asking]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        while time.monotonic() - started < self.limit_s:
            for gate in self.asking:
                gate.take()
            if self.burst.answered + sum(self.burst.parked.values()) < sum(self.burst.sent.values()):
                self.read_parked()
            if not self.burst.unaccounted:
                break
            time.sleep(TAKE_S)
        self.burst.took_s = time.monotonic() - started

    def read_parked(self) -> None:
        """Take the burst's own out of the dead-letter queue, with their reasons; the others stay."""
        sqs = self.town.client("sqs")
        url = sqs.get_queue_url(QueueName=DEAD_LETTERS)["QueueUrl"]
        others = []
        while found := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=60, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in found:
                event_id = json.loads(base64.b64decode(json.loads(message["Body"])["payload"])).get(
                    "event_id"
                )
                if event_id not in self.burst.sent:
                    others.append(message["ReceiptHandle"])
                    continue
                self.burst.parked[event_id] += 1
                self.burst.reasons[message["MessageAttributes"]["ErrorMessage"]["StringValue"]] += 1
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        for handle in others:
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.join()
