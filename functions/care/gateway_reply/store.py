"""Notes what became of a message, and lets happen what follows."""

from contextlib import suppress
from datetime import datetime

from functions.care import casebook
from functions.care.alerts import Message, What
from functions.care.case_tables import MessageRow
from functions.care.channels import GatewayReply
from functions.care.gateway_reply.domain import meaning, said
from linli.errors import NotFound
from linli.policies import Channel
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
    match meaning(reply, message):
        case "delivered":
            return _note(message, "delivered", now)
        case "no_answer":
            return _note(message, "no_answer", now)
        case "failed":
            return _failed(message, now, "the gateway could not deliver it", declined=False)
        case "declined":
            return _failed(message, now, "pressed 2", declined=True)
        case "said":
            return _said(message, reply.digit, delivery, now)


def _note(message: Message, state: str, now: datetime) -> str:
    transaction = Transaction()
    casebook.settle(transaction, message, state, MessageRow.state != "failed")
    what: What = "delivered" if state == "delivered" else "replied"
    casebook.log(transaction, message, what, now, "" if state == "delivered" else "no answer")
    with suppress(ConditionsFailed):
        transaction.commit()
    return state


def _failed(message: Message, now: datetime, words: str, *, declined: bool) -> str:
    step, _ = casebook.message_failed(message, now, words, declined=declined)
    casebook.hand_over(step)
    return "declined" if declined else "failed"


def _said(message: Message, digit: str | None, delivery: str, now: datetime) -> str:
    """An answer counts once: it was given for then, and must not silence the chain a second time."""

    def settle(transaction: Transaction) -> None:
        fresh = MessageRow.replies.does_not_exist() | ~MessageRow.replies.contains(delivery)
        casebook.settle(transaction, message, "replied", fresh, also=[MessageRow.replies.add({delivery})])

    def attempt() -> str:
        if delivery in (find(MessageRow, MessageRow.key(message.community, message.message)).replies or ()):
            return "repeated"
        case = casebook.load(message.community, message.alert or "")
        step = said(case.alert, message, digit, case.setting, now)
        casebook.keep(step, case.alert, f"reply/{message.message}/{delivery}", settle)
        return step.entries[-1].what if step.changed else "over"

    return until_it_holds(attempt, casebook.RACES)
