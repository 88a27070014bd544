"""Duties and visits as they are kept, and the questions that raise duties when somebody moves.

Everybody who is watched over is visited as often as the policy says.
"""

from datetime import datetime
from typing import get_args

from functions.care.tending.duties import Duty, DutyKind
from functions.care.tending.rows import DutyRow, VisitRow, rounds_of
from functions.care.tending.visits import Visit, overdue_at, today
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from functions.care.watching.members import Member
from functions.care.watching.rows import StaffRow, WatchRow
from functions.care.watching.state import Setting
from functions.care.watching.watch import Watch
from linli.communities import CommunityRow
from linli.escalation.duties import store as duties
from linli.keys import RowKey
from linli.tables import Row, Transaction, as_read, read, until_it_holds
from linli.vocabulary.directory import MembershipChanged

TOLD = ("version", "home_version")


DUTIES: duties.Duties[DutyKind] = duties.Duties(get_args(DutyKind), DutyRow, EntryRow)


def raise_duty(
    transaction: Transaction, community: str, person: str, kind: DutyKind, *, words: str, now: datetime
) -> None:
    """Let `transaction` (rows `duty-<kind>`, `duty-line`) raise a duty; one that is there is renewed."""
    duty = Duty(kind=kind, about=person, words=words[:1000], since=now)
    duties.put_duty(DUTIES, transaction, community, duty)


def plan_visits(transaction: Transaction, watch: Watch, now: datetime) -> None:
    """Let `transaction` (row `visit`) plan the first visit, which is for today."""
    setting = watching.setting_of(read([CommunityRow.key(watch.community)]), watch.community)
    visit = Visit(person=watch.person, next_on=today(now, setting))
    transaction.put("visit", visit_row(watch.community, visit, setting))


def end_visits(transaction: Transaction, community: str, person: str) -> None:
    """Let `transaction` (row `visit`) end the visits to somebody."""
    transaction.delete("visit", VisitRow(*VisitRow.key(community, person)))


def visit_row(community: str, visit: Visit, setting: Setting) -> VisitRow:
    """The row of the next visit; it falls due when its day has passed."""
    return VisitRow(
        *VisitRow.key(community, visit.person),
        visit=visit,
        queue=rounds_of(community),
        place=visit.place,
        **VisitRow.timed(visit.person, overdue_at(visit, setting)),
    )


def note_membership(fact: MembershipChanged, now: datetime) -> str:
    """Take a person's roles and homes in, unless newer ones are here. Returns the outcome.

    Somebody without any role has moved out, somebody with other homes has moved, or a clerk was mistaken:
    the watch goes on as it is until staff change it.
    """
    return until_it_holds(lambda: _note_membership(fact, now))


def _note_membership(fact: MembershipChanged, now: datetime) -> str:
    community, person = fact.community, fact.person
    key, watch_key = StaffRow.key(community, person), WatchRow.key(community, person)
    out_key, home_key = (DutyRow.key(community, kind, person) for kind in ("moved_out", "moved_home"))
    rows = read([key, watch_key, out_key, home_key])
    row, watched = rows.one(StaffRow, key), rows.one(WatchRow, watch_key)
    before = _member(row)
    member = before.told(fact)
    if member == before or (row is not None and row.forgets(fact.version)):
        return "duplicate"
    transaction = Transaction()
    transaction.put("member", StaffRow.of(key, member), as_read(StaffRow, row, *TOLD))
    _as_read(transaction, "watch", watch_key, watched)
    watch = watched.watch if watched else None
    outcome = None
    if member.version > before.version:
        outcome = _ask_whether(transaction, fact, watch, now, asked=out_key in rows)
    if watch is not None:
        outcome = _ask_where(transaction, watch, member, rows.one(DutyRow, home_key), now) or outcome
    transaction.commit()
    return outcome or "member_kept"


def ask_about_home(transaction: Transaction, watch: Watch, now: datetime) -> None:
    """Let `transaction` ask staff about the home of a watch that is set up, or take the question back."""
    key = StaffRow.key(watch.community, watch.person)
    duty_key = DutyRow.key(watch.community, "moved_home", watch.person)
    rows = read([key, duty_key])
    row = rows.one(StaffRow, key)
    _as_read(transaction, "member", key, row)
    _ask_where(transaction, watch, _member(row), rows.one(DutyRow, duty_key), now)


def _as_read(transaction: Transaction, name: str, key: RowKey, row: StaffRow | WatchRow | None) -> None:
    """Let `transaction` fail if a row has changed that it decides by and does not write."""
    same = WatchRow.version == row.version if isinstance(row, WatchRow) else as_read(StaffRow, row, *TOLD)
    transaction.check(name, Row, key, same)


def _ask_whether(
    transaction: Transaction, fact: MembershipChanged, watch: Watch | None, now: datetime, *, asked: bool
) -> str | None:
    """Let `transaction` ask whether the watch is over, or take the question back."""
    community, person = fact.community, fact.person
    if fact.roles and asked:
        words = "the directory has them again"
        duties.settle_duty(DUTIES, transaction, community, person, "moved_out", now=now, words=words)
        return "moved_in_again"
    if watch is not None and not fact.roles and not asked:
        words = "has moved out according to the directory: end the watch?"
        raise_duty(transaction, community, person, "moved_out", words=words, now=now)
        return "moved_out"
    return None


def _ask_where(
    transaction: Transaction, watch: Watch, member: Member, asked: DutyRow | None, now: datetime
) -> str | None:
    """Let `transaction` ask where they live when the directory has them elsewhere, or take it back: when it
    agrees, or has them nowhere.
    """
    has_gone = member.version > 0 and not member.roles
    if has_gone or not member.lives_elsewhere(watch.home):
        if asked is None:
            return None
        words = "has gone" if has_gone else "the watch and the directory agree again"
        who = watch.community, watch.person
        duties.settle_duty(DUTIES, transaction, *who, "moved_home", now=now, words=words)
        return None if has_gone else "home_agrees"
    words = (
        f"lives in {' and '.join(member.homes)} according to the directory, and is watched over in "
        f"{watch.home}, whose meters do not count meanwhile: end the watch, or set it up at the new home"
    )
    if asked is not None and asked.duty.words == words:
        return None
    raise_duty(transaction, watch.community, watch.person, "moved_home", words=words, now=now)
    return "moved_home"


def _member(row: StaffRow | None) -> Member:
    return row.member if row else Member()
