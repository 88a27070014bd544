"""Notes what became of a message, and lets happen what follows."""

from datetime import datetime

from functions.care.calling.alerts import ROLES
from functions.care.calling.rows import MessageRow
from functions.care.calling.store import ALERTS
from linli.errors import NotFound
from linli.escalation import store as escalation
from linli.messages.gateways import Channel, GatewayReply
from linli.tables import read


def take_in(community: str, channel: Channel, reply: GatewayReply, delivery: str, now: datetime) -> str:
    """Let a reply have its effect, once. Raises NotFound for a message that another channel was given.

    `delivery`: the gateway's id of the reply, the same however often it is delivered.

    Messages about duties, and those of half a year ago, are not kept: nothing follows from their replies.
    """
    key = MessageRow.where(community, reply.message_id)
    row = read([key]).one(MessageRow, key)
    if row is None:
        return "not_kept"
    if row.message.channel != channel:
        raise NotFound
    return escalation.take_in(ALERTS, row.message, reply, delivery, now, roles=ROLES)
