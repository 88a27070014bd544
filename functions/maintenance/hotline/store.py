"""Requests of a hotline: tickets of the docket, and which of them it made."""

from datetime import datetime

from functions.maintenance import docket
from functions.maintenance.hotline.domain import matches, reported, request_of, window
from functions.maintenance.hotline.models import RequestQuery, RequestWanted, ServiceRequest
from functions.maintenance.hotlines import Hotline
from functions.maintenance.tables import HotlineRequestRow, TicketRow
from linli import communities
from linli.communities import CommunityRow
from linli.errors import InvalidRequest, NotFound
from linli.idempotency import Creation
from linli.ids import is_id, new_id
from linli.tables import Transaction, read

MOST_LISTED = 100  # what one BatchGetItem takes
TIME_LENGTH = 10  # a ULID's time comes first


def create(hotline: Hotline, wanted: RequestWanted, creation: Creation) -> str:
    """Open a ticket for the hotline. Raises NotFound for a service or community that it cannot reach."""
    content = reported(wanted, hotline.hotline)
    community = _community(hotline, wanted.jurisdiction_id)

    def attempt() -> str:
        step, also = docket.opened(community, creation.id, content, creation.at)

        def with_request(transaction: Transaction) -> None:
            also(transaction)
            row = HotlineRequestRow(_partition(hotline), creation.id, community=community)
            transaction.create("request", row)
            creation.claim(transaction)

        docket.keep(step, creation.attempt, creation.at, with_request)
        return creation.id

    return creation.once(attempt, lambda earlier: earlier, docket.RACES)


def _community(hotline: Hotline, wanted: str | None) -> str:
    """Where the request belongs. Raises InvalidRequest, or NotFound when it is not the hotline's to say."""
    if hotline.scope == "community":
        if wanted not in (None, hotline.tenant):
            raise NotFound("jurisdiction_id: is not yours")
        return hotline.tenant
    if wanted is None:
        raise InvalidRequest("jurisdiction_id: name the community")
    rows = read([CommunityRow.key(wanted)])
    if communities.known(rows, wanted).sub_district != hotline.tenant:
        raise NotFound("jurisdiction_id: is not yours")
    return wanted


def find(hotline: Hotline, request: str) -> ServiceRequest:
    """One of the hotline's own requests. Raises NotFound."""
    found = _requests(hotline, [request]) if is_id(request) else []
    if not found:
        raise NotFound
    return found[0]


def requests(hotline: Hotline, query: RequestQuery, now: datetime) -> list[ServiceRequest]:
    """The hotline's own requests that are asked for, newest first, at most a hundred."""
    wanted = [each for each in query.service_request_id.split(",") if is_id(each)][:MOST_LISTED]
    if query.service_request_id:
        return [each for each in _requests(hotline, wanted) if matches(each, query)]
    span = window(query, now)
    first, last = (new_id(at)[:TIME_LENGTH] for at in (span.start, span.end))
    rows = HotlineRequestRow.query(
        _partition(hotline),
        HotlineRequestRow.sk.between(first, f"{last}z"),
        scan_index_forward=False,
        limit=MOST_LISTED,
    )
    tickets = _tickets({row.sk: row.community for row in rows})
    return [each for each in tickets if matches(each, query)]


def _requests(hotline: Hotline, wanted: list[str]) -> list[ServiceRequest]:
    rows = read((_partition(hotline), each) for each in wanted)
    return _tickets({row.sk: row.community for row in rows.values() if isinstance(row, HotlineRequestRow)})


def _tickets(where: dict[str, str]) -> list[ServiceRequest]:
    keys = [TicketRow.key(community, ticket) for ticket, community in where.items()]
    rows = read(keys)
    return [request_of(row.ticket) for key in keys if (row := rows.one(TicketRow, key))]


def _partition(hotline: Hotline) -> str:
    return HotlineRequestRow.partition(hotline.scope, hotline.tenant, hotline.hotline)
