"""The rows of orders, refunds, entries and callbacks; the README says who reads them how."""

from datetime import datetime, timedelta
from hashlib import sha256
from unicodedata import normalize
from zoneinfo import ZoneInfo

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from functions.payments.books.ledger import Entry
from functions.payments.books.orders import Intent, Ordered, Refund
from functions.payments.dues.rows import ByShelf, Key
from functions.payments.providers.protocol.notices import Notice
from linli.due import TimedRow
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, InstantAttribute, Row


class IntentRow(TimedRow, discriminator="payment_intent"):
    """`<community>#intent#<intent>` / `intent`: an order at a provider. `tries`: how often the provider was
    asked about it.
    """

    KEPT = Lifetime()

    SHARDS, LANE = 4, "intent#"

    intent = ContractAttribute(Intent)
    version = NumberAttribute()
    tries = NumberAttribute(default=0)
    shelf = UnicodeAttribute()
    shelved_at = InstantAttribute()
    by_shelf = ByShelf["IntentRow"]()

    @staticmethod
    def partition(community: str, intent: str) -> str:
        """The partition of an intent and its refunds."""
        return f"{community}#intent#{intent}"

    @staticmethod
    def key(community: str, intent: str) -> Key:
        """The key of an intent."""
        return IntentRow.partition(community, intent), "intent"

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
    """`<community>#intent#<intent>` / `refund#<refund>`: money that goes back."""

    KEPT = Lifetime()

    SHARDS, LANE = 4, "refund#"

    refund = ContractAttribute(Refund)
    tries = NumberAttribute(default=0)
    shelf = UnicodeAttribute()
    shelved_at = InstantAttribute()
    by_shelf = ByShelf["RefundRow"]()

    @staticmethod
    def key(community: str, intent: str, refund: str) -> Key:
        """The key of a refund."""
        return IntentRow.partition(community, intent), f"refund#{refund}"

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
    """`<community>#paying#<payer>` / `<bill>`: a lock: a payer's one open intent of a bill."""

    KEPT = Lifetime("while the intent is open")

    intent = UnicodeAttribute()

    @staticmethod
    def key(community: str, payer: str, bill: str) -> Key:
        """The key of a payer's lock on a bill."""
        return f"{community}#paying#{payer}", bill


class OrderedRow(Row, discriminator="lately_ordered"):
    """`<community>#paying#<payer>` / `<bill>#lately`: when a payer has ordered a bill within the last hour.

    Apart from the lock, which goes with its order. Whoever writes it holds the lock.
    """

    KEPT = Lifetime("{} after the last order", timedelta(hours=1))

    ordered = ContractAttribute(Ordered)

    @staticmethod
    def key(community: str, payer: str, bill: str) -> Key:
        """The key of when a payer has lately ordered a bill."""
        return f"{community}#paying#{payer}", f"{bill}#lately"


class EntryRow(Row, discriminator="ledger_entry"):
    """`<community>#ledger#<local month>` / `<instant>#<entry>`: written once, changed never."""

    KEPT = Lifetime("for ever, never changed")

    entry = ContractAttribute(Entry)

    @staticmethod
    def partition(community: str, month: str) -> str:
        """The partition of a month's entries."""
        return f"{community}#ledger#{month}"

    @classmethod
    def of(cls, community: str, entry: Entry, zone: str) -> "EntryRow":
        """An entry's row in the month that it falls into there."""
        month = f"{entry.at.astimezone(ZoneInfo(zone)):%Y-%m}"
        at = entry.model_dump(mode="json")["at"]
        return cls(cls.partition(community, month), f"{at}#{entry.entry}", entry=entry)


class CallbackRow(TimedRow, discriminator="callback"):
    """What a provider, or somebody in its name, sent.

    `<community>#callback#<callback>` / `callback` when the signature was right: `notice` is what it says,
    `outcome` what became of it; none yet means that it has not been settled, no notice that it could not be
    read. Otherwise
    `<community>#refused#<day>` / `<digest>`, with the reason as `verdict` and the first 2 KB.
    """

    KEPT = Lifetime("{}: refunds are made for up to a year", timedelta(days=400))
    KEPT_REFUSED = Lifetime("refused {}", timedelta(days=30))

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
    def key(community: str, callback: str) -> Key:
        """The key of a callback whose signature was right."""
        return f"{community}#callback#{callback}", "callback"

    @staticmethod
    def refused(community: str, day: str) -> str:
        """The partition of the callbacks that were refused on a day (UTC)."""
        return f"{community}#refused#{day}"

    @staticmethod
    def in_state(community: str, state: str) -> str:
        """The shelf of callbacks that are waiting, settled, mismatched or unreadable."""
        return f"{community}#inbox#{state}"


class TransferRow(Row, discriminator="transfer_reference"):
    """`<community>#transfers` / `<digest of the reference>`: a transfer that was entered, once."""

    intent = UnicodeAttribute()

    @staticmethod
    def key(community: str, reference: str) -> Key:
        """The key of a transfer's reference, the same in whichever spelling."""
        plain = "".join(normalize("NFKC", reference).upper().split())
        return f"{community}#transfers", sha256(plain.encode()).hexdigest()[:40]
