"""Who has which roles and lives where, as the directory says last: nobody is called as what they are no more,
and no meter tells of who has moved. A second home is no move: the watch is over the one that it names.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from pynamodb.expressions.condition import Condition

from functions.care.case_tables import DutyRow, StaffRow
from functions.care.tables import Key, WatchRow
from functions.care.tending import store as duties
from functions.care.watching.watch import Watch
from linli.errors import NotFound
from linli.tables import Row, Transaction, read, until_it_holds
from linli.vocabulary.directory import MembershipChanged


class UnknownPerson(NotFound):
    """The directory has told of nobody by this id; of a new member it tells within moments."""

    slug = "unknown-person"
    title = "The directory does not know this person"


def roles(community: str, person: str) -> set[str]:
    """The roles that the directory gives somebody; none once they have gone. Raises UnknownPerson."""
    key = StaffRow.key(community, person)
    row = read([key]).one(StaffRow, key)
    if row is None:
        raise UnknownPerson
    return set(row.roles or ())


@dataclass(frozen=True, slots=True)
class Member:
    """What the directory has said of somebody: roles and homes, each with the version that said so last."""

    roles: frozenset[str] = frozenset()
    version: int = 0
    homes: tuple[str, ...] = ()
    home_version: int = 0

    @classmethod
    def of(cls, row: StaffRow | None) -> Self:
        """As it is kept. Rows of before homes had a version of their own are of one version."""
        if row is None:
            return cls()
        version, homes = int(row.version), tuple(row.places)
        home_version = int(row.home_version or (version if homes else 0))
        return cls(frozenset(row.roles or ()), version, homes, home_version)

    def told(self, fact: MembershipChanged) -> "Member":
        """With what a fact tells, in whatever order facts come. Who has gone lived where they were said to
        last: the meters of a home that they had left before tell of somebody else.
        """
        member = self
        if fact.version > member.version:
            member = replace(member, roles=frozenset(fact.roles), version=fact.version)
        if fact.roles and fact.version > member.home_version:
            member = replace(member, homes=tuple(fact.homes), home_version=fact.version)
        return member

    def lives_elsewhere(self, home: str) -> bool:
        """Whether the directory has them in other homes than this one alone; nobody without any is."""
        return bool(self.homes) and home not in self.homes


def keep(fact: MembershipChanged, now: datetime) -> str:
    """Take a person's roles and homes in, unless newer ones are here. Returns the outcome.

    Somebody without any role has moved out, somebody with other homes has moved, or a clerk was mistaken:
    the watch goes on as it is until staff change it.
    """
    return until_it_holds(lambda: _keep(fact, now))


def _keep(fact: MembershipChanged, now: datetime) -> str:
    community, person = fact.community, fact.person
    key, watch_key = StaffRow.key(community, person), WatchRow.key(community, person)
    out_key, home_key = (DutyRow.key(community, kind, person) for kind in ("moved_out", "moved_home"))
    rows = read([key, watch_key, out_key, home_key])
    row, watched = rows.one(StaffRow, key), rows.one(WatchRow, watch_key)
    before = Member.of(row)
    member = before.told(fact)
    if member == before:
        return "duplicate"
    transaction = Transaction()
    transaction.put("member", _row(key, member), _same(row))
    _as_read(transaction, "watch", watch_key, watched)
    watch = watched.watch if watched else None
    outcome = None
    if member.version > before.version:
        outcome = _ask_whether(transaction, fact, watch, now, asked=out_key in rows)
    if watch is not None:
        outcome = _ask_where(transaction, watch, member, rows.one(DutyRow, home_key), now) or outcome
    transaction.commit()
    return outcome or "member_kept"


def _row(key: Key, member: Member) -> StaffRow:
    return StaffRow(
        *key,
        roles=set(member.roles) or None,
        version=member.version,
        home=next(iter(member.homes), None),
        homes=list(member.homes) or None,
        home_version=member.home_version or None,
    )


def _same(row: StaffRow | None) -> Condition:
    """That nothing has been told of somebody since their row was read."""
    if row is None:
        return Row.pk.does_not_exist()
    said = StaffRow.home_version
    home = said == row.home_version if row.home_version else said.does_not_exist()
    same: Condition = (StaffRow.version == row.version) & home
    return same


def agree(transaction: Transaction, watch: Watch, now: datetime) -> None:
    """Let `transaction` ask staff about the home of a watch that is set up, or take the question back."""
    key = StaffRow.key(watch.community, watch.person)
    duty_key = DutyRow.key(watch.community, "moved_home", watch.person)
    rows = read([key, duty_key])
    row = rows.one(StaffRow, key)
    _as_read(transaction, "member", key, row)
    _ask_where(transaction, watch, Member.of(row), rows.one(DutyRow, duty_key), now)


def _as_read(transaction: Transaction, name: str, key: Key, row: StaffRow | WatchRow | None) -> None:
    """Let `transaction` fail if a row has changed that it decides by and does not write."""
    if row is None:
        transaction.delete(name, Row(*key), Row.pk.does_not_exist())
        return
    kind = type(row)
    same = _same(row) if isinstance(row, StaffRow) else kind.version == row.version
    transaction.update(name, kind(*key), [kind.version.set(row.version)], same)


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
        duties.cleared(transaction, watch.community, watch.person, "moved_home", now, words=words)
        return None if has_gone else "home_agrees"
    words = (
        f"lives in {' and '.join(member.homes)} according to the directory, and is watched over in "
        f"{watch.home}, whose meters do not count meanwhile: end the watch, or set it up at the new home"
    )
    if asked is not None and asked.duty.words == words:
        return None
    duties.raised(transaction, watch.community, watch.person, "moved_home", words=words, now=now)
    return "moved_home"
