"""Who can be called, and how: the chain's steps filled with people, as things stand now."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from linli.escalation.alerts import MOST_ASKED, Circle, Reachable
from linli.escalation.models import Roles
from linli.messages.gateways import Channel
from linli.phones import parts

if TYPE_CHECKING:
    from linli.words import Language


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody of the circle, with what only the sender of a message needs: who and where they are.

    `whose`: of a second number, the person who is told by another. `language`: what they are told in.
    """

    to: str
    recipient: str
    person: str | None
    phone: str | None
    whose: str | None = None
    language: "Language" = "zh-CN"

    @property
    def channels(self) -> frozenset[Channel]:
        """Push reaches who has our app, a phone is for messages and calls, one with an extension for calls
        alone.
        """
        ways: set[Channel] = set()
        if self.person is not None:
            ways.add("push")
        if self.phone is not None:
            ways |= {"voice"} if parts(self.phone)[1] else {"sms", "voice"}
        return frozenset(ways)

    def address(self, channel: Channel) -> str | None:
        """Where a message by this channel goes."""
        return self.person if channel == "push" else self.phone


def circle_of(found: Sequence[Party], roles: Roles) -> Circle:
    """Who can be called as what, by which channels: staff see their queue as well. Without addresses, which
    the chain need not know.
    """
    circle: dict[str, list[Reachable]] = {to: [] for to in roles.called}
    queue: frozenset[Channel] = frozenset({"staff"})
    for party in found:
        channels = party.channels | queue if party.to in roles.on_duty else party.channels
        circle.setdefault(party.to, []).append(Reachable(party.recipient, channels, party.whose))
    return circle


def turn(listeners: Sequence[Party], attempts: int) -> Sequence[Party]:
    """Who is told this time: of many some, and the others the next time."""
    first = attempts % max(1, ceil(len(listeners) / MOST_ASKED)) * MOST_ASKED
    return listeners[first : first + MOST_ASKED]
