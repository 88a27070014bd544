"""Care's alerts as they are kept: who can be called now, what their end means, and the facts they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from functions.care.calling.alerts import ROLES, Alert
from functions.care.calling.parties import parties
from functions.care.calling.rows import AlertRow, MessageRow
from functions.care.tending import store as tending
from functions.care.tending.duties import DutyKind
from functions.care.tending.store import DUTIES
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from functions.care.watching.rows import StaffRow, WatchRow
from functions.care.watching.watch import Watch
from linli import communities
from linli.communities import CommunityRow
from linli.errors import NotFound
from linli.escalation import answering
from linli.escalation import store as escalation
from linli.escalation.alerts import Step
from linli.escalation.duties import store as duties
from linli.escalation.parties import Party
from linli.escalation.roster import is_still
from linli.escalation.rows import RosterRow
from linli.events import Fact
from linli.ids import new_id
from linli.instants import to_text
from linli.tables import Transaction, all_readable, find, read, readable, until_it_holds
from linli.vocabulary.care import (
    AlertChanged,
    AlertClosed,
    AlertOpened,
    AlertOutcome,
    AlertReason,
    CarePolicy,
)
from linli.words import language_set


@dataclass(frozen=True, slots=True)
class Case(escalation.Case[Alert]):
    """An alert, and all that decides what becomes of it."""

    watch: Watch | None


def alert_of(community: str, alert: str) -> Alert:
    """One alert, alone. Raises NotFound."""
    return find(AlertRow, AlertRow.key(community, alert)).alert


def load(community: str, alert: str) -> Case:
    """One alert with all that decides: as far as it can be read, since somebody has to be called.

    Raises NotFound.
    """
    found = alert_of(community, alert)
    watch_key = WatchRow.key(community, found.person)
    rows = readable([watch_key, CommunityRow.key(community)])
    row = rows.one(WatchRow, watch_key)
    watch = row.watch if row else None
    setting = watching.setting_of(rows, community)
    return Case(found, setting, circle(community, found.person, watch), watch)


def circle(community: str, person: str, watch: Watch | None) -> Sequence[Party]:
    """Who may be called for a person now: staff whose roles the directory has taken back are not."""
    roster = [row.on_duty for row in all_readable(RosterRow, RosterRow.key.partition(community))]
    known = _known(community, parties(person, watch, roster))
    return [_by_phone(each, row) for each, row in known if _still(each, row)]


def in_their_language(community: str, found: Sequence[Party]) -> Sequence[Party]:
    """Who is told, each in their own language, else the community's."""
    return [each for each, _ in _known(community, found)]


def _known(community: str, found: Sequence[Party]) -> list[tuple[Party, StaffRow | None]]:
    """Each with what the directory has said of them, if anything, and in their language."""
    keys = {
        person: StaffRow.key(community, person)
        for each in found
        for person in (each.person, each.whose)
        if person is not None
    }
    rows = readable([CommunityRow.key(community), *keys.values()])
    rest = communities.known(rows, community).language

    def said(person: str | None) -> StaffRow | None:
        return rows.one(StaffRow, keys[person]) if person is not None else None

    def spoken(party: Party) -> Party:
        row = said(party.person or party.whose)
        return replace(party, language=language_set(row.language if row else None, rest))

    return [(spoken(each), said(each.person)) for each in found]


def _still(party: Party, row: StaffRow | None) -> bool:
    return is_still(party.to, None if row is None else row.roles or (), ROLES)


def _by_phone(party: Party, row: StaffRow | None) -> Party:
    """A contact without any role is not told by our app, and telephoned all the same."""
    gone = party.to == "contact" and row is not None and not row.roles
    return replace(party, person=None) if gone else party


def opening(
    transaction: Transaction,
    policy: CarePolicy,
    watch: Watch,
    *,
    reason: AlertReason,
    words: str,
    now: datetime,
    cause: str,
) -> Alert:
    """Add a new alert, due at once, to `transaction`; `cause` names what opens it, the same on every try."""
    alert = Alert(
        alert=new_id(now),
        community=watch.community,
        person=watch.person,
        reason=reason,
        words=words[:1000],
        emergency=False,
        chain=watch.chain or policy.chain,
        opened_at=now,
        changed_at=now,
        due_at=now,
    )
    escalation.write(ALERTS, transaction, answering.opened(alert, now), None, cause)
    return alert


def _close(transaction: Transaction, step: Step[Alert]) -> None:
    """What the outcome means: the watch goes on, pauses or ends; what is left to do is somebody's duty."""
    alert, outcome = step.alert, step.alert.outcome
    assert outcome is not None  # noqa: S101  a resolved alert has one
    before = watching.release(
        transaction, alert.community, alert.person, alert.alert, outcome=outcome, now=step.now
    )
    kind = FOLLOWS.get(outcome)
    if kind is not None:
        words = f"an alert ended as {outcome.replace('_', ' ')}"
        tending.raise_duty(transaction, alert.community, alert.person, kind, words=words, now=step.now)
    if outcome == "deceased":
        tending.end_visits(transaction, alert.community, alert.person)
        duties.drop_duties(DUTIES, transaction, alert.community, alert.person)
    elif before is not None and before.state.ended:  # declared dead by mistake
        tending.plan_visits(transaction, before.watch, step.now)


FOLLOWS: dict[AlertOutcome, DutyKind] = {"needs_help": "follow_up", "sensor": "check_sensors"}


def _facts(before: Alert | None, after: Alert) -> list[Fact]:
    alert: dict[str, Any] = {"community": after.community, "alert": after.alert, "version": after.version}
    graver = before is None or before.reason != after.reason
    told: list[Fact] = []
    if graver:
        told.append(AlertOpened(**alert, person=after.person, reason=after.reason, opened_at=after.opened_at))
    if after.state == "resolved":
        if after.outcome is not None and before is not None and before.is_open:
            told.append(
                AlertClosed(**alert, person=after.person, outcome=after.outcome, closed_at=after.changed_at)
            )
    elif after.state != ("open" if graver or before is None else before.state):
        told.append(AlertChanged(**alert, state=after.state, changed_at=after.changed_at))
    return told


ALERTS = escalation.Kept(
    worker="escalation",
    alerts=AlertRow,
    messages=MessageRow,
    entries=EntryRow,
    case=load,
    closing=_close,
    facts=_facts,
)


def note_sign(community: str, alert: str, at: datetime, words: str, *, overtaken: bool = False) -> None:
    """The person of an open alert gave a sign of life, which it may have overtaken. Raises NotFound."""

    def attempt() -> None:
        key, of_community = AlertRow.key(community, alert), CommunityRow.key(community)
        rows = read([key, of_community])
        row = rows.one(AlertRow, key)
        if row is None:
            raise NotFound
        setting = watching.setting_of(rows, community)
        step = answering.given_a_sign(row.alert, at, words, setting, at, overtaken=overtaken)
        if step.changed:
            escalation.save(ALERTS, step, row.alert, f"moved/{to_text(at)}")

    until_it_holds(attempt, escalation.RACES)
