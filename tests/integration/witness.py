"""A witness of what each action asks of AWS, to be held against the policy.json that it is deployed with, and
of how its attempts end, to be held against the table of outcomes in its service's README.

All clients of the process are heard, ours and botocore's, while an action is at work. Conditions of a policy
are not judged here: the local cloud enforces them.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from botocore.handlers import BUILTIN_HANDLERS
from chalice.app import Chalice

from linli import observability
from linli_cli.deploy.packaging import RELAY_POLICY
from linli_cli.develop.actions import actions
from linli_cli.layout import ROOT, services
from linli_cli.reading.outcomes import outcomes_of, problems_of

SERVICES = frozenset(services())
PLACE = "eu-west-1:123456789012"
WORDS = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "Stage": "test",
}
IN_A_TRANSACTION = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}
IN_A_TRANSACTION |= {"ConditionCheck": "ConditionCheckItem"}
ON_A_THING = {"CreateThing", "UpdateThing", "ListThingPrincipals"}
ON_A_CERTIFICATE = {"DescribeCertificate", "UpdateCertificate"}
ON_ANYTHING = {"CreateCertificateFromCsr", "DescribeEndpoint"}

SHARED = "by reading: a store that actions share does it in a case that no test brings to this action"
OWN_LIST = "by reading: its list has more than a page only in a case that no test brings"
SECRET = "by reading: the gateway or the merchant is asked for it, which the tests' fakes stand in for"
# What no test reaches yet, by action and right: whoever reaches it may strike the line.
OUT_OF_REACH: dict[tuple[str, str], str] = {
    ("access/door_event", "secretsmanager:GetSecretValue"): OWN_LIST,
    ("care/alert", "sqs:GetQueueUrl"): SHARED,
    ("care/alert", "sqs:SendMessage"): SHARED,
    ("care/check_in", "dynamodb:Query"): SHARED,
    ("care/escalation", "dynamodb:DeleteItem"): SHARED,
    ("care/gateway_reply", "dynamodb:DeleteItem"): SHARED,
    ("care/sign_of_life", "dynamodb:DeleteItem"): SHARED,
    ("care/sign_of_life", "dynamodb:PutItem"): SHARED,
    ("care/sign_of_life", "dynamodb:Query"): SHARED,
    ("care/signal", "dynamodb:Query"): SHARED,
    ("care/sos", "dynamodb:Query"): SHARED,
    ("care/visit", "dynamodb:Query"): SHARED,
    ("devices/device", "iot:UpdateThing"): "by reading: the thing is there and its row is not, after a crash",
    ("devices/overdue", "dynamodb:DeleteItem"): SHARED,
    ("directory/membership", "dynamodb:Query"): OWN_LIST,
    ("maintenance/community", "dynamodb:DeleteItem"): SHARED,
    ("maintenance/repairer", "dynamodb:DeleteItem"): SHARED,
    ("payments/reconcile", "secretsmanager:GetSecretValue"): SECRET,
    ("payments/refund", "dynamodb:DeleteItem"): SHARED,
    ("payments/refund", "secretsmanager:GetSecretValue"): SECRET,
    ("payments/statement", "secretsmanager:GetSecretValue"): SECRET,
    ("payments/stored_callback", "secretsmanager:GetSecretValue"): SECRET,
    ("utilities/bulk_upload", "dynamodb:DeleteItem"): SHARED,
    ("utilities/bulk_upload", "dynamodb:Query"): SHARED,
    ("utilities/household", "dynamodb:Query"): OWN_LIST,
    ("utilities/meter", "dynamodb:DeleteItem"): SHARED,
    ("utilities/meter_reading", "dynamodb:DeleteItem"): SHARED,
}


@dataclass(frozen=True, order=True, slots=True)
class Right:
    """What an operation needs, or a policy grants: an IAM action on a resource, which may be a pattern."""

    action: str
    resource: str

    def covers(self, needed: "Right") -> bool:
        """Whether who is granted this may do what is needed."""
        pattern = self.resource.replace("[", "[[]")
        return self.action == needed.action and fnmatchcase(needed.resource, pattern)


ENDED: set[tuple[str, str, str]] = set()  # service, action, outcome
SEEN: defaultdict[str, set[Right]] = defaultdict(set)
_at_work: ContextVar[str | None] = ContextVar("_at_work", default=None)


@contextmanager
def at_work(title: str | None) -> Iterator[None]:
    """Attribute what is asked of AWS to `<service>/<action>`, or to nobody."""
    token = _at_work.set(title)
    try:
        yield
    finally:
        _at_work.reset(token)


def action_of(app: Chalice, service: str, function: str, event: Any) -> str | None:
    """The action that takes `event`, as `<service>/<action>`; None where no route does."""
    if function != "api":
        return f"{service}/{function}"
    entry = app.routes.get(event["resource"], {}).get(event["httpMethod"])
    return entry and "/".join(entry.view_function.__module__.split(".")[1:3])


def beyond(title: str) -> set[Right]:
    """What an action asked for and is not granted; its trigger grants its queue and dead letters."""
    rights = granted(title)
    service, _, action = title.partition("/")
    queue = f"arn:aws:sqs:{PLACE}:linli-test-*{service}*-{action.replace('_', '-')}"
    rights |= {Right("sqs:SendMessage", f"{queue}-dlq")}
    rights |= {Right("sqs:ChangeMessageVisibility", each) for each in (queue, f"arn:aws:sqs:{PLACE}:queue")}
    return {each for each in SEEN[title] if not any(right.covers(each) for right in rights)}


def unused(title: str) -> set[Right]:
    """What an action is granted and was not seen to ask for.

    A process asks where a queue is once, so whoever sends to it may ask. Of an object that is not there S3
    says so to whoever may list its bucket, and to anybody else that it is forbidden.
    """
    asked = {
        Right("sqs:GetQueueUrl", each.resource) for each in SEEN[title] if each.action == "sqs:SendMessage"
    }
    asked |= {
        Right("s3:ListBucket", each.resource.partition("/")[0])
        for each in SEEN[title]
        if each.action == "s3:GetObject"
    }
    return {right for right in granted(title) if not any(map(right.covers, SEEN[title] | asked))}


def called_without_a_right() -> Iterator[str]:
    """What was asked for beyond a policy since it was last asked; then it is forgotten."""
    for title in list(SEEN):
        for right in beyond(title):
            SEEN[title].discard(right)
            yield f"{title} called {right.action} on {right.resource}, which its policy.json does not grant"


def granted_and_never_called() -> Iterator[str]:
    """The rights that no action of the layout was seen to use. It says something after all tests only."""
    for action in actions():
        for right in sorted(unused(action.title)):
            if (action.title, right.action) not in OUT_OF_REACH:
                yield f"{action.title} is granted {right.action} on {right.resource} and never calls it"


def testimony() -> list[tuple[str, str, str]]:
    """All that was seen, for another process."""
    return [(title, right.action, right.resource) for title, seen in SEEN.items() for right in seen]


def hear_of(told: list[tuple[str, str, str]]) -> None:
    """What another process has seen."""
    for title, action, resource in told:
        SEEN[title].add(Right(action, resource))


@cache
def granted(title: str) -> frozenset[Right]:
    """What an action may do: every action of a statement on every resource."""
    service, _, action = title.partition("/")
    own = ROOT / "functions" / service / action / "policy.json"
    policy = json.loads((ROOT / RELAY_POLICY if action == "relay" else own).read_text(encoding="utf-8"))
    return frozenset(
        Right(granted, _resource(resource, service))
        for statement in policy["Statement"]
        for granted in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resource(written: Any, service: str) -> str:
    text = written["Fn::Sub"] if isinstance(written, dict) else written
    return re.sub(r"\$\{([\w:]+)\}", lambda found: WORDS[found[1]], text).replace("SERVICE", service)


def needed(  # noqa: C901  one line a service
    service: str, operation: str, asked: Mapping[str, Any], *, presigned: bool
) -> Iterator[Right]:
    """The rights that an operation of a service needs. Raises LookupError for one that nobody has told of."""
    match service:
        case "dynamodb":
            yield from _of_tables(operation, asked)
        case "sqs":
            name = asked.get("QueueName") or asked["QueueUrl"].rpartition("/")[2]
            yield Right(f"sqs:{operation.removesuffix('Batch')}", f"arn:aws:sqs:{PLACE}:{name}")
        case "secretsmanager":
            secret = f"arn:aws:secretsmanager:{PLACE}:secret:{asked['SecretId']}-abcdef"
            yield Right(f"secretsmanager:{operation}", secret)
        case "s3" if operation == "CreateBucket" and presigned:  # what a presigned POST is signed as
            yield Right("s3:PutObject", f"arn:aws:s3:::{asked['Bucket']}/*")
        case "s3":
            verb = "GetObject" if operation == "HeadObject" else operation
            yield Right(f"s3:{verb}", f"arn:aws:s3:::{asked['Bucket']}/{asked['Key']}")
        case "events":
            for entry in asked["Entries"]:
                yield Right("events:PutEvents", f"arn:aws:events:{PLACE}:event-bus/{entry['EventBusName']}")
        case "iot-data":
            yield Right(f"iot:{operation}", f"arn:aws:iot:{PLACE}:topic/{asked['topic']}")
        case "iot":
            for resource in _of_devices(operation, asked):
                yield Right(f"iot:{operation}", resource)
        case _:
            raise LookupError(f"{service} {operation}")


def _of_tables(operation: str, asked: Mapping[str, Any]) -> Iterator[Right]:
    if operation == "TransactWriteItems":
        for item in asked["TransactItems"]:
            for verb, write in item.items():
                yield Right(f"dynamodb:{IN_A_TRANSACTION[verb]}", _table(write["TableName"]))
    elif operation in {"BatchGetItem", "BatchWriteItem"}:
        for name in asked["RequestItems"]:
            yield Right(f"dynamodb:{operation}", _table(name))
    else:
        index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
        yield Right(f"dynamodb:{operation}", _table(asked["TableName"]) + index)


def _table(name: str) -> str:
    return f"arn:aws:dynamodb:{PLACE}:table/{name}"


def _of_devices(operation: str, asked: Mapping[str, Any]) -> Iterator[str]:
    if operation in ON_ANYTHING:
        yield "*"
    if operation in ON_A_THING or "ThingPrincipal" in operation:
        yield f"arn:aws:iot:{PLACE}:thing/{asked['thingName']}"
    if operation in ON_A_CERTIFICATE:
        yield f"arn:aws:iot:{PLACE}:cert/{asked['certificateId']}"
    if operation in {"AttachThingPrincipal", "DetachThingPrincipal"}:
        yield str(asked["principal"])
    if operation in {"AttachPolicy", "DetachPolicy"}:
        yield str(asked["target"])


def hear(service: str, operation: str, asked: Mapping[str, Any], *, presigned: bool = False) -> None:
    """What the action at work, if any is, asks of a service."""
    title = _at_work.get()
    if title is not None:
        SEEN[title].update(needed(service, operation, asked, presigned=presigned))


def _hear(params: Mapping[str, Any], model: Any, context: Mapping[str, Any], **_: Any) -> None:
    presigned = bool(context.get("is_presign_request"))
    hear(model.service_model.service_name, model.name, params, presigned=presigned)


def ended_otherwise() -> Iterator[str]:
    """The outcomes that no README lists, since it was last asked; then they are forgotten."""
    while ENDED:
        service, action, outcome = ENDED.pop()
        if service in SERVICES and outcome not in _listed(service, action):
            yield f"{service}/{action} ended as {outcome}, which its README does not list: run `make format`"


@cache
def _listed(service: str, action: str) -> frozenset[str]:
    """How an attempt may end, as the README's table lists it."""
    own = outcomes_of(service).get(action, frozenset())
    return own | {*problems_of(service), "error"}


def _counted(action: str, outcome: str) -> None:
    ENDED.add((os.environ.get("LINLI_SERVICE", ""), action, outcome))
    _count(action, outcome)


_count = observability._count
observability._count = _counted
BUILTIN_HANDLERS.append(
    ("before-parameter-build", _hear)
)  # of every client of botocore that is made from now on; ours are heard on the wire
