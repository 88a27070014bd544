"""One read round trip, one conditional write: a pass is decided once per event id."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.access.credentials import holder_in
from functions.access.gate_pass.domain import OPEN_FOR, Decision, Situation, decide, open_for, timed
from functions.access.gate_pass.models import Pass, Shown, Verdict
from functions.access.tables import (
    CredentialRow,
    GateRow,
    HolderRow,
    Key,
    PassRow,
    credential_hash,
    write_standing,
)
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.device_messages import Clocks
from linli.identities import Identity
from linli.instants import to_epoch_seconds, to_text
from linli.tables import ConditionsFailed, Rows, Transaction, expired, read, until_it_holds

SHORTEST_OPENING = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: who shows what, at which gate, when. `granted_offline`: told later, with what it did."""

    community: str
    gate: str
    event_id: str
    shown: Shown
    clocks: Clocks
    granted_offline: bool | None = None
    asked_by: str | None = None

    @property
    def digest(self) -> str:
        """The keyed hash of what was shown."""
        return credential_hash(self.community, self.shown.credential, self.shown.value)

    @property
    def undated(self) -> bool:
        """Whether the time it tells, if any, may come again with another question."""
        if self.asked_by is not None:
            return True
        return self.clocks.off if self.granted_offline is None else self.clocks.timeless()

    @property
    def identity(self) -> Identity:
        """What makes it the same question."""
        asked = self.shown.model_copy(update={"value": self.digest})
        came_at = self.clocks.received_at if self.undated else None
        return Identity.of(self.event_id, asked, came_at=came_at)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a gate is told. `open_for` counts from now, `open_until` is by the clock of who asked."""

    verdict: Verdict
    reason: str | None
    offline: bool
    id_reused: bool
    open_until: datetime
    open_for: timedelta

    @property
    def opens(self) -> bool:
        """Whether to open at all: granted, waited for, and not told again after its time."""
        return self.verdict == "granted" and not self.offline and self.open_for >= SHORTEST_OPENING


def settle(ask: Ask) -> Settled:
    """The decision for `ask`: the first one, however often and by how many it is asked.

    Raises Unavailable when the holder's standing changed under five attempts in a row.
    """
    return _settled(ask, until_it_holds(lambda: _attempt(ask)))


def _attempt(ask: Ask) -> PassRow:
    key, identity = PassRow.under(ask.community, ask.gate), ask.identity
    rows = read([*identity.keys(key), *_keys(ask, ask.digest)])
    if first := identity.earlier(rows, PassRow, key):
        return first
    situation = _situation(ask, ask.digest, rows)
    row, decision = _decided(ask, identity.place(rows, key), situation)
    row.digest, row.came_at = identity.digest, identity.came_at
    transaction = Transaction()
    transaction.create("pass", row)
    if row.id_reused:
        first = PassRow(*key(identity.id))
        transaction.update("first", first, [PassRow.latest.set(row.sk)], PassRow.pk.exists())
    transaction.publish(
        decision.facts, f"gate_pass/{ask.community}/{ask.gate}/{row.sk}", ask.clocks.received_at
    )
    if situation.standing and decision.standing and decision.standing != situation.standing:
        write_standing(transaction, ask.community, situation.standing, decision.standing)
    if decision.uses_up and not situation.used_up:
        used = CredentialRow(*CredentialRow.key(ask.community, ask.digest))
        transaction.update(
            "use", used, [CredentialRow.used_by.set(row.at)], CredentialRow.used_by.does_not_exist()
        )
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        first = failed.one(PassRow, "pass")
        if first and identity.same(first):
            return first
        raise
    return row


def _settled(ask: Ask, row: PassRow) -> Settled:
    first_received_at = row.received_at or row.decided_at
    return Settled(
        verdict=row.verdict,
        reason=row.reason,
        offline=row.offline,
        id_reused=row.id_reused,
        open_until=row.occurred_at + OPEN_FOR,
        open_for=open_for(OPEN_FOR, ask.clocks.received_at, first_received_at),
    )


def _keys(ask: Ask, digest: str) -> list[Key]:
    holder = holder_in(ask.shown.value) if ask.shown.credential == "qr" else None
    return [
        CommunityRow.key(ask.community),
        GateRow.key(ask.community, ask.gate),
        CredentialRow.key(ask.community, digest),
        *([HolderRow.key(ask.community, holder)] if holder else []),
    ]


def _situation(ask: Ask, digest: str, rows: Rows) -> Situation:
    community = communities.known(rows, ask.community)
    gate = rows.one(GateRow, GateRow.key(ask.community, ask.gate))
    found = rows.one(CredentialRow, CredentialRow.key(ask.community, digest))
    holder = rows.one(HolderRow, HolderRow.key(ask.community, found.credential.holder)) if found else None
    standing = holder.standing if holder else (found.standing if found else None)
    return Situation(
        community=ask.community,
        policies=community.policies,
        time_zone=community.time_zone,
        gate=gate.known() if gate else None,
        credential=found.credential if found else None,
        standing=standing,
        revoked=found is not None and found.revoked,
        used_up=found is not None and found.used_by is not None,
    )


def _decided(ask: Ask, place: str, situation: Situation) -> tuple[PassRow, Decision]:
    told_later = ask.granted_offline is not None
    at, clock_off = timed(ask.clocks, situation.policies, told_later=told_later)
    decision = decide(ask.shown, situation, at, granted_offline=ask.granted_offline)
    standing = situation.standing
    kept = timedelta(days=situation.policies.access.retention_days)
    row = PassRow(
        *PassRow.key(ask.community, ask.gate, place),
        community=ask.community,
        at=f"{to_text(at)}#{ask.gate}#{place}",
        id_reused=place != ask.event_id,
        holder=f"{ask.community}#{standing.holder}" if standing else None,
        gate=ask.gate,
        area=decision.area,
        direction=decision.direction,
        person=decision.person,
        credential_kind=ask.shown.credential,
        decided_at=at,
        occurred_at=ask.clocks.occurred_at,
        received_at=ask.clocks.received_at,
        verdict=decision.verdict,
        reason=decision.reason,
        checks=decision.checks,
        offline=told_later,
        disagreed=decision.disagreed,
        clock_off=clock_off,
        asked_by=ask.asked_by,
        ttl=to_epoch_seconds(ask.clocks.received_at + kept),
    )
    return row, decision


def passes_of_community(community: str, query: PageQuery, now: datetime) -> Page[Pass]:
    """The community's passes, newest first."""
    return page_of(PassRow.by_time, community, query, lambda row: _shown(row, now), newest_first=True)


def passes_of_holder(community: str, person: str, query: PageQuery, now: datetime) -> Page[Pass]:
    """One person's passes in the community, newest first."""
    partition = f"{community}#{person}"
    return page_of(PassRow.by_holder, partition, query, lambda row: _shown(row, now), newest_first=True)


def _shown(row: PassRow, now: datetime) -> Pass | None:
    if expired(row, now):
        return None
    return Pass.model_validate(
        {
            "gate": row.gate,
            "event_id": row.sk,
            "id_reused": row.id_reused,
            "area": row.area,
            "direction": row.direction,
            "person": row.person,
            "credential": row.credential_kind,
            "verdict": row.verdict,
            "reason": row.reason,
            "checks": row.checks,
            "decided_at": row.decided_at,
            "occurred_at": row.occurred_at,
            "clock_off": row.clock_off,
            "offline": row.offline,
            "disagreed": row.disagreed,
            "entered_at": row.entered_at,
            "asked_by": row.asked_by,
            "note": row.note,
        }
    )
