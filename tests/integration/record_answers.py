"""What samples are answered, and which facts they lead to, kept as examples for the documents.

`make answers`. An answer that is no longer in its form is left out of the documents, so that nobody has to
record anew before a change goes in.
"""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from linli.aws import client
from linli.tables import OutboxRow
from linli_cli.develop.samples import case_in
from linli_cli.interfaces.examples import RECORDED
from linli_cli.layout import project_of, services
from tests.integration import gateway
from tests.integration.conftest import (
    MOTO,
    Service,
    _invoke,
    asking,
    empty_cloud,
    load_event,
    starting,
    trusted,
)
from tests.integration.forks import in_a_fork
from tests.integration.issuer import Issuer
from tests.integration.test_samples import EVENTS, Neighbourhood, is_request, with_tokens

COMMUNITIES = ("willow", "cedar", "maple")


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("service", sorted(services()))
def test_record(service: str, request: pytest.FixtureRequest) -> None:
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(empty_cloud(monkeypatch))
        issuer = trusted(request.getfixturevalue("_served_issuer"), monkeypatch)
        start = starting(MOTO)
        Neighbourhood.furnished(service, start, asking(), _invoke, issuer)
        for path in sorted((EVENTS / service).rglob("*.json")):
            sample = path.relative_to(EVENTS)
            if case_in(sample.stem) in {"normal", "edge"}:
                told = in_a_fork(lambda sample=sample: happened(sample, start, issuer))  # type: ignore[misc]
                found[sample.with_suffix("").as_posix()] = {key: each for key, each in told.items() if each}
    recorded = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    kept = {name: each for name, each in recorded.items() if not name.startswith(f"{service}/")}
    text = json.dumps(dict(sorted((kept | found).items())), indent=1, ensure_ascii=False)
    RECORDED.write_text(f"{text}\n", encoding="utf-8")


def happened(sample: Path, start: Service, issuer: Issuer) -> dict[str, Any]:
    """What a sample is answered, what devices are told, and the facts that were not there before."""
    service, action = sample.parts[:2]
    app, said = start(project_of(service, action)), []

    def publish(topic: str, payload: bytes, **_: object) -> None:
        said.append({"topic": topic, "payload": json.loads(payload)})

    event = with_tokens(load_event(sample), issuer)
    before = facts()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(client("iot-data"), "publish", publish)
        answered = _invoke(app, "api" if is_request(event) else action, event)
    return {
        "answer": gateway.answer(answered).body if is_request(event) else None,
        "said": said,
        "facts": [each for key, each in facts().items() if key not in before],
    }


def facts() -> dict[str, Any]:
    """Every fact in the outbox of the service that was entered last."""
    rows = (row for community in COMMUNITIES for row in OutboxRow.query(f"{community}#outbox"))
    return {row.event: json.loads(row.event) for row in rows}
