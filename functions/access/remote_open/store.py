"""Openings are kept among the gate's passes, then told to the gate."""

from dataclasses import dataclass
from datetime import timedelta

from functions.access.gates.models import Gate
from functions.access.gates.rows import GateRow
from functions.access.passes.rows import PassRow
from functions.access.remote_open.models import OpenCommand, Opening
from linli import communities
from linli.communities import CommunityRow
from linli.device_messages import command_topic
from linli.errors import NotFound
from linli.idempotency import Creation
from linli.instants import to_epoch_seconds, to_text
from linli.mqtt import publish
from linli.registered import RegisteredRow
from linli.tables import Transaction, find, read
from linli.vocabulary.access import AccessPolicy

OPEN_FOR = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who opens, and why."""

    by: str
    reason: str
    creation: Creation


def open_gate(community: str, gate: str, asked: Asked) -> Opening:
    """Keep the opening, then tell the gate. Raises NotFound for a gate that is not set up, or revoked.

    A repeat under the same Idempotency-Key tells the gate again, with the same opening and the same end; once
    that is over it tells nothing.
    """
    gate_key, word_key = GateRow.key(community, gate), RegisteredRow.key(community, gate)
    rows = read([gate_key, word_key, CommunityRow.key(community)])
    found = rows.one(GateRow, gate_key)
    known = found.known(rows.one(RegisteredRow, word_key)) if found else None
    if known is None or known.revoked:
        raise NotFound
    policy = communities.known(rows, community).policy(AccessPolicy)
    recorded = _record(_row(community, known, asked, policy), asked.creation)
    told = Opening(opening=recorded.sk, gate=gate, open_until=recorded.decided_at + OPEN_FOR)
    if asked.creation.at < told.open_until:
        seconds = OPEN_FOR // timedelta(seconds=1)
        command = OpenCommand(opening=told.opening, open_until=told.open_until, open_seconds=seconds)
        publish(command_topic(community, gate), command.model_dump_json())
    return told


def _row(community: str, gate: Gate, asked: Asked, policy: AccessPolicy) -> PassRow:
    opening, now = asked.creation.id, asked.creation.at
    return PassRow(
        *PassRow.key(community, gate.gate, opening),
        community=community,
        at=f"{to_text(now)}#{gate.gate}#{opening}",
        gate=gate.gate,
        area=gate.area,
        credential_kind="remote",
        decided_at=now,
        occurred_at=now,
        verdict="granted",
        checks={},
        asked_by=asked.by,
        note=asked.reason,
        ttl=to_epoch_seconds(now + timedelta(days=policy.retention_days)),
    )


def _record(row: PassRow, creation: Creation) -> PassRow:
    def attempt() -> PassRow:
        transaction = Transaction()
        transaction.put("opening", row)  # nobody else has this id: again, it is the same
        creation.claim(transaction)
        transaction.commit()
        return row

    return creation.once(attempt, lambda earlier: find(PassRow, (row.pk, earlier)))
