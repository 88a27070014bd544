"""Settings, with what follows from them: whom sensors and homes serve, and the deadline."""

from datetime import datetime

from functions.care.intake.blindness import store as blindness
from functions.care.intake.endings.store import live
from functions.care.intake.sensor_assignments import store as sensor_assignments
from functions.care.tending import store as tending
from functions.care.watch.models import Watched, WatchSeen
from functions.care.watching import store as watching
from functions.care.watching.deadlines import unbelievable
from functions.care.watching.rows import WatchRow
from functions.care.watching.silences import looked, told_of
from functions.care.watching.state import begun, begun_anew
from functions.care.watching.store import Vigil
from functions.care.watching.watch import Settings, Watch
from linli import places
from linli.cursors import Page, PageQuery, page_of
from linli.errors import InvalidRequest
from linli.tables import Row, Transaction, until_it_holds
from linli.texts import is_visible


def set_up(community: str, person: str, settings: Settings, now: datetime) -> WatchSeen:
    """Replace a person's settings; the first time, their watch begins.

    Raises InvalidRequest for a consent in which nothing can be seen; one of before stays as it is.
    """
    if not is_visible(settings.consent):
        raise InvalidRequest("consent_not_visible")
    until_it_holds(lambda: _set_up(community, person, settings, now))
    return find(community, person)


def _set_up(community: str, person: str, settings: Settings, now: datetime) -> None:
    before = watching.found(community, person)
    was = before.watch if before else None
    served = sensor_assignments.known(community, person, was, settings)
    same = was is not None and was == _watch(community, person, settings, was.version, served.shared)
    if before is not None and same and not before.state.ended:
        return
    version = before.watch.version + 1 if before else 1
    watch = _watch(community, person, settings, version, served.shared)
    transaction = Transaction()
    fresh = WatchRow.version == version - 1 if before else Row.pk.does_not_exist()
    row = WatchRow(*WatchRow.key(community, person), watch=watch, version=version)
    transaction.put("watch", row, fresh)
    lost = blindness.lost_among(community, watch.devices)
    if before is None:
        state = looked(told_of(begun(now), lost), watch, now)
        watching.begin(transaction, watch, state)
        if state.blind_since is not None:
            blindness.ask_to_look(transaction, community, person, now)
        tending.plan_visits(transaction, watch, now)
    else:
        state = before.state
        if state.ended:  # set up again: whoever was declared dead by mistake is watched over again
            state = begun_anew(state, now)
            tending.plan_visits(transaction, watch, now)
        blindness.join(transaction, before.under(watch), looked(told_of(state, lost), watch, now), now)
    watching.name_family(transaction, community, person, was, watch)
    sensor_assignments.assign(transaction, served, now)
    tending.ask_about_home(transaction, watch, now)
    live(transaction, (community, person), was, watch, now)
    transaction.commit()


def _watch(community: str, person: str, settings: Settings, version: int, shared: list[str]) -> Watch:
    return Watch(community=community, person=person, version=version, shared=shared, **dict(settings))


def find(community: str, person: str) -> WatchSeen:
    """A person's settings and state. Raises NotFound."""
    return _shown(watching.load(community, person))


def _shown(vigil: Vigil) -> WatchSeen:
    watch, state = vigil.watch, vigil.state
    return WatchSeen(
        **{name: getattr(watch, name) for name in Settings.model_fields},
        person=watch.person,
        version=watch.version,
        where=state.where,
        since=state.since,
        seen_at=state.seen_at,
        due_at=vigil.due_at,
        away_until=state.away_until,
        open_alert=vigil.open_alert,
        silent=sorted({each.device for each in state.silent}),
        blind_since=state.blind_since,
        cannot_tell=[*watch.cannot_tell, *unbelievable(state, watch)],
        recent=state.recent,
    )


def watched(community: str, query: PageQuery) -> Page[Watched]:
    """Who is watched over, by person. Raises InvalidCursor."""
    partition = WatchRow.key.partition(community)
    page = page_of(WatchRow, partition, query, lambda row: row.watch)
    names = places.called(community, {watch.home for watch in page.items})
    items = [
        Watched(
            person=watch.person,
            home=watch.home,
            home_name=names.get(watch.home),
            cannot_tell=watch.cannot_tell,
        )
        for watch in page.items
    ]
    return Page(items=items, next_cursor=page.next_cursor)
