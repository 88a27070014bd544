"""Devices' vitals as they are kept: each change in one write with all that follows.

A heartbeat that changes nothing but the time is a single conditional UpdateItem. A fault that begins or is
over is a transaction: the device, the list of faults, its place behind a gateway, and the facts.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from pynamodb.attributes import Attribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from functions.devices.life.rows import BehindRow, DeviceRow, FaultRow, PulseRow
from functions.devices.life.standstill import felt, stands_still, together
from functions.devices.life.vitals import (
    Beat,
    Expected,
    Gateway,
    News,
    Vitals,
    carried,
    found_again,
    heard,
    missed,
    news,
)
from linli import communities
from linli.communities import CommunityRow
from linli.due import shard_of
from linli.errors import NotFound
from linli.events import Fact
from linli.instants import to_millis
from linli.keys import RowKey
from linli.tables import Rows, Transaction, as_read, change, read, until_it_holds
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised, DeviceKind, DevicesPolicy

MOST_TOLD = 1000  # devices in one fact, which the bus takes up to 256 KB of


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a heartbeat, and how soon the next is expected."""

    outcome: str
    every: timedelta | None = None


def hear(community: str, device: str, beat: Beat, received_at: datetime) -> Heard:
    """Take in a heartbeat, and that its gateway lives. Raises NotFound, Unavailable."""
    answer, above = until_it_holds(lambda: _hear(community, device, beat, received_at))
    carrying = Beat(f"{device}/{beat.id}", received_at)
    if above is not None and carried(above.vitals, carrying, above.expected) != above.vitals:
        until_it_holds(lambda: _carry(community, str(beat.gateway), carrying))
    return answer


def _hear(community: str, device: str, beat: Beat, received_at: datetime) -> tuple[Heard, Gateway | None]:
    """What became of a heartbeat, and the gateway that it came through."""
    rows, row = _read(community, device, beat.gateway)
    if row is None:
        raise NotFound
    if row.status != "active" or received_at < row.registered_at:
        return Heard("not_expected"), None
    expected = _expected(rows, row)
    gateway = _gateway(rows, community, beat.gateway) if row.device_kind != "gateway" else None
    before = row.vitals
    after = heard(before, beat if gateway else replace(beat, gateway=None), expected)
    _write(row, after, "heartbeat", received_at, _seen_another_way(row, before, after))
    if beat.gateway is None:
        _feel(rows, community, device, received_at, expected.every)
    outcome = "alive"
    if after == before and before.beat != beat.id:
        outcome = "old"
    elif beat.gateway is not None and gateway is None:
        outcome = "unknown_gateway"
    elif before.lost is not None and after.lost is None:
        outcome = "back"
    return Heard(outcome, expected.every), gateway


def _feel(rows: Rows, community: str, device: str, at: datetime, every: timedelta) -> None:
    """Keep the pulse; of two at the same time one is enough; where it is too busy, the next one."""
    key = _pulse_of(community, device)
    row = rows.one(PulseRow, key)
    pulse = felt(row.pulse if row else None, f"{community}/{device}", at, every)
    if pulse is not None:
        with suppress(PutError):
            PulseRow(*key, pulse=pulse, at=pulse.at).save(as_read(PulseRow, row, "pulse"))


def _pulse_of(community: str, device: str) -> RowKey:
    return PulseRow.key(shard_of(f"{community}/{device}", PulseRow.SHARES))


def comes_through(now: datetime) -> bool:
    """Whether heartbeats come through, so that it says something of a device that it is not heard."""
    keys = [PulseRow.key(str(share)) for share in range(PulseRow.SHARES)]
    rows = read(keys)
    found = [row.pulse for key in keys if (row := rows.one(PulseRow, key))]
    return not stands_still(together(found), now)


def _carry(community: str, gateway: str, beat: Beat) -> None:
    rows, row = _read(community, gateway)
    if row is not None and row.status == "active":
        _write(row, carried(row.vitals, beat, _expected(rows, row)), "heartbeat", beat.at)


def _seen_another_way(row: DeviceRow, before: Vitals, after: Vitals) -> list[Fact]:
    """That a device is seen again which came by a lost gateway and now comes another way."""
    if before.gateway in {None, after.gateway}:
        return []
    former = _gateway(_read(row.community, str(before.gateway))[0], row.community, before.gateway)
    episode = found_again(before, after, former)
    return [_over(row, News("lost", episode, began=False), _seen(after), [])] if episode else []


def look(community: str, device: str, now: datetime) -> str:
    """See whether a device whose time has come is still there. Returns the outcome. Raises Unavailable."""
    return until_it_holds(lambda: _look(community, device, now))


def _look(community: str, device: str, now: datetime) -> str:
    rows, row = _read(community, device)
    if row is None or row.status != "active":
        return "nothing_due"
    before = row.vitals
    above = _read(community, before.gateway)[0] if before.gateway else rows
    after = missed(before, _expected(rows, row), _gateway(above, community, before.gateway), now)
    _write(row, after, "overdue", now)
    if after.lost != before.lost:
        return "lost"
    return "nothing_due" if after == before else "waiting"


def retire(transaction: Transaction, row: DeviceRow, now: datetime) -> tuple[Condition, list[Fact]]:
    """End all that is known of a device's life along with the device.

    Returns what must still hold, and the facts that its faults are over. What stood behind it is not told to
    be well: nobody has seen it.
    """
    vitals = row.vitals
    if vitals.gateway is not None:
        transaction.delete("behind", BehindRow(*BehindRow.key(row.community, vitals.gateway, row.sk)))
    ended = news(vitals, Vitals())
    for each in ended:
        transaction.delete(each.fault, FaultRow(*FaultRow.key(row.community, row.sk, each.fault)))
    return _faults_as_read(vitals), [_over(row, each, now, []) for each in ended]


def _read(community: str, device: str, gateway: str | None = None) -> tuple[Rows, DeviceRow | None]:
    names = [device, *([gateway] if gateway else [])]
    keys = [DeviceRow.key(community, name) for name in names]
    rows = read([*keys, CommunityRow.key(community), _pulse_of(community, device)])
    return rows, rows.one(DeviceRow, keys[0])


def _expected(rows: Rows, row: DeviceRow) -> Expected:
    kind = cast("DeviceKind", row.device_kind)
    return Expected.of(kind, communities.known(rows, row.community).policy(DevicesPolicy))


def _gateway(rows: Rows, community: str, gateway: str | None) -> Gateway | None:
    """The gateway among the rows, if it is one of the community's that may connect."""
    row = rows.one(DeviceRow, DeviceRow.key(community, gateway or ""))
    if row is None or row.device_kind != "gateway" or row.status != "active":
        return None
    return Gateway(row.vitals, _expected(rows, row))


def _write(row: DeviceRow, after: Vitals, action: str, now: datetime, told: Sequence[Fact] = ()) -> None:
    """Write its vitals, if nobody changed what they follow from. Raises ConditionsFailed, Contended."""
    before = row.vitals
    if after == before:
        return
    happened = news(before, after)
    actions, condition = row.changes(after), _still_holds(row, before, after)
    if not happened and before.gateway == after.gateway:
        change(row, actions, condition)
        return
    transaction = Transaction()
    transaction.update("device", row, actions, condition)
    _place(transaction, row, before, after)
    facts = list(told)
    for each in happened:
        behind = _behind(row) if each.fault == "lost" and row.device_kind == "gateway" else []
        parts = [behind[n : n + MOST_TOLD] for n in range(0, len(behind), MOST_TOLD)] or [[]]
        key = FaultRow.key(row.community, row.sk, each.fault)
        if each.began:
            facts += [_begun(row, each, _seen(after), part) for part in parts]
            transaction.put(each.fault, _fault(row, each, _seen(after), len(behind)))
        else:
            facts += [_over(row, each, _seen(after), part) for part in parts]
            transaction.delete(each.fault, FaultRow(*key))
    cause = f"{action}/{row.community}/{row.sk}/{row.version}/{to_millis(_seen(after))}"
    told_at = (
        now if before.lost_at is None else max(now, before.lost_at)
    )  # its end is not before its beginning
    transaction.publish(facts, cause, told_at)
    transaction.commit()


def _seen(vitals: Vitals) -> datetime:
    assert vitals.seen_at is not None  # noqa: S101  nothing happens to a device that was never heard
    return vitals.seen_at


def _still_holds(row: DeviceRow, before: Vitals, after: Vitals) -> Condition:
    newer: Condition = DeviceRow.seen_at.does_not_exist() | (DeviceRow.seen_at < after.seen_at)
    if before.seen_at == after.seen_at:
        newer = _is(DeviceRow.seen_at, before.seen_at) & _is(DeviceRow.due_at, before.due_at)
    holds: Condition = newer & (DeviceRow.version == row.version) & _faults_as_read(before)
    return holds


def _faults_as_read(vitals: Vitals) -> Condition:
    faults: Condition = _is(DeviceRow.lost, vitals.lost) & _is(DeviceRow.low, vitals.low)
    as_read: Condition = faults & _is(DeviceRow.gateway, vitals.gateway)
    return as_read


def _is(attribute: Attribute[Any], value: Any) -> Condition:
    holds: Condition = attribute.does_not_exist() if value is None else attribute == value
    return holds


def _place(transaction: Transaction, row: DeviceRow, before: Vitals, after: Vitals) -> None:
    """Keep a device's place behind its gateway."""
    if before.gateway not in {None, after.gateway}:
        transaction.delete("left", BehindRow(*BehindRow.key(row.community, str(before.gateway), row.sk)))
    moved, known_lost = before.gateway != after.gateway, before.lost is not None
    if after.gateway is not None and (moved or known_lost != (after.lost is not None)):
        key = BehindRow.key(row.community, after.gateway, row.sk)
        transaction.put("behind", BehindRow(*key, lost=after.lost is not None))


def _behind(gateway: DeviceRow) -> list[str]:
    """The devices that are unseen when this gateway is: all behind it but those that are lost anyway."""
    partition = BehindRow.key.partition(gateway.community, gateway.sk)
    return [each.sk for each in BehindRow.query(partition, consistent_read=True) if not each.lost]


def _fault(row: DeviceRow, about: News, since: datetime, behind: int) -> FaultRow:
    return FaultRow(
        *FaultRow.key(row.community, row.sk, about.fault),
        device=row.sk,
        device_kind=row.device_kind,
        fault=about.fault,
        episode=about.episode,
        since=since,
        behind=behind,
    )


def _begun(row: DeviceRow, about: News, since: datetime, behind: list[str]) -> Fact:
    return DeviceFaultRaised(
        community=row.community,
        device=row.sk,
        kind=row.device_kind,
        fault=about.fault,
        episode=about.episode,
        since=since,
        behind=behind,
    )


def _over(row: DeviceRow, about: News, at: datetime, behind: list[str]) -> Fact:
    return DeviceFaultCleared(
        community=row.community,
        device=row.sk,
        fault=about.fault,
        episode=about.episode,
        cleared_at=at,
        behind=behind,
    )
