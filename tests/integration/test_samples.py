"""Every sample event through the real handler: nothing is lost, and nothing is our fault."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
from chalice.app import Chalice

from linli import errors
from linli.aws import client
from linli.secrets import secret
from linli_cli.develop.samples import GOOD, case_in, signed
from linli_cli.layout import project_of, projects_of
from tests.integration import gateway, promised, witness
from tests.integration.conftest import (
    MOTO,
    ROOT,
    Http,
    Invoke,
    Service,
    _invoke,
    asking,
    dead_letters,
    empty_cloud,
    functions,
    load_event,
    starting,
    trusted,
)
from tests.integration.forks import in_a_fork
from tests.integration.issuer import Issuer
from tests.integration.neighbourhood import furnish

EVENTS = ROOT / "events"
SAMPLES = sorted(path.relative_to(EVENTS) for path in EVENTS.rglob("*.json"))
PROBLEMS = {
    each.slug: each.status.value
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, errors.LinliError)
}
ASKED = ("dynamodb", "events", "iot", "iot-data", "s3", "secretsmanager", "sqs")
TOKEN = re.compile(r"\{token:([a-z0-9-]+)\}")  # stands for a token of that person, signed when it is sent


def test_every_function_has_normal_edge_and_malformed_samples(service: Service) -> None:
    for name in sorted({sample.parts[0] for sample in SAMPLES}):
        apps = [service(project) for project in projects_of(name)]
        actions = {function for app in apps for function in functions(app)} - {"relay"}
        actions |= {view.view_function.__module__.split(".")[2] for app in apps for view in _routes(app)}
        for action in sorted(actions):
            cases = [s.stem for s in SAMPLES if s.parts[:2] == (name, action)]
            assert len(cases) >= 3, f"{name}/{action} has only {cases}"
            assert any(case_in(case) == "malformed" for case in cases), f"{name}/{action}: none malformed"


def _routes(app: Chalice) -> Iterator[Any]:
    for methods in app.routes.values():
        yield from methods.values()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a sample ended: its statuses, whether something was parked, what the witness saw and heard, and
    what a caller was answered.
    """

    statuses: list[int]
    is_parked: bool
    seen: list[tuple[str, str, str]]
    outcomes: set[tuple[str, str, str]]
    answer: gateway.Answer | None


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Where the samples of a service happen, each in a copy that is forgotten with it."""

    service: Service
    invoke: Invoke
    issuer: Issuer
    name: str

    @classmethod
    def furnished(cls, name: str, service: Service, http: Http, invoke: Invoke, issuer: Issuer) -> Self:
        """With all that a copy would otherwise have to make for itself."""
        furnish(name, service(name), http, invoke)
        for project in projects_of(name):
            service(project)
        for each in ASKED:
            client(each)
        return cls(service, invoke, issuer, name)

    def end(self, sample: Path) -> Ended:
        """Let a sample happen."""
        action = sample.parts[1]
        app = self.service(project_of(self.name, action))
        event = signed(with_tokens(load_event(sample), self.issuer), secret)
        function = "api" if is_request(event) else action
        answer = gateway.answer(self.invoke(app, function, event)) if function == "api" else None
        statuses = [answer.status] if answer else list(outcome(app, function, event, self.invoke))
        parked = bool(dead_letters(app, function))
        return Ended(statuses, parked, witness.testimony(), set(witness.ENDED), answer)


NeighbourhoodOf = Callable[[str], Neighbourhood]


@pytest.fixture(scope="module")
def neighbourhood_of(_served_issuer: Issuer) -> Iterator[NeighbourhoodOf]:
    """`neighbourhood_of("care")`: a service's, kept until another is asked for; no sample changes it."""
    opened: dict[str, Neighbourhood] = {}

    def furnished(name: str) -> Neighbourhood:
        if name not in opened:
            stack.close()
            opened.clear()
            monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
            stack.enter_context(empty_cloud(monkeypatch))
            issuer = trusted(_served_issuer, monkeypatch)
            opened[name] = Neighbourhood.furnished(name, starting(MOTO), asking(), _invoke, issuer)
        return opened[name]

    with ExitStack() as stack:
        yield furnished


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_sample_ends_as_its_name_says(sample: Path, neighbourhood_of: NeighbourhoodOf) -> None:
    neighbourhood = neighbourhood_of(sample.parts[0])

    # When it happens
    ended = in_a_fork(lambda: neighbourhood.end(sample))
    statuses, case = ended.statuses, case_in(sample.stem)

    # Then
    assert all(status < 500 for status in statuses), statuses
    if case == "malformed":
        assert ended.is_parked or any(status >= 400 for status in statuses), "it was taken for good"
    elif case == "refused":
        assert not ended.is_parked
        assert any(status >= 400 for status in statuses)
    else:
        assert not ended.is_parked
        assert GOOD.issuperset(statuses), statuses

    # And it is answered as the document promises
    if ended.answer:
        assert list(promised.broken(sample.parts[0], load_event(sample), ended.answer)) == []

    # And it asked for what it may, and ended as its README says
    witness.hear_of(ended.seen)
    witness.ENDED |= ended.outcomes
    assert list(witness.called_without_a_right()) == []
    assert list(witness.ended_otherwise()) == []


def is_request(event: Any) -> bool:
    return isinstance(event, dict) and "httpMethod" in event


def with_tokens(event: Any, issuer: Issuer) -> Any:
    """The sample with real tokens in place of `{token:<person>}`."""
    return json.loads(TOKEN.sub(lambda found: issuer.token(found[1]), json.dumps(event)))


def outcome(app: Chalice, function: str, event: Any, invoke: Invoke) -> Iterator[int]:
    """How it ended, as HTTP statuses: one per message of a batch, one for anything else."""
    try:
        result = invoke(app, function, event)
    except Exception as error:
        if str(error) != "Unauthorized":  # how an authorizer says 401
            raise
        yield 401
        return
    if "batchItemFailures" in result:
        yield from (500 for _ in result["batchItemFailures"])
        yield from (PROBLEMS.get(each, 200) for each in result["outcomes"] if each != "failed")
    else:
        status = result["status"] if isinstance(result.get("status"), int) else 200
        yield PROBLEMS.get(result.get("outcome"), status)
