"""Every sample event through the real handler: nothing is lost, and nothing is our fault."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice

from linli import errors
from linli.secrets import secret
from linli_cli.develop.samples import signed
from linli_cli.layout import project_of, projects_of
from tests.integration import gateway
from tests.integration.conftest import ROOT, Http, Invoke, Service, dead_letters, functions, load_event
from tests.integration.issuer import Issuer
from tests.integration.neighbourhood import FURNISH, know_devices

EVENTS = ROOT / "events"
SAMPLES = sorted(path.relative_to(EVENTS) for path in EVENTS.rglob("*.json"))
PROBLEMS = {
    each.slug: each.status.value
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, errors.LinliError)
}
TOKEN = re.compile(r"\{token:([a-z0-9-]+)\}")  # stands for a token of that person, signed when it is sent


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_sample_ends_as_its_name_says(
    sample: Path, service: Service, http: Http, invoke: Invoke, issuer: Issuer
) -> None:
    # Given the neighbourhood it happens in
    name, action, case = sample.parts[0], sample.parts[1], sample.stem
    if name in FURNISH:
        FURNISH[name](service(name), http, invoke)
    app = service(project_of(name, action))
    if name not in FURNISH:
        know_devices()
    event = signed(with_tokens(load_event(sample), issuer), secret)

    # When it happens
    function = "api" if is_request(event) else action
    statuses = list(outcome(app, function, event, invoke))

    # Then
    parked = dead_letters(app, function)
    assert all(status < 500 for status in statuses), statuses
    if case.startswith("malformed"):
        assert parked or any(status >= 400 for status in statuses), "it was taken for good"
    elif case.startswith("refused"):
        assert not parked
        assert any(status >= 400 for status in statuses)
    else:
        assert not parked
        assert all(200 <= status < 300 for status in statuses), statuses


def test_every_function_has_normal_edge_and_malformed_samples(service: Service) -> None:
    for name in sorted({sample.parts[0] for sample in SAMPLES}):
        apps = [service(project) for project in projects_of(name)]
        actions = {function for app in apps for function in functions(app)} - {"relay"}
        actions |= {view.view_function.__module__.split(".")[2] for app in apps for view in _routes(app)}
        for action in sorted(actions):
            cases = [s.stem for s in SAMPLES if s.parts[:2] == (name, action)]
            assert len(cases) >= 3, f"{name}/{action} has only {cases}"
            assert any(case.startswith("malformed") for case in cases), f"{name}/{action}: none malformed"


def _routes(app: Chalice) -> Iterator[Any]:
    for methods in app.routes.values():
        yield from methods.values()


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
    if function == "api":
        yield gateway.answer(result).status
    elif "batchItemFailures" in result:
        yield from (500 for _ in result["batchItemFailures"])
        yield from (PROBLEMS.get(each, 200) for each in result["outcomes"] if each != "failed")
    else:
        status = result["status"] if isinstance(result.get("status"), int) else 200
        yield PROBLEMS.get(result.get("outcome"), status)
