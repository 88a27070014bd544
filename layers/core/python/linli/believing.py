"""Which kinds of devices an action believes: data, no I/O. Each action says it with its trigger."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import get_args

from linli.vocabulary.devices import DeviceKind

Kinds = AbstractSet[DeviceKind]
Believes = Kinds | Mapping[str, Kinds]
EVERY_KIND: Kinds = frozenset(get_args(DeviceKind))


@dataclass(frozen=True, slots=True)
class DeviceAction:
    """An action that devices speak to: the module of its handler, its name, whom it believes.

    `believes`: kinds of devices, or such per topic where several topics lead to the action.
    """

    module: str
    name: str
    believes: Believes

    def kinds(self, topic: str) -> Kinds:
        """Whom it believes on a topic, named by its last level."""
        return kinds_on(self.believes, topic)


DEVICE_ACTIONS: list[DeviceAction] = []


def kinds_on(believes: Believes, topic: str) -> Kinds:
    """The kinds believed on a topic; nobody on one that is not named."""
    if isinstance(believes, Mapping):
        return believes.get(topic, frozenset())
    return believes
