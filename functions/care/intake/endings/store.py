"""A watch as it ends, and what homes know of who is watched over there."""

from datetime import datetime

from functions.care.intake.rows import HomeRow
from functions.care.intake.sensor_assignments import store as sensor_assignments
from functions.care.tending import store as tending
from functions.care.tending.store import DUTIES
from functions.care.watching import store as watching
from functions.care.watching.rows import StateRow, WatchRow
from functions.care.watching.watch import Watch
from linli.errors import Conflict
from linli.escalation.duties import store as duties
from linli.tables import Rows, Transaction, as_read, read, until_it_holds
from linli.vocabulary.care import WatchChanged


def end(community: str, person: str, now: datetime) -> None:
    """End a watch, if there is one. Raises Conflict while an alert is open."""
    until_it_holds(lambda: _end(community, person, now))


def alert_of(community: str, person: str) -> str | None:
    """The alert that is open about somebody, who need not be watched over to call for help."""
    key = StateRow.key(community, person)
    row = read([key]).one(StateRow, key)
    return row.open_alert if row else None


def _end(community: str, person: str, now: datetime) -> None:
    vigil = watching.found(community, person)
    if vigil is None:
        return
    if vigil.open_alert is not None:
        raise Conflict("alert_is_open", alert=vigil.open_alert)
    served = sensor_assignments.known(community, person, vigil.watch, None)
    transaction = Transaction()
    watch_row = WatchRow(*WatchRow.key(community, person))
    transaction.delete("watch", watch_row, WatchRow.version == vigil.watch.version)
    state_row = StateRow(*StateRow.key(community, person))
    transaction.delete("state", state_row, StateRow.version == vigil.version)
    tending.end_visits(transaction, community, person)
    duties.drop_duties(DUTIES, transaction, community, person)
    watching.name_family(transaction, community, person, vigil.watch, None)
    sensor_assignments.assign(transaction, served, now)
    live(transaction, (community, person), vigil.watch, None, now)
    transaction.commit()


def live(
    transaction: Transaction,
    of: tuple[str, str],
    before: Watch | None,
    after: Watch | None,
    now: datetime,
) -> None:
    """Let the homes that the person leaves and comes to know; others hear when it makes a difference."""
    community, person = of
    was, home = before.home if before else None, after.home if after else None
    homes = sorted({each for each in (was, home) if each is not None and was != home})
    rows = read(HomeRow.key(community, each) for each in homes) if homes else Rows()
    facts = []
    for each in homes:
        row = rows.one(HomeRow, HomeRow.key(community, each))
        people, version = (set(row.people or ()), int(row.version)) if row else (set(), 0)
        then = people | {person} if each == home else people - {person}
        new = HomeRow(*HomeRow.key(community, each), people=then or None, version=version + 1)
        transaction.put(f"home-{each}", new, as_read(HomeRow, row, "version"))
        if bool(people) != bool(then):
            facts.append(
                WatchChanged(community=community, home=each, watched=bool(then), version=version + 1)
            )
    told = "-".join(f"{fact.home}/{fact.version}" for fact in facts)
    transaction.publish(facts, f"watch/{community}/{told}", now)
