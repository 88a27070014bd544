"""Readings once per event; a person's fever, the staff's list and the district's feed with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from functions.health.fever_check.domain import FeverState, Screening, cleared, screen
from functions.health.fever_check.models import (
    DistrictEntry,
    Fever,
    Measured,
    TemperatureEvent,
    TemperatureTaken,
)
from linli import communities
from linli.communities import CommunityRow
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.device_messages import DeviceMessage
from linli.errors import NotFound
from linli.idempotency import Creation
from linli.identities import EffectRow, Identity
from linli.instants import to_epoch_seconds, to_text
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with
from linli.tables import (
    ConditionsFailed,
    ContractAttribute,
    InstantAttribute,
    Row,
    Transaction,
    expired,
    read,
    until_it_holds,
)
from linli.vocabulary.health import FeverCleared, FeverConfirmed, HealthPolicy


class ReadingRow(EffectRow, discriminator="reading"):
    """A reading and its verdict, once; under `<event id>~<digest>` when the id was used before for another
    reading (`id_reused`). `clock_off`: `at` is ours.
    """

    KEPT = Lifetime.as_said_by(HealthPolicy)
    PERSONAL = gone_with("person")
    key = Key("{community}#reading#{device}", "{event_id}")

    person = UnicodeAttribute(null=True)
    temperature_c = UnicodeAttribute()
    ambient_c = UnicodeAttribute(null=True)
    at = InstantAttribute()
    verdict = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    retest_from = InstantAttribute(null=True)
    retest_until = InstantAttribute(null=True)
    clock_off = BooleanAttribute(default=False)
    id_reused = BooleanAttribute(default=False)


class FeverRow(Row, discriminator="fever"):
    """Whether somebody has a fever, and since when."""

    KEPT = Lifetime("for ever: no temperature in it")
    PERSONAL = gone_with("person")
    key = Key("{community}#fever#{person}", "state")

    state = ContractAttribute(FeverState)
    version = NumberAttribute()


class ConfirmedRow(Row, discriminator="confirmed"):
    """A fever that is confirmed now."""

    KEPT = Lifetime("until it is cleared")
    PERSONAL = gone_with("person")
    key = Key("{community}#confirmed", "{person}")

    confirmed_at = InstantAttribute()


class DistrictRow(Row, discriminator="district"):
    """A line of the sub-district's feed."""

    KEPT = Lifetime("{}", timedelta(days=30))
    PERSONAL = gone_with("person")
    key = Key("{district}#fevers", "{at}#{community}#{person}#{fact}")

    entry = ContractAttribute(DistrictEntry)


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading to be judged: where and when it was taken, and came in. `clock_off`: `at` is ours."""

    community: str
    device: str
    identity: Identity
    measured: Measured
    at: datetime
    received_at: datetime
    clock_off: bool = False

    @classmethod
    def told(cls, message: DeviceMessage[TemperatureEvent]) -> Self:
        """What a thermometer tells, however late: it was taken when it says, unless it has no clock."""
        return cls(
            message.community,
            message.device,
            Identity.of(message.body.event_id, message.body),
            message.body,
            at=message.happened_at(),
            received_at=message.received_at,
            clock_off=message.timeless(),
        )

    @classmethod
    def taken(cls, community: str, by: str, body: TemperatureTaken, now: datetime) -> Self:
        """What somebody has just measured by hand."""
        identity = Identity.of(body.event_id, body)
        return cls(community, f"by-{by}", identity, body, at=now, received_at=now)

    def key(self, id: str) -> RowKey:  # noqa: A002  the field's name
        """Where a reading of the device is kept."""
        return ReadingRow.key(self.community, self.device, id)


def judge(reading: Reading) -> ReadingRow:
    """The verdict on a reading: the first one, however often it is sent."""
    return until_it_holds(lambda: _attempt(reading))


def _attempt(reading: Reading) -> ReadingRow:
    community, person, identity = reading.community, reading.measured.person, reading.identity
    profile_key = CommunityRow.key(community)
    state_key = FeverRow.key(community, person) if person is not None else None
    rows = read([*identity.keys(reading.key), profile_key, *([state_key] if state_key else [])])
    if first := identity.earlier(rows, ReadingRow, reading.key):
        return first
    known = communities.known(rows, community)
    state = _state(rows.get(state_key) if state_key else None)
    screening = screen(reading.measured, reading.at, state, known.policy(HealthPolicy))
    place = identity.place(rows, reading.key)
    row = _row(reading, place, screening, known.policy(HealthPolicy).retention_days)
    transaction = Transaction()
    transaction.create("reading", row)
    if person is not None and screening.state != state:
        _write_state(transaction, community, person, state, screening.state)
    if person is not None and screening.newly_confirmed:
        _confirm(transaction, reading, place, screening.state, person=person, district=known.sub_district)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if (first := failed.one(ReadingRow, "reading")) and identity.same(first):
            return first
        raise
    return row


def _confirm(
    transaction: Transaction,
    reading: Reading,
    place: str,
    state: FeverState,
    *,
    person: str,
    district: str | None,
) -> None:
    community, at = reading.community, state.confirmed_at or reading.at
    transaction.put("list", ConfirmedRow(*ConfirmedRow.key(community, person), confirmed_at=at))
    _feed(transaction, district, DistrictEntry(community=community, person=person, fact="confirmed", at=at))
    fact = FeverConfirmed(
        community=community, person=person, sub_district=district, confirmed_at=at, version=state.version + 1
    )
    transaction.publish([fact], f"fever_check/{community}/{reading.device}/{place}", reading.received_at)


def clear(community: str, person: str, by: str, creation: Creation) -> Fever:
    """Lift a person's confirmed fever, once for a key. Raises NotFound for a person without readings, else as
    `cleared`.
    """
    return creation.once(
        lambda: _clear(community, person, by, creation), lambda _: find(community, person, themself=False)
    )


def _clear(community: str, person: str, by: str, creation: Creation) -> Fever:
    now = creation.at
    state_key = FeverRow.key(community, person)
    rows = read([state_key, CommunityRow.key(community)])
    if state_key not in rows:
        raise NotFound
    before = _state(rows[state_key])
    after = cleared(before, by, now)
    at = after.cleared_at or now
    district = communities.known(rows, community).sub_district
    transaction = Transaction()
    transaction.delete("list", ConfirmedRow(*ConfirmedRow.key(community, person)))
    _write_state(transaction, community, person, before, after)
    _feed(transaction, district, DistrictEntry(community=community, person=person, fact="cleared", at=at))
    fact = FeverCleared(
        community=community,
        person=person,
        sub_district=district,
        cleared_at=at,
        cleared_by=by,
        version=before.version + 1,
    )
    transaction.publish([fact], f"clearance/{community}/{person}/{before.version}", now)
    creation.claim(transaction, person)
    transaction.commit()
    return _shown(person, after)


def find(community: str, person: str, *, themself: bool) -> Fever:
    """A person's fever; one's own is `normal` as long as one was never measured.

    Raises NotFound for somebody else of whom nothing is known here.
    """
    key = FeverRow.key(community, person)
    row = read([key]).get(key)
    if row is None and not themself:
        raise NotFound
    return _shown(person, _state(row))


def confirmed(community: str, query: PageQuery) -> Page[Fever]:
    """The fevers that are confirmed now, by person."""
    return page_of(
        ConfirmedRow,
        ConfirmedRow.key.partition(community),
        query,
        lambda row: _shown(row.sk, FeverState(status="confirmed", confirmed_at=row.confirmed_at)),
    )


def of_district(sub_district: str, query: PageQuery, now: datetime) -> Page[DistrictEntry]:
    """What was confirmed and cleared in the sub-district's communities, newest first."""
    return page_of(
        DistrictRow,
        DistrictRow.key.partition(sub_district),
        query,
        lambda row: None if expired(row, now) else row.entry,
        newest_first=True,
    )


def _feed(transaction: Transaction, sub_district: str | None, entry: DistrictEntry) -> None:
    if sub_district is None:
        return
    key = DistrictRow.key(sub_district, to_text(entry.at), entry.community, entry.person, entry.fact)
    transaction.put("feed", DistrictRow(*key, entry=entry, ttl=DistrictRow.KEPT.until(entry.at)))


def _write_state(
    transaction: Transaction, community: str, person: str, before: FeverState, after: FeverState
) -> None:
    now = after.model_copy(update={"version": before.version + 1})
    row = FeverRow(*FeverRow.key(community, person), state=now, version=now.version)
    transaction.put(
        "state",
        row,
        FeverRow.pk.does_not_exist() if before.version == 0 else FeverRow.version == before.version,
    )


def _state(row: Row | None) -> FeverState:
    return row.state if isinstance(row, FeverRow) else FeverState()


def _row(reading: Reading, place: str, screening: Screening, retention_days: int) -> ReadingRow:
    """Kept so long from its arrival on: what was measured long ago may be delivered again as well."""
    measured = reading.measured
    return ReadingRow(
        *reading.key(place),
        digest=reading.identity.digest,
        person=measured.person,
        temperature_c=str(measured.temperature_c),
        ambient_c=None if measured.ambient_c is None else str(measured.ambient_c),
        at=reading.at,
        verdict=screening.verdict,
        reason=screening.reason,
        retest_from=screening.retest_from,
        retest_until=screening.retest_until,
        clock_off=reading.clock_off,
        id_reused=place != reading.identity.id,
        ttl=to_epoch_seconds(reading.received_at + timedelta(days=retention_days)),
    )


def _shown(person: str, state: FeverState) -> Fever:
    return shown_as(Fever, state, person=person)
