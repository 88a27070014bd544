"""Door events by gate and time; an entry also goes onto the pass it completes."""

from datetime import datetime, timedelta

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from functions.access.door_event.domain import facts_of
from functions.access.door_event.models import DoorEvent, DoorRecord
from functions.access.tables import PassRow
from linli.cursors import Page, PageQuery, page_of
from linli.device_messages import DeviceMessage
from linli.instants import to_epoch_seconds, to_text
from linli.tables import ConditionsFailed, InstantAttribute, Row, Transaction, expired

RETENTION = timedelta(days=30)


class DoorEventRow(Row, discriminator="door_event"):
    """`<community>#door#<gate>` / `<occurred_at>#<event id>`: the same message is the same row."""

    gate = UnicodeAttribute()
    event_id = UnicodeAttribute()
    door = UnicodeAttribute()
    occurred_at = InstantAttribute()
    received_at = InstantAttribute()
    clock_off = BooleanAttribute()
    pass_event_id = UnicodeAttribute(null=True)

    @staticmethod
    def partition(community: str, gate: str) -> str:
        """Where a gate's door events are."""
        return f"{community}#door#{gate}"


def keep(message: DeviceMessage[DoorEvent]) -> str:
    """Keep a door event once, with the alarm it raises or the pass it completes. Returns the outcome.

    An entry whose pass we do not know is kept all the same.
    """
    try:
        _commit(message, completing=message.body.pass_event_id is not None)
    except ConditionsFailed as failed:
        if "door" in failed.rows:
            return "duplicate"
        return _keep_alone(message)
    return message.body.door


def _keep_alone(message: DeviceMessage[DoorEvent]) -> str:
    try:
        _commit(message, completing=False)
    except ConditionsFailed:
        return "duplicate"
    return "entered_without_pass"


def _commit(message: DeviceMessage[DoorEvent], *, completing: bool) -> None:
    event = message.body
    transaction = Transaction()
    transaction.create("door", _row(message))
    cause = f"door_event/{message.community}/{message.device}/{event.event_id}"
    transaction.publish(facts_of(message), cause, message.received_at)
    if completing and event.pass_event_id is not None:
        entered = PassRow(*PassRow.key(message.community, message.device, event.pass_event_id))
        actions = [PassRow.entered_at.set(message.decided_at)]
        transaction.update("pass", entered, actions, PassRow.pk.exists())
    transaction.commit()


def _row(message: DeviceMessage[DoorEvent]) -> DoorEventRow:
    event = message.body
    return DoorEventRow(
        pk=DoorEventRow.partition(message.community, message.device),
        sk=f"{to_text(event.occurred_at)}#{event.event_id}",
        gate=message.device,
        event_id=event.event_id,
        door=event.door,
        occurred_at=event.occurred_at,
        received_at=message.received_at,
        clock_off=message.clock_off,
        pass_event_id=event.pass_event_id,
        ttl=to_epoch_seconds(message.received_at + RETENTION),
    )


def door_events(community: str, gate: str, query: PageQuery, now: datetime) -> Page[DoorRecord]:
    """A gate's door events, newest first."""
    partition = DoorEventRow.partition(community, gate)
    return page_of(DoorEventRow, partition, query, lambda row: _shown(row, now), newest_first=True)


def _shown(row: DoorEventRow, now: datetime) -> DoorRecord | None:
    if expired(row, now):
        return None
    return DoorRecord.model_validate({name: getattr(row, name) for name in DoorRecord.model_fields})
