"""Notes what became of a message, and lets happen what follows."""

from contextlib import suppress
from datetime import datetime

from functions.care.calling import store as casebook
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
    key = MessageRow.key(community, reply.message_id)
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
    casebook.settle(transaction, message, state, MessageRow.state != "failed")
    what: What = "delivered" if state == "delivered" else "replied"
    casebook.log(transaction, message, what, now, "" if state == "delivered" else "no answer")
    with suppress(ConditionsFailed):
        transaction.commit()
    return state


def _not_picked_up(message: Message, now: datetime) -> str:
    state = _note(message, "no_answer", now)
    if message.purpose == "alert":
        step = casebook.not_picked_up(message, now)
        if step.changed:
            casebook.hand_over(step)
    return state


def _failed(message: Message, now: datetime) -> str:
    step, _ = casebook.message_failed(message, now, "the gateway could not deliver it")
    casebook.hand_over(step)
    return "failed"


def _answered(message: Message, digit: str | None, delivery: str, now: datetime, *, cannot: bool) -> str:
    """An answer counts once: it was given for then, and must neither silence the chain a second time nor take
    the alert from who has seen to it since. A 2 after a 1 is another one, should a gateway give both one id.
    """
    answer = f"{delivery}/{digit}"

    def settle(transaction: Transaction) -> None:
        fresh = MessageRow.replies.does_not_exist() | ~MessageRow.replies.contains(answer)
        casebook.settle(transaction, message, "replied", fresh, also=[MessageRow.replies.add({answer})])

    def attempt() -> Step | None:
        if answer in (find(MessageRow, MessageRow.key(message.community, message.message)).replies or ()):
            return None
        case = casebook.load(message.community, message.alert or "")
        step = (
            declined(case.alert, message, case.circle, case.setting, now)
            if cannot
            else said(case.alert, message, digit, case.setting, now)
        )
        return casebook.keep(step, case.alert, f"reply/{message.message}/{answer}", settle)

    step = until_it_holds(attempt, casebook.RACES)
    if step is None:
        return "repeated"
    casebook.hand_over(step)
    return step.entries[0].what if step.changed else "over"
