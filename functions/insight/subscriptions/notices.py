"""What those who answer for a subscription are told once it is paused."""

from linli.instants import to_epoch_seconds
from linli.messages.gateways import Notice
from linli.vocabulary.insight import SubscriptionPaused
from linli.words import Language, sentence


def notice_of(fact: SubscriptionPaused, to: str, language: Language) -> Notice:
    """The message to one person: the same, under one id, on every try."""
    template = f"insight_subscription_{fact.why}"
    return Notice(
        message_id=f"{fact.subscription}-{fact.why}-{to_epoch_seconds(fact.paused_at)}-{to}",
        channel="push",
        to=to,
        template=template,
        language=language,
        text=sentence("messages", template, {}, language),
        urgent=False,
    )
