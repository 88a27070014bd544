"""What holds for every stack as packaged: least privilege, nothing lost, nothing unencrypted, same bytes."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3 import Session

from linli_cli.cloud import Cloud
from linli_cli.deploy import packaging, pages, stacks, templates, wiring
from linli_cli.deploy.archive import read_zip
from linli_cli.deploy.layers import Target, build_core, build_deps, this_machine
from linli_cli.deploy.packaging import CODE_BUDGET_BYTES, Packaged, package
from linli_cli.deploy.reaching import VOCABULARY
from linli_cli.deploy.templates import Template, of_type, text_of
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, projects, service_of

LAYERS_BUDGET_BYTES = 60_000_000
INLINE_POLICY_LIMIT = 10_240  # characters, all inline policies of a role together
PROJECTS = projects()
WITH_STATE = [name for name in PROJECTS if name == service_of(name)]
# Where callers prove themselves by their own protocol: see PUBLIC_ROUTES, which test_isolation.py asserts.
SIGNED_INSTEAD = ("/callbacks/", "/gateway_replies/", "/open311/")
# Actions that AWS lets nobody narrow to a resource, and why each is needed.
UNNARROWABLE = {
    "xray:PutTraceSegments": "X-Ray has no resources; granted only while tracing is on",
    "xray:PutTelemetryRecords": "X-Ray has no resources; granted only while tracing is on",
    "iot:CreateKeysAndCertificate": "a certificate has no name before it is made",
    "iot:CreateCertificateFromCsr": "a certificate has no name before it is made",
    "iot:AttachThingPrincipal": "it takes no resource",
    "iot:DetachThingPrincipal": "it takes no resource",
    "iot:ListThingPrincipals": "it takes no resource",
    "iot:DescribeEndpoint": "it takes no resource",
}


@pytest.fixture(scope="session", params=PROJECTS)
def packaged(request: pytest.FixtureRequest) -> Packaged:
    return package(request.param)


@pytest.fixture(scope="session")
def template(packaged: Packaged) -> Template:
    return templates.load(packaged.template)


@pytest.fixture(scope="session", params=WITH_STATE)
def state(request: pytest.FixtureRequest) -> Template:
    path = package(request.param).state_template
    assert path
    return templates.load(path)


def functions(template: Template) -> list[tuple[str, dict[str, Any]]]:
    return [(name, each["Properties"]) for name, each in of_type(template, wiring.FUNCTION)]


def test_who_goes_through_personal_data_knows_where_copies_go(template: Template) -> None:
    for name, function in functions(template):
        if name == "PersonalData":
            told = function["Environment"]["Variables"]
            assert told["LINLI_EXPORTS_BUCKET"] == {"Ref": "ExportsName"}


def statements(template: Template) -> Iterator[dict[str, Any]]:
    """Every statement of every role, those under a condition too."""
    for _, role in of_type(template, "AWS::IAM::Role"):
        for policy in role["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def event_sources(template: Template, kind: str) -> list[dict[str, Any]]:
    return [
        event["Properties"]
        for _, function in functions(template)
        for event in function.get("Events", {}).values()
        if event["Type"] == kind
    ]


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from texts(child)


def test_the_same_sources_give_the_same_bytes(packaged: Packaged, tmp_path: Path) -> None:
    for name in ("infra", "functions", "layers"):
        (tmp_path / name).symlink_to(ROOT / name)

    again = package(packaged.project, tmp_path)

    assert again.code.read_bytes() == packaged.code.read_bytes()
    assert again.template.read_bytes() == packaged.template.read_bytes()


def test_code_is_small_and_nothing_but_our_code(packaged: Packaged) -> None:
    names = read_zip(packaged.code)

    assert packaged.code.stat().st_size < CODE_BUDGET_BYTES
    own = ("app.py", f"functions/{service_of(packaged.project)}/", VOCABULARY)
    assert all(name.startswith(own) for name in names)
    assert all(name.endswith(".py") for name in names)


def test_functions_are_named_by_convention(packaged: Packaged, template: Template) -> None:
    for logical_id, function in functions(template):
        name = text_of(function["FunctionName"])
        assert re.fullmatch(rf"linli-\$\{{Stage\}}-{packaged.project}-[a-z0-9-]+", name)
        action = name.removeprefix(f"linli-${{Stage}}-{packaged.project}-")
        if logical_id != "APIHandler":
            assert function["Handler"].endswith(f".{action.replace('-', '_')}")


def test_every_function_has_layers_and_logs_with_an_end(template: Template) -> None:
    groups = {
        text_of(each["Properties"]["LogGroupName"]): each
        for _, each in of_type(template, "AWS::Logs::LogGroup")
    }

    assert len(template["Globals"]["Function"]["Layers"]) == 2
    for _, function in functions(template):
        group = groups[f"/aws/lambda/{text_of(function['FunctionName'])}"]
        assert group["Properties"]["RetentionInDays"] <= 90


def test_an_alarm_names_every_function_that_fails(packaged: Packaged, template: Template) -> None:
    """What it loses, or leaves waiting, or answers: nothing fails unseen, and nothing is told twice."""
    service = service_of(packaged.project)
    whole = [packaging.state_template(service), template]
    alarms = [each["Properties"] for some in whole for _, each in of_type(some, "AWS::CloudWatch::Alarm")]
    names = {text_of(each["AlarmName"]) for each in alarms}
    assert all(each["AlarmActions"] == [{"Ref": "AlarmTopicArn"}] for each in alarms)
    for _, function in functions(template):
        name = text_of(function["FunctionName"])
        endings = ("-5xx",) if name.endswith("-api") else ("-dead-letters", "-errors")
        assert names & {f"{name}{ending}" for ending in endings}, f"no alarm names {name}"


def test_an_alarm_over_an_outcome_has_it_counted(template: Template) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    looked_at = {
        f"{dimensions['action']}:{dimensions['outcome']}"
        for _, each in of_type(template, "AWS::CloudWatch::Alarm")
        if "outcome"
        in (dimensions := {one["Name"]: one["Value"] for one in each["Properties"]["Dimensions"]})
    }
    assert set(variables["LINLI_COUNTED"].split()) == looked_at


def test_asynchronous_functions_have_dead_letters(template: Template) -> None:
    for logical_id, function in functions(template):
        polled = {event["Type"] for event in function.get("Events", {}).values()} & {"SQS", "DynamoDB"}
        if polled or logical_id in wiring.gateway_callers(template):
            continue
        assert function["DeadLetterQueue"]["Type"] == "SQS"
        assert "DEAD_LETTER_QUEUE_URL" in function["Environment"]["Variables"]


def rule_targets(template: Template) -> set[str]:
    """The functions that devices call through a topic rule, and wait for."""
    payloads = [
        each["Properties"]["TopicRulePayload"] for _, each in of_type(template, "AWS::IoT::TopicRule")
    ]
    actions = [
        action["Lambda"] for payload in payloads for action in payload["Actions"] if "Lambda" in action
    ]
    return {
        name
        for name in templates.references(actions)
        if template["Resources"].get(name, {}).get("Type") == wiring.FUNCTION
    }


def test_what_must_answer_keeps_executions_of_its_own_where_the_account_has_any(
    packaged: Packaged, template: Template
) -> None:
    calls_back = packaged.project != service_of(packaged.project)
    must = rule_targets(template) | {name for name, _ in functions(template) if name == "Authorizer"}
    must |= {"APIHandler"} if calls_back else set()

    reserved = {
        name: each["ReservedConcurrentExecutions"]
        for name, each in functions(template)
        if "ReservedConcurrentExecutions" in each
    }

    assert set(reserved) == must
    for value in reserved.values():
        condition, number, otherwise = value["Fn::If"]
        assert (condition, otherwise) == ("HasReserve", {"Ref": "AWS::NoValue"})
        assert number > 0
    if reserved:
        assert template["Parameters"]["Reserve"] == wiring.PARAMETERS["Reserve"]


def test_all_reservations_leave_most_of_an_account_to_the_others() -> None:
    each = [functions(templates.load(package(project).template)) for project in PROJECTS]
    kept = [
        function["ReservedConcurrentExecutions"]["Fn::If"][1]
        for project in each
        for _, function in project
        if "ReservedConcurrentExecutions" in function
    ]
    assert len(kept) >= 4
    assert (
        sum(kept) <= 300
    )  # of a thousand, of which AWS lets nobody reserve the last hundred; for three stages


def test_no_queue_takes_the_executions_of_everybody(template: Template) -> None:
    for source in event_sources(template, "SQS"):
        assert 2 <= source["ScalingConfig"]["MaximumConcurrency"] <= 100


def test_what_nobody_could_handle_in_time_goes_to_the_dead_letters(
    packaged: Packaged, template: Template
) -> None:
    said = packaging.resources(packaged.project)["Resources"]
    ages = {
        each["Properties"]["FunctionName"]["Ref"]: each["Properties"]
        for _, each in of_type(template, "AWS::Lambda::EventInvokeConfig")
    }
    asynchronous = {name for name, each in functions(template) if "DeadLetterQueue" in each}

    assert set(ages) == asynchronous
    for name, properties in ages.items():
        assert 60 <= properties["MaximumEventAgeInSeconds"] <= 6 * 3600
        odd = "EventInvokeConfig" in said.get(name, {}).get("Properties", {})
        if name in rule_targets(template) and not odd:  # an answer that nobody waits for any more
            assert 180 <= properties["MaximumEventAgeInSeconds"] <= 300  # AWS retries after 60 s and 120 s
        alias = template["Resources"].get(f"{name}Live")
        assert (properties["Qualifier"] == "$LATEST") == (alias is None)


def test_a_call_for_help_is_never_too_old() -> None:
    sos = templates.load(package("care").template)["Resources"]["SosEventAge"]["Properties"]
    assert sos["MaximumEventAgeInSeconds"] == 6 * 3600


def test_queue_triggers_report_partial_failures(template: Template) -> None:
    for source in event_sources(template, "SQS"):
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("service", WITH_STATE)
def test_a_message_stays_hidden_while_its_batch_and_retries_run(service: str) -> None:
    built = package(service)
    assert built.state_template
    queues = templates.load(built.state_template)["Resources"]

    for _, function in functions(templates.load(built.template)):
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":  # AWS asks for at least six times the function's timeout
                queue = queues[event["Properties"]["Queue"]["Ref"].removesuffix("Arn")]
                assert queue["Properties"]["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_roles_fit_into_what_iam_takes(template: Template) -> None:
    for _, role in of_type(template, "AWS::IAM::Role"):
        assert len(json.dumps(role["Properties"]["Policies"], separators=(",", ":"))) < INLINE_POLICY_LIMIT


def test_statements_have_names_of_their_own(template: Template) -> None:
    for _, role in of_type(template, "AWS::IAM::Role"):
        for policy in role["Properties"]["Policies"]:
            sids = [each["Sid"] for each in policy["PolicyDocument"]["Statement"] if "Sid" in each]
            assert len(sids) == len(set(sids))


def test_stream_triggers_split_retry_end_and_keep_what_failed(template: Template) -> None:
    for source in event_sources(template, "DynamoDB"):
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["BisectBatchOnFunctionError"] is True
        assert 1 <= source["MaximumRetryAttempts"] <= 10
        assert source["DestinationConfig"]["OnFailure"]["Type"] == "SQS"


def test_no_role_has_a_wildcard_action(template: Template) -> None:
    for statement in statements(template):
        assert "NotAction" not in statement
        assert "NotResource" not in statement
        assert [action for action in as_list(statement["Action"]) if "*" in action] == []


def test_no_role_reaches_every_resource_without_a_reason(template: Template) -> None:
    for statement in statements(template):
        if any(text_of(resource) == "*" for resource in as_list(statement["Resource"])):
            assert [action for action in as_list(statement["Action"]) if action not in UNNARROWABLE] == []


def test_no_role_reaches_another_stage(template: Template) -> None:
    topic = (
        ":topic/linli/"  # devices know no stage: their topics belong to the account's one stage with devices
    )
    for statement in statements(template):
        for resource in as_list(statement["Resource"]):
            name = text_of(resource).replace(topic, "")
            assert not re.search(r"[:/]linli(?!-\$\{Stage\}|/\$\{Stage\}/|/\$)", name), name


def test_a_function_writes_to_its_own_logs_only(template: Template) -> None:
    for _, function in functions(template):
        role = template["Resources"][function["Role"]["Fn::GetAtt"][0]]
        document = role["Properties"]["Policies"][0]["PolicyDocument"]
        logs = [each for each in document["Statement"] if "logs:PutLogEvents" in each.get("Action", [])]
        assert [text_of(each["Resource"]).split("log-group:")[1] for each in logs] == [
            f"/aws/lambda/{text_of(function['FunctionName'])}:*"
        ]


def test_the_public_callback_may_verify_store_and_settle_and_nothing_else() -> None:
    template = templates.load(package("payments-callback").template)
    granted = {
        action: statement
        for statement in statements(template)
        for action in as_list(statement["Action"])
        if not action.startswith(("logs:", "xray:"))
    }
    assert set(granted) == {
        "dynamodb:BatchGetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "secretsmanager:GetSecretValue",
    }
    secrets = as_list(granted["secretsmanager:GetSecretValue"]["Resource"])
    assert [text_of(each).partition(":secret:")[2] for each in secrets] == ["linli/${Stage}/merchants/*"]
    for action in ("PutItem", "UpdateItem", "DeleteItem"):
        condition = granted[f"dynamodb:{action}"]["Condition"]
        keys = condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}
        assert {key.split("#")[1] for key in keys} == {
            "callback", "refused", "intent", "due", "paying", "ledger", "outbox",
        }  # fmt: skip


def test_only_who_asks_a_provider_holds_the_key_that_signs() -> None:
    template = templates.load(package("payments").template)
    roles = of_type(template, "AWS::IAM::Role")
    holders = {name for name, role in roles if "signing-keys" in json.dumps(role)}
    assert holders == {"ApiHandlerRole", "ReconcileRole", "RefundRole", "StatementRole"}


def test_no_function_may_scan_a_table_but_the_one_that_no_request_waits_for(template: Template) -> None:
    roles = of_type(template, "AWS::IAM::Role")
    scanning = {name for name, role in roles if "dynamodb:Scan" in json.dumps(role)}
    assert scanning <= {"PersonalDataRole"}


@pytest.mark.parametrize("stack", stacks.known_stacks())
def test_no_partition_is_written_down(stack: str) -> None:
    service = stack.removesuffix("-state")
    document: Any
    if stack == stacks.FOUNDATION:
        document = packaging.foundation_template()
    elif stack == stacks.CONSOLE:
        document = [pages.template(), pages.template(distributed=False)]
    elif stack.endswith("-state"):
        document = packaging.state_template(service)
    else:
        document = templates.load(package(service).template)

    assert [text for text in texts(document) if re.search(r"\barn:aws[a-z-]*:", text)] == []


def test_apis_are_regional_and_refuse_with_problem_json(template: Template) -> None:
    for _, api in of_type(template, "AWS::Serverless::Api"):
        assert api["Properties"]["EndpointConfiguration"] == {"Type": "REGIONAL"}
        responses = api["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
        assert {"UNAUTHORIZED", "ACCESS_DENIED", "MISSING_AUTHENTICATION_TOKEN", "DEFAULT_5XX"} <= set(
            responses
        )
        for response in responses.values():
            problem = json.loads(response["responseTemplates"]["application/json"])
            assert problem["type"].startswith("urn:linli:problem:")
            assert (
                response["responseParameters"]["gatewayresponse.header.Content-Type"]
                == "'application/problem+json'"
            )


def test_every_route_asks_the_authorizer(template: Template) -> None:
    for _, api in of_type(template, "AWS::Serverless::Api"):
        for path, methods in api["Properties"]["DefinitionBody"]["paths"].items():
            for method, operation in methods.items():
                if method != "options" and not path.startswith(SIGNED_INSTEAD):
                    assert operation.get("security"), f"{method} {path} is open to everybody"


def test_tables_are_backed_up_encrypted_and_kept(state: Template) -> None:
    for logical_id, table in of_type(state, wiring.TABLE):
        properties = table["Properties"]
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, (
            logical_id
        )
        assert properties["SSESpecification"]["SSEEnabled"] is True
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["IsProtected", True, False]}
        assert state["Conditions"]["IsProtected"] == wiring.CONDITIONS["IsProtected"]


def test_production_alone_is_protected() -> None:
    assert Cloud("prod", Session()).protected
    assert not Cloud("staging", Session()).protected


def test_what_holds_state_outlives_its_stack(state: Template) -> None:
    for _, resource in of_type(state, wiring.TABLE, wiring.QUEUE):
        assert resource["DeletionPolicy"] in ("Retain", "RetainExceptOnCreate")
        assert resource["UpdateReplacePolicy"] == "Retain"


def test_queues_are_encrypted_and_end_in_dead_letters(state: Template) -> None:
    for _, queue in of_type(state, wiring.QUEUE):
        properties = queue["Properties"]
        assert properties.get("SqsManagedSseEnabled") is True or "KmsMasterKeyId" in properties
        if text_of(properties["QueueName"]).endswith("-dlq"):
            assert properties["MessageRetentionPeriod"] == 14 * 24 * 3600
        else:
            assert properties["RedrivePolicy"]["maxReceiveCount"] >= 2


def test_every_dead_letter_queue_has_an_alarm(state: Template) -> None:
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for _, alarm in of_type(state, "AWS::CloudWatch::Alarm")
        for dimension in alarm["Properties"]["Dimensions"]
    }

    assert set(wiring.dead_letter_queues(state).values()) <= watched


def test_every_other_queue_has_an_alarm_for_a_worker_that_stands_still(state: Template) -> None:
    alarms = {
        text_of(each["Properties"]["AlarmName"]): each["Properties"]
        for _, each in of_type(state, "AWS::CloudWatch::Alarm")
    }
    for logical_id, queue in of_type(state, wiring.QUEUE):
        name = text_of(queue["Properties"]["QueueName"])
        if name.endswith("-dlq"):
            continue
        backlog = alarms[f"{name}-backlog"]
        assert (backlog["MetricName"], backlog["Statistic"]) == ("ApproximateAgeOfOldestMessage", "Maximum")
        assert (backlog["Threshold"], backlog["TreatMissingData"]) == (300, "notBreaching")
        assert backlog["Dimensions"][0]["Value"] == {"Fn::GetAtt": [logical_id, "QueueName"]}
        assert backlog["AlarmActions"] == [{"Ref": "AlarmTopicArn"}]


def test_the_layers_have_the_same_bytes_again_and_stay_within_budget(tmp_path: Path) -> None:
    (tmp_path / "layers").symlink_to(ROOT / "layers")
    target = this_machine()
    layers = (build_deps(target), build_core(target))

    again = (build_deps(target, tmp_path), build_core(target, tmp_path))

    assert [sha256(each.archive) for each in again] == [sha256(each.archive) for each in layers]
    assert sum(each.unzipped_bytes for each in layers) < LAYERS_BUDGET_BYTES


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_the_deps_layer_holds_binaries_of_the_target(architecture: Any) -> None:
    layer = build_deps(Target(architecture))
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[architecture]

    binaries = [name for name in read_zip(layer.archive) if name.endswith(".so") and "linux-gnu" in name]

    assert binaries
    assert [name for name in binaries if f"-{machine}-" not in name] == []
    assert layer.unzipped_bytes < LAYERS_BUDGET_BYTES


def test_the_deps_layer_leaves_out_what_the_runtime_brings() -> None:
    names = read_zip(build_deps(this_machine()).archive)
    top = {name.split("/")[1] for name in names}

    assert not top & {"boto3", "botocore", "jmespath", "s3transfer", "urllib3", "dateutil", "six.py", "pip"}


def test_an_asynchronous_function_without_dead_letters_is_refused() -> None:
    function = {
        "Type": wiring.FUNCTION,
        "Properties": {"Handler": "x.gate_pass", "Role": {"Fn::GetAtt": ["GatePassRole", "Arn"]}},
    }

    with pytest.raises(CommandError, match="linli-\\$\\{Stage\\}-access-gate-pass-dlq"):
        wiring.wire_service({"Resources": {"GatePass": function}}, "access", {}, {})


def test_a_reference_to_nothing_is_refused() -> None:
    output = {"Outputs": {"X": {"Value": {"Ref": "NoSuchThing"}}}, "Resources": {}}

    with pytest.raises(CommandError, match="NoSuchThing"):
        wiring.finish(output, {})


def test_an_unknown_stack_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CommandError, match=r"no stack acess.*foundation"):
        stacks.waves(["acess"])


def test_snapshots_are_refused_where_the_runtime_has_none() -> None:
    with pytest.raises(CommandError, match=r"needs Python 3\.12"):
        stacks.check_parameters({"SnapStart": "true"}, Target("arm64", "3.11"))


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(CommandError, match=r"no parameter Tracking.*Tracing"):
        stacks.check_parameters({"Tracking": "Active"}, Target("arm64", "3.12"))


def test_callers_who_wait_go_through_an_alias_when_snapshots_are_on() -> None:
    direct = {"Fn::GetAtt": ["GatePass", "Arn"]}
    rule = {"Type": wiring.RULE, "Properties": {"Actions": [{"Lambda": {"FunctionArn": direct}}]}}
    function = {"Type": wiring.FUNCTION, "Properties": {}}
    template: Template = {"Resources": {"GatePass": function, "Rule": rule}}

    wiring.offer_snap_start(template, "GatePass", "digest of the code")

    called = template["Resources"]["Rule"]["Properties"]["Actions"][0]["Lambda"]["FunctionArn"]
    assert called == {"Fn::If": ["HasSnapStart", {"Ref": "GatePassLive"}, direct]}


def test_the_foundation_goes_first_and_services_last() -> None:
    order = [name for wave in stacks.waves(stacks.known_stacks()) for name in wave]

    assert order[0] == stacks.FOUNDATION
    assert order == sorted(order, key=lambda name: (name != "foundation", not name.endswith("-state")))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
