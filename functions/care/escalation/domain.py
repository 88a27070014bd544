"""What those who are told of a duty are told."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from functions.care.calling.alerts import Message
from functions.care.tending.duties import Duty
from linli.escalation.parties import Party
from linli.instants import to_epoch_seconds
from linli.messages.gateways import Channel

BY_TURNS: tuple[Channel, ...] = ("push", "voice", "sms")


def messages_of(
    duty: Duty, community: str, listeners: Sequence[Party], now: datetime, attempts: int = 0
) -> Iterator[list[Message]]:
    """For each listener the messages that tell of a duty, to be tried in turn; the same on every try.

    An urgent duty is told by all of them, again and again, each time anew. `attempts`: so far.
    """
    name = f"{duty.kind.replace('_', '-')}-{duty.about}-{to_epoch_seconds(duty.since)}"
    name = f"{name}-{attempts}" if duty.is_urgent else name
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
                purpose="button" if duty.is_urgent else "away_over",
                emergency=duty.is_urgent,
                made_at=now,
            )
            for channel in ways
        ]
