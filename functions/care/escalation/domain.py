"""Which messages still have to be sent, and whom a duty is told to."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from functions.care.alerts import Alert, Message
from functions.care.circles import Party
from functions.care.work import Duty
from linli.instants import to_epoch_seconds
from linli.policies import Channel

BY_TURNS: tuple[Channel, ...] = ("push", "voice", "sms")


def still_wanted(message: Message, alert: Alert) -> bool:
    """Whether anybody still has to be told: not when somebody has answered meanwhile."""
    if message.purpose == "held":
        return alert.is_open
    calls = (each for each in alert.calls if each.message == message.message and each.result == "calling")
    return alert.state == "open" and next(calls, None) is not None


def messages_of(
    duty: Duty, community: str, listeners: Sequence[Party], now: datetime
) -> Iterator[list[Message]]:
    """For each listener the messages that tell of a duty, to be tried in turn; the same on every try."""
    name = f"{duty.kind.replace('_', '-')}-{duty.about}-{to_epoch_seconds(duty.since)}"
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
                purpose="button" if duty.kind == "unknown_button" else "away_over",
                emergency=duty.kind == "unknown_button",
                made_at=now,
            )
            for channel in ways
        ]
