"""What `linli deploy` does to stacks that are in no state to be changed, or that others change as well."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from linli_cli.deploy import deploying, stacks
from linli_cli.deploy.layers import Target
from linli_cli.deploy.stacks import ChangeSet, Deployment, PartlyDeployed, Ways
from linli_cli.errors import CommandError

OTHERS_CHANGE_SET = "a-colleagues"
NO_WORD = Ways()
BUSY = "Stack linli-test-access is in UPDATE_IN_PROGRESS state and can not be updated."
OBSOLETE = "cannot be executed in its current status of [OBSOLETE]"


class Pages:
    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self.pages = pages

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return self.pages


class CloudFormation:
    """Stacks by full name, and what was asked for. `refused`: what an operation answers, by stack."""

    def __init__(self, **statuses: str) -> None:
        self.statuses = {name.replace("_", "-"): status for name, status in statuses.items()}
        self.parameters: dict[str, str] = {}
        self.change_sets: dict[str, list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.refused: dict[tuple[str, str], tuple[str, str]] = {}
        self.rolls_back_to = "UPDATE_ROLLBACK_COMPLETE"
        self.deployed: dict[str, Any] = {}

    def get_paginator(self, operation: str) -> Any:
        failure = {
            "EventId": "1", "LogicalResourceId": "Table", "ResourceType": "AWS::DynamoDB::Table",
            "ResourceStatus": "UPDATE_FAILED", "ResourceStatusReason": "is being used",
        }  # fmt: skip
        found: dict[str, Callable[..., list[dict[str, Any]]]] = {
            "describe_stacks": lambda: [{"Stacks": [self._stack(name) for name in self.statuses]}],
            "describe_stack_events": lambda: [{"StackEvents": [failure]}],
            "describe_change_set": lambda: [{"Changes": []}],
        }
        if operation == "list_change_sets":
            return SimpleNamespace(paginate=self._listed)
        return Pages(found[operation]())

    def _listed(self, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803  boto3's name
        yield {"Summaries": [{"ChangeSetName": each} for each in self.change_sets.get(StackName, [])]}

    def _stack(self, name: str) -> dict[str, Any]:
        parameters = [{"ParameterKey": key, "ParameterValue": each} for key, each in self.parameters.items()]
        return {"StackName": name, "StackStatus": self.statuses[name], "Parameters": parameters}

    def _ask(self, operation: str, stack: str) -> None:
        self.asked.append((operation, stack))
        if refused := self.refused.get((operation, stack)):
            raise ClientError({"Error": {"Code": refused[0], "Message": refused[1]}}, operation)

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName not in self.statuses:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "none"}}, "DescribeStacks")
        return {"Stacks": [self._stack(StackName)]}

    def get_template(self, StackName: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"TemplateBody": self.deployed.get(StackName, {})}

    def describe_stack_events(self, **_: Any) -> dict[str, Any]:
        return {"StackEvents": []}

    def create_change_set(self, StackName: str, **_: Any) -> dict[str, str]:  # noqa: N803
        self._ask("create_change_set", StackName)
        self.statuses.setdefault(StackName, "REVIEW_IN_PROGRESS")
        self.change_sets.setdefault(StackName, []).append("ours")
        return {"Id": f"arn:{StackName}"}

    def describe_change_set(self, **_: Any) -> dict[str, Any]:
        return {"Status": "CREATE_COMPLETE"}

    def delete_change_set(self, ChangeSetName: str) -> None:  # noqa: N803
        stack = ChangeSetName.removeprefix("arn:")
        self._ask("delete_change_set", stack)
        self.change_sets[stack].remove("ours")

    def execute_change_set(self, ChangeSetName: str) -> None:  # noqa: N803
        stack = ChangeSetName.removeprefix("arn:")
        self._ask("execute_change_set", stack)
        is_new = self.statuses[stack] == "REVIEW_IN_PROGRESS"
        self.statuses[stack] = "CREATE_COMPLETE" if is_new else "UPDATE_COMPLETE"

    def delete_stack(self, StackName: str) -> None:  # noqa: N803
        self._ask("delete_stack", StackName)
        del self.statuses[StackName]

    def continue_update_rollback(self, StackName: str, **more: Any) -> None:  # noqa: N803
        self._ask(f"continue_update_rollback {more.get('ResourcesToSkip', [])}", StackName)
        self.statuses[StackName] = self.rolls_back_to

    def update_termination_protection(self, **_: Any) -> None: ...

    def did(self, operation: str) -> list[str]:
        return [stack for each, stack in self.asked if each.startswith(operation)]


class Bucket:
    """The bucket of artifacts."""

    def __init__(self) -> None:
        self.meta = SimpleNamespace(endpoint_url="https://s3")
        self.objects: dict[str, bytes] = {}

    def put_object(self, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803
        self.objects[Key] = Body

    def get_object(self, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Body": BytesIO(self.objects[Key])}

    def delete_object(self, Key: str, **_: Any) -> None:  # noqa: N803
        del self.objects[Key]

    def get_paginator(self, _: str) -> Any:
        def listed(Prefix: str, **_: Any) -> list[dict[str, Any]]:  # noqa: N803
            return [{"Contents": [{"Key": each} for each in self.objects if each.startswith(Prefix)]}]

        return SimpleNamespace(paginate=listed)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deployment, "template", lambda *_: {})
    monkeypatch.setattr(Deployment, "values", lambda *_: {})
    monkeypatch.setattr(Deployment, "upload_bytes", lambda *_: "key")
    monkeypatch.setattr(stacks.time, "sleep", lambda _: None)


def a_deployment(
    cloudformation: CloudFormation, stage: str = "test", ways: Ways = NO_WORD, bucket: Bucket | None = None
) -> Deployment:
    clients: dict[str, Any] = {"cloudformation": cloudformation, "s3": bucket or Bucket()}
    cloud: Any = SimpleNamespace(
        stage=stage,
        protected=stage == "prod",
        account="1",
        is_local=False,
        client=clients.__getitem__,
    )
    return Deployment(cloud, Target("arm64"), {}, lambda _: None, Path(), ways=ways)


def never(_: list[ChangeSet]) -> bool:
    return False


def always(_: list[ChangeSet]) -> bool:
    return True


# Nothing is removed without a yes that names it


@pytest.mark.parametrize("stage", ["test", "prod"])
@pytest.mark.parametrize(
    "status",
    ["DELETE_FAILED", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE", "CREATE_FAILED", "REVIEW_IN_PROGRESS"],
)
def test_nothing_is_removed_when_the_answer_is_no(stage: str, status: str) -> None:
    cloud = CloudFormation(**{f"linli_{stage}_directory_state": status})
    cloud.change_sets[f"linli-{stage}-directory-state"] = [OTHERS_CHANGE_SET]

    with pytest.raises(CommandError):
        a_deployment(cloud, stage).run(["directory-state"], lambda _: None, never)

    assert cloud.did("delete_stack") == []
    assert cloud.change_sets[f"linli-{stage}-directory-state"] == [OTHERS_CHANGE_SET]


@pytest.mark.parametrize("status", ["ROLLBACK_FAILED", "ROLLBACK_COMPLETE", "CREATE_FAILED"])
def test_what_a_failed_creation_left_is_shown_by_its_name_and_then_removed(status: str) -> None:
    cloud = CloudFormation(linli_test_access=status)
    shown: list[ChangeSet] = []

    done = a_deployment(cloud).run(["access"], shown.append, always)

    assert "linli-test-access is to be removed" in shown[0].before
    assert cloud.did("delete_stack") == ["linli-test-access"]
    assert [each.result for each in done] == ["created"]


def test_production_removes_nothing_that_was_not_named_whatever_is_answered() -> None:
    cloud = CloudFormation(linli_prod_access="ROLLBACK_COMPLETE")

    with pytest.raises(CommandError, match="--remove access"):
        a_deployment(cloud, "prod").run(["access"], lambda _: None, always)

    assert cloud.did("delete_stack") == []


def test_production_asks_even_for_what_was_named() -> None:
    cloud = CloudFormation(linli_prod_access="ROLLBACK_COMPLETE")
    deployment = a_deployment(cloud, "prod", Ways(remove=frozenset({"access"})))

    with pytest.raises(CommandError, match="not approved"):
        deployment.run(["access"], lambda _: None, never)

    assert cloud.did("delete_stack") == []


@pytest.mark.parametrize("stage", ["test", "prod"])
def test_a_stack_that_had_been_in_use_is_never_removed(stage: str) -> None:
    cloud = CloudFormation(**{f"linli_{stage}_access_state": "DELETE_FAILED"})
    deployment = a_deployment(cloud, stage, Ways(remove=frozenset({"access-state"})))

    with pytest.raises(CommandError, match="had been in use"):
        deployment.run(["access-state"], lambda _: None, always)

    assert cloud.did("delete_stack") == []


def test_a_colleagues_change_set_is_told_of_by_name_and_outlives_a_no() -> None:
    cloud = CloudFormation(linli_test_access="REVIEW_IN_PROGRESS")
    cloud.change_sets["linli-test-access"] = [OTHERS_CHANGE_SET]
    asked: list[ChangeSet] = []

    def yes_then_no(plans: list[ChangeSet]) -> bool:
        asked.extend(plans)
        return len(asked) == 1

    with pytest.raises(CommandError, match="not approved"):
        a_deployment(cloud).run(["access"], lambda _: None, yes_then_no)

    assert OTHERS_CHANGE_SET in asked[0].before
    assert cloud.change_sets["linli-test-access"] == [OTHERS_CHANGE_SET]
    assert cloud.did("delete_stack") == []


def test_an_empty_stack_of_our_own_goes_with_a_no() -> None:
    cloud = CloudFormation()

    with pytest.raises(CommandError, match="not approved"):
        a_deployment(cloud).run(["access"], lambda _: None, never)

    assert cloud.statuses == {}


@pytest.mark.parametrize("removes", [True, False])
def test_yes_in_advance_answers_for_no_removal_and_nothing_of_somebody_elses(removes: bool) -> None:
    plan = ChangeSet("access", creates=True, before="linli-test-access …", removes=removes)

    with pytest.raises(CommandError, match="--remove access"):
        deploying.approved([plan], yes=True, stage="test")


# Two at once


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        (
            "create_change_set",
            (
                "ValidationError",
                "Stack linli-test-access is in UPDATE_IN_PROGRESS state and can not be updated.",
            ),
        ),
        (
            "execute_change_set",
            ("InvalidChangeSetStatus", OBSOLETE),
        ),
        ("execute_change_set", ("ChangeSetNotFound", "ChangeSet [ours] does not exist")),
        ("create_change_set", ("AlreadyExistsException", "Stack [linli-test-access] already exists")),
    ],
)
def test_who_comes_second_hears_one_line_and_the_others_are_deployed(
    operation: str, refused: tuple[str, str]
) -> None:
    cloud = CloudFormation(linli_test_access="CREATE_COMPLETE", linli_test_health="CREATE_COMPLETE")
    cloud.refused[operation, "linli-test-access"] = refused

    with pytest.raises(PartlyDeployed, match="access: somebody else is deploying it") as told:
        a_deployment(cloud).run(["access", "health"], lambda _: None, always)

    assert [(each.stack, each.result) for each in told.value.done] == [("health", "updated")]
    assert "\n" not in str(told.value)


# Ways out of a rollback that failed


def test_a_failed_rollback_tells_the_ways_out_and_changes_nothing_on_a_no() -> None:
    cloud = CloudFormation(linli_prod_access="UPDATE_ROLLBACK_FAILED")

    with pytest.raises(CommandError, match=r"continue-update-rollback.*--skip Table"):
        a_deployment(cloud, "prod").run(["access"], lambda _: None, never)

    assert cloud.asked == []


@pytest.mark.parametrize("skip", [(), ("Table",)])
def test_a_failed_rollback_goes_on_when_it_is_asked_for_and_the_update_follows(skip: tuple[str, ...]) -> None:
    cloud = CloudFormation(linli_test_access="UPDATE_ROLLBACK_FAILED")

    done = a_deployment(cloud, ways=Ways(skip=skip)).run(["access"], lambda _: None, always)

    assert cloud.asked[0] == (f"continue_update_rollback {list(skip)}", "linli-test-access")
    assert [each.result for each in done] == ["updated"]


def test_a_rollback_that_fails_again_tells_the_ways_out_again() -> None:
    cloud = CloudFormation(linli_test_access="UPDATE_ROLLBACK_FAILED")
    cloud.rolls_back_to = "UPDATE_ROLLBACK_FAILED"

    with pytest.raises(CommandError, match="--skip Table"):
        a_deployment(cloud).run(["access"], lambda _: None, always)


@pytest.mark.parametrize("status", sorted(stacks.GOOD))
def test_what_cloudformation_can_update_is_updated(status: str) -> None:
    cloud = CloudFormation(linli_test_access=status)

    done = a_deployment(cloud).run(["access"], lambda _: None, always)

    assert [each.result for each in done] == ["updated"]


# A stage keeps its Python

versions = st.integers(min_value=11, max_value=19).map(lambda minor: f"3.{minor}")


@given(deployed=versions, told=st.none() | versions)
def test_a_stage_keeps_its_python_until_it_is_told_another(deployed: str, told: str | None) -> None:
    cloudformation = CloudFormation(linli_test_foundation="CREATE_COMPLETE")
    cloudformation.parameters = {"Runtime": f"python{deployed}"}
    cloud: Any = SimpleNamespace(stage="test", is_local=False, client=lambda _: cloudformation)
    said: list[str] = []

    target = stacks.stage_target(cloud, told, said.append)

    assert target.runtime == f"python{told or deployed}"
    here = stacks.default_target(cloud).python
    assert any(f"stays on Python {deployed}" in line for line in said) == (told is None and deployed != here)


# Back to what was deployed before

TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "linli-test-access"}}
OTHER_TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "other"}}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "linli-test-access-gate-pass"}}


def holding(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def updated_to(template: Any, cloud: CloudFormation, bucket: Bucket) -> None:
    """The stack `access` is brought to a template from the one that it has."""
    a_deployment(cloud, bucket=bucket).run(["access"], lambda _: None, always)
    cloud.deployed["linli-test-access"] = template


def test_a_rollback_brings_back_what_was_there_before_and_then_what_was_before_that() -> None:
    cloud, bucket, given = CloudFormation(linli_test_access="CREATE_COMPLETE"), Bucket(), list[Any]()
    cloud.deployed["linli-test-access"] = holding(Table=TABLE)
    cloud.parameters = {"CoreLayerArn": "arn:1"}
    updated_to(holding(Table=TABLE, B=QUEUE), cloud, bucket)
    cloud.parameters = {"CoreLayerArn": "arn:2"}
    updated_to(holding(Table=TABLE, B=QUEUE, Role={"Type": "AWS::IAM::Role"}), cloud, bucket)
    cloud.parameters = {"CoreLayerArn": "arn:3"}
    deployment = a_deployment(cloud, bucket=bucket)
    create = cloud.create_change_set

    def created(**more: Any) -> dict[str, str]:
        given.append(more["Parameters"])
        return create(**more)

    cloud.create_change_set = created  # type: ignore[method-assign]
    assert deployment.roll_back("access", lambda _: None, always).result == "rolled back"
    cloud.deployed["linli-test-access"] = holding(Table=TABLE)
    assert deployment.roll_back("access", lambda _: None, always).result == "rolled back"

    assert [each[0]["ParameterValue"] for each in given] == ["arn:2", "arn:1"]
    with pytest.raises(CommandError, match="nothing of before is kept"):
        deployment.roll_back("access", lambda _: None, always)


@pytest.mark.parametrize("now", [holding(Table=OTHER_TABLE), holding(Table=TABLE, Queue=QUEUE)])
def test_a_rollback_that_would_lose_a_table_or_queue_is_refused_and_leaves_nothing(now: Any) -> None:
    cloud, bucket = CloudFormation(linli_test_access="CREATE_COMPLETE"), Bucket()
    cloud.deployed["linli-test-access"] = holding(Table=TABLE)
    updated_to(now, cloud, bucket)
    executed = cloud.did("execute_change_set")

    with pytest.raises(CommandError, match="is not rolled back: "):
        a_deployment(cloud, bucket=bucket).roll_back("access", lambda _: None, always)

    assert cloud.did("execute_change_set") == executed
    assert cloud.change_sets["linli-test-access"] == ["ours"]  # of the update before; its own is gone
    assert len(bucket.objects) == 1


def test_a_rollback_that_nobody_says_yes_to_changes_nothing_and_can_be_asked_for_again() -> None:
    cloud, bucket = CloudFormation(linli_test_access="CREATE_COMPLETE"), Bucket()
    updated_to(holding(), cloud, bucket)
    deployment = a_deployment(cloud, bucket=bucket)

    with pytest.raises(CommandError, match="not approved"):
        deployment.roll_back("access", lambda _: None, never)

    assert deployment.roll_back("access", lambda _: None, always).result == "rolled back"


def test_of_versions_the_last_ten_are_kept() -> None:
    cloud, bucket = CloudFormation(linli_test_access="CREATE_COMPLETE"), Bucket()
    for number in range(13):
        updated_to(holding(**{f"T{number}": TABLE}), cloud, bucket)

    assert len(bucket.objects) == stacks.VERSIONS_KEPT
    assert b"T11" in bucket.objects[max(bucket.objects)]


# What would happen


def test_a_preview_executes_nothing_and_leaves_no_change_set() -> None:
    cloud = CloudFormation(linli_test_access="CREATE_COMPLETE")
    cloud.deployed["linli-test-access"] = holding(Table=TABLE)
    deployment = a_deployment(cloud)

    found = deployment.preview("access", stacks.stacks_of(deployment.cloud))

    assert found.replaced == ("Table",)  # the template of this test holds nothing
    assert {each for each, _ in cloud.asked} == {"create_change_set", "delete_change_set"}
    assert cloud.change_sets["linli-test-access"] == []


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "DELETE_FAILED", "ROLLBACK_COMPLETE", None])
def test_a_preview_of_what_cannot_be_planned_says_why_and_asks_for_nothing(status: str | None) -> None:
    cloud = CloudFormation(**({"linli_test_access": status} if status else {}))
    deployment = a_deployment(cloud)

    found = deployment.preview("access", stacks.stacks_of(deployment.cloud))

    assert cloud.asked == []
    assert bool(found.note) is (status is not None)
    assert found.plan.creates is (status is None)
