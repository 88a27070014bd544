"""Requests about somebody's data, what services have answered, and the copy that is fetched."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args

from functions.directory.identities import store as identities
from functions.directory.memberships import store as memberships
from functions.directory.people.rows import MembershipRow, PersonalRow, PersonRow
from functions.directory.people.store import forget
from functions.directory.requests.models import (
    Answers,
    KeptShown,
    PersonalRequest,
    PersonalRequests,
    RequestNoted,
    ServiceShown,
)
from functions.directory.requests.progress import (
    Asking,
    begins_at,
    is_last_manager,
    kept_until,
    nobody_yet,
    with_answer,
)
from functions.directory.requests.rows import NotedRow, RequestRow
from linli.aws import answering, client
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict, NotFound
from linli.instants import to_epoch_seconds
from linli.keys import RowKey
from linli.permissions import Role
from linli.personal.fates import LAWS
from linli.personal.models import Asks, PersonalDataAnswered, Traces
from linli.personal.store import SECRET, bucket, part_of
from linli.personal.traces import key_of, traces_of
from linli.secrets import secret
from linli.tables import (
    Row,
    Transaction,
    all_readable,
    as_read,
    expired,
    read,
    until_it_holds,
)
from linli.uploads import address
from linli.vocabulary.access import AccessAnswered
from linli.vocabulary.care import CareAnswered
from linli.vocabulary.devices import DevicesAnswered
from linli.vocabulary.directory import DirectoryAnswered, PersonExportAsked, PersonForgettingAsked
from linli.vocabulary.health import HealthAnswered
from linli.vocabulary.insight import InsightAnswered
from linli.vocabulary.maintenance import MaintenanceAnswered
from linli.vocabulary.payments import PaymentsAnswered
from linli.vocabulary.utilities import UtilitiesAnswered

Answering = (
    AccessAnswered
    | CareAnswered
    | DevicesAnswered
    | DirectoryAnswered
    | HealthAnswered
    | InsightAnswered
    | MaintenanceAnswered
    | PaymentsAnswered
    | UtilitiesAnswered
)
SERVICES = [each.TYPE.split(".")[1] for each in get_args(Answering)]
ADDRESS_GOOD_FOR_S = 300
THEMSELF = "themself"


def ask(asking: Asking, request: str, now: datetime) -> PersonalRequest:
    """Ask all services; what is asked for already is not asked for again.

    A forgetting ends the membership at once. Raises NotFound for who is not known here, Conflict for the last
    manager.
    """
    row = until_it_holds(lambda: _ask(asking, request, now))
    if asking.asks == "forgetting":
        leave(asking.community, asking.person, now)
    return _shown(row)


def _ask(asking: Asking, request: str, now: datetime) -> RequestRow:
    asks, community, person = asking.asks, asking.community, asking.person
    at, record = RequestRow.key(community, asks, person), PersonRow.key(community, person)
    membership = MembershipRow.key(community, person)
    rows = read([at, record, membership])
    earlier, known = rows.one(RequestRow, at), rows.one(PersonRow, record)
    member = rows.one(MembershipRow, membership)
    if earlier is not None and expired(earlier, now):
        earlier = None
    is_here = known is not None or (member is not None and bool(member.roles))
    if earlier is not None and earlier.ended_at is None:
        return earlier
    if earlier is not None and not is_here:
        return _told_again(earlier, now) if asking.again else earlier
    if known is None and member is None:
        raise NotFound
    if asks == "forgetting" and member and Role.MANAGER in (member.roles or ()):
        _unless_last_manager(community, person)
    key = key_of(secret(SECRET), request)
    traces = traces_of(key, [known.name] if known else [], [known.phone] if known else [])
    row = _row(at, request, asks, traces, now)
    transaction = Transaction()
    noted_at = NotedRow.key(community, request)
    transaction.create("noted", NotedRow(*noted_at, asks=asks, by=asking.by, asked_at=now))
    _tell(transaction, row, rows.one(RequestRow, at), now)
    return row


def _row(at: RowKey, request: str, asks: Asks, traces: Traces, now: datetime) -> RequestRow:
    return RequestRow(
        *at,
        person=RequestRow.key.parts(RequestRow(*at))[2],
        request=request,
        asks=asks,
        asked_at=now,
        begins_at=begins_at(asks, now),
        answers=nobody_yet(SERVICES),
        traces=traces,
        ttl=to_epoch_seconds(kept_until(asks, now)),
    )


def _told_again(earlier: RequestRow, now: datetime) -> RequestRow:
    """The same request, told once more: whoever was forgotten is in a table again that was restored."""
    asks: Asks = "forgetting" if earlier.asks == "forgetting" else "export"
    row = _row((earlier.pk, earlier.sk), earlier.request, asks, earlier.traces, now)
    _tell(Transaction(), row, earlier, now)
    return row


def _tell(transaction: Transaction, row: RequestRow, before: RequestRow | None, now: datetime) -> None:
    """Commit `transaction` with a request, and the word of it to all services."""
    row.version = int(before.version) + 1 if before else 1
    about: dict[str, Any] = {"community": row.community, "person": row.person, "request": row.request}
    about |= {"traces": row.traces, "asked_at": row.asked_at, "not_before": row.begins_at}
    fact = PersonExportAsked(**about) if row.asks == "export" else PersonForgettingAsked(**about)
    transaction.put("request", row, as_read(RequestRow, before, "version"))
    cause = f"personal_data/{row.community}/{row.request}/asked/{row.version}"
    transaction.publish([fact], cause, now)
    transaction.commit()


def _unless_last_manager(community: str, person: str) -> None:
    rows = all_readable(MembershipRow, MembershipRow.key.partition(community))
    if is_last_manager(person, [row.sk for row in rows if Role.MANAGER in (row.roles or ())]):
        raise Conflict("last_manager")


def leave(community: str, person: str, now: datetime) -> None:
    """End what the directory does for a person in a community: membership, record, what vouches for them."""
    if not memberships.end(community, person, now):
        forget(community, person)
    for identity, _ in identities.linked(community, person):
        identities.unlink(community, person, identity)


def of_person(asks: Asks, person: str, communities: frozenset[str] | None, now: datetime) -> PersonalRequests:
    """A person's own requests; `communities`: only in these."""
    return PersonalRequests(items=[_shown(row) for row in _rows_of(asks, person, communities, now)])


def one_of(
    asks: Asks, person: str, request: str, communities: frozenset[str] | None, now: datetime
) -> PersonalRequest:
    """One of a person's own requests, with the address of the copy once there is one. Raises NotFound."""
    found = (row for row in _rows_of(asks, person, communities, now) if row.request == request)
    row = next(found, None)
    if row is None:
        raise NotFound
    where = asks == "export" and row.ended_at is not None
    url = address(bucket(), copy_of(request), good_for_s=ADDRESS_GOOD_FOR_S) if where else None
    return _shown(row).model_copy(update={"url": url})


def _rows_of(
    asks: Asks, person: str, communities: frozenset[str] | None, now: datetime
) -> Iterator[RequestRow]:
    for row in PersonalRow.by_person.query(person):
        if not isinstance(row, RequestRow) or row.asks != asks or expired(row, now):
            continue
        if communities is None or row.community in communities:
            yield row


def of_member(asks: Asks, community: str, person: str, now: datetime) -> PersonalRequest:
    """How far a request is, for who runs the community. Raises NotFound."""
    key = RequestRow.key(community, asks, person)
    row = read([key]).one(RequestRow, key)
    if row is None or expired(row, now):
        raise NotFound
    return _shown(row)


def noted(community: str, query: PageQuery) -> Page[RequestNoted]:
    """Who has asked for what, newest first: of whom is not kept. Raises InvalidCursor."""

    def shown(row: NotedRow) -> RequestNoted:
        about = {"request": row.sk, "asked": row.asks, "by": row.by}
        return RequestNoted.model_validate(about | {"asked_at": row.asked_at, "ended_at": row.ended_at})

    return page_of(NotedRow, NotedRow.key.partition(community), query, shown, newest_first=True)


def note_answer(told: PersonalDataAnswered, now: datetime) -> str:
    """Keep what a service has answered; with the last one it is done, and a copy is there.

    Raises Unavailable.
    """
    return until_it_holds(lambda: _note_answer(told, now))


def _note_answer(told: PersonalDataAnswered, now: datetime) -> str:
    key = RequestRow.key(told.community, told.asked, told.person)
    row = read([key]).one(RequestRow, key)
    if row is None or row.request != told.request:
        return "asked_no_more"
    answers = with_answer(row.answers, told.TYPE.split(".")[1], told)
    if answers == row.answers:
        return "duplicate"
    ends = answers.are_all_in
    if ends and told.asked == "export":
        _make_copy(told.request, answers)
    transaction = Transaction()
    after = RequestRow(*key, **_but(row, answers, now if ends else None))
    transaction.put("request", after, as_read(RequestRow, row, "version"))
    if ends:
        noted_row = NotedRow(*NotedRow.key(told.community, told.request))
        transaction.update("noted", noted_row, [NotedRow.ended_at.set(now)], Row.pk.exists())
    transaction.commit()
    if ends and told.asked == "export":
        _remove_parts(told.request, answers)
    return "done" if ends else "answer_kept"


def _but(row: RequestRow, answers: Answers, ended_at: datetime | None) -> dict[str, Any]:
    names = ("person", "request", "asks", "asked_at", "begins_at", "traces", "ttl")
    same = {name: getattr(row, name) for name in names}
    return same | {"answers": answers, "ended_at": ended_at, "version": int(row.version) + 1}


def _make_copy(request: str, answers: Answers) -> None:
    """Put what all services have written into one file: made again, it is the same."""
    whole = io.BytesIO()
    with answering(), zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for service, answer in answers.by.items():
            keys = [part_of(request, service, number) for number in range(answer.parts)]
            read_parts = [client("s3").get_object(Bucket=bucket(), Key=key)["Body"].read() for key in keys]
            archive.writestr(f"{service}.ndjson", b"".join(read_parts))
    with answering():
        client("s3").put_object(
            Bucket=bucket(), Key=copy_of(request), Body=whole.getvalue(), ContentType="application/zip"
        )


def _remove_parts(request: str, answers: Answers) -> None:
    """What is cut short here the bucket removes within a day."""
    for service, answer in answers.by.items():
        for number in range(answer.parts):
            with answering():
                client("s3").delete_object(Bucket=bucket(), Key=part_of(request, service, number))


def copy_of(request: str) -> str:
    """The key of a copy."""
    return f"copies/{request}.zip"


def _shown(row: RequestRow) -> PersonalRequest:
    services = [
        ServiceShown(
            service=name,
            state=each.state,
            waits_for=each.waits_for,
            rows=each.rows,
            kept=[
                KeptShown(kind=one.kind, rows=one.rows, reason=one.reason, law=LAWS[one.reason])
                for one in each.kept
            ],
        )
        for name, each in sorted(row.answers.by.items())
    ]
    return PersonalRequest.model_validate(
        {
            "request": row.request,
            "community": row.community,
            "asked": row.asks,
            "state": "done" if row.ended_at else "asked",
            "asked_at": row.asked_at,
            "begins_at": row.begins_at,
            "ended_at": row.ended_at,
            "expires_at": datetime.fromtimestamp(float(row.ttl or 0), row.asked_at.tzinfo),
            "services": services,
        }
    )
