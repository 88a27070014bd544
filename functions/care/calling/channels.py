"""What care's messages say by a channel (通知渠道); the gateways and their contract are `linli.messages`."""

from datetime import datetime
from typing import Literal

from linli.escalation.models import Message
from linli.escalation.parties import Party
from linli.messages.gateways import Gateway, Notice, request_of
from linli.phones import parts
from linli.webhooks import Outgoing
from linli.words import sentence

DIGITS: dict[Literal["1", "2"], str] = {"1": "digit_i_go", "2": "digit_cannot_go"}
PERSON_DIGITS: dict[Literal["1", "2"], str] = {"1": "digit_all_well"}


def template_of(message: Message) -> str:
    """The key of the text for a message, in catalogues and at gateways: by its purpose and whom it is for."""
    purpose = "emergency" if message.emergency and message.purpose == "alert" else message.purpose
    return f"care_{purpose}_{message.to}"


def outgoing(message: Message, to: Party, gateway: Gateway, reply_url: str | None, now: datetime) -> Outgoing:
    """The request that hands `message` over to a gateway, in the language of whom it is for."""
    offered = {} if message.purpose != "alert" else PERSON_DIGITS if message.to == "person" else DIGITS
    template = template_of(message)
    number, extension = parts(to.address(message.channel) or "")
    notice = Notice(
        message_id=message.message,
        channel=message.channel,
        to=number,
        extension=extension,
        template=template,
        language=to.language,
        text=sentence("messages", template, {}, to.language),
        urgent=message.emergency,
        alert=message.alert if message.channel == "push" else None,
        digits={digit: sentence("messages", code, {}, to.language) for digit, code in offered.items()},
        reply_url=f"{reply_url}/{message.channel}" if reply_url else None,
    )
    return request_of(notice, gateway, now)
