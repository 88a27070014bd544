"""A person's settings and state as they are kept, and the few ways in which they change; and their family.

A sign of life is one conditional UpdateItem; whatever belongs to an alert joins the alert's transaction.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pynamodb.expressions.update import Action

from functions.care.watching.deadlines import due_at
from functions.care.watching.movement import released
from functions.care.watching.rows import FamilyRow, StaffRow, StateRow, WatchRow
from functions.care.watching.state import Setting, WatchState
from functions.care.watching.watch import Watch
from linli import communities
from linli.communities import CommunityRow
from linli.errors import NotFound
from linli.tables import Rows, Transaction, change, read
from linli.vocabulary.care import AlertOutcome, CarePolicy

RACES = 50  # as many sensors of one person may speak at once, and more do not


class UnknownPerson(NotFound):
    """The directory has told of nobody by this id; of a new member it tells within moments."""

    slug = "unknown-person"


@dataclass(frozen=True, slots=True)
class Vigil:
    """A watched person as read in one round trip.

    `version` is that of the state; `listed_at`: when the index says that somebody must look. `elsewhere`: the
    directory has them in another home than the watch.
    """

    watch: Watch
    state: WatchState
    setting: Setting
    version: int
    open_alert: str | None = None
    alert_at: datetime | None = None
    moved_again: bool = False
    listed_at: datetime | None = None
    elsewhere: bool = False

    def under(self, watch: Watch) -> "Vigil":
        """A copy of the same person under other settings."""
        return replace(self, watch=watch)

    @property
    def due_at(self) -> datetime | None:
        """When somebody must look; the alert's own clock runs while one is open."""
        return None if self.open_alert else due_at(self.state, self.watch, self.setting)


def load(community: str, person: str) -> Vigil:
    """One person. Raises NotFound when nobody watches over them."""
    vigil = found(community, person)
    if vigil is None:
        raise NotFound
    return vigil


def found(community: str, person: str) -> Vigil | None:
    """One person, if they are watched over, in one round trip."""
    watch_key, state_key = WatchRow.key(community, person), StateRow.key(community, person)
    member_key = StaffRow.key(community, person)
    rows = read([CommunityRow.key(community), watch_key, state_key, member_key])
    watch, row = rows.one(WatchRow, watch_key), rows.one(StateRow, state_key)
    member = rows.one(StaffRow, member_key)
    if watch is None or row is None or row.state is None:
        return None
    return Vigil(
        watch=watch.watch,
        state=row.state,
        setting=setting_of(rows, community),
        version=int(row.version or 0),
        open_alert=row.open_alert,
        alert_at=row.alert_at,
        moved_again=bool(row.moved_again),
        listed_at=row.due_at,
        elsewhere=member is not None and member.member.lives_elsewhere(watch.watch.home),
    )


def people_after(community: str, person: str, most: int) -> list[str]:
    """So many of those who are watched over in a community, by their ids, from after one of them on."""
    partition = WatchRow.key.partition(community)
    rows = WatchRow.query(partition, WatchRow.sk > person, limit=most, attributes_to_get=["pk", "sk", "kind"])
    return [row.sk for row in rows]


def setting_of(rows: Rows, community: str) -> Setting:
    """The community's policy and zone among rows that were read with its key."""
    known = communities.known(rows, community)
    return Setting(known.policy(CarePolicy), ZoneInfo(known.time_zone))


def changes(vigil: Vigil, after: WatchState) -> list[Action]:
    """What to set so that the state becomes `after`, and its place in the index `due` with it."""
    due = None if vigil.open_alert else due_at(after, vigil.watch, vigil.setting)
    return [
        StateRow.kind.set(StateRow),
        StateRow.state.set(after),
        StateRow.seen_at.set(after.seen_at),
        StateRow.version.set(vigil.version + 1),
        *StateRow.timing(vigil.watch.person, due),
    ]


def write(vigil: Vigil, after: WatchState) -> None:
    """Write a state. Raises ConditionsFailed when somebody was faster, or `seen_at` would move back."""
    row = StateRow(*StateRow.key(vigil.watch.community, vigil.watch.person))
    as_read = (StateRow.version == vigil.version) & (StateRow.seen_at <= after.seen_at)
    change(row, changes(vigil, after), as_read)


def begin(transaction: Transaction, watch: Watch, state: WatchState) -> None:
    """Let `transaction` (row `state`) begin a vigil in this state, unless there is one.

    An alert that is open already, from a call for help, stays so: the deadline is set when it is released.
    """
    key = StateRow.key(watch.community, watch.person)
    rows = read([key, CommunityRow.key(watch.community)])
    row = rows.one(StateRow, key)
    version, alert = (int(row.version or 0), row.open_alert) if row else (0, None)
    vigil = Vigil(watch, state, setting_of(rows, watch.community), version, alert)
    as_read = StateRow.version == version if row else StateRow.pk.does_not_exist()
    transaction.update("state", StateRow(*key), changes(vigil, vigil.state), as_read)


def join(transaction: Transaction, vigil: Vigil, after: WatchState) -> None:
    """Let `transaction` (row `state`) write a state, if nobody has since `vigil` was read."""
    row = StateRow(*StateRow.key(vigil.watch.community, vigil.watch.person))
    transaction.update("state", row, changes(vigil, after), StateRow.version == vigil.version)


def put_off(transaction: Transaction, community: str, person: str, until: datetime) -> None:
    """Let `transaction` (row `state`) look again later at somebody whose rows cannot be read."""
    row = StateRow(*StateRow.key(community, person))
    transaction.update("state", row, StateRow.timing(person, until), StateRow.due_at.exists())


def hold(
    transaction: Transaction,
    community: str,
    person: str,
    alert: str,
    opened_at: datetime,
    *,
    as_read: Vigil | None = None,
) -> None:
    """Let `transaction` (row `held`) succeed only if the person has no open alert, and give them this one.

    Works for somebody who is not watched over as well, who may call for help. `as_read`: nor if a sign has
    come since. There is no deadline until `release`.
    """
    actions = [
        StateRow.kind.set(StateRow),
        StateRow.open_alert.set(alert),
        StateRow.alert_at.set(opened_at),
        StateRow.moved_again.set(False),
        StateRow.version.add(1),
        *StateRow.no_longer_due(),
    ]
    free = StateRow.open_alert.does_not_exist()
    condition = free if as_read is None else free & (StateRow.version == as_read.version)
    transaction.update("held", StateRow(*StateRow.key(community, person)), actions, condition)


def release(
    transaction: Transaction, community: str, person: str, alert: str, *, outcome: AlertOutcome, now: datetime
) -> Vigil | None:
    """Clear the person's open alert in `transaction` (row `held`), and set a fresh deadline.

    Returns how they were before, if anybody watches over them. Reads the state; the transaction fails when it
    has moved on since, and is to be tried again (`until_it_holds`).
    """
    row = StateRow(*StateRow.key(community, person))
    over = [StateRow.open_alert.remove(), StateRow.alert_at.remove(), StateRow.moved_again.remove()]
    try:
        vigil = load(community, person)
    except NotFound:
        transaction.update("held", row, [*over, StateRow.version.add(1)], StateRow.open_alert == alert)
        return None
    except ValidationError:  # it is due at once: the sweep tells staff that nothing can be made out
        anew = [StateRow.version.add(1), *StateRow.timing(person, now)]
        transaction.update("held", row, [*over, *anew], StateRow.open_alert == alert)
        return None
    after = released(vigil.state, outcome, now, vigil.setting)
    actions = [*over, *changes(replace(vigil, open_alert=None), after)]
    ours = (StateRow.open_alert == alert) & (StateRow.version == vigil.version)
    transaction.update("held", row, actions, ours)
    return vigil


def roles_of(community: str, person: str) -> set[str]:
    """The roles that the directory gives somebody; none once they have gone. Raises UnknownPerson."""
    key = StaffRow.key(community, person)
    row = read([key]).one(StaffRow, key)
    if row is None:
        raise UnknownPerson
    return set(row.roles or ())


def name_family(
    transaction: Transaction, community: str, person: str, before: Watch | None, after: Watch | None
) -> None:
    """Let `transaction` (rows `family-<person>`) name the family of somebody whose watch changes."""
    was, will_be = _family(before), _family(after)
    for each in sorted(will_be - was):
        transaction.put(f"family-{each}", FamilyRow(*FamilyRow.key(community, each, person)))
    for each in sorted(was - will_be):
        transaction.delete(f"family-{each}", FamilyRow(*FamilyRow.key(community, each, person)))


def _family(watch: Watch | None) -> set[str]:
    if watch is None:
        return set()
    return {*watch.family, *(each.person for each in watch.contacts if each.person is not None)}
