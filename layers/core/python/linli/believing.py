"""Which kinds of devices an action believes: data, no I/O. Each action says it with its trigger."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import get_args

from linli.vocabulary.devices import DeviceKind

Kinds = AbstractSet[DeviceKind]
Believes = Kinds | Mapping[str, Kinds]
EVERY_KIND: Kinds = frozenset(get_args(DeviceKind))


def kinds_on(believes: Believes, topic: str) -> Kinds:
    """The kinds believed on a topic; nobody on one that is not named."""
    if isinstance(believes, Mapping):
        return believes.get(topic, frozenset())
    return believes
