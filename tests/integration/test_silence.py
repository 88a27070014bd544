"""A store that is silent or busy, and other services of the cloud that are, as a request meets them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import EndpointConnectionError
from pynamodb.exceptions import GetError, TransactWriteError

from linli import aws, pauses, secrets, tables
from linli.aws import answering, error_code
from linli.communities import CommunityRow
from linli.errors import Unavailable
from linli.tables import ConditionsFailed, Row, Transaction, change, read
from tests.integration import wire
from tests.integration.conftest import Http, Invoke, Service, published
from tests.integration.faults import held, hung_up, throttled, timed_out
from tests.integration.gateway import Answer
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import furnish_access, furnish_maintenance, willow
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT
from tests.integration.quick_table import QuickTable, failed, in_place_of_dynamodb

Silent = Callable[..., None]
Tickets = Callable[..., Answer]
TICKETS = "/communities/willow/tickets"
TAP = {"category": "plumbing", "description": "The tap drips", "building": "b1", "unit": "101"}
KEY = {"Idempotency-Key": "only-once"}


@pytest.fixture
def tickets(service: Service, http: Http, invoke: Invoke) -> Tickets:
    """`tickets(method, path, …)`: a request to maintenance."""
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    return partial(http, app)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickTable]:
    monkeypatch.setenv("LINLI_STAGE", "test")
    monkeypatch.setenv("LINLI_SERVICE", "payments")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with in_place_of_dynamodb() as table:
        yield table


@pytest.mark.parametrize("error", [timed_out, hung_up])
@pytest.mark.parametrize("done", ["applied", "not applied"])
@pytest.mark.parametrize("operation", ["BatchGetItem", "Query", "TransactWriteItems"])
def test_a_request_whose_call_is_not_answered_is_503_and_its_repeat_goes_through_once(
    tickets: Tickets, silent: Silent, operation: str, done: str, error: Callable[[str], BaseException]
) -> None:
    before = len(published("willow"))
    silent(operation, applied=done == "applied", error=error)
    first = tickets("POST", TICKETS, body=TAP, headers=KEY, **WILLOW_RESIDENT)
    assert (first.status, first.problem, first.headers["Retry-After"]) == (503, "unavailable", "1")

    again = tickets("POST", TICKETS, body=TAP, headers=KEY, **WILLOW_RESIDENT)
    assert again.status == 201
    mine = tickets("GET", "/communities/willow/people/willow-resident-1/tickets", **WILLOW_RESIDENT)
    assert [each["ticket"] for each in mine.body["items"]] == [again.body["ticket"]]
    assert len(published("willow")) == before + 1


def test_every_read_of_a_list_whose_call_is_not_answered_is_503(tickets: Tickets, silent: Silent) -> None:
    silent("Query")
    answer = tickets("GET", TICKETS, **WILLOW_MANAGER)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


@pytest.mark.parametrize("error", [timed_out, hung_up, throttled, held])
def test_a_single_conditional_change_says_unavailable_and_never_what_it_does_not_know(
    quick: QuickTable, error: Callable[[str], BaseException]
) -> None:
    def strike(operation: str, call: Callable[[], Any]) -> Any:
        del call
        raise error(operation)

    quick.fault = strike
    with pytest.raises(Unavailable):
        change(CommunityRow("willow#community", "profile"), [CommunityRow.version.set(2)], Row.pk.exists())


@pytest.mark.parametrize("operation", ["TransactWriteItems", "UpdateItem", "BatchGetItem"])
def test_what_lay_behind_it_is_told_by_its_code_or_by_none(operation: str) -> None:
    assert error_code(TransactWriteError("m", timed_out(operation))) is None  # type: ignore[arg-type]
    assert error_code(GetError("m", throttled(operation))) == "ProvisionedThroughputExceededException"  # type: ignore[arg-type]
    assert error_code(throttled(operation)) == "ProvisionedThroughputExceededException"
    assert error_code(timed_out(operation)) is None
    assert error_code(None) is None


def test_a_right_that_is_missing_is_no_outage() -> None:
    refused = failed("SendMessage", "AccessDeniedException")
    with pytest.raises(type(refused)), answering():
        raise refused
    with pytest.raises(Unavailable), answering():
        raise failed("SendMessage", "ThrottlingException")


def test_a_secret_a_queue_or_a_gate_that_cannot_be_reached_is_503(
    service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = service("access")
    furnish_access(app, http, invoke)
    path = "/communities/willow/gates/willow-gate-1/openings"

    def unreachable(*_about: object, **_more: object) -> Any:
        raise EndpointConnectionError(endpoint_url="https://elsewhere.example")

    with monkeypatch.context() as context:
        context.setattr("functions.access.remote_open.store.publish", unreachable)
        answer = http(app, "POST", path, body={"reason": "an ambulance"}, **WILLOW_MANAGER)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1"), answer

    secrets.forget()
    with wire.between("secretsmanager", unreachable):
        answer = http(app, "POST", "/communities/willow/qr_codes", body={}, **WILLOW_RESIDENT)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1"), answer

    app = service("utilities")
    assert invoke(app, "community", batch(told(willow(), "1")))
    with monkeypatch.context() as context:
        context.setattr("linli.tasks.client", unreachable)
        body = {"period": "2025-12"}
        answer = http(app, "POST", "/communities/willow/bill_runs", body=body, **WILLOW_MANAGER)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1"), answer


def _leave_out(table: QuickTable, answered: Iterator[bool]) -> list[int]:
    """Let the store leave keys out of its answers until it is said to answer; how many it was asked for."""
    asked: list[int] = []
    answer = table._batch_get

    def partly(kwargs: dict[str, Any]) -> Any:
        ((name, wanted),) = kwargs["RequestItems"].items()
        asked.append(len(wanted["Keys"]))
        told = 1 if next(answered) else 0
        some = answer({"RequestItems": {name: wanted | {"Keys": wanted["Keys"][:told]}}})
        left = wanted["Keys"][told:]
        return some | {"UnprocessedKeys": {name: {"Keys": left}} if left else {}}

    table._batch_get = partly  # type: ignore[method-assign]
    return asked


def _community(name: str) -> tuple[str, str]:
    row = CommunityRow(
        *CommunityRow.key(name),
        sub_district="riverside",
        time_zone="Asia/Shanghai",
        policies=POLICIES,
        version=1,
    )
    row.save()
    return row.pk, row.sk


POLICIES = willow().policies


def test_keys_that_the_store_leaves_out_are_asked_for_again_with_pauses(quick: QuickTable) -> None:
    keys = [_community(f"c{number}") for number in range(3)]
    asked = _leave_out(quick, iter([True, False, True, False, False, True]))
    with patch.object(tables, "pause") as paused:
        rows = read(keys)
    assert set(rows) == set(keys)
    assert asked == [3, 2, 2, 1, 1, 1]
    assert [call.args[0] for call in paused.call_args_list] == [0, 1, 0, 1, 2]


def test_a_store_that_never_reads_all_of_it_is_unavailable_and_not_asked_for_ever(quick: QuickTable) -> None:
    keys = [_community(f"c{number}") for number in range(3)]
    asked = _leave_out(quick, iter([True, *[False] * 1000]))
    slept: list[float] = []
    with patch.object(pauses.time, "sleep", slept.append), pytest.raises(Unavailable):
        read(keys)
    assert len(asked) == 1 + tables.STANDSTILLS
    assert sum(slept) <= tables.STANDSTILLS * tables.LONGEST_STANDSTILL_S


def test_more_keys_than_one_call_takes_are_all_read(quick: QuickTable) -> None:
    keys = [_community(f"c{number}") for number in range(250)]
    quick.calls.clear()
    assert set(read(keys)) == set(keys)
    assert quick.calls == ["BatchGetItem"] * 3


def test_races_that_are_lost_again_and_again_end(quick: QuickTable) -> None:
    tried = []

    def loses() -> None:
        tried.append(1)
        raise ConditionsFailed({"row": None})

    with patch.object(tables, "pause"), pytest.raises(Unavailable):
        tables.until_it_holds(loses)
    assert len(tried) == tables.RACES_LOST
    assert not quick.calls


def test_a_transaction_depends_on_a_row_that_it_does_not_change(quick: QuickTable) -> None:
    seen, other = _community("seen"), _community("other")

    def transaction(version: int) -> Transaction:
        depending = Transaction()
        depending.update("other", CommunityRow(*other), [CommunityRow.version.set(7)], Row.pk.exists())
        depending.check("seen", CommunityRow, seen, CommunityRow.version == version)
        return depending

    with pytest.raises(ConditionsFailed) as refused:
        transaction(2).commit()
    assert set(refused.value.rows) == {"seen"}
    before = quick.items[seen]
    transaction(1).commit()
    assert quick.items[seen] is before
    found = read([other]).one(CommunityRow, other)
    assert found is not None
    assert found.version == 7


def test_aws_is_asked_for_no_code_by_pynamodb() -> None:
    """Of a silent store its `cause_response_code` raises AttributeError; once it does not, ours may go."""
    with pytest.raises(AttributeError):
        _ = TransactWriteError("m", timed_out("TransactWriteItems")).cause_response_code  # type: ignore[arg-type]
    assert aws.error_code(TransactWriteError("m")) is None
