"""The command `asyncapi`: one AsyncAPI 3.0 document of what devices and services tell each other."""

import inspect
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError

from linli.device_messages import DeviceCommand, DeviceEvent, command_topic
from linli.events import Event, Fact
from linli_cli.interfaces import examples, problems
from linli_cli.interfaces.openapi import service_tag
from linli_cli.interfaces.problems import PROBLEM
from linli_cli.interfaces.schemas import AsTold, Schema, Wanted, schemas_of
from linli_cli.interfaces.schemas import name_of as schema_name
from linli_cli.layout import ROOT, services
from linli_cli.reading.facts import facts
from linli_cli.reading.messages import Spoken, spoken, words_of

ABOUT = """\
What devices say to Linli and hear from it over MQTT, and the facts that its services tell on the bus.

A device connects with its own certificate, by MQTT 5, its client id being its name; it publishes below \
`linli/<community>/<device>/` with QoS 0 or 1 and hears each answer on the same topic, `/reply` behind it. \
What is optional and makes no sense is left out and named in the answer (`dropped`); an unknown member, too. \
What is needed and makes no sense is refused, with a problem.

Facts are CloudEvents 1.0. On EventBridge the CloudEvent is the `detail`, its type the `detail-type`. A fact \
may come twice, or late: `source` and `id` say which it is. Times are RFC 3339 in UTC, money is whole fen.\
"""
MOST = 3
BUS = "facts"
REFUSED = "Refused"
IDS = {
    "community": {"description": "The community whose device it is."},
    "device": {"description": "The device, which is its MQTT client id and its certificate's name."},
}
DROPPED = {
    "type": "array",
    "description": "The names of what was left out, if there is any.",
    "items": {"type": "string"},
}


def asyncapi(
    out: Annotated[Path | None, typer.Option("--out", help="Write it there instead of printing it.")] = None,
) -> None:
    """Print the AsyncAPI document of devices' messages and services' facts."""
    text = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


def document(root: Path = ROOT) -> dict[str, Any]:
    """The whole document. Raises CommandError when no name is free for a schema."""
    said, told = spoken(root), facts()
    schemas, components = schemas_of({*wanted(said, told.values())}, AsTold)
    for each in said:
        answer = components[schema_name(schemas[(each.answer, "serialization")])]
        answer["properties"] |= {"dropped": DROPPED, "problem": reference("Problem")}
        for member, found in words_of(each).items():
            answer["properties"][member]["examples"] = sorted(found)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Linli 邻里",
            "version": project["version"],
            "description": ABOUT,
            "license": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "tags": [tag(each) for each in sorted(services(root))],
        },
        "defaultContentType": "application/json",
        "servers": SERVERS,
        "channels": {**device_channels(said), BUS: bus(told)},
        "operations": {**device_operations(said), **fact_operations(told)},
        "components": {
            "tags": {each: service_tag(each) for each in sorted(services(root))},
            "messages": {
                **device_messages(said, schemas),
                **{name_of(fact): fact_message(fact) for fact in told.values()},
            },
            "schemas": {
                **components,
                **{f"{fact.__name__}Event": event_of(fact, schemas) for fact in told.values()},
                REFUSED: refused(),
                "Problem": PROBLEM,
            },
            "securitySchemes": {
                "certificate": {"type": "X509", "description": "The device's own, by `linli device add`."},
                "iam": {"type": "userPassword", "description": "A role of AWS that may read the bus."},
            },
        },
    }


SERVERS: dict[str, Any] = {
    "mqtt": {
        "host": "{host}",
        "protocol": "secure-mqtt",
        "protocolVersion": "5",
        "description": "The stage's broker: `linli urls` says where it is.",
        "variables": {"host": {"default": "localhost:8883", "description": "Host and port."}},
        "security": [{"$ref": "#/components/securitySchemes/certificate"}],
    },
    "bus": {
        "host": "events.{region}.amazonaws.com",
        "protocol": "eventbridge",
        "description": "The stage's event bus, `linli-<stage>`; other companies' systems listen by a rule.",
        "variables": {"region": {"default": "eu-west-1"}},
        "security": [{"$ref": "#/components/securitySchemes/iam"}],
    },
}


def wanted(said: Iterable[Spoken], told: Iterable[type[Fact]]) -> Iterable[Wanted]:
    """Every contract that is said or told."""
    for each in said:
        yield each.sent, "validation"
        yield each.answer, "serialization"
    for contract in (*told, *commands()):
        yield contract, "serialization"


def device_channels(said: Iterable[Spoken]) -> dict[str, Any]:
    """A channel for each topic, one for its answers, and the one on which devices are told what to do."""
    found: dict[str, Any] = {}
    for topic, each in topics(said):
        address = f"linli/{{community}}/{{device}}/{topic}"
        found[topic] = channel(address, heard_from(topic, each), [topic])
        found[f"{topic}_reply"] = channel(
            f"{address}/reply", f"What is answered to `{topic}`.", [f"{topic}_answer", "refused"]
        )
    heard = "What a device is told unasked, at least once, while it is connected or its session lives."
    found["command"] = channel(command_topic("{community}", "{device}"), heard, [*map(named, commands())])
    return found


def heard_from(topic: str, said: Spoken) -> str:
    """Who listens on a topic, and to whom."""
    return f"{said.service} hears it, and believes {', '.join(sorted(said.action.kinds(topic)))}."


def channel(address: str, description: str, messages: list[str]) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "servers": [{"$ref": "#/servers/mqtt"}],
        "parameters": IDS,
        "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in messages},
        "bindings": {"mqtt": {}},
    }


def device_operations(said: Iterable[Spoken]) -> dict[str, Any]:
    """What Linli does with the topics: it hears, and answers; it commands."""
    found: dict[str, Any] = {}
    for topic, each in topics(said):
        found[f"hear_{topic}"] = {
            "action": "receive",
            "summary": summary_of(each.sent),
            "description": heard_from(topic, each),
            "channel": {"$ref": f"#/channels/{topic}"},
            "messages": [{"$ref": f"#/channels/{topic}/messages/{topic}"}],
            "tags": [tag(each.service)],
            "bindings": {"mqtt": {"qos": 1, "retain": False}},
            "reply": {
                "channel": {"$ref": f"#/channels/{topic}_reply"},
                "messages": [
                    {"$ref": f"#/channels/{topic}_reply/messages/{one}"}
                    for one in (f"{topic}_answer", "refused")
                ],
            },
        }
    found["command"] = {
        "action": "send",
        "summary": "Tell a device to do something.",
        "description": "A device does what it is told once, by the id in it, however often it is delivered.",
        "channel": {"$ref": "#/channels/command"},
        "messages": [{"$ref": f"#/channels/command/messages/{named(each)}"} for each in commands()],
        "tags": [tag(each) for each in sorted({command.__module__.split(".")[1] for command in commands()})],
        "bindings": {"mqtt": {"qos": 1, "retain": False}},
    }
    return found


def device_messages(said: Iterable[Spoken], schemas: dict[Wanted, Schema]) -> dict[str, Any]:
    """What is said on each topic, and what is answered."""
    found: dict[str, Any] = {}
    for topic, each in topics(said):
        found[topic] = message(topic, each.sent, schemas[(each.sent, "validation")]) | fitting(
            each.sent, examples.messages().get(topic, [])
        )
        found[f"{topic}_answer"] = message(
            f"{topic}_answer", each.answer, schemas[(each.answer, "serialization")]
        ) | fitting(each.answer, answers_on(topic))
    for command in commands():
        found[named(command)] = message(
            named(command), command, schemas[(command, "serialization")]
        ) | fitting(command, examples.heard().get("command", []))
    found["refused"] = {
        "name": "refused",
        "title": "Refused",
        "summary": "A message that was not taken, and why; what may be looked into is parked as well.",
        "payload": reference(REFUSED),
        "examples": [{"name": "invalid-request", "payload": refusal()}],
    }
    return found


def answers_on(topic: str) -> list[tuple[str, Any]]:
    """What was answered on a topic, without what is added to answers."""
    told = examples.heard().get(f"{topic}/reply", [])
    return [(title, answer) for title, answer in told if not answer.keys() & {"dropped", "problem"}]


def message(name: str, model: type[BaseModel], payload: Schema) -> dict[str, Any]:
    return {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "summary": summary_of(model),
        "payload": payload,
    }


def bus(told: dict[str, type[Fact]]) -> dict[str, Any]:
    """The channel of all facts."""
    names = [*map(name_of, told.values())]
    return {
        "address": "linli-{stage}",
        "description": "Who listens takes the types it knows; a changed meaning is a new type.",
        "servers": [{"$ref": "#/servers/bus"}],
        "parameters": {"stage": {"description": "The stage that Linli is deployed as.", "default": "prod"}},
        "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in names},
    }


def fact_operations(told: dict[str, type[Fact]]) -> dict[str, Any]:
    """What each service tells."""
    services = dict.fromkeys(fact.TYPE.split(".")[1] for fact in told.values())
    return {
        f"tell_of_{service}": {
            "action": "send",
            "summary": f"Tell what happened in {service}.",
            "description": "Told at least once, after what it tells of was saved.",
            "channel": {"$ref": f"#/channels/{BUS}"},
            "messages": [
                {"$ref": f"#/channels/{BUS}/messages/{name_of(fact)}"}
                for fact in told.values()
                if fact.TYPE.split(".")[1] == service
            ],
            "tags": [tag(service)],
        }
        for service in services
    }


def fact_message(fact: type[Fact]) -> dict[str, Any]:
    """A fact in its envelope; its examples say all that it says today."""
    found = [
        {"name": f"example_{number}", "summary": title, "payload": payload}
        for number, (title, payload) in enumerate(examples.told().get(fact.TYPE, []))
        if fits(Event, payload)
        and fits(fact, payload["data"])
        and fact.model_fields.keys() <= payload["data"].keys()
    ]
    return {
        "name": fact.TYPE,
        "title": fact.__name__,
        "summary": summary_of(fact),
        "contentType": "application/cloudevents+json",
        "payload": reference(f"{fact.__name__}Event"),
        **({"examples": found[:MOST]} if found else {}),
    }


def event_of(fact: type[Fact], schemas: dict[Wanted, Schema]) -> Schema:
    """The CloudEvent of a fact."""
    made = Event.model_json_schema(mode="serialization", schema_generator=AsTold)
    properties = made["properties"]
    properties |= {
        "type": {"const": fact.TYPE},
        "source": {"const": ".".join(fact.TYPE.split(".")[:2])},
        "subject": properties["subject"] | {"description": "`<community>/<what the fact is about>`."},
        "data": schemas[(fact, "serialization")],
    }
    return {**made, "title": f"{fact.__name__}Event", "description": f"`{fact.TYPE}` as a CloudEvent."}


def refused() -> Schema:
    """What a device is told whose message was not taken."""
    return {
        "type": "object",
        "title": REFUSED,
        "required": ["event_id", "outcome", "problem"],
        "properties": {
            "event_id": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "description": "Of the message, as far as it could be read.",
            },
            "outcome": {"type": "string", "description": "The last part of the problem's type."},
            "problem": reference("Problem"),
        },
    }


def refusal() -> dict[str, Any]:
    problem = problems.refused(DeviceEvent, {"event_id": "e-1", "seq": 1})
    return {"event_id": "e-1", "outcome": problem.slug, "problem": problem.problem()}


def commands() -> list[type[DeviceCommand]]:
    """What devices can be told to do, by all services."""
    return sorted(DeviceCommand.__subclasses__(), key=named)


def tag(service: str) -> dict[str, str]:
    return {"$ref": f"#/components/tags/{service}"}


def topics(said: Iterable[Spoken]) -> list[tuple[str, Spoken]]:
    return [(topic, each) for each in said for topic in each.action.topics]


def fitting(model: type[BaseModel], found: list[tuple[str, Any]]) -> dict[str, Any]:
    """The examples of a message that are in its form, some of them, if there are any."""
    good = [(title, payload) for title, payload in found if fits(model, payload)][:MOST]
    named = [
        {"name": f"example_{number}", "summary": title, "payload": payload}
        for number, (title, payload) in enumerate(good)
    ]
    return {"examples": named} if named else {}


def fits(model: type[BaseModel], payload: Any) -> bool:
    try:
        model.model_validate_json(json.dumps(payload))
    except ValidationError:
        return False
    return True


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def name_of(fact: type[Fact]) -> str:
    """The key of a fact's message: `gate_passed` of `linli.access.gate_passed.v1`, and later versions; with
    its service where several tell one of that name.
    """
    _, service, name, version = fact.TYPE.split(".")
    tellers = {each.split(".")[1] for each in facts() if each.split(".")[2] == name}
    key = name if len(tellers) == 1 else f"{service}_{name}"
    return key if version == "v1" else f"{key}_{version}"


def named(command: type[DeviceCommand]) -> str:
    return f"{command.model_fields['command'].default}_command"


def summary_of(model: type[BaseModel]) -> str:
    """The first sentence of what a contract says of itself."""
    text = " ".join((inspect.getdoc(model) or "").split())
    return f"{text.partition('. ')[0].rstrip('.')}."
