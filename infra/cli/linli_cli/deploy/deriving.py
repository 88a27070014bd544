"""The part of a service's templates that follows from what its actions say: pure, no I/O.

In the state stack: the table's usual properties, queues, dead letters, who may fill them. In the stack of a
project: rules of topics and of the bus, schedules, the relay's filter, what a function needs. `state.yaml`
and `resources.yaml` are laid over it and hold only what is odd.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from linli.naming import logical_id
from linli_cli.deploy.declared import Declared
from linli_cli.deploy.templates import Template
from linli_cli.deploy.wiring import arn, named

RETENTION_S = 14 * 24 * 3600  # of dead letters: the most that SQS keeps
HIDDEN_FOR = 6  # timeouts of its worker, as AWS asks
TRIES = 3
TIMEOUT_S = 10
KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
VERSION = "2012-10-17"
OUTBOX = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["outbox"]}}}}
SQL = (
    "SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS client_id, "
    "timestamp() AS received_at_ms FROM 'linli/+/+/{}'"
)
TICK = {"InputPathsMap": {"time": "$.time"}, "InputTemplate": '{"scheduled_at": <time>}'}
DEVICES_AT_ONCE = 50  # executions that what devices say may take; other queues ten each: see docs/scale.md
RUNS = {"timeout_s": "Timeout", "memory_mb": "MemorySize"}
RELAY = "relay"
THING = "${!iot:Connection.Thing.ThingName}"
OWN = f"linli/${{!iot:Connection.Thing.Attributes[community]}}/{THING}"


def state(service: str, triggers: Sequence[Declared]) -> Template:
    """The table and the queues of a service, in a stack that a rollback of its functions never touches."""
    resources: dict[str, Any] = {"Table": table(service), "RelayDlq": dead_letters(service, RELAY)}
    for each in triggers:
        name = logical_id(each.action)
        resources[f"{name}Dlq"] = dead_letters(service, each.action)
        if each.queued:
            resources[name] = queue(service, each)
        if each.queued and (each.facts or each.schedule):
            resources[f"{name}Policy"] = queue_policy(service, each)
    return {"Resources": resources}


def table(service: str) -> dict[str, Any]:
    """A table of partition and sort key, with the stream that the relay reads; indexes are odd."""
    return {
        "Type": "AWS::DynamoDB::Table",
        **KEPT,
        "Properties": {
            "TableName": {"Fn::Sub": f"linli-${{Stage}}-{service}"},
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True},
            "DeletionProtectionEnabled": {"Fn::If": ["IsProtected", True, False]},
        },
    }


def queue(service: str, trigger: Declared) -> dict[str, Any]:
    """The queue of an action. What is taken out stays hidden while its batch and the retries run."""
    name = logical_id(trigger.action)
    timeout_s = trigger.needs.get("timeout_s", TIMEOUT_S)
    return {
        "Type": "AWS::SQS::Queue",
        **KEPT,
        "Properties": {
            "QueueName": named(service, dashed(trigger.action)),
            "VisibilityTimeout": HIDDEN_FOR * timeout_s,
            "SqsManagedSseEnabled": True,
            "RedrivePolicy": {
                "deadLetterTargetArn": {"Fn::GetAtt": [f"{name}Dlq", "Arn"]},
                "maxReceiveCount": trigger.needs.get("tries", TRIES),
            },
        },
    }


def dead_letters(service: str, action: str) -> dict[str, Any]:
    """Where what an action could not process waits for somebody."""
    return {
        "Type": "AWS::SQS::Queue",
        **KEPT,
        "Properties": {
            "QueueName": named(service, dashed(action), "-dlq"),
            "MessageRetentionPeriod": RETENTION_S,
            "SqsManagedSseEnabled": True,
        },
    }


def queue_policy(service: str, trigger: Declared) -> dict[str, Any]:
    """Let the action's own rule, and nothing else of EventBridge, fill its queue and its dead letters."""
    name = logical_id(trigger.action)
    bus = "linli-${Stage}/" if trigger.facts else ""  # schedules are on the default bus
    rule = arn("events", f"rule/{bus}linli-${{Stage}}-{service}-{dashed(trigger.action)}")
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": name}, {"Ref": f"{name}Dlq"}],
            "PolicyDocument": {
                "Version": VERSION,
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Action": "sqs:SendMessage",
                        "Resource": [{"Fn::GetAtt": [each, "Arn"]} for each in (name, f"{name}Dlq")],
                        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
                    }
                ],
            },
        },
    }


def stack(service: str, triggers: Sequence[Declared], *, relayed: bool) -> Template:
    """What Chalice has no words for, of the triggers of one project."""
    resources: dict[str, Any] = {}
    for each in triggers:
        resources |= topic_rules(service, each)
        resources |= bus_rule(service, each)
        if needs := function(each):
            resources[logical_id(each.action)] = {"Properties": needs}
    if any(each.topics for each in triggers):
        resources["TopicRuleRole"] = topic_rule_role(triggers)
    if relayed:
        criteria = {"Filters": [{"Pattern": json.dumps(OUTBOX, separators=(",", ":"))}]}
        source = {"RelayDynamodbEventSource": {"Properties": {"FilterCriteria": criteria}}}
        resources["Relay"] = {"Properties": {"Events": source}}
    return {"Resources": resources}


def function(trigger: Declared) -> dict[str, Any]:
    """The properties of an action's function that it asks for."""
    asked: dict[str, Any] = {name: trigger.needs[key] for key, name in RUNS.items() if key in trigger.needs}
    if trigger.start == "device_queue":
        source = {"Properties": {"ScalingConfig": {"MaximumConcurrency": DEVICES_AT_ONCE}}}
        asked["Events"] = {f"{logical_id(trigger.action)}SqsEventSource": source}
    if "stale_after_s" in trigger.needs:
        asked["EventInvokeConfig"] = {"MaximumEventAgeInSeconds": trigger.needs["stale_after_s"]}
    return asked


def topic_rules(service: str, trigger: Declared) -> dict[str, Any]:
    """A rule for each topic: into the action's queue, or to its function, which may be called by it alone."""
    name, made = logical_id(trigger.action), {}
    for topic in trigger.topics:
        rule = f"{name}{logical_id(topic)}Rule" if len(trigger.topics) > 1 else f"{name}Rule"
        made[rule] = topic_rule(service, trigger, topic)
        if not trigger.queued:
            made[f"{rule}Permission"] = {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "FunctionName": {"Ref": name},
                    "Action": "lambda:InvokeFunction",
                    "Principal": "iot.amazonaws.com",
                    "SourceAccount": {"Ref": "AWS::AccountId"},
                    "SourceArn": {"Fn::GetAtt": [rule, "Arn"]},
                },
            }
    return made


def topic_rule(service: str, trigger: Declared, topic: str) -> dict[str, Any]:
    """What devices say on a topic, as bytes, with who said it and when; failures are dead letters."""
    name, action = logical_id(trigger.action), trigger.action
    label = action if topic == action else f"{action}__{topic}"
    call = {"Lambda": {"FunctionArn": {"Fn::GetAtt": [name, "Arn"]}}}
    return {
        "Type": "AWS::IoT::TopicRule",
        "Properties": {
            "RuleName": {"Fn::Sub": f"linli_${{Stage}}_{service}_{label}"},
            "TopicRulePayload": {
                "AwsIotSqlVersion": "2016-03-23",
                "RuleDisabled": False,
                "Sql": SQL.format(topic),
                "Actions": [into(name) if trigger.queued else call],
                "ErrorAction": into(f"{name}Dlq"),
            },
        },
    }


def into(queue: str) -> dict[str, Any]:
    """The action of a topic rule that fills a queue."""
    role = {"Fn::GetAtt": ["TopicRuleRole", "Arn"]}
    return {"Sqs": {"QueueUrl": {"Ref": f"{queue}Url"}, "RoleArn": role, "UseBase64": False}}


def topic_rule_role(triggers: Iterable[Declared]) -> dict[str, Any]:
    """What the topic rules of a service may fill."""
    filled = [
        {"Ref": f"{logical_id(each.action)}{ending}"}
        for each in triggers
        if each.topics
        for ending in (("Arn", "DlqArn") if each.queued else ("DlqArn",))
    ]
    assumed = {"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole"}
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": filled}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": VERSION, "Statement": [assumed]},
            "Policies": [
                {"PolicyName": "queues", "PolicyDocument": {"Version": VERSION, "Statement": [send]}}
            ],
        },
    }


def bus_rule(service: str, trigger: Declared) -> dict[str, Any]:
    """The rule that brings an action its facts, or its ticks: those are on the default bus."""
    if not trigger.queued or not (trigger.facts or trigger.schedule):
        return {}
    name = logical_id(trigger.action)
    target = {"Id": "queue", "Arn": {"Ref": f"{name}Arn"}}
    properties: dict[str, Any] = {"Name": named(service, dashed(trigger.action))}
    if trigger.facts:
        properties["EventBusName"] = {"Fn::Sub": "linli-${Stage}"}
        properties["EventPattern"] = {"detail-type": list(trigger.facts)}
    else:
        properties |= {"Description": trigger.meaning, "ScheduleExpression": trigger.schedule}
        target["InputTransformer"] = TICK
    properties["Targets"] = [{**target, "DeadLetterConfig": {"Arn": {"Ref": f"{name}DlqArn"}}}]
    return {f"{name}Rule": {"Type": "AWS::Events::Rule", "Properties": properties}}


def device_policies(believed: Mapping[str, Sequence[str]]) -> Template:
    """A policy of IoT Core for each kind of device: the topics on which some action believes it.

    A device is its certificate: it connects under its own thing's name, speaks as itself, of what devices of
    its kind are believed, and hears its own replies. Whatever else it publishes is refused. `+` is no
    wildcard of policies: a subscription matches the resource as text.
    """
    made = {f"{logical_id(kind)}DevicePolicy": device_policy(kind, believed[kind]) for kind in believed}
    return {"Resources": made}


def device_policy(kind: str, topics: Sequence[str]) -> dict[str, Any]:
    """What a device of a kind may do. A document has at most 2,048 characters."""
    allowed = {
        "iot:Connect": arn("iot", f"client/{THING}"),
        "iot:Subscribe": [arn("iot", f"topicfilter/{OWN}/{each}") for each in ("*/reply", "command")],
        "iot:Receive": arn("iot", f"topic/{OWN}/*"),  # whatever it may have subscribed to
        "iot:Publish": [arn("iot", f"topic/{OWN}/{topic}") for topic in topics],
    }
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in allowed.items()
    ]
    statements[0]["Condition"] = {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}
    return {
        "Type": "AWS::IoT::Policy",
        "Condition": "HasIoT",
        "Properties": {
            "PolicyName": {"Fn::Sub": f"linli-${{Stage}}-device-{kind}"},
            "PolicyDocument": {"Version": VERSION, "Statement": statements},
        },
    }


def believed(triggers: Iterable[Declared]) -> dict[str, list[str]]:
    """The topics on which devices of each kind are believed, first those of every kind."""
    senders = {topic: set(kinds) for each in triggers for topic, kinds in each.believes.items()}
    every = set().union(*senders.values())
    topics = sorted(senders, key=lambda topic: (senders[topic] != every, topic))
    return {kind: [topic for topic in topics if kind in senders[topic]] for kind in sorted(every)}


def dashed(action: str) -> str:
    """An action's name as resources have it, which may hold no underscore."""
    return action.replace("_", "-")
