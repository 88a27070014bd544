"""Who has which roles and lives where, as the directory says last: nobody is called as what they are no more,
and no meter tells of who has moved.
"""

from datetime import datetime

from functions.care import duties
from functions.care.case_tables import DutyRow, StaffRow
from functions.care.tables import Key, WatchRow
from functions.care.watches import Watch
from linli.events import MembershipChanged
from linli.tables import ConditionsFailed, Row, Transaction, read, until_it_holds


def keep(fact: MembershipChanged, now: datetime) -> str:
    """Take a person's roles and home in, unless newer ones are here. Returns the outcome.

    Somebody without any role has moved out, somebody with another home has moved, or a clerk was mistaken:
    the watch goes on as it is until staff change it. A fact without a home leaves the one that is known.
    """
    return until_it_holds(lambda: _keep(fact, now))


def _keep(fact: MembershipChanged, now: datetime) -> str:
    community, person = fact.community, fact.person
    key, watch_key = StaffRow.key(community, person), WatchRow.key(community, person)
    out_key, home_key = (DutyRow.key(community, kind, person) for kind in ("moved_out", "moved_home"))
    rows = read([key, watch_key, out_key, home_key])
    known, watched = rows.one(StaffRow, key), rows.one(WatchRow, watch_key)
    home = fact.home or (known.home if known else None)
    row = StaffRow(*key, roles=set(fact.roles) or None, home=home, version=fact.version)
    transaction = Transaction()
    transaction.keep_newest("member", row)
    _as_read(transaction, "watch", watch_key, watched)
    watch = watched.watch if watched else None
    outcome = _ask_whether(transaction, fact, watch, now, asked=out_key in rows)
    if watch is not None and fact.roles:
        outcome = _ask_where(transaction, watch, home, rows.one(DutyRow, home_key), now) or outcome
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "member" in failed.rows:
            return "duplicate"
        raise
    return outcome or "member_kept"


def agree(transaction: Transaction, watch: Watch, now: datetime) -> None:
    """Let `transaction` ask staff about the home of a watch that is set up, or take the question back."""
    key = StaffRow.key(watch.community, watch.person)
    duty_key = DutyRow.key(watch.community, "moved_home", watch.person)
    rows = read([key, duty_key])
    known = rows.one(StaffRow, key)
    _as_read(transaction, "member", key, known)
    _ask_where(transaction, watch, known.home if known else None, rows.one(DutyRow, duty_key), now)


def _as_read(transaction: Transaction, name: str, key: Key, row: StaffRow | WatchRow | None) -> None:
    """Let `transaction` fail if a row has changed that it decides by and does not write."""
    if row is None:
        transaction.delete(name, Row(*key), Row.pk.does_not_exist())
        return
    kind = type(row)
    transaction.update(name, kind(*key), [kind.version.set(row.version)], kind.version == row.version)


def _ask_whether(
    transaction: Transaction, fact: MembershipChanged, watch: Watch | None, now: datetime, *, asked: bool
) -> str | None:
    """Let `transaction` ask whether the watch is over, or take the question back."""
    community, person = fact.community, fact.person
    if fact.roles and asked:
        words = "the directory has them again"
        duties.cleared(transaction, community, person, "moved_out", now, words=words)
        return "moved_in_again"
    if watch is not None and not fact.roles and not asked:
        words = "has moved out according to the directory: end the watch?"
        duties.raised(transaction, community, person, "moved_out", words=words, now=now)
        return "moved_out"
    return None


def _ask_where(
    transaction: Transaction, watch: Watch, home: str | None, asked: DutyRow | None, now: datetime
) -> str | None:
    """Let `transaction` ask where they live when the directory has them elsewhere, or take it back."""
    if home in {None, watch.home}:
        if asked is None:
            return None
        words = "the watch and the directory agree again"
        duties.cleared(transaction, watch.community, watch.person, "moved_home", now, words=words)
        return "home_agrees"
    words = (
        f"lives in {home} according to the directory, and is watched over in {watch.home}, whose meters do "
        "not count meanwhile: end the watch, or set it up at the new home"
    )
    if asked is not None and asked.duty.words == words:
        return None
    duties.raised(transaction, watch.community, watch.person, "moved_home", words=words, now=now)
    return "moved_home"
