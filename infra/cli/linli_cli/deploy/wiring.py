"""What every function, queue, table and API of Linli gets without being asked, written into its template.

A service's own files say what is particular to it; here is what is the same everywhere: names, logs, dead
letters, alarms, the rights that follow from a trigger, and answers of API Gateway itself as problem+json.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from linli.errors import PROBLEM_PREFIX
from linli.words import catalogue
from linli_cli.deploy import dashboards, digest, runbooks
from linli_cli.deploy.templates import Template, conditions_used, of_type, references, text_of
from linli_cli.errors import CommandError
from linli_cli.layout import service_of

FUNCTION = "AWS::Serverless::Function"
QUEUE = "AWS::SQS::Queue"
TABLE = "AWS::DynamoDB::Table"
API = "AWS::Serverless::Api"
RULE = "AWS::IoT::TopicRule"
PERMISSION = "AWS::Lambda::Permission"
ALARM = "AWS::CloudWatch::Alarm"
METRICS = "Linli"  # the namespace of what actions count
API_STAGE = "api"
API_FUNCTION = "APIHandler"
LOG_RETENTION_DAYS = 90  # from what a meter says to its payment: a month, the run, and until it is due
ERROR_RATE = 0.05
BACKLOG_AGE_S = 300  # a message that waits longer: its worker stands still, or is too slow
STREAM_RETRIES = 5
STREAM_RECORD_AGE_S = 6 * 3600  # a record that nobody could relay for six hours goes to the dead letters
ANSWER_AGE_S = 300  # of what waits for an answer, or comes every minute: time for both retries, no backlog
EVENT_AGE_S = 6 * 3600  # the most that Lambda takes
# Executions kept for what must answer whatever else goes on. Lambda lets an account reserve all but a hundred
# of its own; a new account may have ten in all, and reserves none.
RESERVED_FOR_DEVICES, RESERVED_FOR_AUTHORIZERS, RESERVED_FOR_CALLBACKS = 50, 50, 20
QUEUE_CONCURRENCY = 10  # executions that one queue may take from all the others

Statement = dict[str, Any]

PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "Stage": {
        "Type": "String",
        "AllowedPattern": "[a-z0-9]{1,20}",  # also part of topic rule names, which take no dash
    },
    "Protected": {"Type": "String", "Default": "false", "AllowedValues": ["true", "false"]},
    "IoT": {"Type": "String", "Default": "true", "AllowedValues": ["true", "false"]},
    "DepsLayerArn": {"Type": "String"},
    "CoreLayerArn": {"Type": "String"},
    "Architecture": {"Type": "String", "Default": "arm64", "AllowedValues": ["arm64", "x86_64"]},
    "Tracing": {"Type": "String", "Default": "PassThrough", "AllowedValues": ["Active", "PassThrough"]},
    "SnapStart": {"Type": "String", "Default": "false", "AllowedValues": ["true", "false"]},
    "Reserve": {"Type": "String", "Default": "true", "AllowedValues": ["true", "false"]},
    "Receivers": {"Type": "String", "Default": "public", "AllowedValues": ["public", "anywhere"]},
    "AlarmTopicArn": {"Type": "String"},
    "Dashboards": {"Type": "String", "Default": "stage", "AllowedValues": ["none", "stage", "services"]},
}
CONDITIONS: Mapping[str, Any] = {
    "IsProtected": {"Fn::Equals": [{"Ref": "Protected"}, "true"]},
    "HasIoT": {"Fn::Equals": [{"Ref": "IoT"}, "true"]},
    "IsTraced": {"Fn::Equals": [{"Ref": "Tracing"}, "Active"]},
    "HasReserve": {"Fn::Equals": [{"Ref": "Reserve"}, "true"]},
    "HasSnapStart": {"Fn::Equals": [{"Ref": "SnapStart"}, "true"]},
    dashboards.OF_STAGE: {"Fn::Not": [{"Fn::Equals": [{"Ref": "Dashboards"}, "none"]}]},
    dashboards.OF_SERVICES: {"Fn::Equals": [{"Ref": "Dashboards"}, "services"]},
}
# What API Gateway says on its own, before any function runs: type, status, problem type.
GATEWAY_PROBLEMS = (
    ("UNAUTHORIZED", 401, "unauthenticated"),
    ("ACCESS_DENIED", 403, "forbidden"),
    ("EXPIRED_TOKEN", 403, "forbidden"),
    ("INVALID_SIGNATURE", 403, "forbidden"),
    ("INVALID_API_KEY", 403, "forbidden"),
    ("WAF_FILTERED", 403, "forbidden"),
    ("MISSING_AUTHENTICATION_TOKEN", 404, "not-found"),  # an unknown path or method
    ("RESOURCE_NOT_FOUND", 404, "not-found"),
    ("REQUEST_TOO_LARGE", 413, "payload-too-large"),
    ("UNSUPPORTED_MEDIA_TYPE", 415, "unsupported-media-type"),
    ("THROTTLED", 429, "too-many-requests"),
    ("QUOTA_EXCEEDED", 429, "too-many-requests"),
    ("AUTHORIZER_FAILURE", 503, "unavailable"),  # its store or the issuer is silent
    ("AUTHORIZER_CONFIGURATION_ERROR", 500, "internal"),
    ("INTEGRATION_FAILURE", 502, "internal"),
    ("INTEGRATION_TIMEOUT", 504, "unavailable"),
    ("DEFAULT_4XX", None, "invalid-request"),
    ("DEFAULT_5XX", None, "internal"),
)


def arn(service: str, resource: str) -> dict[str, str]:
    """An ARN in this partition, region and account; `${Stage}` may stand in `resource`."""
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"}


def named(service: str, action: str, suffix: str = "") -> dict[str, str]:
    """The name of an action's function, queue or alarm: `linli-<stage>-<service>-<action>`."""
    return {"Fn::Sub": f"linli-${{Stage}}-{service}-{action}{suffix}"}


def action_of(logical_id: str) -> str:
    """The action, with dashes, that Chalice turned into this logical id (`GatePass` is `gate-pass`)."""
    return "api" if logical_id == "APIHandler" else re.sub(r"(?<!^)(?=[A-Z])", "-", logical_id).lower()


def dead_letter_queues(state: Template) -> dict[str, str]:
    """The dead-letter queues of a state template: action to logical id."""
    queues = {}
    for logical_id, queue in of_type(state, QUEUE):
        name = text_of(queue.get("Properties", {}).get("QueueName"))
        if found := re.fullmatch(r"linli-\$\{Stage\}-[a-z0-9]+-(.+)-dlq", name):
            queues[found[1]] = logical_id
    return queues


def worked_off_queues(state: Template) -> dict[str, str]:
    """The queues of a state template that a worker empties: action to logical id."""
    queues = {}
    for logical_id, queue in of_type(state, QUEUE):
        name = text_of(queue.get("Properties", {}).get("QueueName"))
        found = re.fullmatch(r"linli-\$\{Stage\}-[a-z0-9]+-(.+)", name)
        if found and not name.endswith("-dlq"):
            queues[found[1]] = logical_id
    return queues


def wire_state(template: Template, service: str) -> Template:
    """Complete the template of a service's tables and queues: outputs, an alarm per dead-letter queue, and
    one per other queue, whose worker may stand still without failing.
    """
    outputs = template.setdefault("Outputs", {})
    for logical_id, _ in of_type(template, QUEUE):
        outputs.setdefault(f"{logical_id}Arn", {"Value": {"Fn::GetAtt": [logical_id, "Arn"]}})
        outputs.setdefault(f"{logical_id}Url", {"Value": {"Ref": logical_id}})
    for logical_id, table in of_type(template, TABLE):
        outputs.setdefault(f"{logical_id}Arn", {"Value": {"Fn::GetAtt": [logical_id, "Arn"]}})
        if "StreamSpecification" in table.get("Properties", {}):
            outputs.setdefault("StreamArn", {"Value": {"Fn::GetAtt": [logical_id, "StreamArn"]}})
    for action, logical_id in dead_letter_queues(template).items():
        template["Resources"].setdefault(
            f"{logical_id}Alarm",
            alarm(
                named(service, action, "-dead-letters"),
                f"{service}/{action} could not process a message: look with `linli dlq list`",
                {
                    "Namespace": "AWS/SQS",
                    "MetricName": "ApproximateNumberOfMessagesVisible",
                    "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": [logical_id, "QueueName"]}}],
                    "Statistic": "Maximum",
                    "Period": 60,
                    "Threshold": 0,
                },
                runbooks.of_kind(runbooks.DEAD_LETTERS, f"{service}-{action}"),
            ),
        )
    for action, logical_id in worked_off_queues(template).items():
        template["Resources"].setdefault(
            f"{logical_id}BacklogAlarm",
            alarm(
                named(service, action, "-backlog"),
                f"messages for {service}/{action} wait: its worker stands still, or is too slow",
                {
                    "Namespace": "AWS/SQS",
                    "MetricName": "ApproximateAgeOfOldestMessage",
                    "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": [logical_id, "QueueName"]}}],
                    "Statistic": "Maximum",
                    "Period": 60,
                    "Threshold": BACKLOG_AGE_S,
                },
                runbooks.of_kind(runbooks.BACKLOG, f"{service}-{action}"),
            ),
        )
    return finish(template, {})


def wire_service(
    template: Template, project: str, state: Template, available: Mapping[str, str], code: str = ""
) -> Template:
    """Complete the template that Chalice and `resources.yaml` made of a project.

    `available` maps the outputs of other stacks to their parameter type; a reference to one becomes a
    parameter. `code` is the digest of the service's code.
    Raises CommandError for an asynchronous function without a dead-letter queue and for an unknown reference.
    """
    dead_letters = dead_letter_queues(state)
    callers = gateway_callers(template)
    service = service_of(project)
    template["Globals"] = {"Function": defaults(service, counted(template)), "Api": {"OpenApiVersion": "2.0"}}
    template["Resources"] |= {"ErrorsAlarm": errors_alarm(service)} if project == service else {}
    for logical_id, function in of_type(template, FUNCTION):
        synchronous = logical_id in callers
        wire_function(template, project, logical_id, function, dead_letters, synchronous=synchronous)
    for _, resource in of_type(template, RULE):
        resource.setdefault("Condition", "HasIoT")
    for _, permission in of_type(template, PERMISSION):
        if permission["Properties"].get("Principal") == "iot.amazonaws.com":
            permission.setdefault("Condition", "HasIoT")
    for logical_id, api in of_type(template, API):
        wire_api(api["Properties"], project)
        template["Resources"].setdefault(f"{logical_id}Alarm", api_alarm(project))
    for logical_id, executions in must_answer(template, project).items():
        reserve(template["Resources"][logical_id]["Properties"], executions)
    waiting = waited_for(template)
    for logical_id, function in of_type(template, FUNCTION):
        if "DeadLetterQueue" in function["Properties"]:
            limit_age(template, logical_id, snapshots=logical_id in waiting)
    for logical_id in sorted(waiting):
        offer_snap_start(template, logical_id, code)
    return finish(template, available)


def called_by_rules(template: Template) -> set[str]:
    """The functions that IoT rules call: a device waits for the answer of each."""
    rules = [rule["Properties"]["TopicRulePayload"]["Actions"] for _, rule in of_type(template, RULE)]
    targets = references([action["Lambda"] for each in rules for action in each if "Lambda" in action])
    return {logical_id for logical_id, _ in of_type(template, FUNCTION)} & set(targets)


def must_answer(template: Template, project: str) -> dict[str, int]:
    """The functions that have executions kept for them, and how many: those that devices wait for,
    authorizers, and the API of a project beside its service's own, which is where providers call back.
    """
    functions = {logical_id for logical_id, _ in of_type(template, FUNCTION)}
    kept = dict.fromkeys(sorted(called_by_rules(template)), RESERVED_FOR_DEVICES)
    kept |= dict.fromkeys(
        sorted(gateway_callers(template) & functions - {API_FUNCTION}), RESERVED_FOR_AUTHORIZERS
    )
    if project != service_of(project):
        kept[API_FUNCTION] = RESERVED_FOR_CALLBACKS
    return kept


def reserve(properties: dict[str, Any], executions: int) -> None:
    """Keep executions for a function where the stage's account has any to keep; its
    `ReservedConcurrentExecutions` in `resources.yaml` says another number.
    """
    number = properties.get("ReservedConcurrentExecutions", executions)
    properties["ReservedConcurrentExecutions"] = {"Fn::If": ["HasReserve", number, {"Ref": "AWS::NoValue"}]}


def limit_age(template: Template, logical_id: str, *, snapshots: bool) -> None:
    """Say how long an event may wait for a function before it goes to the dead letters: nobody stands at a
    gate for five minutes, and who comes every minute is overtaken. A trigger's `stale_after_s` says
    otherwise.
    """
    properties = template["Resources"][logical_id]["Properties"]
    schedules = [
        event.get("Properties", {}).get("Schedule") for event in properties.get("Events", {}).values()
    ]
    every_minute = bool(schedules) and set(schedules) == {"rate(1 minute)"}
    answers = logical_id in called_by_rules(template)
    live: Any = {"Fn::Select": [7, {"Fn::Split": [":", {"Ref": f"{logical_id}Live"}]}]}
    template["Resources"][f"{logical_id}EventAge"] = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": {"Ref": logical_id},
            "Qualifier": {"Fn::If": ["HasSnapStart", live, "$LATEST"]} if snapshots else "$LATEST",
            "MaximumEventAgeInSeconds": ANSWER_AGE_S if answers or every_minute else EVENT_AGE_S,
            **properties.pop("EventInvokeConfig", {}),
        },
    }


def waited_for(template: Template) -> set[str]:
    """The functions for whose answer a person or a gate waits: the API's, and those that IoT rules call."""
    apis = {API_FUNCTION} & {logical_id for logical_id, _ in of_type(template, FUNCTION)}
    return apis | called_by_rules(template)


def offer_snap_start(template: Template, logical_id: str, code: str) -> None:
    """Let a stack parameter start a function from a snapshot: it is of a version, so callers call an alias.

    A version is made anew when code, settings or layers change: the first two are in its logical id, the
    layers in its description, whose change replaces it.
    """
    resources = template["Resources"]
    properties = resources[logical_id]["Properties"]
    version = f"{logical_id}Version{digest.of_json([code, properties])[:8]}"
    live = f"{logical_id}Live"
    resources[version] = {
        "Type": "AWS::Lambda::Version",
        "Condition": "HasSnapStart",
        "Properties": {
            "FunctionName": {"Ref": logical_id},
            "Description": {"Fn::Sub": "${CoreLayerArn} ${DepsLayerArn}"},
        },
    }
    resources[live] = {
        "Type": "AWS::Lambda::Alias",
        "Condition": "HasSnapStart",
        "Properties": {
            "FunctionName": {"Ref": logical_id},
            "FunctionVersion": {"Fn::GetAtt": [version, "Version"]},
            "Name": "live",
        },
    }
    snapshot = {"ApplyOn": "PublishedVersions"}
    properties["SnapStart"] = {"Fn::If": ["HasSnapStart", snapshot, {"Ref": "AWS::NoValue"}]}
    for kind in (RULE, PERMISSION, API):
        for _, resource in of_type(template, kind):
            resource["Properties"] = calling_alias(resource["Properties"], logical_id, live)


def calling_alias(node: Any, logical_id: str, live: str) -> Any:
    """`node` with every mention of the function also able to mean its alias."""
    inner = f"${{{logical_id}.Arn}}"
    if node in ({"Ref": logical_id}, {"Fn::GetAtt": [logical_id, "Arn"]}):
        return {"Fn::If": ["HasSnapStart", {"Ref": live}, node]}
    if isinstance(node, dict) and inner in str(node.get("Fn::Sub")):
        return {"Fn::If": ["HasSnapStart", {"Fn::Sub": node["Fn::Sub"].replace(inner, f"${{{live}}}")}, node]}
    if isinstance(node, dict):
        return {key: calling_alias(value, logical_id, live) for key, value in node.items()}
    return [calling_alias(value, logical_id, live) for value in node] if isinstance(node, list) else node


def counted(template: Template) -> str:
    """The outcomes that alarms of a template look at, for `linli.observability`: no other is a metric."""
    alarms = [each["Properties"] for _, each in of_type(template, ALARM)]
    looked_at = [
        {dimension["Name"]: dimension["Value"] for dimension in each.get("Dimensions", [])}
        for each in alarms
        if each.get("Namespace") == METRICS
    ]
    return " ".join(sorted(f"{each['action']}:{each['outcome']}" for each in looked_at if "outcome" in each))


def errors_alarm(service: str) -> dict[str, Any]:
    """One for a service: what nobody foresaw, again and again. What a function loses or leaves waiting is a
    matter of its dead letters, its queue or its API, each with an alarm that names it.
    """
    return alarm(
        named(service, "errors"),
        f"an action of {service} ends in errors that nobody foresaw: its own alarm names it if something is "
        f"lost, else read `linli logs {service}-<action> --errors`",
        {
            "Namespace": METRICS,
            "MetricName": "Errors",
            "Dimensions": [{"Name": "service", "Value": service}],
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "Threshold": 0,
        },
        runbooks.of_kind(runbooks.ERRORS, service),
    )


def api_alarm(project: str) -> dict[str, Any]:
    """One for an HTTP API that fails."""
    return alarm(
        named(project, "api-5xx"),
        f"the HTTP API of {project} answers 5xx: read `linli logs {project}-api`",
        error_rate("AWS/ApiGateway", "5XXError", ApiName=named(project, "api"), Stage=API_STAGE),
        runbooks.of_kind(runbooks.API_5XX, project),
    )


def defaults(service: str, counted: str) -> dict[str, Any]:
    """What all functions of a service share."""
    return {
        "Layers": [{"Ref": "CoreLayerArn"}, {"Ref": "DepsLayerArn"}],
        "Environment": {
            "Variables": {
                "LINLI_STAGE": {"Ref": "Stage"},
                "LINLI_SERVICE": service,
                "POWERTOOLS_SERVICE_NAME": f"linli-{service}",
                "POWERTOOLS_METRICS_NAMESPACE": METRICS,
                "LINLI_COUNTED": counted,
                "LINLI_RECEIVERS": {"Ref": "Receivers"},
                "POWERTOOLS_TRACE_DISABLED": {"Fn::If": ["IsTraced", "false", "true"]},
                "PYDANTIC_DISABLE_PLUGINS": "__all__",  # we have none; the search costs every cold start
            }
        },
    }


def gateway_callers(template: Template) -> set[str]:
    """The functions that API Gateway calls and waits for: the API's own and an authorizer."""
    called = {API_FUNCTION, "Authorizer"}
    for _, permission in of_type(template, PERMISSION):
        if permission["Properties"].get("Principal") == "apigateway.amazonaws.com":
            called.update(references(permission["Properties"].get("FunctionName")))
    return called


def wire_function(
    template: Template,
    project: str,
    logical_id: str,
    function: dict[str, Any],
    dead_letters: Mapping[str, str],
    *,
    synchronous: bool,
) -> None:
    """Name one function, give it its log group, its dead letters and the rights that follow."""
    action = action_of(logical_id)
    properties = function["Properties"]
    properties["FunctionName"] = named(project, action)
    properties["Architectures"] = [{"Ref": "Architecture"}]
    properties["Tracing"] = {"Ref": "Tracing"}
    properties.pop("Tags", None)  # Chalice's own bookkeeping

    statements = [*log_statements(project, action), traced_statement()]
    events = properties.get("Events", {})
    polled = wire_events(events, project, action, dead_letters, statements)
    dead_letter = dead_letters.get(action)
    if dead_letter:
        environment = properties.setdefault("Environment", {}).setdefault("Variables", {})
        environment["DEAD_LETTER_QUEUE_URL"] = {"Ref": f"{dead_letter}Url"}
        statements.append(allow(["sqs:SendMessage"], {"Ref": f"{dead_letter}Arn"}))
    if not polled and not synchronous:
        if not dead_letter:
            raise CommandError(missing_dead_letters(project, action))
        properties["DeadLetterQueue"] = {"Type": "SQS", "TargetArn": {"Ref": f"{dead_letter}Arn"}}
    add_statements(template, project, action, properties["Role"], statements)

    template["Resources"][f"{logical_id}Logs"] = {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {
            "LogGroupName": {"Fn::Sub": f"/aws/lambda/linli-${{Stage}}-{project}-{action}"},
            "RetentionInDays": LOG_RETENTION_DAYS,
        },
    }


def wire_events(
    events: dict[str, Any],
    project: str,
    action: str,
    dead_letters: Mapping[str, str],
    statements: list[Statement],
) -> bool:
    """Give queue and stream triggers partial batches and an end to retries; true if there is one."""
    polled = False
    for event in events.values():
        properties = event.setdefault("Properties", {})
        if event.get("Type") == "SQS":
            polled = True
            properties.setdefault("FunctionResponseTypes", ["ReportBatchItemFailures"])
            properties.setdefault("ScalingConfig", {"MaximumConcurrency": QUEUE_CONCURRENCY})
            consume = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
            statements.append(allow([*consume, "sqs:ChangeMessageVisibility"], properties["Queue"]))
        elif event.get("Type") == "DynamoDB":
            polled = True
            if action not in dead_letters:
                raise CommandError(missing_dead_letters(project, action))
            properties.setdefault("FunctionResponseTypes", ["ReportBatchItemFailures"])
            properties.setdefault("BisectBatchOnFunctionError", True)
            properties.setdefault("MaximumRetryAttempts", STREAM_RETRIES)
            properties.setdefault("MaximumRecordAgeInSeconds", STREAM_RECORD_AGE_S)
            properties.setdefault(
                "DestinationConfig",
                {"OnFailure": {"Type": "SQS", "Destination": {"Ref": f"{dead_letters[action]}Arn"}}},
            )
            read = ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"]
            statements.append(allow(read, properties["Stream"]))
            statements.append(
                allow(
                    ["dynamodb:ListStreams"],
                    arn("dynamodb", f"table/linli-${{Stage}}-{service_of(project)}/stream/*"),
                )
            )
    return polled


def missing_dead_letters(project: str, action: str) -> str:
    return (
        f"{project}/{action.replace('-', '_')} is called asynchronously and has no dead-letter queue: "
        f"declare it with a trigger of linli, or add `linli-${{Stage}}-{project}-{action}-dlq` to "
        f"infra/{service_of(project)}/state.yaml"
    )


def allow(actions: list[str], resource: Any) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def log_statements(project: str, action: str) -> list[Statement]:
    """The right to write to its own log group; the group itself comes with the stack."""
    group = f"log-group:/aws/lambda/linli-${{Stage}}-{project}-{action}:*"
    return [allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn("logs", group))]


def traced_statement() -> Statement:
    """X-Ray knows no resources, hence `*`; granted only where tracing is on."""
    trace = allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")
    return {"Fn::If": ["IsTraced", trace, {"Ref": "AWS::NoValue"}]}


def add_statements(
    template: Template, project: str, action: str, role: Any, statements: list[Statement]
) -> None:
    """Append to the role that Chalice made from the function's own policy.json."""
    role_id = role.get("Fn::GetAtt", [""])[0] if isinstance(role, dict) else ""
    resource = template["Resources"].get(role_id)
    if resource is None or role_id == "DefaultRole":
        raise CommandError(f"{project}/{action.replace('-', '_')} has no policy.json of its own")
    resource["Properties"]["Policies"][0]["PolicyDocument"]["Statement"] += statements


def error_rate(namespace: str, metric: str, **dimensions: Any) -> dict[str, Any]:
    """Failures per call, in two of three periods: API Gateway publishes 0 or 1 a call, so that the average is
    the rate. A single failed message is the dead-letter alarm's matter.
    """
    return {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        "Statistic": "Average",
        "Period": 300,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": ERROR_RATE,
    }


def alarm(name: Any, description: str, measure: dict[str, Any], runbook: runbooks.Runbook) -> dict[str, Any]:
    """An alarm to the stage's topic; no data is no alarm."""
    return {
        "Type": ALARM,
        "Metadata": {runbooks.KEY: runbook},
        "Properties": {
            "AlarmName": name,
            "AlarmDescription": description,
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "AlarmTopicArn"}],
            "OKActions": [{"Ref": "AlarmTopicArn"}],
            **measure,
        },
    }


def alarm_name(properties: Mapping[str, Any]) -> str:
    """An alarm's name without the stage's prefix."""
    return text_of(properties["AlarmName"]).removeprefix("linli-${Stage}-")


def point_to_runbook(properties: dict[str, Any]) -> None:
    """Let an alarm's description name its runbook."""
    about = properties.get("AlarmDescription")
    if isinstance(about, str):
        properties["AlarmDescription"] = runbooks.pointer(about, alarm_name(properties))


def wire_api(properties: dict[str, Any], project: str) -> None:
    """A regional API (China has no edge), traced on request, whose own refusals are problem+json."""
    properties["Name"] = named(project, "api")
    properties["EndpointConfiguration"] = {"Type": "REGIONAL"}
    properties["TracingEnabled"] = {"Fn::If": ["IsTraced", True, False]}
    properties["MethodSettings"] = [
        {
            "HttpMethod": "*",
            "ResourcePath": "/*",
            "MetricsEnabled": True,
            "ThrottlingRateLimit": 500,
            "ThrottlingBurstLimit": 1000,
        }
    ]
    body = properties["DefinitionBody"]
    body["info"]["title"] = properties["Name"]
    body["x-amazon-apigateway-gateway-responses"] = {
        kind: gateway_problem(status, problem) for kind, status, problem in GATEWAY_PROBLEMS
    }


def gateway_problem(status: int | None, problem: str) -> dict[str, Any]:
    """One answer of API Gateway as RFC 9457 problem+json, in English: it cannot ask for a language.

    `status` None: whatever the gateway chose.
    """
    body = {"type": PROBLEM_PREFIX + problem, "title": catalogue("en")["problems"][problem], "code": problem}
    template = json.dumps(body if status is None else {**body, "status": status})
    response: dict[str, Any] = {
        "responseParameters": {
            "gatewayresponse.header.Content-Type": "'application/problem+json'",
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",  # or a browser hides the problem
            "gatewayresponse.header.Cache-Control": "'no-store'",  # or a browser may keep a 404
            **({"gatewayresponse.header.Retry-After": "'1'"} if problem == "unavailable" else {}),
        },
        "responseTemplates": {"application/json": template},
    }
    return response if status is None else {"statusCode": str(status), **response}


def finish(template: Template, available: Mapping[str, str]) -> Template:
    """Declare the parameters and conditions in use, and no others."""
    template.setdefault("AWSTemplateFormatVersion", "2010-09-09")
    for _, each in of_type(template, ALARM):
        point_to_runbook(each["Properties"])
    conditions = dict(CONDITIONS) | template.get("Conditions", {})
    body = {key: template.get(key, {}) for key in ("Globals", "Resources", "Outputs")}
    used = set(conditions_used(body))
    used |= {
        name for condition in used & conditions.keys() for name in conditions_used(conditions[condition])
    }
    template["Conditions"] = {name: value for name, value in conditions.items() if name in used}
    needed = set(references(body)) | set(references(template["Conditions"]))
    known = dict(PARAMETERS) | {name: {"Type": kind} for name, kind in available.items()}
    known |= template.get("Parameters", {})
    unknown = sorted(
        name for name in needed - known.keys() - template["Resources"].keys() if not name.startswith("AWS::")
    )
    if unknown:
        raise CommandError(f"a template refers to what no stack defines: {', '.join(unknown)}")
    template["Parameters"] = {name: dict(known[name]) for name in sorted(needed & known.keys())}
    return {key: value for key, value in template.items() if value}
