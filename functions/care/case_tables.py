"""The rows of alerts, messages, timelines, duties and rounds in the care table."""

from datetime import datetime, timedelta

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.care.calling.alerts import Alert, Entry, Message
from functions.care.calling.parties import OnDuty
from functions.care.tables import Key
from functions.care.tending.duties import Duty, Visit
from linli.due import TimedRow
from linli.identities import EffectRow
from linli.instants import to_text
from linli.lifetimes import Lifetime
from linli.members import DwellerRow
from linli.tables import ContractAttribute, InstantAttribute, Row

SENT_AGAIN = timedelta(days=7)  # as long as a device or an app may repeat itself


class Queue(GlobalSecondaryIndex["QueueRow"]):
    """Lists in the order of their `place`: what staff have to see to, alerts that are over, rounds."""

    class Meta:
        index_name = "queue"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)


class QueueRow(TimedRow):
    """A row that is on a list of the community; both keys are set together, or neither."""

    queue = UnicodeAttribute(null=True)
    place = UnicodeAttribute(null=True)
    by_queue = Queue()


def staff_queue(community: str) -> str:
    """What somebody has to see to."""
    return f"{community}#queue"


def archive(community: str) -> str:
    """Alerts that are over."""
    return f"{community}#closed"


def rounds_of(community: str) -> str:
    """Visits, by the day they are for."""
    return f"{community}#rounds"


class AlertRow(QueueRow, discriminator="alert"):
    """`<community>#alert#<alert>` / `alert`. `attempt`: who wrote it last."""

    KEPT = Lifetime("{} after its end", timedelta(days=730))

    alert = ContractAttribute(Alert)
    version = NumberAttribute()
    attempt = UnicodeAttribute()

    @staticmethod
    def key(community: str, alert: str) -> Key:
        """Where an alert is."""
        return f"{community}#alert#{alert}", "alert"

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
    """`<community>#alert#<alert>` / `message#<message>`: pending while it is in the index `due`.

    `state`: pending, sent, delivered, failed, or dropped, when nobody had to be told any more. `replies`: the
    gateway's ids of the answers that have had their effect.
    """

    KEPT = Lifetime("{}", timedelta(days=180))

    message = ContractAttribute(Message)
    state = UnicodeAttribute(default="pending")
    replies = UnicodeSetAttribute(null=True)

    @staticmethod
    def key(community: str, message: str) -> Key:
        """Where a message is; its id begins with its alert's."""
        return f"{community}#alert#{message.rpartition('-')[0]}", f"message#{message}"

    @classmethod
    def of(cls, message: Message, again_at: datetime) -> "MessageRow":
        """A message about to be sent; should that be cut short, it falls due at `again_at`."""
        return cls(
            *cls.key(message.community, message.message),
            message=message,
            **cls.timed(message.message, again_at),
            ttl=cls.KEPT.until(message.made_at),
        )


class EntryRow(Row, discriminator="care_entry"):
    """`<community>#timeline#<person>` / `<time>#<key>`: written once, changed never."""

    KEPT = Lifetime("{}", timedelta(days=730))

    entry = ContractAttribute(Entry)

    @classmethod
    def of(cls, community: str, person: str, entry: Entry, key: str) -> "EntryRow":
        """A line of a person's timeline; `key` tells it from others of the same moment."""
        return cls(
            cls.partition(community, person),
            f"{to_text(entry.at)}#{key}",
            entry=entry,
            ttl=cls.KEPT.until(entry.at),
        )

    @staticmethod
    def partition(community: str, person: str) -> str:
        """Where a person's timeline is."""
        return f"{community}#timeline#{person}"


class PressRow(EffectRow, discriminator="press"):
    """`<community>#presses#<person>` / `<press>`, or `<press>~<digest>` when the id was used for another one:
    which alert a press opened or joined. `at`: when it came in. `id_reused`: the id, or all of it, had come
    before, as another press.
    """

    KEPT = Lifetime("{}", SENT_AGAIN)

    alert = UnicodeAttribute()
    at = InstantAttribute(null=True)
    id_reused = BooleanAttribute(default=False)

    @staticmethod
    def key(community: str, person: str, press: str) -> Key:
        """Where a press is."""
        return f"{community}#presses#{person}", press


class SignRow(Row, discriminator="sign"):
    """`<community>#signs#<person>` / `<key>`: a sign that has counted, whose time does not tell a repeat."""

    KEPT = Lifetime("{}", SENT_AGAIN)

    @classmethod
    def of(cls, community: str, person: str, key: str, now: datetime) -> "SignRow":
        """The mark of a sign, kept as long as it may be sent again."""
        return cls(f"{community}#signs#{person}", key, ttl=cls.KEPT.until(now))


class DutyRow(QueueRow, discriminator="duty"):
    """`<community>#duties` / `<kind>#<person or device>`: gone when it is settled.

    `attempts`: how often somebody has been told, or was to be; a renewal leaves it.
    """

    KEPT = Lifetime("until it is settled")

    duty = ContractAttribute(Duty)
    attempts = NumberAttribute(default=0)

    @staticmethod
    def key(community: str, kind: str, about: str) -> Key:
        """Where a duty is."""
        return f"{community}#duties", f"{kind}#{about}"


class SettledRow(Row, discriminator="settled"):
    """`<community>#settled` / `<kind>#<person or device>#<since>`: who settled a duty, and how: whoever has
    lost the answer asks again.
    """

    KEPT = Lifetime("{}", SENT_AGAIN)

    by = UnicodeAttribute()
    note = UnicodeAttribute()
    at = InstantAttribute()

    @staticmethod
    def key(community: str, kind: str, about: str, since: datetime) -> Key:
        """Where it is, once the duty as it was then is settled."""
        return f"{community}#settled", f"{kind}#{about}#{to_text(since)}"

    @classmethod
    def of(cls, key: Key, by: str, note: str, now: datetime) -> "SettledRow":
        """The row, kept as long as somebody may ask again."""
        return cls(*key, by=by, note=note, at=now, ttl=cls.KEPT.until(now))


class VisitRow(QueueRow, discriminator="visit"):
    """`<community>#visits` / `<person>`: when they are visited next, and what the last visit found."""

    KEPT = Lifetime("until the watch ends")

    visit = ContractAttribute(Visit)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a person's visits are."""
        return f"{community}#visits", person


class FamilyRow(Row, discriminator="family"):
    """`<community>#family#<person>` / `<whom they may ask about>`: a contact who is family."""

    KEPT = Lifetime("until the watch changes")

    @staticmethod
    def key(community: str, person: str, watched: str) -> Key:
        """Where it says that a person is family of somebody."""
        return f"{community}#family#{person}", watched


class RosterRow(Row, discriminator="roster"):
    """`<community>#roster` / `<person>`: who is on duty, and when."""

    KEPT = Lifetime("until struck off")

    on_duty = ContractAttribute(OnDuty)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where somebody on the roster is."""
        return f"{community}#roster", person


class StaffRow(DwellerRow, discriminator="care_member"):
    """`<community>#members` / `<person>`: what the directory said last: their roles, for who is called, and
    their homes, with the version that said so: of who has gone, the homes that they had.
    """

    KEPT = Lifetime()

    roles = UnicodeSetAttribute(null=True)
    home_version = NumberAttribute(null=True)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where somebody's roles and home are."""
        return f"{community}#members", person


class BeatRow(Row, discriminator="beat"):
    """`#beat` / `sweep`: when the sweep last went through. No tenant's."""

    KEPT = Lifetime("for ever, one row")

    at = InstantAttribute()

    @staticmethod
    def key() -> Key:
        """Where the sweep's beat is."""
        return "#beat", "sweep"
