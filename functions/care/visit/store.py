"""Today's rounds, and what came of a visit, kept together with the next one."""

from datetime import datetime

from functions.care.intake.signs import store as signs
from functions.care.tending import store as tending
from functions.care.tending.rows import VisitRow, rounds_of
from functions.care.tending.store import DUTIES
from functions.care.tending.visits import Visit, today
from functions.care.timeline.rows import EntryRow
from functions.care.visit.domain import MET, after, line, round_of
from functions.care.visit.models import Round, VisitKept, VisitMade
from functions.care.watching import store as watching
from functions.care.watching.rows import WatchRow
from functions.care.watching.signals import Sign
from linli import places
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.escalation.duties import store as duties
from linli.escalation.rows import QueueRow
from linli.idempotency import Creation
from linli.instants import to_text
from linli.tables import ConditionsFailed, Transaction, find, read


def of_today(community: str, query: PageQuery, now: datetime) -> Page[Round]:
    """Whom to visit by today, the longest overdue first."""
    day = today(now, watching.setting_of(read([CommunityRow.key(community)]), community))

    def due(row: QueueRow) -> Visit | None:
        return row.visit if isinstance(row, VisitRow) and row.visit.next_on <= day else None

    page = page_of(QueueRow.by_queue, rounds_of(community), query, due)
    keys = {each.person: WatchRow.key(community, each.person) for each in page.items}
    rows = read(keys.values())
    watches = {person: row.watch for person, key in keys.items() if (row := rows.one(WatchRow, key))}
    names = places.called(community, {watch.home for watch in watches.values()})
    items = [
        round_of(each, home, names.get(home), day)
        for each in page.items
        if each.person in watches
        for home in [watches[each.person].home]
    ]
    goes_on = len(page.items) == query.limit  # the list goes on with the visits of later days
    return Page(items=items, next_cursor=page.next_cursor if goes_on else None)


def note(community: str, person: str, made: VisitMade, by: str, creation: Creation) -> VisitKept:
    """Note a visit, once: asked for again it is the sign of life it was then.

    Raises NotFound when nobody watches over the person.
    """
    kept = creation.once(
        lambda: _note(community, person, made, by, creation),
        lambda _: _noted_before(community, person, made, creation),
    )
    if made.outcome in MET:
        sign = Sign(kind="visit", at=kept.at, key=f"visit:{to_text(kept.at)}")
        signs.take_in(community, person, sign)
    return kept


def _note(community: str, person: str, made: VisitMade, by: str, creation: Creation) -> VisitKept:
    key = VisitRow.key(community, person)
    rows = read([key, CommunityRow.key(community)])
    row = rows.one(VisitRow, key)
    if row is None:
        raise NotFound
    setting = watching.setting_of(rows, community)
    visit = after(row.visit, made, by, setting, creation.at)
    answer = VisitKept(person=person, outcome=made.outcome, at=creation.at, next_on=visit.next_on)
    transaction = Transaction()
    transaction.put("visit", tending.visit_row(community, visit, setting), VisitRow.visit == row.visit)
    entry = EntryRow.of(community, person, line(made, by, creation.at), f"visit-{creation.attempt}")
    transaction.create("entry", entry)
    if made.outcome != "not_in":
        duties.drop_duty(DUTIES, transaction, community, person, "visit_overdue")
    if made.outcome == "needs_help":
        words = made.note or "a visitor says that they need help"
        tending.raise_duty(transaction, community, person, "follow_up", words=words, now=creation.at)
    creation.claim(transaction)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "entry" not in failed.rows:
            raise
        return _noted_before(community, person, made, creation)
    return answer


def _noted_before(community: str, person: str, made: VisitMade, creation: Creation) -> VisitKept:
    """A visit that was noted before, by what is kept of it now."""
    visit = find(VisitRow, VisitRow.key(community, person)).visit
    at = visit.last_at or creation.at
    return VisitKept(person=person, outcome=made.outcome, at=at, next_on=visit.next_on)
