"""One read round trip, one conditional write: a pass is decided once per question."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from functions.access.credentials.grants import Grants
from functions.access.credentials.qr_codes import holder_in
from functions.access.credentials.rows import CredentialRow, credential_keys, credentials_at
from functions.access.credentials.spellings import canonical
from functions.access.credentials.store import CredentialChange, write_credential, write_standing
from functions.access.gate_pass.domain import (
    OPEN_FOR,
    Decision,
    Policies,
    Showing,
    Situation,
    chosen,
    decide,
    open_for,
    timed,
)
from functions.access.gate_pass.models import Pass, Shown
from functions.access.gates.models import Gate
from functions.access.gates.moments import Moment
from functions.access.gates.rows import GateRow
from functions.access.holders.rows import HolderRow
from functions.access.passes.rows import EntryRow, PassRow
from linli import communities, registered
from linli.communities import CommunityRow
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.device_messages import Clocks
from linli.errors import NotFound
from linli.identities import Identity
from linli.instants import to_epoch_seconds, to_text
from linli.keys import RowKey
from linli.registered import RegisteredRow
from linli.secrets import keyed_hash
from linli.tables import ConditionsFailed, Rows, Transaction, as_read, expired, read, until_it_holds
from linli.vocabulary.access import AccessPolicy
from linli.vocabulary.devices import Kinds
from linli.vocabulary.health import HealthPolicy

SHORTEST_OPENING = timedelta(seconds=1)
BELIEVED: Kinds = frozenset({"gate"})


@dataclass(frozen=True)
class Ask:
    """One question: who shows what, at which gate, when. `granted_offline`: told later, with what it did.

    `asked_by`: the guard who asks; None when the gate itself does.
    """

    community: str
    gate: str
    event_id: str
    shown: Shown
    clocks: Clocks
    granted_offline: bool | None = None
    asked_by: str | None = None

    @cached_property
    def credentials(self) -> list[RowKey]:
        """Where what was shown may be, the first its own key."""
        return credential_keys(self.community, self.shown.credential, self.shown.value)

    @cached_property
    def identity(self) -> Identity:
        """What makes it the same question; neither a card nor a temperature can be guessed from it."""
        own_key, _ = self.credentials[0]
        shown = keyed_hash("credential-key", own_key, str(self.shown.temperature_c))
        asked = self.shown.model_copy(update={"value": shown})
        came_at = self.clocks.received_at if self._undated else None
        return Identity.of(self.event_id, asked, frozenset({"temperature_c"}), came_at=came_at)

    @property
    def _undated(self) -> bool:
        """Whether the time it tells, if any, may come again with another question."""
        if self.asked_by is not None:
            return True
        return self.clocks.off if self.granted_offline is None else self.clocks.timeless()

    @property
    def showing(self) -> Showing:
        """How it is decided, under the id it came with."""
        return Showing(self.event_id, self.clocks, self.granted_offline)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gate is told. `open_for` counts from when it asked, `open_until` is the same by its clock;
    `over`: that much time has passed since.
    """

    granted: bool
    reason: str | None
    offline: bool
    id_reused: bool
    open_until: datetime
    open_for: timedelta
    over: bool

    @property
    def outcome(self) -> str:
        """What became of it, for the gate and for the log."""
        if self.offline:
            return "recorded"
        return "granted" if self.granted else "denied"

    @property
    def opens(self) -> bool:
        """Whether to open at all: granted, waited for, and not told again after its time."""
        return self.granted and not self.offline and not self.over


def answer(ask: Ask) -> Answer:
    """The decision for `ask`: the first one, however often and by how many it is asked.

    Raises WrongDeviceKind for a device that is no gate, Unavailable when the holder's standing changed under
    several attempts in a row, NotFound when a person asks at a gate that is not there.
    """
    return _answer(ask, until_it_holds(lambda: _attempt(ask)))


def _attempt(ask: Ask) -> PassRow:
    key, identity = PassRow.under(ask.community, ask.gate), ask.identity
    rows = read([*identity.keys(key), *_keys(ask)])
    if earlier := identity.earlier(rows, PassRow, key):
        return earlier
    showing = replace(ask.showing, id=identity.place(rows, key))
    situations = _situations(ask, rows)
    found, situation, decision = chosen(
        [(found, known, decide(ask.shown, known, showing)) for found, known in situations]
    )
    if situation.gate is None and ask.asked_by is not None:
        raise NotFound
    row = _row(ask, situation, decision, showing.id)
    row.digest, row.came_at = identity.digest, identity.came_at
    transaction = Transaction()
    transaction.create("row", row)
    if row.id_reused:
        latest = PassRow(*key(identity.id))
        transaction.update("latest", latest, [PassRow.latest.set(showing.id)], PassRow.pk.exists())
    cause = f"gate_pass/{ask.community}/{ask.gate}/{showing.id}"
    transaction.publish(decision.facts, cause, ask.clocks.received_at)
    _count(transaction, ask, situation, decision, found)
    if showing.told_later:
        _take_entry(transaction, ask, row, rows)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        earlier = failed.one(PassRow, "row")
        if earlier and identity.same(earlier):
            return earlier
        raise
    return row


def _count(
    transaction: Transaction,
    ask: Ask,
    situation: Situation,
    decision: Decision,
    found: CredentialRow | None,
) -> None:
    """What the pass changes of its holder and of the credential that was shown."""
    before, after = situation.standing, decision.standing
    change = _remembered(found, decision) if found else None
    if before and after and before != after:
        write_standing(transaction, ask.community, before, after, change)
    elif change:
        write_credential(transaction, ask.community, change)


def _entry(ask: Ask, policies: Policies, rows: Rows) -> EntryRow | None:
    """The entry that came before the offline pass it completes."""
    entry = rows.one(EntryRow, EntryRow.key(ask.community, ask.gate, ask.event_id))
    if entry is None:
        return None
    at, _ = timed(ask.clocks, policies, told_later=True)
    passed = Moment(at, ask.clocks.occurred_at)
    return entry if passed.leads_to(Moment(entry.entered_at, entry.occurred_at)) else None


def _take_entry(transaction: Transaction, ask: Ask, row: PassRow, rows: Rows) -> None:
    """Take the entry that the pass was completed by, or none: also none that comes at this moment."""
    key = EntryRow.key(ask.community, ask.gate, ask.event_id)
    entry = rows.one(EntryRow, key)
    if entry is None:
        transaction.check("entry", EntryRow, key, EntryRow.pk.does_not_exist())
    elif row.entered_at is None:
        transaction.check("entry", EntryRow, key, EntryRow.event_id == entry.event_id)
    else:
        transaction.delete("entry", EntryRow(*key), EntryRow.event_id == entry.event_id)


def _remembered(found: CredentialRow, decision: Decision) -> CredentialChange | None:
    """The credential, once it has been granted a passing: only one who saw all earlier ones may say so."""
    if decision.grant is None:
        return None
    grants = (found.grants or Grants()).and_now(decision.grant)
    token = f"{decision.grant.gate}#{decision.grant.passed_as}"
    actions: list[Action] = [CredentialRow.grants.set(grants), CredentialRow.last_pass.set(token)]
    unchanged: Condition = CredentialRow.pk.exists() & as_read(CredentialRow, found, "last_pass")
    if decision.uses_up and found.used_by is None:
        actions.append(CredentialRow.used_by.set(token))
        unchanged &= CredentialRow.used_by.does_not_exist()
    return CredentialChange(found.digest, actions, unchanged)


def _answer(ask: Ask, row: PassRow) -> Answer:
    open_until = row.open_until or row.occurred_at + OPEN_FOR
    opened = open_until - row.occurred_at
    first_came_at = row.received_at or row.occurred_at
    return Answer(
        granted=row.verdict == "granted",
        reason=row.reason,
        offline=row.offline,
        id_reused=row.id_reused,
        open_until=open_until,
        open_for=opened,
        over=open_for(opened, ask.clocks.received_at, first_came_at) < SHORTEST_OPENING,
    )


def _keys(ask: Ask) -> list[RowKey]:
    shown = ask.shown
    holder = holder_in(canonical("qr", shown.value)) if shown.credential == "qr" else None
    return [
        CommunityRow.key(ask.community),
        GateRow.key(ask.community, ask.gate),
        RegisteredRow.key(ask.community, ask.gate),
        *ask.credentials,
        *([HolderRow.key(ask.community, holder)] if holder else []),
        *([EntryRow.key(ask.community, ask.gate, ask.event_id)] if ask.showing.told_later else []),
    ]


def _credentials(ask: Ask, rows: Rows) -> list[CredentialRow]:
    """What was shown: one credential, or a plate in the hands of several.

    What is revoked in one of its spellings is in all of them, of a plate for the one who held it.
    """
    found = credentials_at(rows, ask.credentials)
    revoked = [row for row in found if row.revoked]
    if ask.shown.credential != "plate":
        return (revoked or found)[:1]
    lost = {row.credential.holder for row in revoked}
    return [row for row in found if row.credential.holder not in lost] or revoked[:1]


def _situations(ask: Ask, rows: Rows) -> list[tuple[CredentialRow | None, Situation]]:
    community = communities.known(rows, ask.community)
    policies = Policies(community.policy(AccessPolicy), community.policy(HealthPolicy))
    gate = rows.one(GateRow, GateRow.key(ask.community, ask.gate))
    entry = _entry(ask, policies, rows) if ask.showing.told_later else None
    nobodys = Situation(
        community=ask.community,
        policies=policies,
        time_zone=community.time_zone,
        gate=_gate(ask, rows),
        credential=None,
        standing=None,
        tells_entries=gate is not None and gate.tells_entries(ask.clocks.received_at),
        entered_at=entry.entered_at if entry else None,
    )
    found = _credentials(ask, rows)
    return [(row, _in_hands_of(nobodys, row, rows)) for row in found] or [(None, nobodys)]


def _in_hands_of(nobodys: Situation, row: CredentialRow, rows: Rows) -> Situation:
    holder = rows.one(HolderRow, HolderRow.key(nobodys.community, row.credential.holder))
    return replace(
        nobodys,
        credential=row.credential,
        standing=holder.standing if holder else row.standing,
        revoked=row.revoked,
        used_up=row.used_by is not None,
        grants=tuple(row.grants.items) if row.grants else (),
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


def _row(ask: Ask, situation: Situation, decision: Decision, place: str) -> PassRow:
    standing, at, again = situation.standing, decision.at, decision.again
    left = open_for(OPEN_FOR, ask.clocks.received_at, again.received_at) if again else OPEN_FOR
    kept = timedelta(days=situation.policies.access.retention_days)
    return PassRow(
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
        offline=ask.showing.told_later,
        disagreed=decision.disagreed,
        clock_off=decision.clock_off,
        asked_by=ask.asked_by,
        same_as=again.passed_as if again else None,
        open_until=ask.clocks.occurred_at + left,
        awaited=decision.awaited,
        entered_at=decision.entered_at,
        ttl=to_epoch_seconds(ask.clocks.received_at + kept),
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
    return shown_as(Pass, row, event_id=row.sk, credential=row.credential_kind)
