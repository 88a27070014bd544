"""Sends care's messages by the gateways of a community."""

from dataclasses import dataclass, field
from datetime import datetime

from functions.care.calling.channels import outgoing
from functions.care.calling.messages import Message
from linli.errors import Unavailable
from linli.messages.sending import NotSent, Post, channels_of, signing_time


@dataclass(slots=True)
class Courier:
    """Sends the messages of one task, by one post."""

    now: datetime
    post: Post = field(default_factory=Post)

    def send(self, message: Message, to: str | None) -> None:
        """Hand a message over, twice if need be, with the same id.

        Raises NotSent, whatever is the matter with the channel; Unavailable when none of them can be read.
        """
        try:
            self._send(message, to)
        except (NotSent, Unavailable):
            raise
        except Exception as error:
            raise NotSent(type(error).__name__) from error

    def _send(self, message: Message, to: str | None) -> None:
        channels = channels_of(message.community)
        gateway = channels.gateway(message.channel)
        if gateway is None or to is None:
            raise NotSent("not set up")
        self.post.hand_over(outgoing(message, to, gateway, channels.reply_url, signing_time()))
