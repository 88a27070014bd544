"""Sends the messages of alerts by the gateways of a community, and those that follow when one fails."""

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from linli.errors import Unavailable
from linli.escalation import store
from linli.escalation.alerts import still_wanted
from linli.escalation.models import Message
from linli.escalation.parties import Party
from linli.escalation.store import Case, Kept
from linli.escalation.tasks import DueKey
from linli.messages.gateways import Gateway
from linli.messages.sending import channels_of
from linli.posting import NotSent, Post, signing_time
from linli.tables import ConditionsFailed, Contended, Transaction, find
from linli.webhooks import Outgoing

Written = Callable[[Message, Party, Gateway, str | None, datetime], Outgoing]


@dataclass(slots=True)
class Courier:
    """Sends the messages of one task, by one post.

    `written`: the request for a message, in a service's words.
    """

    now: datetime
    written: Written
    post: Post = field(default_factory=Post)

    def send(self, message: Message, to: Party | None) -> None:
        """Hand a message over, twice if need be, with the same id, in the language of whom it is for.

        Raises NotSent, whatever is the matter with the channel; Unavailable when none of them can be read.
        """
        try:
            self._send(message, to)
        except (NotSent, Unavailable):
            raise
        except Exception as error:
            raise NotSent(type(error).__name__) from error

    def _send(self, message: Message, to: Party | None) -> None:
        channels = channels_of(message.community)
        gateway = channels.gateway(message.channel)
        if gateway is None or to is None or to.address(message.channel) is None:
            raise NotSent("not set up")
        self.post.hand_over(self.written(message, to, gateway, channels.reply_url, signing_time()))


def call_out(kept: Kept[Any, Any], key: DueKey, community: str, courier: Courier) -> str:
    """Let happen what is due about an alert, and send the messages of that step. Returns the outcome.

    Raises NotFound, and Unavailable as `send_all`.
    """
    step, case = store.advance(kept, community, key.pk.rpartition("#")[2], courier.now)
    if not step.changed:
        return "nothing_due"
    send_all(kept, step.messages, case, courier)
    return "unanswered" if step.alert.unanswered_since else step.entries[-1].what


def send_again(kept: Kept[Any, Any], key: DueKey, community: str, courier: Courier) -> str:
    """Send a message whose sending was cut short, if anybody still has to be told. Returns the outcome.

    Raises NotFound, and Unavailable as `send_all`.
    """
    row = find(kept.messages, (key.pk, key.sk))
    if row.state != "pending":
        return "nothing_due"
    case = kept.case(community, key.pk.rpartition("#")[2])
    if not still_wanted(row.message, case.alert):
        transaction = Transaction()
        store.conclude(kept, transaction, row.message, "dropped")
        transaction.commit()
        return "dropped"
    send_all(kept, [row.message], case, courier)
    return "sent"


def send_all(kept: Kept[Any, Any], messages: Iterable[Message], case: Case[Any], courier: Courier) -> None:
    """Send messages, and those that follow when one does not get through.

    Raises Unavailable once all have been tried, when one could not be, or what follows could not be kept: it
    falls due again.
    """
    pending, lost = deque((message, case) for message in messages), 0
    while pending:
        message, known = pending.popleft()
        try:
            courier.send(message, listener(message, known.parties))
            _sent(kept, message, courier)
        except Unavailable:  # no channel has failed: it is still due
            lost += 1
        except NotSent as error:
            try:
                step, after = store.message_failed(kept, message, courier.now, str(error))
            except Unavailable:
                lost += 1
                continue
            pending.extend((each, after) for each in step.messages)
    if lost:
        raise Unavailable("messages_left", {"left": lost})


def tell(
    kept: Kept[Any, Any], ways: Iterable[Message], to: Iterable[Party], courier: Courier, *, by_all: bool
) -> bool:
    """Tell one person of something besides alerts, by the first way that gets through, or by all of them.
    Returns whether one did.
    """
    told = False
    for message in ways:
        with suppress(NotSent):
            courier.send(message, listener(message, to))
            transaction = Transaction()
            store.log(kept, transaction, message, "called", courier.now)
            transaction.commit()
            told = True
            if not by_all:
                break
    return told


def listener(message: Message, parties: Iterable[Party]) -> Party | None:
    """Whom a message is for, as things stand now."""
    known = (each for each in parties if (each.to, each.recipient) == (message.to, message.recipient))
    return next(known, None)


def _sent(kept: Kept[Any, Any], message: Message, courier: Courier) -> None:
    """Note that a gateway has taken the message over, unless it has already told us more.

    Where that cannot be kept the message falls due again, and the gateway knows its id.
    """
    transaction = Transaction()
    store.conclude(kept, transaction, message, "sent", condition=kept.messages.state == "pending")
    store.log(kept, transaction, message, "sent", courier.now)
    with suppress(ConditionsFailed, Contended):
        transaction.commit()
