"""Reports and moves of tickets; lists, timelines and photos beside it."""

from dataclasses import dataclass
from datetime import datetime

from functions.maintenance.incidents.rows import IncidentRow
from functions.maintenance.people.rows import MemberRow
from functions.maintenance.people.store import candidates
from functions.maintenance.photos import client as bucket
from functions.maintenance.photos.models import LARGEST_PHOTO_BYTES, MOST_PHOTOS
from functions.maintenance.photos.rows import PhotoRow
from functions.maintenance.photos.store import LOOKED_AT_AFTER, looked_at
from functions.maintenance.repair_ticket.models import (
    Incident,
    Photo,
    PhotoRefused,
    Photos,
    PhotoUpload,
    PhotoWanted,
    Report,
    Timeline,
    TimelineEntry,
)
from functions.maintenance.reports.models import Reported
from functions.maintenance.tickets import store as tickets
from functions.maintenance.tickets.machine import actor_on, refusal
from functions.maintenance.tickets.models import DROPPED, WAITING, Capacity, Shelf, Ticket
from functions.maintenance.tickets.moves import SYSTEM, Actor, Move
from functions.maintenance.tickets.rows import TicketRow, TimelineRow
from functions.maintenance.tickets.steps import Step
from functions.maintenance.tickets.views import TicketShown, shown
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.episodes import lock_of
from linli.errors import Conflict, InvalidRequest, NotFound
from linli.idempotency import Creation
from linli.ids import is_id
from linli.tables import ConditionsFailed, Row, Transaction, read

NEWLY_FREE = frozenset({"decline", "reassign", "reopen", "recategorise"})


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, and what they could be to a ticket of this community."""

    person: str
    roles: frozenset[Capacity]

    def sees(self, ticket: Ticket) -> bool:
        """Whether the ticket concerns them."""
        return bool(self.roles & {"repairer", "manager"}) or ticket.reported_by == self.person


def report(community: str, person: Person, wanted: Report, creation: Creation) -> TicketShown:
    """Open a ticket and offer it to a repairer; the same Idempotency-Key gives the same ticket."""
    reported = Reported(**dict(wanted), reported_by=person.person)
    if wanted.building is None and wanted.asset is None and person.roles == {"reporter"}:
        reported = reported.model_copy(update=_home(community, person.person))

    def attempt() -> TicketShown:
        step, also = tickets.opened(community, creation.id, reported, creation.at)

        def with_key(transaction: Transaction) -> None:
            also(transaction)
            creation.claim(transaction)

        tickets.save(step, creation.attempt, creation.at, with_key)
        return _shown(step.ticket, step.incident, person)

    return creation.once(attempt, lambda earlier: find(community, person, earlier), tickets.RACES)


def _home(community: str, person: str) -> dict[str, str]:
    """Where somebody lives, as a report has it; nothing of who has no home there, or several."""
    key = MemberRow.key(community, person)
    row = read([key]).one(MemberRow, key)
    building, _, unit = (row.home or "" if row else "").partition("/")
    return {"building": building, "unit": unit} if is_id(building) and is_id(unit) else {}


def find(community: str, person: Person, ticket: str) -> TicketShown:
    """One ticket. Raises NotFound, also for one that does not concern the person."""
    found = _found(community, person, ticket)
    view = _shown(found.ticket, found.incident, person)
    if found.ticket.asset is None or found.ticket.fault is None:
        return view
    lock = lock_of(community, found.ticket.asset, found.ticket.fault)
    if lock is None or lock.thing != ticket:
        return view
    return view.model_copy(update={"told": int(lock.told), "last_seen": lock.last_seen})


def _found(community: str, person: Person, ticket: str) -> tickets.Loaded:
    found = tickets.load(community, ticket)
    if not person.sees(found.ticket):
        raise NotFound
    return found


def move(community: str, person: Person, ticket: str, wanted: Move, creation: Creation) -> TicketShown:
    """Carry a command out. Raises NotFound, Forbidden, and IllegalTransition with what is allowed instead."""
    return creation.once(
        lambda: _move(community, person, ticket, wanted, creation),
        lambda same: find(community, person, same),
        tickets.RACES,
    )


def _move(community: str, person: Person, ticket: str, wanted: Move, creation: Creation) -> TicketShown:
    found = _found(community, person, ticket)
    actor = actor_on(found.ticket, person.person, person.roles)
    step = found.step()
    try:
        step.move(wanted, actor, creation.at)
        original = _original(community, wanted, found.ticket, actor)
        if wanted.command == "recategorise":
            _leave_to_who_can(step, creation.at)
        if wanted.command == "reassign" and wanted.repairer is not None:
            given = Move(command="dispatch", repairer=wanted.repairer)
            step.move(given, actor, creation.at)
        elif wanted.command in NEWLY_FREE and step.ticket.state in WAITING:
            tickets.dispatch(step, creation.at)

        def with_key(transaction: Transaction) -> None:
            creation.claim(transaction, ticket)
            if original is not None:
                same = TicketRow.version == original.version
                transaction.check("original", TicketRow, TicketRow.key(community, original.ticket), same)

        tickets.save(step, creation.attempt, creation.at, with_key)
    except ConditionsFailed as failed:
        raise _lost(failed, step, person, wanted) from failed
    return _shown(step.ticket, step.incident, person)


def _original(community: str, wanted: Move, ticket: Ticket, actor: Actor) -> Ticket | None:
    """The ticket that another is said to be a duplicate of: somebody must have it in hand, or have had it.

    As long as it is no duplicate itself, no circle can close. Raises InvalidRequest, IllegalTransition.
    """
    if wanted.duplicate_of is None:
        return None
    key = TicketRow.key(community, wanted.duplicate_of)
    row = read([key]).one(TicketRow, key)
    if row is None:
        raise InvalidRequest("no_such_original")
    if row.ticket.state in DROPPED:
        raise refusal(ticket, actor, "original_dropped", {"state": row.ticket.state})
    return row.ticket


def _leave_to_who_can(step: Step, now: datetime) -> None:
    """Take the ticket from a repairer who cannot do what it turns out to need."""
    holder, skill = step.ticket.holder, step.ticket.skill
    people = candidates(step.ticket.community) if holder else []
    if holder and not any(each.person == holder and skill in each.skills for each in people):
        step.move(Move(command="take_back", note=f"it needs another skill: {skill}"), SYSTEM, now)


def _lost(failed: ConditionsFailed, step: Step, person: Person, wanted: Move) -> Exception:
    """What came in between: the other's transition is a conflict, a clock's mark only makes us try again."""
    row, before = failed.one(TicketRow, "ticket"), step.before
    if row is not None and before is not None:
        now = row.ticket
        if wanted.version is None and (now.state, now.repairer) == (before.state, before.repairer):
            return failed
        return refusal(now, actor_on(now, person.person, person.roles), "somebody_faster")
    actor = actor_on(step.before or step.ticket, person.person, person.roles)
    if "original" in failed.rows:
        return failed
    if "lock" in failed.rows:
        return refusal(step.before or step.ticket, actor, "another_ticket_open")
    if "taken" in failed.rows and wanted.repairer is not None:
        return refusal(step.before or step.ticket, actor, "repairer_not_free")
    return failed


def on_shelf(community: str, shelf: Shelf, query: PageQuery) -> Page[TicketShown]:
    """The community's tickets on one shelf, oldest first; those that are over newest first."""
    return page_of(TicketRow.by_shelf, f"{community}#{shelf}", query, _listed, newest_first=shelf == "over")


def reported_by(community: str, person: str, query: PageQuery) -> Page[TicketShown]:
    """What a person reported, newest first."""
    return page_of(TicketRow.by_reporter, f"{community}#{person}", query, _listed, newest_first=True)


def incidents(community: str, query: PageQuery) -> Page[Incident]:
    """The community's mass outages, newest first."""
    return page_of(IncidentRow, IncidentRow.key.partition(community), query, _incident, newest_first=True)


def timeline(community: str, person: Person, ticket: str) -> Timeline:
    """A ticket's course. Raises NotFound, also for one that does not concern the person."""
    _found(community, person, ticket)
    rows = TimelineRow.query(
        TicketRow.key(community, ticket)[0], TimelineRow.sk.startswith("timeline#"), consistent_read=True
    )
    return Timeline(items=[TimelineEntry.model_validate(dict(row.entry), extra="ignore") for row in rows])


def add_photo(
    community: str, person: Person, ticket: str, wanted: PhotoWanted, creation: Creation
) -> PhotoUpload:
    """Sign an upload of just this type and size. Raises Conflict when the ticket has nine photos."""
    _found(community, person, ticket)
    photo = creation.once(lambda: _add_photo(community, person, ticket, wanted, creation), lambda same: same)
    return _upload(community, ticket, photo, wanted)


def _add_photo(community: str, person: Person, ticket: str, wanted: PhotoWanted, creation: Creation) -> str:
    taken = {row.sk: row for row in _photo_rows(community, ticket)}
    keys = [PhotoRow.key(community, ticket, number) for number in range(1, MOST_PHOTOS + 1)]
    free = [key for key in keys if key[1] not in taken] or [key for key in keys if taken[key[1]].refused]
    if not free:
        raise Conflict("too_many_photos", {"most": MOST_PHOTOS})
    row = PhotoRow(
        *free[0],
        photo=creation.id,
        content_type=wanted.content_type,
        added_by=person.person,
        added_at=creation.at,
        **PhotoRow.timed(ticket, creation.at + LOOKED_AT_AFTER),
    )
    transaction = Transaction()
    transaction.put("photo", row, Row.pk.does_not_exist() | PhotoRow.refused.exists())
    creation.claim(transaction)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        landed = failed.one(PhotoRow, "photo")
        if (
            landed is None or landed.photo != creation.id
        ):  # another photo has taken the place: there may be another
            raise
    return creation.id


def _upload(community: str, ticket: str, photo: str, wanted: PhotoWanted) -> PhotoUpload:
    size = min(wanted.size_bytes, LARGEST_PHOTO_BYTES)
    form = bucket.upload_form(community, ticket, photo, wanted.content_type, size)
    return PhotoUpload(photo=photo, url=form.url, fields=form.fields)


def photos(community: str, person: Person, ticket: str) -> Photos:
    """A ticket's photos, each with an address that shows it for a while; what was never uploaded is left out.

    Raises NotFound for a ticket that does not concern the person, Unavailable.
    """
    _found(community, person, ticket)
    found = [row for each in _photo_rows(community, ticket) if (row := looked_at(each))]
    items = [
        shown_as(Photo, row, url=bucket.address(community, ticket, row.photo)) for row in found if row.shown
    ]
    refused = [
        PhotoRefused(photo=row.photo, added_by=row.added_by, why=row.refused) for row in found if row.refused
    ]
    return Photos(items=items, refused=refused)


def _photo_rows(community: str, ticket: str) -> list[PhotoRow]:
    partition = TicketRow.key(community, ticket)[0]
    return list(PhotoRow.query(partition, PhotoRow.sk.startswith("photo#"), consistent_read=True))


def _shown(ticket: Ticket, incident: str | None, person: Person) -> TicketShown:
    return shown(ticket, incident, actor_on(ticket, person.person, person.roles))


def _listed(row: TicketRow) -> TicketShown:
    return shown(row.ticket, row.incident)


def _incident(row: IncidentRow) -> Incident:
    return shown_as(Incident, row, incident=row.sk, tickets=sorted(row.tickets))
