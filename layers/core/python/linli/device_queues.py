"""Messages of devices that arrive through a queue. Who takes none of them, reaches no word of devices."""

from collections.abc import Callable
from typing import Unpack

from chalice.app import Blueprint
from pydantic_core import from_json

from linli.device_messages import Body
from linli.mqtt import Handled, Listening, handle
from linli.queues import BATCH_SIZE, Delivery, Handler, worked_off
from linli.triggers import Trigger, Works, topics_of
from linli.vocabulary.devices import Believes


def device_queue(
    blueprint: Blueprint,
    model: type[Body],
    *,
    believes: Believes,
    topic: str | None = None,
    asks_itself: bool = False,
    **needs: Unpack[Works],
) -> Callable[[Handled[Body]], Handler]:
    """For a function behind a queue that a topic rule fills: `function(message) -> answer`.

    `believes`: whom it believes, and no other kind of device; see `Listening` for the rest. `topic`: the last
    level of the topic, unless `believes` says whom by topic.
    """
    listening = Listening(believes, asks_itself)

    def decorate(function: Handled[Body]) -> Handler:
        name, topics = function.__name__, topics_of(topic, believes)
        trigger = Trigger(function.__module__, name, "device_queue", topics, believes, needs={**needs})

        def record(body: str, _: Delivery) -> str:
            try:
                event = from_json(body)
            except ValueError:
                event = None
            return handle(event, model, function, body, listening)

        return worked_off(blueprint, trigger, function, record, needs.get("batch_size", BATCH_SIZE))

    return decorate
