"""What a community costs a month: every sample of community.yaml through its real handler, on the meter.

    make cost

Capacity, calls, messages, log bytes, metrics and what is stored are measured; alarms, secrets and polled
queues are counted in the packaged templates; how long a function runs is assumed (`linli_cli.cost.bill`).
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from linli.instants import to_text
from linli.secrets import secret
from linli.tables import OutboxRow
from linli_cli.cost import bill, prices, showing, standing, usage
from linli_cli.cost.units import Started, Taken
from linli_cli.cost.usage import Said
from linli_cli.deploy import declared, packaging
from linli_cli.develop.actions import actions
from linli_cli.develop.readable import encoded
from linli_cli.develop.samples import signed
from linli_cli.layout import build, project_of, services
from tests.cost.meter import listening, metered, quiet
from tests.integration.conftest import ROOT, Http, Invoke, Service, load_event
from tests.integration.gateway import NOW
from tests.integration.issuer import Issuer
from tests.integration.neighbourhood import FURNISH, know_devices
from tests.integration.playing import is_request, with_tokens

COMMUNITY = usage.community()
TRIGGERS = [(service, each) for service in services() for each in declared.triggers(service)]
SAID = [*COMMUNITY.said, *usage.following(COMMUNITY.said, TRIGGERS, actions())]
SAMPLES = sorted({(each.action, each.sample, each.again_h) for each in SAID})
TAKEN: dict[tuple[str, str, float], Taken] = {}
STARTED: dict[tuple[str, str, float], Started] = {}
NUMBER = re.compile(r"\d+\.\d+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z")
BY = {(service, each.action): each.start for service, each in TRIGGERS}
RELAY: list[Taken] = []


@pytest.fixture(autouse=True, scope="module")
def console() -> Iterator[Console]:
    """Where the tables go; what is logged meanwhile is counted, and shown to nobody."""
    with listening(), quiet() as shown:
        yield Console(file=shown, width=150)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_what_one_takes(
    sample: tuple[str, str, float], service: Service, http: Http, invoke: Invoke, issuer: Issuer
) -> None:
    title, case, again_h = sample
    name, _, action = title.partition("/")
    if name in FURNISH:
        FURNISH[name](service(name), http, invoke)
    app = service(project_of(name, action))
    if name not in FURNISH:
        know_devices()
    event = signed(with_tokens(load_event(f"{title}/{case}.json"), issuer), secret)
    function = "api" if is_request(event) else action
    if again_h:
        invoke(app, function, event)
        event = its_like(f"{title}/{case}.json", again_h)

    with metered(NOW) as taken:
        answer = invoke(app, function, event)

    if function == "api":
        assert answer["statusCode"] < 400, answer
        taken.units["egress_gb"] += len(answer["body"] or "") / 1e9
    TAKEN[sample] = taken
    STARTED[sample] = "http" if function == "api" else BY.get((name, action), "call")


def test_what_the_relay_takes(service: Service, http: Http, invoke: Invoke) -> None:
    """One fact, from the stream to the bus."""
    FURNISH["access"](service("access"), http, invoke)
    invoke(service("access"), "gate_pass", load_event("access/gate_pass/normal.json"))
    row = next(iter(OutboxRow.query("willow#outbox")))
    image = {"kind": {"S": "outbox"}, "event": {"S": row.event}}
    record = {"eventID": "1", "eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}
    with metered(NOW) as taken:
        assert invoke(service("access"), "relay", {"Records": [record]}) == {"batchItemFailures": []}
    taken.units["bus_event"] += 1
    RELAY.append(taken)


def test_what_a_community_costs(console: Console) -> None:
    packaged = packaging.package_all()
    templates = standing.templates_of(packaged)
    found = usage.lines(SAID, _taken, _started, standing.memory(packaged))
    stage = bill.Stage(standing.standing(templates), COMMUNITY.standing, RELAY[0], list(found))
    (build() / "cost.json").write_text(
        json.dumps({"/".join(map(str, each)): taken.as_json() for each, taken in TAKEN.items()}, indent=1)
    )
    showing.show(stage, prices.listed(), COMMUNITY, console)


def its_like(sample: str, hours: float) -> Any:
    """The event that comes after a sample: another id, later, and of a dial what it shows then."""
    span = timedelta(hours=hours)
    text = (ROOT / "events" / sample).read_text(encoding="utf-8")
    text = TIME.sub(lambda found: to_text(datetime.fromisoformat(found[0]) + span), text)
    return encoded(json.loads(text, object_hook=lambda read: _later(read, span)))


def _later(read: dict[str, Any], span: timedelta) -> dict[str, Any]:
    latter: dict[str, Callable[[Any], Any]] = {
        "event_id": lambda it: f"{it}-again",
        "seq": lambda it: it + 1,
        "received_at_ms": lambda it: it + span // timedelta(milliseconds=1),
        "value": lambda it: str(Decimal(it) + 1) if NUMBER.fullmatch(it) else it,
    }
    return {name: latter[name](value) if name in latter else value for name, value in read.items()}


def _taken(said: Said) -> Taken:
    return TAKEN[said.action, said.sample, said.again_h]


def _started(said: Said) -> Started:
    return STARTED[said.action, said.sample, said.again_h]
