"""The rows of alerts, their messages, the presses that they have, and of the roster."""

from datetime import datetime, timedelta

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from functions.care.calling.alerts import Alert
from functions.care.calling.messages import Message
from functions.care.calling.roster import OnDuty
from linli.due import TimedRow
from linli.escalation.rows import SENT_AGAIN, QueueRow, archive, staff_queue
from linli.identities import EffectRow
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, InstantAttribute, Row


class AlertRow(QueueRow, discriminator="alert"):
    """An alert as it is now. `attempt`: who wrote it last."""

    KEPT = Lifetime("{} after its end", timedelta(days=730))
    key = Key("{community}#alert#{alert}", "alert")

    alert = ContractAttribute(Alert)
    version = NumberAttribute()
    attempt = UnicodeAttribute()

    @classmethod
    def of(cls, alert: Alert, attempt: str) -> "AlertRow":
        """An alert's row, with what the indexes go by."""
        return cls(
            *cls.key(alert.community, alert.alert),
            alert=alert,
            version=alert.version,
            attempt=attempt,
            queue=staff_queue(alert.community) if alert.is_open else archive(alert.community),
            place=alert.place if alert.is_open else alert.alert,
            **cls.timed(alert.alert, alert.due_at),
            ttl=None if alert.is_open else cls.KEPT.until(alert.changed_at),
        )


class MessageRow(TimedRow, discriminator="message"):
    """A message to somebody, pending while it is in the index `due`.

    `state`: pending, sent, delivered, failed, or dropped, when nobody had to be told any more. `replies`: the
    gateway's ids of the answers that have had their effect.
    """

    KEPT = Lifetime("{}", timedelta(days=180))
    key = Key("{community}#alert#{alert}", "message#{message}")

    message = ContractAttribute(Message)
    state = UnicodeAttribute(default="pending")
    replies = UnicodeSetAttribute(null=True)

    @classmethod
    def where(cls, community: str, message: str) -> RowKey:
        """Where a message is; its id begins with its alert's."""
        return cls.key(community, message.rpartition("-")[0], message)

    @classmethod
    def of(cls, message: Message, again_at: datetime) -> "MessageRow":
        """A message about to be sent; should that be cut short, it falls due at `again_at`."""
        return cls(
            *cls.where(message.community, message.message),
            message=message,
            **cls.timed(message.message, again_at),
            ttl=cls.KEPT.until(message.made_at),
        )


class PressRow(EffectRow, discriminator="press"):
    """Which alert a press opened or joined; under `<press>~<digest>` when the id was used for another one.

    `at`: when it came in. `id_reused`: the id, or all of it, had come before, as another press.
    """

    KEPT = Lifetime("{}", SENT_AGAIN)
    key = Key("{community}#presses#{person}", "{press}")

    alert = UnicodeAttribute()
    at = InstantAttribute(null=True)
    id_reused = BooleanAttribute(default=False)


class RosterRow(Row, discriminator="roster"):
    """Who is on duty, and when."""

    KEPT = Lifetime("until struck off")
    key = Key("{community}#roster", "{person}")

    on_duty = ContractAttribute(OnDuty)
