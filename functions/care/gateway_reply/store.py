"""Notes what became of a message, and lets happen what follows."""

from contextlib import suppress
from datetime import datetime

from functions.care.calling import store as calling
from functions.care.calling.alerts import Step
from functions.care.calling.messages import Message
from functions.care.calling.rows import MessageRow
from functions.care.gateway_reply.domain import declined, meaning, said
from functions.care.timeline.models import What
from linli.errors import NotFound
from linli.messages.gateways import Channel, GatewayReply
from linli.tables import ConditionsFailed, Transaction, find, read, until_it_holds


def take_in(community: str, channel: Channel, reply: GatewayReply, delivery: str, now: datetime) -> str:
    """Let a reply have its effect, once. Raises NotFound for a message that another channel was given.

    `delivery`: the gateway's id of the reply, the same however often it is delivered.

    Messages about duties, and those of half a year ago, are not kept: nothing follows from their replies.
    """
    key = MessageRow.where(community, reply.message_id)
    row = read([key]).one(MessageRow, key)
    if row is None:
        return "not_kept"
    message = row.message
    if message.channel != channel:
        raise NotFound
    match told := meaning(reply, message):
        case "delivered":
            return _note(message, "delivered", now)
        case "no_answer":
            return _not_picked_up(message, now)
        case "failed":
            return _failed(message, now)
        case "declined" | "said":
            return _answered(message, reply.digit, delivery, now, cannot=told == "declined")


def _note(message: Message, state: str, now: datetime) -> str:
    transaction = Transaction()
    calling.conclude(transaction, message, state, MessageRow.state != "failed")
    what: What = "delivered" if state == "delivered" else "replied"
    calling.log(transaction, message, what, now, "" if state == "delivered" else "no answer")
    with suppress(ConditionsFailed):
        transaction.commit()
    return state


def _not_picked_up(message: Message, now: datetime) -> str:
    state = _note(message, "no_answer", now)
    if message.purpose == "alert":
        step = calling.not_picked_up(message, now)
        if step.changed:
            calling.hand_over(step)
    return state


def _failed(message: Message, now: datetime) -> str:
    step, _ = calling.message_failed(message, now, "the gateway could not deliver it")
    calling.hand_over(step)
    return "failed"


def _answered(message: Message, digit: str | None, delivery: str, now: datetime, *, cannot: bool) -> str:
    """An answer counts once: it was given for then, and must neither silence the chain a second time nor take
    the alert from who has seen to it since. A 2 after a 1 is another one, should a gateway give both one id.
    """
    answer = f"{delivery}/{digit}"

    def conclude(transaction: Transaction) -> None:
        fresh = MessageRow.replies.does_not_exist() | ~MessageRow.replies.contains(answer)
        calling.conclude(transaction, message, "replied", fresh, also=[MessageRow.replies.add({answer})])

    def attempt() -> Step | None:
        if answer in (find(MessageRow, MessageRow.where(message.community, message.message)).replies or ()):
            return None
        case = calling.load(message.community, message.alert or "")
        step = (
            declined(case.alert, message, case.circle, case.setting, now)
            if cannot
            else said(case.alert, message, digit, case.setting, now)
        )
        return calling.save(step, case.alert, f"reply/{message.message}/{answer}", conclude)

    step = until_it_holds(attempt, calling.RACES)
    if step is None:
        return "repeated"
    calling.hand_over(step)
    return step.entries[0].what if step.changed else "over"
