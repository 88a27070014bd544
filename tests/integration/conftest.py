"""The real handlers and the real state templates over moto: one empty cloud per test."""

import importlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from threading import RLock, local
from types import SimpleNamespace
from typing import Any, Protocol

import pytest
from botocore.awsrequest import AWSResponse
from chalice.app import Chalice
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.models import botocore_stubber
from moto.events.models import events_backends
from moto.iot.models import iot_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends

from linli import observability, secrets
from linli.aws import client
from linli.connections import Answer, Asked
from linli.events import Event
from linli.tables import OutboxRow
from linli.vocabulary.devices import EVERY_KIND
from linli_cli.deploy import packaging
from linli_cli.deploy.templates import of_type
from linli_cli.develop import actions
from linli_cli.develop.readable import encoded
from linli_cli.layout import service_of
from tests.integration import dynamodb_local, gateway, wire, witness
from tests.integration.faults import Fault, struck, timed_out
from tests.integration.issuer import AUDIENCE, URL, Issuer, new_key, serving
from tests.integration.quick_moto import quick

ROOT = Path(__file__).parents[2]
STAGE = "test"
MOTO, LOCAL = "moto", "dynamodb-local"
AT_THE_SAME_MOMENT = {"atomic", "meanwhile"}
KEYS = ("credential-key", "cursor-key")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "LINLI_STAGE": STAGE,
    "LINLI_SERVICE": "none",
    "LINLI_RECEIVERS": "anywhere",
    "POWERTOOLS_SERVICE_NAME": "linli-test",
}


class Http(Protocol):
    """`http(app, "GET", "/me", person="p", grants={…})`."""

    def __call__(self, app: Chalice, method: str, path: str, **request: Any) -> gateway.Answer: ...


class Invoke(Protocol):
    """`invoke(app, "gate_pass", event)`."""

    def __call__(self, app: Chalice, function: str, event: Any) -> Any: ...


Service = Callable[[str], Chalice]


@pytest.fixture(scope="session", autouse=True)
def _quick_moto() -> Iterator[None]:
    with quick(), wire.to_moto():
        yield


@pytest.fixture(scope="session")
def _dynamodb_local() -> Iterator[str]:
    with dynamodb_local.running() as served:
        yield served.url


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Who holds the tables: `moto`, or `dynamodb-local` for a test of what happens at the same moment."""
    name: str = getattr(request, "param", MOTO)
    if name == MOTO:
        yield name
        return
    with dynamodb_local.in_place_of_moto(request.getfixturevalue("_dynamodb_local")):
        yield name


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What happens at the same moment is tried on both stores, `[dynamodb-local]` by `-m dynamodb_local`."""
    if AT_THE_SAME_MOMENT & set(metafunc.fixturenames):
        real = pytest.param(LOCAL, marks=pytest.mark.dynamodb_local)
        metafunc.parametrize("store", [MOTO, real], indirect=True)


@pytest.fixture
def cloud(store: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001  it is there first
    with empty_cloud(monkeypatch):
        yield


@contextmanager
def empty_cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty cloud with what the foundation stack makes, and no way out of it."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "LINLI_"))]:
        monkeypatch.delenv(name)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    secrets.forget()  # what other clouds kept
    with mock_aws():
        for key in KEYS:
            _of_moto(secretsmanager_backends).create_secret(
                f"linli/{STAGE}/{key}", f"test {key}", None, None, [], None, None, [], False
            )
        _of_moto(events_backends).create_event_bus(f"linli-{STAGE}")
        policies = _of_moto(iot_backends)
        for kind in ("", *(f"-{each}" for each in sorted(EVERY_KIND))):
            policies.create_policy(f"linli-{STAGE}-device{kind}", {})
        yield
    assert list(witness.called_without_a_right()) == []
    assert list(witness.ended_otherwise()) == []


@pytest.fixture
def logged(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Callable[[], str]]:
    """What is logged from here on: a logger writes where output went when its name was first used."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.name)
    observability._logger.cache_clear()
    yield lambda: "".join(capsys.readouterr())
    observability._logger.cache_clear()


@pytest.fixture
def service(cloud: None, store: str) -> Service:  # noqa: ARG001  its effect is wanted
    return starting(store)


def starting(store: str) -> Service:
    """`service(project)`: create its service's state stack, if it is not there; returns its Chalice app."""
    started: set[str] = set()

    def start(name: str) -> Chalice:
        if service_of(name) not in started:
            started.add(service_of(name))
            _create_state(service_of(name))
            if store == LOCAL:
                dynamodb_local.table_of(service_of(name))
        app = app_of(name)
        enter(app)
        return app

    return start


@pytest.fixture
def http(cloud: None) -> Http:  # noqa: ARG001
    return asking()


def asking() -> Http:
    """`http(app, method, path, person=, grants=, body=, headers=, query=, now=, request_id=)`."""
    numbers = iter(range(1, 1_000_000))

    def call(app: Chalice, method: str, path: str, **request: Any) -> gateway.Answer:
        request.setdefault("request_id", f"request-{next(numbers)}")
        event = gateway.event(app, method, path, **request)
        return gateway.answer(_invoke(app, "api", event))

    return call


@pytest.fixture
def invoke(cloud: None) -> Invoke:  # noqa: ARG001
    """`invoke(app, function, event)`: call a deployed function by its action; `api` is the HTTP one."""
    return _invoke


@pytest.fixture(scope="session")
def _served_issuer() -> Iterator[Issuer]:
    with serving(Issuer({"key-1": new_key()})) as issuer:
        yield issuer


@pytest.fixture
def issuer(cloud: None, _served_issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Issuer:  # noqa: ARG001
    return trusted(_served_issuer, monkeypatch)


def trusted(served: Issuer, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """An issuer that the authorizer trusts: `issuer.token(person)`."""
    environment = {"ISSUER": URL, "AUDIENCE": AUDIENCE, "JWKS_URL": served.jwks_url}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return served


@pytest.fixture
def lose_reply(cloud: None) -> Iterator[Callable[[str], None]]:  # noqa: ARG001
    """`lose_reply("TransactWriteItems")`: the next such call of the table is applied, and its reply lost."""

    def swallow(asked: Asked, pass_on: wire.PassOn) -> Answer:
        pass_on(asked)
        return Answer(500, {}, b"")

    with _next_call() as on_next:
        yield lambda operation: on_next(operation, swallow)


@pytest.fixture
def silent(cloud: None) -> Iterator[Callable[..., None]]:  # noqa: ARG001
    """`silent("TransactWriteItems", applied=True)`: the table's next such call is not answered; `error` is
    how it is not, `timed_out` or `hung_up`.
    """
    waiting: list[tuple[str, Fault]] = []

    def once(_number: int, operation: str) -> Fault | None:
        return waiting.pop()[1] if waiting and waiting[-1][0] == operation else None

    with ExitStack() as struck_by:

        def fall_silent(operation: str, *, applied: bool = False, error: Any = timed_out) -> None:
            waiting.append((operation, Fault("silent", error, applied)))
            struck_by.enter_context(struck(once))

        yield fall_silent
    assert not waiting, "no such call was made"


@pytest.fixture
def meanwhile(cloud: None) -> Iterator[Callable[[str, Callable[[], object]], None]]:  # noqa: ARG001
    """`meanwhile("TransactWriteItems", act)`: somebody else acts just before the table's next such call."""

    def acting(act: Callable[[], object]) -> wire.Between:
        def happens(asked: Asked, pass_on: wire.PassOn) -> Answer:
            with witness.at_work(None):
                act()
            return pass_on(asked)

        return happens

    with _next_call() as on_next:
        yield lambda operation, act: on_next(operation, acting(act))


@pytest.fixture
def atomic(cloud: None, store: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001  moto has to be there
    """What threads need that act at the same moment: each its own HTTP request, and of moto one answer at a
    time, as DynamoDB gives it about an item.

    A handler beside moto's would not do: botocore calls both, and takes the first one's answer.
    """
    own = local()
    request = property(lambda _: own.request, lambda _, request: setattr(own, "request", request))
    monkeypatch.setattr(Chalice, "current_request", request, raising=False)
    if store == LOCAL:
        return
    lock, kind = RLock(), type(botocore_stubber)
    answer = kind.__call__

    def one_at_a_time(self: Any, event_name: str, request: Any, **more: Any) -> AWSResponse | None:
        with lock:
            return answer(self, event_name, request, **more)

    monkeypatch.setattr(kind, "__call__", one_at_a_time)


@contextmanager
def _next_call() -> Iterator[Callable[[str, wire.Between], None]]:
    """Something that happens once, to the next call of an operation of the table."""
    waiting: list[wire.Between] = []
    with ExitStack() as entered:

        def on_next(operation: str, happens: wire.Between) -> None:
            def once(asked: Asked, pass_on: wire.PassOn) -> Answer:
                return waiting.pop()(asked, pass_on) if waiting else pass_on(asked)

            waiting.append(happens)
            entered.enter_context(wire.between(f"dynamodb.{operation}", once))

        yield on_next
    assert not waiting, "no such call was made"


def load_event(path: str | Path) -> Any:
    """A sample, by its path under `events/`."""
    return encoded(json.loads((ROOT / "events" / path).read_text(encoding="utf-8")))


def enter(app: Chalice) -> str:
    """Make this process the app's service, as the environment of its functions does; returns its name."""
    name = str(app.app_name).removeprefix("linli-")
    os.environ["LINLI_SERVICE"] = service_of(name)
    return name


def functions(app: Chalice) -> dict[str, str]:
    """The deployed functions besides the HTTP one: name to handler."""
    return {each.name: each.handler_string for each in [*app.pure_lambda_functions, *app.event_sources]}


def dead_letters(app: Chalice, function: str) -> list[dict[str, Any]]:
    """What is parked in a function's dead-letter queue."""
    url = _dead_letter_queue(enter(app), function)
    if url is None:
        return []
    found = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    return list(found.get("Messages", []))


def published(community: str) -> list[Event]:
    """The events in the outbox of the service that was entered last, in the order of their ids."""
    rows = OutboxRow.query(f"{community}#outbox")
    return [Event.model_validate_json(row.event) for row in rows]


def _invoke(app: Chalice, function: str, event: Any) -> Any:
    name = enter(app)
    context = SimpleNamespace(aws_request_id="invocation-1", function_name=f"linli-{STAGE}-{name}-{function}")
    url = _dead_letter_queue(name, function)
    if url:
        os.environ["DEAD_LETTER_QUEUE_URL"] = url
    try:
        with witness.at_work(witness.action_of(app, service_of(name), function, event)):
            secrets.forget()  # each action reads them itself, as in a process of its own
            if function == "api":
                return app(event, context)
            module, _, attribute = functions(app)[function].rpartition(".")
            return getattr(importlib.import_module(module), attribute)(event, context)
    finally:
        os.environ.pop("DEAD_LETTER_QUEUE_URL", None)


def _dead_letter_queue(service_name: str, function: str) -> str | None:
    name = f"linli-{STAGE}-{service_name}-{function.replace('_', '-')}-dlq"
    here = _of_moto(sqs_backends).queues
    return _url_of_queue(name) if name in here else None


@cache
def _url_of_queue(name: str) -> str:
    with witness.at_work(None):  # it is we who ask, in the middle of another action perhaps
        return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def _of_moto(backends: Any) -> Any:
    """What a service of moto holds, without a request to it."""
    return backends[DEFAULT_ACCOUNT_ID][ENVIRONMENT["AWS_DEFAULT_REGION"]]


def _create_state(name: str) -> None:
    template, asked = _state_template(name)
    values = {"Stage": STAGE, "AlarmTopicArn": f"arn:aws:sns:eu-west-1:123456789012:linli-{STAGE}-alarms"}
    _of_moto(cloudformation_backends).create_stack(
        f"linli-{STAGE}-{name}-state", template, {key: values[key] for key in values if key in asked}
    )


@cache
def _state_template(name: str) -> tuple[str, frozenset[str]]:
    """The template of a service's table and queues, and the names of its parameters."""
    template = packaging.state_template(name)
    for logical_id, _ in list(of_type(template, "AWS::CloudWatch::Alarm")):
        del template["Resources"][logical_id]  # moto knows none
    return json.dumps(template), frozenset(template["Parameters"])


def app_of(name: str) -> Chalice:
    """A project's app; a blueprint can be registered once, so there is one app of each in a process."""
    app = actions.app_of(name)
    assert isinstance(app, Chalice)
    return app
