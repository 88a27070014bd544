"""One read round trip, one conditional write: a pass is decided once per event id."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.access.credentials import holder_in
from functions.access.gate_pass.domain import Decision, Situation, decide
from functions.access.gate_pass.models import Pass, Shown
from functions.access.gates import Gate
from functions.access.tables import (
    CredentialRow,
    GateRow,
    HolderRow,
    Key,
    PassRow,
    credential_hash,
    write_standing,
)
from linli import communities, registered
from linli.believing import Kinds
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.instants import to_epoch_seconds, to_text
from linli.registered import RegisteredRow
from linli.tables import ConditionsFailed, Rows, Transaction, expired, read, until_it_holds

BELIEVED: Kinds = frozenset({"gate"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: who shows what, at which gate, when. `decided_at` is the time the rules go by.

    `asked_by`: the guard who asks; None when the gate itself does.
    """

    community: str
    gate: str
    event_id: str
    shown: Shown
    decided_at: datetime
    occurred_at: datetime
    received_at: datetime
    clock_off: bool = False
    granted_offline: bool | None = None
    asked_by: str | None = None


def settle(ask: Ask) -> PassRow:
    """The decision for `ask`: the first one, however often and by how many it is asked.

    Raises WrongDeviceKind for a device that is no gate, and Unavailable when the holder's standing changed
    under five attempts in a row.
    """
    return until_it_holds(lambda: _attempt(ask))


def _attempt(ask: Ask) -> PassRow:
    key = PassRow.key(ask.community, ask.gate, ask.event_id)
    digest = credential_hash(ask.community, ask.shown.credential, ask.shown.value)
    rows = read([key, *_keys(ask, digest)])
    if first := rows.one(PassRow, key):
        return first
    situation = _situation(ask, digest, rows)
    decision = decide(ask.shown, situation, ask.decided_at, granted_offline=ask.granted_offline)
    row = _row(ask, situation, decision)
    transaction = Transaction()
    transaction.create("pass", row)
    cause = f"gate_pass/{ask.community}/{ask.gate}/{ask.event_id}"
    transaction.publish(decision.facts, cause, ask.received_at)
    if situation.standing and decision.standing and decision.standing != situation.standing:
        write_standing(transaction, ask.community, situation.standing, decision.standing)
    if decision.uses_up and not situation.used_up:
        used = CredentialRow(*CredentialRow.key(ask.community, digest))
        transaction.update(
            "use", used, [CredentialRow.used_by.set(row.at)], CredentialRow.used_by.does_not_exist()
        )
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if first := failed.one(PassRow, "pass"):
            return first
        raise
    return row


def _keys(ask: Ask, digest: str) -> list[Key]:
    holder = holder_in(ask.shown.value) if ask.shown.credential == "qr" else None
    return [
        CommunityRow.key(ask.community),
        GateRow.key(ask.community, ask.gate),
        RegisteredRow.key(ask.community, ask.gate),
        CredentialRow.key(ask.community, digest),
        *([HolderRow.key(ask.community, holder)] if holder else []),
    ]


def _situation(ask: Ask, digest: str, rows: Rows) -> Situation:
    community = communities.known(rows, ask.community)
    found = rows.one(CredentialRow, CredentialRow.key(ask.community, digest))
    holder = rows.one(HolderRow, HolderRow.key(ask.community, found.credential.holder)) if found else None
    standing = holder.standing if holder else (found.standing if found else None)
    return Situation(
        community=ask.community,
        policies=community.policies,
        time_zone=community.time_zone,
        gate=_gate(ask, rows),
        credential=found.credential if found else None,
        standing=standing,
        revoked=found is not None and found.revoked,
        used_up=found is not None and found.used_by is not None,
    )


def _gate(ask: Ask, rows: Rows) -> Gate | None:
    """The gate as it is set up, if the registry has ever told that its device is one.

    A guard may ask at a gate that has no device. Raises WrongDeviceKind.
    """
    row = rows.one(GateRow, GateRow.key(ask.community, ask.gate))
    word = rows.one(RegisteredRow, RegisteredRow.key(ask.community, ask.gate))
    if word is not None and ask.asked_by is None:
        registered.check_kind(word, BELIEVED)
    told = word is not None or (row is not None and row.registered_at is not None)
    if row is None or not (told or ask.asked_by):
        return None
    return row.known(word)


def _row(ask: Ask, situation: Situation, decision: Decision) -> PassRow:
    pk, sk = PassRow.key(ask.community, ask.gate, ask.event_id)
    standing = situation.standing
    kept = timedelta(days=situation.policies.access.retention_days)
    return PassRow(
        pk=pk,
        sk=sk,
        community=ask.community,
        at=f"{to_text(ask.decided_at)}#{ask.gate}#{ask.event_id}",
        holder=f"{ask.community}#{standing.holder}" if standing else None,
        gate=ask.gate,
        area=decision.area,
        direction=decision.direction,
        person=decision.person,
        credential_kind=ask.shown.credential,
        decided_at=ask.decided_at,
        occurred_at=ask.occurred_at,
        verdict=decision.verdict,
        reason=decision.reason,
        checks=decision.checks,
        offline=ask.granted_offline is not None,
        disagreed=decision.disagreed,
        clock_off=ask.clock_off,
        asked_by=ask.asked_by,
        ttl=to_epoch_seconds(ask.received_at + kept),
    )


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
