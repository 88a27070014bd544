"""Readings once per event; a person's fever, the staff's list and the district's feed with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.health.fever_check.domain import FeverState, Screening, cleared, screen
from functions.health.fever_check.models import DistrictEntry, Fever, Measured
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.events import FeverCleared, FeverConfirmed
from linli.idempotency import Creation
from linli.instants import to_epoch_seconds, to_text
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

Key = tuple[str, str]
FEED_RETENTION = timedelta(days=30)


class ReadingRow(Row, discriminator="reading"):
    """`<community>#reading#<device>` / `<event id>`: a reading and its verdict, once."""

    person = UnicodeAttribute(null=True)
    temperature_c = UnicodeAttribute()
    ambient_c = UnicodeAttribute(null=True)
    at = InstantAttribute()
    verdict = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    retest_until = InstantAttribute(null=True)


class FeverRow(Row, discriminator="fever"):
    """`<community>#fever#<person>` / `state`."""

    state = ContractAttribute(FeverState)
    version = NumberAttribute()

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a person's fever is."""
        return f"{community}#fever#{person}", "state"


class ConfirmedRow(Row, discriminator="confirmed"):
    """`<community>#confirmed` / `<person>`: the fevers that are confirmed now."""

    confirmed_at = InstantAttribute()


class DistrictRow(Row, discriminator="district"):
    """`<sub-district>#fevers` / `<at>#<community>#<person>#<fact>`: the sub-district's feed."""

    entry = ContractAttribute(DistrictEntry)


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading to be judged: where and when it was taken."""

    community: str
    device: str
    event_id: str
    measured: Measured
    at: datetime

    @property
    def key(self) -> Key:
        """Where the reading is kept."""
        return f"{self.community}#reading#{self.device}", self.event_id


def judge(reading: Reading) -> ReadingRow:
    """The verdict on a reading: the first one, however often it is sent."""
    return until_it_holds(lambda: _attempt(reading))


def _attempt(reading: Reading) -> ReadingRow:
    community, person = reading.community, reading.measured.person
    profile_key = CommunityRow.key(community)
    state_key = FeverRow.key(community, person) if person is not None else None
    rows = read([reading.key, profile_key, *([state_key] if state_key else [])])
    if first := rows.one(ReadingRow, reading.key):
        return first
    known = communities.known(rows, community)
    state = _state(rows.get(state_key) if state_key else None)
    screening = screen(reading.measured, reading.at, state, known.policies.health)
    row = _row(reading, screening, known.policies.health.retention_days)
    transaction = Transaction()
    transaction.create("reading", row)
    if person is not None and screening.state != state:
        _write_state(transaction, community, person, state, screening.state)
    if person is not None and screening.newly_confirmed:
        _confirm(transaction, reading, screening.state, person, known.sub_district)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if first := failed.one(ReadingRow, "reading"):
            return first
        raise
    return row


def _confirm(
    transaction: Transaction, reading: Reading, state: FeverState, person: str, district: str | None
) -> None:
    community, at = reading.community, state.confirmed_at or reading.at
    transaction.put("list", ConfirmedRow(f"{community}#confirmed", person, confirmed_at=at))
    _feed(transaction, district, DistrictEntry(community=community, person=person, fact="confirmed", at=at))
    fact = FeverConfirmed(
        community=community, person=person, sub_district=district, confirmed_at=at, version=state.version + 1
    )
    transaction.publish([fact], f"fever_check/{community}/{reading.device}/{reading.event_id}", at)


def clear(community: str, person: str, by: str, creation: Creation) -> Fever:
    """Lift a person's confirmed fever, once for a key. Raises NotFound for a person without readings, else as
    `cleared`.
    """
    return creation.once(lambda: _clear(community, person, by, creation), lambda _: find(community, person))


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
    transaction.delete("list", ConfirmedRow(f"{community}#confirmed", person))
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


def find(community: str, person: str) -> Fever:
    """A person's fever; `normal` for one who was never measured, so that it does not tell who was."""
    key = FeverRow.key(community, person)
    return _shown(person, _state(read([key]).get(key)))


def confirmed(community: str, query: PageQuery) -> Page[Fever]:
    """The fevers that are confirmed now, by person."""
    return page_of(
        ConfirmedRow,
        f"{community}#confirmed",
        query,
        lambda row: _shown(row.sk, FeverState(status="confirmed", confirmed_at=row.confirmed_at)),
    )


def of_district(sub_district: str, query: PageQuery, now: datetime) -> Page[DistrictEntry]:
    """What was confirmed and cleared in the sub-district's communities, newest first."""
    return page_of(
        DistrictRow,
        f"{sub_district}#fevers",
        query,
        lambda row: None if expired(row, now) else row.entry,
        newest_first=True,
    )


def _feed(transaction: Transaction, sub_district: str | None, entry: DistrictEntry) -> None:
    if sub_district is None:
        return
    position = f"{to_text(entry.at)}#{entry.community}#{entry.person}#{entry.fact}"
    ttl = to_epoch_seconds(entry.at + FEED_RETENTION)
    transaction.put("feed", DistrictRow(f"{sub_district}#fevers", position, entry=entry, ttl=ttl))


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


def _row(reading: Reading, screening: Screening, retention_days: int) -> ReadingRow:
    measured = reading.measured
    return ReadingRow(
        *reading.key,
        person=measured.person,
        temperature_c=str(measured.temperature_c),
        ambient_c=None if measured.ambient_c is None else str(measured.ambient_c),
        at=reading.at,
        verdict=screening.verdict,
        reason=screening.reason,
        retest_until=screening.retest_until,
        ttl=to_epoch_seconds(reading.at + timedelta(days=retention_days)),
    )


def _shown(person: str, state: FeverState) -> Fever:
    return Fever(
        person=person,
        status=state.status,
        confirmed_at=state.confirmed_at,
        cleared_at=state.cleared_at,
        cleared_by=state.cleared_by,
    )
