"""What care's messages say by a channel (通知渠道); the gateways and their contract are `linli.messages`."""

from datetime import datetime
from typing import Literal

from linli.escalation.models import Message
from linli.messages.gateways import Gateway, Notice, request_of
from linli.phones import parts
from linli.webhooks import Outgoing

ANSWERS = "您来处理请回复1，无法处理请回复2。"
TEXTS: dict[str, str] = {
    "alert_person": "【邻里】好一会儿没有您的动静了，您还好吗？一切都好请按1。",
    "alert_contact": "【邻里】您是紧急联系人的住户已有一段时间没有动静，请尽快联系本人。" + ANSWERS,
    "alert_caregiver": "【邻里】有关爱告警待处理，请打开值守列表。" + ANSWERS,
    "alert_manager": "【邻里】有关爱告警无人应答，请打开值守列表。" + ANSWERS,
    "emergency_person": "【邻里】已收到您的求助，正在通知您的联系人。",
    "emergency_contact": "【邻里】紧急！您是紧急联系人的住户发出求助，请立即联系本人。" + ANSWERS,
    "emergency_caregiver": "【邻里】紧急求助！请立即打开值守列表。" + ANSWERS,
    "emergency_manager": "【邻里】紧急求助！请立即打开值守列表。" + ANSWERS,
    "held_manager": "【邻里】有关爱告警，将在静默时段后通知，请查看值守列表。",
    "held_caregiver": "【邻里】有关爱告警，将在静默时段后通知，请查看值守列表。",
    "button_caregiver": "【邻里】紧急！有呼叫按钮被按下，尚不知是谁，请立即打开值守列表。",
    "button_manager": "【邻里】紧急！有呼叫按钮被按下，尚不知是谁，请立即打开值守列表。",
    "away_over_contact": "【邻里】您的家人报备的外出时间已过，请问回来了吗？请在应用中确认或延长。",
}
DIGITS: dict[Literal["1", "2"], str] = {"1": "我来处理", "2": "无法处理"}
PERSON_DIGITS: dict[Literal["1", "2"], str] = {"1": "一切都好"}


def template_of(message: Message) -> str:
    """The key of the text for a message: by its purpose and whom it is for."""
    purpose = "emergency" if message.emergency and message.purpose == "alert" else message.purpose
    return f"{purpose}_{message.to}"


def outgoing(message: Message, to: str, gateway: Gateway, reply_url: str | None, now: datetime) -> Outgoing:
    """The request that hands `message` over to a gateway."""
    asks = message.purpose == "alert"
    template = template_of(message)
    number, extension = parts(to)
    notice = Notice(
        message_id=message.message,
        channel=message.channel,
        to=number,
        extension=extension,
        template=f"care_{template}",
        text=TEXTS[template],
        urgent=message.emergency,
        alert=message.alert if message.channel == "push" else None,
        digits=(PERSON_DIGITS if message.to == "person" else DIGITS) if asks else {},
        reply_url=f"{reply_url}/{message.channel}" if reply_url else None,
    )
    return request_of(notice, gateway, now)
