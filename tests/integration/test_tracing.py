"""What a trace tells of a call of our own client: X-Ray's SDK looks at http.client, which it is made over."""

import os
from typing import Any

import pytest

from linli.observability import _tracer, observed
from tests.integration.forks import in_a_fork
from tests.integration.scripted import Server, dynamodb, server

__all__ = ["server"]  # the fixture
TRACE = "1-5759e988-bd862e3fe1be46a994272793"


class Listener:
    """In place of what sends to X-Ray's daemon."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def send_entity(self, entity: Any) -> None:
        self.heard.append(entity.to_dict())


def traced() -> list[dict[str, Any]]:
    from aws_xray_sdk.core import xray_recorder  # noqa: PLC0415  it looks at its environment then

    _tracer()
    listener = xray_recorder.emitter = Listener()
    with observed("gate_pass", "1"):
        dynamodb().query(TableName="t")
    return listener.heard


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_traced_call_names_the_host_that_was_asked_and_is_signed_as_any_other(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "false")
    monkeypatch.setenv("LAMBDA_TASK_ROOT", os.sep)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1")
    told = in_a_fork(traced)  # what is patched there is forgotten with it
    calls = [each for each in told if each.get("namespace") == "remote"]
    assert {each["name"] for each in calls} == {"127.0.0.1"}
    assert {each["trace_id"] for each in calls} == {TRACE}
    assert 200 in {each["http"].get("response", {}).get("status") for each in calls}
    ((_, headers, _),) = server.asked
    assert headers["x-amzn-trace-id"].startswith(f"Root={TRACE}")
    assert "x-amzn-trace-id" not in headers["authorization"]
