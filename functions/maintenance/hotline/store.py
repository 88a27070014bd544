"""Requests of a hotline: tickets, and which of them it made."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from itertools import islice

from functions.maintenance.hotline.domain import SAME_FOR, Sent, matches, reported, request_of, window
from functions.maintenance.hotline.models import RequestQuery, ServiceRequest
from functions.maintenance.hotlines.rows import HotlineRequestRow, SentRequestRow
from functions.maintenance.hotlines.store import Hotline
from functions.maintenance.photos import client as bucket
from functions.maintenance.photos.rows import PhotoRow
from functions.maintenance.tickets import store as tickets
from functions.maintenance.tickets.models import OPEN
from functions.maintenance.tickets.rows import TicketRow
from linli import communities
from linli.communities import CommunityRow
from linli.errors import InvalidRequest, NotFound
from linli.idempotency import Creation
from linli.ids import is_id, new_id
from linli.naming import stage
from linli.secrets import keyed_hash
from linli.tables import Transaction, read

AT_ONCE = 100  # what one BatchGetItem takes
ROWS_AT_ONCE = 500
MOST_READ = 5000  # requests that one list may look through
TIME_LENGTH = 10  # a ULID's time comes first
ABOVE = "~"  # sorts after all that a ULID may end in: `z` is one of its letters


def in_production() -> bool:
    """Whether what is reported here is acted upon."""
    return stage() == "prod"


def check_served(jurisdiction: str | None) -> None:
    """Make sure that a community is one of ours, if one is named. Raises NotFound."""
    if jurisdiction is not None and not (is_id(jurisdiction) and read([CommunityRow.key(jurisdiction)])):
        raise NotFound("no_such_community")


def check_reached(hotline: Hotline, jurisdiction: str | None) -> None:
    """Make sure that a community is the hotline's, if one is named. Raises NotFound."""
    if jurisdiction is not None:
        _community(hotline, jurisdiction)


def create(hotline: Hotline, sent: Sent, creation: Creation) -> str:
    """Open a ticket for the hotline. What it sent before, word for word, is the request of then: for an hour,
    unless that is over by now, or for as long as an Idempotency-Key says.

    Raises NotFound for a service or community that it cannot reach.
    """
    content = reported(sent.wanted, hotline.holder)
    community = _community(hotline, sent.wanted.jurisdiction_id)
    photos = cache(partial(_uploaded, hotline, community, sent.photos, creation))
    digest = keyed_hash("credential-key", "hotline-request", sent.content)
    place = SentRequestRow.key(*_names(hotline), digest)

    def attempt() -> str:
        before = None if creation.key else read([place]).one(SentRequestRow, place)
        if before is not None and _is_the_same(before, creation.at):
            return before.ticket_id
        step, also = tickets.opened(community, creation.id, content, creation.at)

        def with_request(transaction: Transaction) -> None:
            also(transaction)
            request = HotlineRequestRow(
                *HotlineRequestRow.key(*_names(hotline), creation.id), community=community
            )
            transaction.create("request", request)
            for photo in photos():
                transaction.create(f"photo-{photo.photo}", photo)
            creation.claim(transaction)
            if creation.key is None:
                _remember(transaction, SentRequestRow(*place, community=community), creation, before)

        tickets.save(step, creation.attempt, creation.at, with_request)
        return creation.id

    return creation.once(attempt, lambda earlier: earlier, tickets.RACES)


def _is_the_same(before: SentRequestRow, now: datetime) -> bool:
    if now - before.sent_at > SAME_FOR:
        return False
    key = TicketRow.key(before.community, before.ticket_id)
    row = read([key]).one(TicketRow, key)
    return row is not None and row.ticket.state in OPEN


def _remember(
    transaction: Transaction, row: SentRequestRow, creation: Creation, before: SentRequestRow | None
) -> None:
    """Let `transaction` succeed only if nobody has sent the same meanwhile."""
    row.ticket_id, row.sent_at = creation.id, creation.at
    row.ttl = SentRequestRow.KEPT.until(creation.at)
    if before is None:
        transaction.create("sent", row)
    else:
        transaction.put("sent", row, SentRequestRow.ticket_id == before.ticket_id)


def _uploaded(
    hotline: Hotline, community: str, photos: Sequence[bytes], creation: Creation
) -> list[PhotoRow]:
    """Photos in the bucket, and the rows that make them the ticket's: what nobody points to goes with the
    bucket's time to live.
    """
    rows = []
    for number, content in enumerate(photos, start=1):
        row = PhotoRow(*PhotoRow.key(community, creation.id, number), photo=f"{creation.id}-{number}")
        row.added_by, row.added_at, row.shown = hotline.holder, creation.at, True
        row.content_type = bucket.write_shown(community, creation.id, row.photo, content)
        rows.append(row)
    return rows


def _community(hotline: Hotline, wanted: str | None) -> str:
    """Where the request belongs. Raises InvalidRequest, or NotFound when it is not the hotline's to say."""
    if hotline.scope == "community":
        if wanted not in (None, hotline.tenant):
            raise NotFound("not_your_community")
        return hotline.tenant
    if wanted is None:
        raise InvalidRequest("name_the_community")
    found = communities.known(read([CommunityRow.key(wanted)]), wanted) if is_id(wanted) else None
    if found is None or found.sub_district != hotline.tenant:
        raise NotFound("not_your_community")
    return wanted


def find(hotline: Hotline, request: str) -> ServiceRequest:
    """One of the hotline's own requests. Raises NotFound."""
    for found in _tickets(_rows(hotline, [request])):
        return found
    raise NotFound


def requests(hotline: Hotline, query: RequestQuery, now: datetime) -> list[ServiceRequest]:
    """The hotline's own requests that are asked for, newest first: a page of those that match.

    Ids override all else. Raises InvalidRequest when too many would have to be looked through, NotFound for a
    community that is not the hotline's.
    """
    check_reached(hotline, query.jurisdiction_id)
    if query.service_request_id:
        return _tickets(_rows(hotline, query.service_request_id))
    matching = (each for each in _in_span(hotline, query, now) if matches(each, query))
    begin = (query.page - 1) * query.page_size
    return list(islice(matching, begin, begin + query.page_size))


def _in_span(hotline: Hotline, query: RequestQuery, now: datetime) -> Iterator[ServiceRequest]:
    """Requests of a span of time, as many as are looked at."""
    span = window(query, now)
    first, last = (new_id(at)[:TIME_LENGTH] for at in (span.start, span.end))
    rows = HotlineRequestRow.query(
        HotlineRequestRow.key.partition(*_names(hotline)),
        HotlineRequestRow.sk.between(first, last + ABOVE),
        scan_index_forward=False,
        page_size=ROWS_AT_ONCE,
    )
    asked = (row for row in islice(rows, MOST_READ) if query.jurisdiction_id in {None, row.community})
    while chunk := list(islice(asked, AT_ONCE)):
        yield from _tickets(chunk)
    if next(rows, None) is not None:
        raise InvalidRequest("more_requests_than", {"most": MOST_READ})


def _rows(hotline: Hotline, wanted: Iterable[str]) -> list[HotlineRequestRow]:
    keys = [HotlineRequestRow.key(*_names(hotline), each) for each in wanted if is_id(each)]
    rows = read(keys)
    return [row for key in keys if (row := rows.one(HotlineRequestRow, key))]


def _tickets(found: Iterable[HotlineRequestRow]) -> list[ServiceRequest]:
    keys = [TicketRow.key(row.community, row.sk) for row in found]
    rows = read(keys)
    return [request_of(row.ticket) for key in keys if (row := rows.one(TicketRow, key))]


def _names(hotline: Hotline) -> tuple[str, str, str]:
    """How the partitions of its rows begin."""
    return hotline.tenant, hotline.scope, hotline.holder
