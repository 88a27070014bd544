"""Examples out of `events/`: what is asked, and what devices and services say."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from linli.contracts import Contract
from linli.ids import is_id
from linli_cli.develop.actions import Action, actions, start_of
from linli_cli.develop.readable import encoded
from linli_cli.develop.samples import case_in
from linli_cli.interfaces.schemas import Schema
from linli_cli.layout import ROOT

RECORDED = Path(__file__).with_name("answers.json")
"""What samples were answered, by `make answers`: by sample its answer, what devices were told, its facts."""
MEANT = ("normal", "edge", "refused")  # the last in a good form, of somebody or something that is not there
MOST = 3  # of one thing: a reader wants the usual one, and how else it may be


@dataclass(frozen=True, slots=True)
class Example:
    """An event of a sample as Lambda gets it."""

    service: str
    action: str
    case: str
    event: Any

    @property
    def name(self) -> str:
        """What the sample's name says besides that it is a usual request."""
        words = [each for each in self.case.split("_") if each not in {"http", "normal"}]
        return "_".join(words) or "normal"

    @property
    def ended(self) -> dict[str, Any]:
        """What it was answered, what devices were told, which facts it led to, as it was recorded."""
        found: dict[str, Any] = recorded().get(f"{self.service}/{self.action}/{self.case}", {})
        return found

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


@cache
def recorded() -> dict[str, Any]:
    """How samples ended when they were recorded last, by their names."""
    found: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


@cache
def examples(root: Path = ROOT) -> tuple[Example, ...]:
    """Every sample that is not malformed; of each action the usual ones first."""
    found = [each for action in actions(root) for each in _of_action(action)]
    return tuple(sorted(found, key=lambda one: MEANT.index(str(case_in(one.case)))))


def _of_action(action: Action) -> Iterator[Example]:
    for sample in action.samples:
        if sample.case in MEANT:
            event = encoded(json.loads(sample.path.read_text(encoding="utf-8")))
            yield Example(action.service, action.name, sample.path.stem, event)


def requests(service: str, method: str, path: str, root: Path = ROOT) -> list[Example]:
    """Requests of a route of a service, the usual ones first."""
    return [
        each
        for each in _requests(root)
        if (each.service, each.event["httpMethod"], each.event["resource"]) == (service, method, path)
    ]


def _requests(root: Path) -> list[Example]:
    return [each for each in examples(root) if start_of(each.event) == "http"]


@cache
def messages(root: Path = ROOT) -> dict[str, list[tuple[str, Any]]]:
    """What devices say by the last level of the topic, each with the title of its sample."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for each in examples(root):
        for event in (each.event, *_delivered(each.event)):
            if isinstance(event, dict) and event.keys() >= {"topic", "payload"}:
                said = json.loads(base64.b64decode(event["payload"]))
                found.setdefault(event["topic"].rpartition("/")[2], []).append((each.title, said))
    return found


@cache
def told(root: Path = ROOT) -> dict[str, list[tuple[str, Any]]]:
    """What services say, by the type of the fact, each with the title of its sample."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for each in examples(root):
        delivered = (event for event in _delivered(each.event) if isinstance(event, dict))
        facts = [event["detail"] for event in delivered if "detail-type" in event]
        for fact in (*facts, *each.ended.get("facts", [])):
            found.setdefault(str(fact.get("type")), []).append((each.title, fact))
    return found


@cache
def heard(root: Path = ROOT) -> dict[str, list[tuple[str, Any]]]:
    """What devices hear by the end of the topic, such as `command`, each with the title of its sample."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for each in examples(root):
        for said in each.ended.get("said", []):
            topic = said["topic"].split("/", 3)[-1]
            found.setdefault(topic, []).append((each.title, said["payload"]))
    return found


def _delivered(event: Any) -> Iterator[Any]:
    """What a queue brought."""
    for record in event.get("Records", []) if isinstance(event, dict) else []:
        yield json.loads(record["body"])


def bodies(found: list[Example], model: type[Contract]) -> dict[str, Any]:
    """The bodies of requests that are in the form of a contract, as a document lists examples."""
    good = [each for each in found if _fits(each.event.get("body") or "", model)]
    return {
        each.name: {"summary": each.title, "value": json.loads(each.event["body"])} for each in good[:MOST]
    }


def answers(found: list[Example], schema: Schema, components: dict[str, Schema]) -> dict[str, Any]:
    """What requests were answered, as far as it still has the form of a schema."""
    form = Draft202012Validator({**schema, "components": {"schemas": components}})
    told = [(each, each.ended.get("answer")) for each in found]
    good = [(each, answer) for each, answer in told if answer and form.is_valid(answer)]
    return {each.name: {"summary": each.title, "value": answer} for each, answer in good[:MOST]}


def _fits(body: str, model: type[Contract]) -> bool:
    try:
        model.model_validate_json(body)
    except ValidationError:
        return False
    return True


def path_value(found: list[Example], name: str, root: Path = ROOT) -> str:
    """What stands for a part of a path: in these requests, else in others."""
    given = [(each.event.get("pathParameters") or {}).get(name) for each in (*found, *_requests(root))]
    return next((each for each in given if each and is_id(each)), f"{name.replace('_', '-')}-1")


def query_values(found: list[Example], name: str) -> list[str]:
    """What requests gave for a parameter, one at most."""
    given = [(each.event.get("queryStringParameters") or {}).get(name) for each in found]
    return [each for each in given if each][:1]
