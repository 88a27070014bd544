"""The rows of alerts, their messages, and the presses that they have."""

from datetime import timedelta

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from functions.care.calling.alerts import Alert, Message
from linli.escalation import rows
from linli.escalation.rows import SENT_AGAIN
from linli.identities import EffectRow
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with, kept
from linli.tables import ContractAttribute, InstantAttribute


class AlertRow(rows.AlertRow, discriminator="alert"):
    """An alert as it is now. `attempt`: who wrote it last."""

    KEPT = Lifetime("{} after its end", timedelta(days=730))
    PERSONAL = kept("care_record", "alert.person")
    key = Key("{community}#alert#{alert}", "alert")

    alert: ContractAttribute[Alert] = ContractAttribute(Alert)


class MessageRow(rows.MessageRow, discriminator="message"):
    """A message to somebody, pending while it is in the index `due`.

    `state`: pending, sent, delivered, failed, or dropped, when nobody had to be told any more. `replies`: the
    gateway's ids of the answers that have had their effect.
    """

    KEPT = Lifetime("{}", timedelta(days=180))
    PERSONAL = kept("care_record", "message.person")
    key = Key("{community}#alert#{alert}", "message#{message}")

    message: ContractAttribute[Message] = ContractAttribute(Message)


class PressRow(EffectRow, discriminator="press"):
    """Which alert a press opened or joined; under `<press>~<digest>` when the id was used for another one.

    `at`: when it came in. `id_reused`: the id, or all of it, had come before, as another press.
    """

    KEPT = Lifetime("{}", SENT_AGAIN)
    PERSONAL = gone_with("person")
    key = Key("{community}#presses#{person}", "{press}")

    alert = UnicodeAttribute()
    at = InstantAttribute(null=True)
    id_reused = BooleanAttribute(default=False)
