"""Reports and moves through the docket; lists, timelines and photos beside it."""

import os
from dataclasses import dataclass
from typing import Any

from functions.maintenance import docket
from functions.maintenance.machine import actor_on, refusal
from functions.maintenance.moves import Move
from functions.maintenance.photos import LARGEST_PHOTO_BYTES, MOST_PHOTOS, object_of
from functions.maintenance.repair_ticket.models import (
    Incident,
    Photo,
    Photos,
    PhotoUpload,
    PhotoWanted,
    Report,
    Timeline,
    TimelineEntry,
)
from functions.maintenance.steps import Reported, Step
from functions.maintenance.tables import IncidentRow, LockRow, PhotoRow, TicketRow, TimelineRow
from functions.maintenance.ticket_views import TicketShown, shown
from functions.maintenance.tickets import WAITING, Capacity, Shelf, Ticket
from linli.aws import client
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict, InvalidRequest, NotFound
from linli.idempotency import Creation
from linli.tables import ConditionsFailed, Transaction, read

SIGNED_FOR_S = 300
NEWLY_FREE = frozenset({"decline", "reassign", "reopen"})


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

    def attempt() -> TicketShown:
        step, also = docket.opened(community, creation.id, reported, creation.at)

        def with_key(transaction: Transaction) -> None:
            also(transaction)
            creation.claim(transaction)

        docket.keep(step, creation.attempt, creation.at, with_key)
        return _shown(step.ticket, step.incident, person)

    return creation.once(attempt, lambda earlier: find(community, person, earlier), docket.RACES)


def find(community: str, person: Person, ticket: str) -> TicketShown:
    """One ticket. Raises NotFound, also for one that does not concern the person."""
    found = _found(community, person, ticket)
    view = _shown(found.ticket, found.incident, person)
    if found.ticket.asset is None or found.ticket.fault is None:
        return view
    key = LockRow.key(community, found.ticket.asset, found.ticket.fault)
    lock = read([key]).one(LockRow, key)
    if lock is None or lock.ticket_id != ticket:
        return view
    return view.model_copy(update={"told": int(lock.told), "last_seen": lock.last_seen})


def _found(community: str, person: Person, ticket: str) -> docket.Loaded:
    found = docket.load(community, ticket)
    if not person.sees(found.ticket):
        raise NotFound
    return found


def move(community: str, person: Person, ticket: str, wanted: Move, creation: Creation) -> TicketShown:
    """Carry a command out. Raises NotFound, Forbidden, and IllegalTransition with what is allowed instead."""
    if wanted.duplicate_of is not None:
        _must_exist(community, wanted.duplicate_of)
    return creation.once(
        lambda: _move(community, person, ticket, wanted, creation),
        lambda same: find(community, person, same),
        docket.RACES,
    )


def _must_exist(community: str, ticket: str) -> None:
    key = TicketRow.key(community, ticket)
    if key not in read([key]):
        raise InvalidRequest("duplicate_of: there is no such ticket")


def _move(community: str, person: Person, ticket: str, wanted: Move, creation: Creation) -> TicketShown:
    found = _found(community, person, ticket)
    actor = actor_on(found.ticket, person.person, person.roles)
    step = found.step()
    try:
        step.move(wanted, actor, creation.at)
        if wanted.command == "reassign" and wanted.repairer is not None:
            given = Move(command="dispatch", repairer=wanted.repairer)
            step.move(given, actor, creation.at)
        elif wanted.command in NEWLY_FREE and step.ticket.state in WAITING:
            docket.dispatch(step, creation.at)
        docket.keep(
            step, creation.attempt, creation.at, lambda transaction: creation.claim(transaction, ticket)
        )
    except ConditionsFailed as failed:
        raise _lost(failed, step, person, wanted) from failed
    return _shown(step.ticket, step.incident, person)


def _lost(failed: ConditionsFailed, step: Step, person: Person, wanted: Move) -> Exception:
    """What came in between: the other's transition is a conflict, a clock's mark only makes us try again."""
    row, before = failed.one(TicketRow, "ticket"), step.before
    if row is not None and before is not None:
        now = row.ticket
        if wanted.version is None and (now.state, now.repairer) == (before.state, before.repairer):
            return failed
        return refusal(now, actor_on(now, person.person, person.roles), "somebody else was faster")
    actor = actor_on(step.before or step.ticket, person.person, person.roles)
    if "lock" in failed.rows:
        return refusal(step.before or step.ticket, actor, "another ticket is open for the same fault")
    if "taken" in failed.rows and wanted.repairer is not None:
        return refusal(step.before or step.ticket, actor, "this repairer is not free")
    return failed


def on_shelf(community: str, shelf: Shelf, query: PageQuery) -> Page[TicketShown]:
    """The community's tickets on one shelf, oldest first; those that are over newest first."""
    return page_of(TicketRow.by_shelf, f"{community}#{shelf}", query, _listed, newest_first=shelf == "over")


def reported_by(community: str, person: str, query: PageQuery) -> Page[TicketShown]:
    """What a person reported, newest first."""
    return page_of(TicketRow.by_reporter, f"{community}#{person}", query, _listed, newest_first=True)


def incidents(community: str, query: PageQuery) -> Page[Incident]:
    """The community's mass outages, newest first."""
    return page_of(IncidentRow, IncidentRow.partition(community), query, _incident, newest_first=True)


def timeline(community: str, person: Person, ticket: str) -> Timeline:
    """A ticket's course. Raises NotFound as `find`."""
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
    taken = _photo_rows(community, ticket)
    if len(taken) >= MOST_PHOTOS:
        raise Conflict(f"a ticket has at most {MOST_PHOTOS} photos")
    row = PhotoRow(
        *PhotoRow.key(community, ticket, len(taken) + 1),
        photo=creation.id,
        content_type=wanted.content_type,
        added_by=person.person,
        added_at=creation.at,
    )
    transaction = Transaction()
    transaction.create("photo", row)
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
    signed: dict[str, Any] = client("s3").generate_presigned_post(
        os.environ["LINLI_PHOTO_BUCKET"],
        object_of(community, ticket, photo),
        Fields={"Content-Type": wanted.content_type},
        Conditions=[
            {"Content-Type": wanted.content_type},
            ["content-length-range", 1, min(wanted.size_bytes, LARGEST_PHOTO_BYTES)],
        ],
        ExpiresIn=SIGNED_FOR_S,
    )
    return PhotoUpload(photo=photo, url=signed["url"], fields=signed["fields"])


def photos(community: str, person: Person, ticket: str) -> Photos:
    """A ticket's photos, each with an address that shows it for a while. Raises NotFound as `find`."""
    _found(community, person, ticket)
    return Photos(
        items=[
            Photo(
                photo=row.photo,
                content_type=row.content_type,
                added_by=row.added_by,
                added_at=row.added_at,
                url=_address(object_of(community, ticket, row.photo)),
            )
            for row in _photo_rows(community, ticket)
        ]
    )


def _photo_rows(community: str, ticket: str) -> list[PhotoRow]:
    partition = TicketRow.key(community, ticket)[0]
    return list(PhotoRow.query(partition, PhotoRow.sk.startswith("photo#"), consistent_read=True))


def _address(key: str) -> str:
    where = {"Bucket": os.environ["LINLI_PHOTO_BUCKET"], "Key": key}
    return str(client("s3").generate_presigned_url("get_object", Params=where, ExpiresIn=SIGNED_FOR_S))


def _shown(ticket: Ticket, incident: str | None, person: Person) -> TicketShown:
    return shown(ticket, incident, actor_on(ticket, person.person, person.roles))


def _listed(row: TicketRow) -> TicketShown:
    return shown(row.ticket, row.incident)


def _incident(row: IncidentRow) -> Incident:
    return Incident(
        incident=row.sk,
        building=row.building,
        category=row.category,
        last_at=row.last_at,
        tickets=sorted(row.tickets),
    )
