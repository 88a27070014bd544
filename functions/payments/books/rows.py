"""The rows of orders, refunds, entries and callbacks; the README says who reads them how."""

from datetime import datetime, timedelta
from hashlib import sha256
from unicodedata import normalize
from zoneinfo import ZoneInfo

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from functions.payments.books.ledger import Entry
from functions.payments.books.orders import Intent, Ordered, Refund
from functions.payments.dues.rows import ByShelf
from functions.payments.providers.protocol.notices import Notice
from linli.due import TimedRow
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY, gone_with, kept
from linli.tables import ContractAttribute, InstantAttribute, Row


class IntentRow(TimedRow, discriminator="payment_intent"):
    """An order at a provider. `tries`: how often the provider was asked about it."""

    KEPT = Lifetime()
    PERSONAL = kept("accounting", "intent.payer", whole=True)
    key = Key("{community}#intent#{intent}", "intent")

    SHARDS, LANE = 4, "intent#"

    intent = ContractAttribute(Intent)
    version = NumberAttribute()
    tries = NumberAttribute(default=0)
    shelf = UnicodeAttribute()
    shelved_at = InstantAttribute()
    by_shelf = ByShelf["IntentRow"]()

    @staticmethod
    def of_payer(community: str, payer: str) -> str:
        """The shelf of a payer's intents."""
        return f"{community}#payer#{payer}"

    @staticmethod
    def by_hand(community: str) -> str:
        """The shelf of a community's payments by hand."""
        return f"{community}#hand"

    @classmethod
    def of(cls, intent: Intent, version: int, due_at: datetime | None) -> "IntentRow":
        """The row of an intent; `due_at` is when the provider is asked about the order, if ever."""
        of_payer = cls.of_payer(intent.community, intent.payer)
        return cls(
            *cls.key(intent.community, intent.intent),
            intent=intent,
            version=version,
            shelf=cls.by_hand(intent.community) if intent.is_by_hand else of_payer,
            shelved_at=intent.created_at,
            **cls.timed(intent.intent, due_at),
        )


class RefundRow(TimedRow, discriminator="refund"):
    """Money that goes back."""

    KEPT = Lifetime()
    PERSONAL = kept("accounting", "refund.requested_by", whole=True)
    key = Key("{community}#intent#{intent}", "refund#{refund}")

    SHARDS, LANE = 4, "refund#"

    refund = ContractAttribute(Refund)
    tries = NumberAttribute(default=0)
    shelf = UnicodeAttribute()
    shelved_at = InstantAttribute()
    by_shelf = ByShelf["RefundRow"]()

    @staticmethod
    def in_state(community: str, state: str) -> str:
        """The shelf of a community's refunds in a state; failed and stuck ones, for a person, share one."""
        return f"{community}#refunds#{'failed' if state == 'stuck' else state}"

    @classmethod
    def of(cls, community: str, refund: Refund, due_at: datetime | None) -> "RefundRow":
        """The row of a refund; `due_at` is when the provider is asked about the refund, if ever."""
        return cls(
            *cls.key(community, refund.intent, refund.refund),
            refund=refund,
            shelf=cls.in_state(community, refund.state),
            shelved_at=refund.requested_at,
            **cls.timed(refund.refund, due_at),
        )


class OpenIntentRow(Row, discriminator="open_intent"):
    """A lock: a payer's one open intent of a bill."""

    KEPT = Lifetime("while the intent is open")
    PERSONAL = gone_with("payer")
    key = Key("{community}#paying#{payer}", "{bill}")

    intent = UnicodeAttribute()


class OrderedRow(Row, discriminator="lately_ordered"):
    """When a payer has ordered a bill within the last hour.

    Apart from the lock, which goes with its order. Whoever writes it holds the lock.
    """

    KEPT = Lifetime("{} after the last order", timedelta(hours=1))
    PERSONAL = gone_with("payer")
    key = Key("{community}#paying#{payer}", "{bill}#lately")

    ordered = ContractAttribute(Ordered)


class EntryRow(Row, discriminator="ledger_entry"):
    """A line of the ledger: written once, changed never."""

    KEPT = Lifetime("for ever, never changed")
    PERSONAL = kept("accounting", whole=True)
    key = Key("{community}#ledger#{month}", "{at}#{entry}")

    entry = ContractAttribute(Entry)

    @classmethod
    def of(cls, community: str, entry: Entry, zone: str) -> "EntryRow":
        """An entry's row in the month that it falls into there."""
        month = f"{entry.at.astimezone(ZoneInfo(zone)):%Y-%m}"
        at = entry.model_dump(mode="json")["at"]
        return cls(*cls.key(community, month, at, entry.entry), entry=entry)


class CallbackRow(TimedRow, discriminator="callback"):
    """What a provider, or somebody in its name, sent.

    When the signature was right, `notice` is what it says, `outcome` what became of it; none yet means that
    it has not been settled, no notice that it could not be read. Otherwise it is refused, under the day
    (UTC), with the reason as `verdict` and the first 2 KB.
    """

    KEPT = Lifetime("{}: refunds are made for up to a year", timedelta(days=400))
    KEPT_REFUSED = Lifetime("refused {}", timedelta(days=30))
    PERSONAL = kept("accounting", whole=True)
    key = Key("{community}#callback#{callback}", "callback")
    refused = Key("{community}#refused#{day}", "{digest}")

    SHARDS, LANE = 4, "callback#"

    verdict = UnicodeAttribute()
    provider = UnicodeAttribute()
    notice = ContractAttribute(Notice, null=True)
    outcome = UnicodeAttribute(null=True)
    mismatch = UnicodeAttribute(null=True)
    settled_at = InstantAttribute(null=True)
    deliveries = NumberAttribute(null=True)
    tries = NumberAttribute(null=True)
    first_at = InstantAttribute()
    last_at = InstantAttribute()
    proof = UnicodeAttribute(null=True)
    body = BinaryAttribute(legacy_encoding=False, null=True)
    shelf = UnicodeAttribute(null=True)
    shelved_at = InstantAttribute(null=True)
    by_shelf = ByShelf["CallbackRow"]()

    @staticmethod
    def in_state(community: str, state: str) -> str:
        """The shelf of callbacks that are waiting, settled, mismatched or unreadable."""
        return f"{community}#inbox#{state}"


class TransferRow(Row, discriminator="transfer_reference"):
    """A transfer that was entered, once; `digest` is of its reference."""

    PERSONAL = NOBODY
    key = Key("{community}#transfers", "{digest}")

    intent = UnicodeAttribute()

    @classmethod
    def where(cls, community: str, reference: str) -> RowKey:
        """The key of a transfer's reference, the same in whichever spelling."""
        plain = "".join(normalize("NFKC", reference).upper().split())
        return cls.key(community, sha256(plain.encode()).hexdigest()[:40])
