"""What those who answer for a subscription are told once it is paused."""

from linli.instants import to_epoch_seconds
from linli.messages.gateways import Notice
from linli.vocabulary.insight import PauseReason, SubscriptionPaused

SENDER = "【邻里】"
TEXTS: dict[PauseReason, str] = {
    "failing": "有事件订阅连续多日推送失败，已暂停，请检查接收地址后恢复。",
    "gone": "有事件订阅的接收方表示不再接收，已停用。",
    "maker": "有事件订阅的负责人不再具备权限，已暂停，请由他人接管。",
    "asked": "有事件订阅已被暂停。",
}


def notice_of(fact: SubscriptionPaused, to: str) -> Notice:
    """The message to one person: the same, under one id, on every try."""
    return Notice(
        message_id=f"{fact.subscription}-{fact.why}-{to_epoch_seconds(fact.paused_at)}-{to}",
        channel="push",
        to=to,
        template=f"insight_subscription_{fact.why}",
        text=SENDER + TEXTS[fact.why],
        urgent=False,
    )
