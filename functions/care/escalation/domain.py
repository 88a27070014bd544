"""Which messages still have to be sent, and whom a duty is told to."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import ceil

from functions.care.calling.alerts import Alert
from functions.care.calling.chain import MOST_ASKED
from functions.care.calling.messages import Message
from functions.care.calling.parties import Party
from functions.care.tending.duties import URGENT, Duty
from linli.instants import to_epoch_seconds
from linli.messages.gateways import Channel

BY_TURNS: tuple[Channel, ...] = ("push", "voice", "sms")


def still_wanted(message: Message, alert: Alert) -> bool:
    """Whether anybody still has to be told: not when somebody has answered meanwhile."""
    if message.purpose == "held":
        return alert.is_open
    calls = (each for each in alert.calls if each.message == message.message and each.result == "calling")
    return alert.state == "open" and next(calls, None) is not None


def turn(listeners: Sequence[Party], attempts: int) -> Sequence[Party]:
    """Who is told this time: of many some, and the others the next time."""
    first = attempts % max(1, ceil(len(listeners) / MOST_ASKED)) * MOST_ASKED
    return listeners[first : first + MOST_ASKED]


def messages_of(
    duty: Duty, community: str, listeners: Sequence[Party], now: datetime, attempts: int = 0
) -> Iterator[list[Message]]:
    """For each listener the messages that tell of a duty, to be tried in turn; the same on every try.

    An urgent duty is told by all of them, again and again, each time anew. `attempts`: so far.
    """
    is_urgent = duty.kind in URGENT
    name = f"{duty.kind.replace('_', '-')}-{duty.about}-{to_epoch_seconds(duty.since)}"
    name = f"{name}-{attempts}" if is_urgent else name
    for number, party in enumerate(listeners):
        ways = [channel for channel in BY_TURNS if channel in party.channels]
        yield [
            Message(
                message=f"{name}-{number}-{channel}",
                community=community,
                person=duty.about,
                to=party.to,
                recipient=party.recipient,
                channel=channel,
                purpose="button" if is_urgent else "away_over",
                emergency=is_urgent,
                made_at=now,
            )
            for channel in ways
        ]
