"""`linli deploy` against a local cloud: a small repository, deployed, changed, broken and mended."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import requests

from linli_cli.cloud import connect
from linli_cli.deploy import stacks
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT
from linli_cli.local.embedded_cloud import EmbeddedCloud
from linli_cli.local.local_cloud import free_ports

HANDLER = """
from chalice.app import Blueprint, CustomAuthorizer
from linli.naming import authorizer_uri

blueprint = Blueprint(__name__)


@blueprint.route("/greetings", authorizer=CustomAuthorizer("token", authorizer_uri=authorizer_uri()))
def greet():
    return {}
"""
LATER = """
from chalice.app import Blueprint

blueprint = Blueprint(__name__)


@blueprint.lambda_function(name="greet_later")
def greet_later(event, context):
    return "first"
"""
POLICY = '{"Version": "2012-10-17", "Statement": []}'
STATE = """
Resources:
  GreetLaterDlq:
    Type: AWS::SQS::Queue
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties: {QueueName: !Sub "linli-${Stage}-hello-greet-later-dlq", SqsManagedSseEnabled: true}
"""
BROKEN = """
Resources:
  Broken:
    Type: AWS::Lambda::Permission
    DependsOn: [GreetLater]
    Properties: {FunctionName: nobody, Action: "lambda:InvokeFunction", Principal: iot.amazonaws.com}
  AlsoBroken:
    Type: AWS::CloudWatch::Alarm
    Properties: {AlarmName: x, ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1}
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCloud]:
    home = tmp_path_factory.mktemp("deployment") / "a home"
    local = EmbeddedCloud(home, *free_ports(), venvs=ROOT / ".linli" / "venvs")
    local.install()
    local.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINLI_HOME", str(home))
        yield local
        local.stop()


@pytest.fixture
def repository(tmp_path: Path, cloud: EmbeddedCloud) -> Iterator[Path]:
    """A repository with one small service, in a folder with a space in its name; it leaves nothing behind."""
    assert cloud.status().condition == "running"
    root = tmp_path / "a repository"
    for path, text in {
        "infra/hello/state.yaml": STATE,
        "functions/hello/greet/handler.py": HANDLER,
        "functions/hello/greet/policy.json": POLICY,
        "functions/hello/greet_later/handler.py": LATER,
        "functions/hello/greet_later/policy.json": POLICY,
    }.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text))
    built = ROOT / "build" / "layers"
    built.mkdir(parents=True, exist_ok=True)
    (root / "build").mkdir()
    (root / "build" / "layers").symlink_to(built)
    (root / "layers").symlink_to(ROOT / "layers")
    (root / "infra" / "foundation").symlink_to(ROOT / "infra" / "foundation")
    yield root
    cloudformation, objects = connect("local").client("cloudformation"), connect("local").client("s3")
    for name in stacks.stacks_of(connect("local")):
        cloudformation.delete_stack(StackName=name)
    for bucket in objects.list_buckets()["Buckets"]:
        if "-exports-" in bucket["Name"]:  # stays when its stack goes
            objects.delete_bucket(Bucket=bucket["Name"])


def results(deployed: list[stacks.Deployed]) -> dict[str, str]:
    return {each.stack: each.result for each in deployed}


def answer(action: str) -> bytes:
    name = stacks.function_name("local", "hello", action)
    payload: bytes = connect("local").client("lambda").invoke(FunctionName=name)["Payload"].read()
    return payload


def change(root: Path, path: str, before: str, after: str) -> None:
    text = (root / path).read_text()
    assert before in text
    (root / path).write_text(text.replace(before, after))


def hold(root: Path, name: str) -> None:
    """Let the state stack have one more queue, by this name."""
    queue = f"""
  Held:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: !Sub "linli-${{Stage}}-hello-{name}-dlq", SqsManagedSseEnabled: true}}
"""
    (root / "infra" / "hello" / "state.yaml").write_text(textwrap.dedent(STATE) + queue)


def change_sets(names: Iterable[str]) -> dict[str, list[str]]:
    cloudformation = connect("local").client("cloudformation")
    found = {name: cloudformation.list_change_sets(StackName=name)["Summaries"] for name in names}
    return {name: [each["ChangeSetName"] for each in found[name]] for name in found}


def test_all_stacks_are_created_and_then_left_alone(repository: Path) -> None:
    first = stacks.deploy(None, "local", root=repository)
    shown: list[stacks.ChangeSet] = []
    second = stacks.deploy(None, "local", root=repository, show=shown.append)

    assert results(first) == dict.fromkeys(["foundation", "hello-state", "hello"], "created")
    assert results(second) == dict.fromkeys(["foundation", "hello-state", "hello"], "unchanged")
    assert shown == []
    assert answer("greet_later") == b'"first"'


def test_only_what_changed_is_deployed(repository: Path) -> None:
    stacks.deploy(None, "local", root=repository)

    change(repository, "functions/hello/greet_later/handler.py", '"first"', '"second"')
    shown: list[stacks.ChangeSet] = []
    done = stacks.deploy(None, "local", root=repository, show=shown.append)

    assert results(done) == {"foundation": "unchanged", "hello-state": "unchanged", "hello": "updated"}
    assert {plan.stack for plan in shown} == {"hello"}
    assert answer("greet_later") == b'"second"'


def test_a_rollback_answers_as_before_and_a_deployment_goes_forward_again(repository: Path) -> None:
    stacks.deploy(None, "local", root=repository)
    change(repository, "functions/hello/greet_later/handler.py", '"first"', '"second"')
    stacks.deploy(None, "local", root=repository)

    back = stacks.rolled_back("hello", "local", root=repository)

    assert back.result == "rolled back"
    assert answer("greet_later") == b'"first"'
    with pytest.raises(CommandError, match="nothing of before is kept of hello-state"):
        stacks.rolled_back("hello-state", "local", root=repository)
    assert results(stacks.deploy(None, "local", root=repository))["hello"] == "updated"
    assert answer("greet_later") == b'"second"'


def test_a_rollback_refuses_to_lose_a_queue(repository: Path) -> None:
    hold(repository, "letters")
    stacks.deploy(None, "local", root=repository)
    hold(repository, "renamed")
    stacks.deploy(["hello-state"], "local", root=repository)

    with pytest.raises(CommandError, match="hello-state is not rolled back: Held would"):
        stacks.rolled_back("hello-state", "local", root=repository)


def test_a_preview_tells_what_would_happen_and_changes_nothing(repository: Path) -> None:
    fresh = {each.plan.stack: each for each in stacks.previewed(None, "local", root=repository)}
    assert stacks.stacks_of(connect("local")) == {}
    assert {each.action for each in fresh["foundation"].plan.changes} == {"Add"}
    assert "deploy that first" in fresh["hello-state"].note
    hold(repository, "letters")
    stacks.deploy(None, "local", root=repository)
    before = stacks.stacks_of(connect("local"))
    waiting = change_sets(before)
    hold(repository, "renamed")
    change(
        repository, "functions/hello/greet_later/policy.json", "[]",
        '[{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["arn:aws:sqs:::one"]}]',
    )  # fmt: skip

    found = {each.plan.stack: each for each in stacks.previewed(None, "local", root=repository)}

    shown = [each.logical_id for each in found["foundation"].plan.changes]
    assert shown == ["Dashboard"]  # the stage's, which shows the queue
    assert found["hello-state"].replaced == ("Held",)
    assert any("sqs:SendMessage on arn:aws:sqs:::one" in each for each in found["hello"].grown)
    assert stacks.stacks_of(connect("local")) == before
    assert change_sets(before) == waiting


def test_what_is_not_approved_leaves_nothing_behind(repository: Path) -> None:
    with pytest.raises(CommandError, match="not approved"):
        stacks.deploy(None, "local", root=repository, approve=lambda _: False)

    assert stacks.stacks_of(connect("local")) == {}


def test_a_service_asks_for_the_foundation_it_needs(repository: Path) -> None:
    with pytest.raises(CommandError, match="an output of foundation"):
        stacks.deploy(["hello"], "local", root=repository)


def test_a_failed_creation_says_why_and_can_be_mended(repository: Path) -> None:
    resources = repository / "infra" / "hello" / "resources.yaml"
    resources.write_text(BROKEN)

    with pytest.raises(CommandError, match=r"hello: ROLLBACK_COMPLETE, because of AlsoBroken"):
        stacks.deploy(None, "local", root=repository)
    resources.unlink()

    assert results(stacks.deploy(None, "local", root=repository))["hello"] == "created"


def test_a_failed_update_says_why_and_the_old_version_still_answers(repository: Path) -> None:
    stacks.deploy(None, "local", root=repository)
    (repository / "infra" / "hello" / "resources.yaml").write_text(BROKEN)
    change(repository, "functions/hello/greet_later/handler.py", '"first"', '"second"')

    with pytest.raises(CommandError, match=r"hello: UPDATE_ROLLBACK_COMPLETE, because of AlsoBroken"):
        stacks.deploy(None, "local", root=repository)

    assert answer("greet_later") == b'"first"'


def test_a_service_that_cannot_be_imported_is_named_before_anything_is_deployed(repository: Path) -> None:
    change(repository, "functions/hello/greet/handler.py", "linli.naming", "linli.namings")

    with pytest.raises(CommandError, match=r"cannot package hello.*linli\.namings"):
        stacks.deploy(None, "local", root=repository)

    assert stacks.stacks_of(connect("local")) == {}


def test_the_gateway_itself_answers_with_problems(repository: Path) -> None:
    stacks.deploy(None, "local", root=repository)
    base = stacks.http_urls("local")["hello"]

    missing = requests.get(f"{base}/nowhere", timeout=10)
    anonymous = requests.get(f"{base}/greetings", timeout=10)

    assert (missing.status_code, missing.json()["type"]) == (404, "urn:linli:problem:not-found")
    assert (anonymous.status_code, anonymous.json()["type"]) == (401, "urn:linli:problem:unauthenticated")
    assert missing.headers["content-type"] == "application/problem+json"


def test_artifacts_are_private_and_encrypted(repository: Path) -> None:
    stacks.deploy(["foundation"], "local", root=repository)
    s3 = connect("local").client("s3")
    bucket = f"linli-local-artifacts-{connect('local').account}"

    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]


@pytest.mark.usefixtures("cloud")
def test_outputs_of_a_missing_stack_say_how_to_get_it() -> None:
    with pytest.raises(CommandError, match="linli deploy payments"):
        stacks.outputs("local", "payments")


def linli(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"LINLI_HOME": str(home), "PYTHONPATH": str(ROOT / "infra" / "cli")}
    command = [sys.executable, "-m", "linli_cli.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_an_unknown_stack_is_one_clear_line(cloud: EmbeddedCloud) -> None:
    done = linli("deploy", "acess", home=cloud.home)

    assert done.returncode == 1
    assert done.stderr.startswith("there is no stack acess; the stacks are: foundation")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("record", ["", '{"endpoint": "http://127.0.0.1:9", "region": "eu-west-1"}'])
def test_a_local_cloud_that_does_not_run_is_one_clear_line(tmp_path: Path, record: str) -> None:
    if record:
        (tmp_path / "cloud.json").write_text(record)

    done = linli("status", home=tmp_path)

    assert done.returncode == 1
    assert done.stderr == "the local cloud is not running: run `linli up`\n"
