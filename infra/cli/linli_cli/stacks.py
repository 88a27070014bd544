"""Deploys stacks: packaged, uploaded by content, shown as a change set, executed, reported.

Waves: the foundation, then the tables and queues of all services, then the directory (others call its
authorizer), then all others. Within a wave stacks do not depend on each other and go together.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from linli_cli import digest, templates, wiring
from linli_cli.cloud import Cloud, connect
from linli_cli.errors import CommandError
from linli_cli.layers import Target, build_layers, this_machine
from linli_cli.layout import ROOT, infra, project_folder, projects, service_of
from linli_cli.packaging import Packaged, foundation_template, package_all
from linli_cli.templates import Template

FOUNDATION = "foundation"
DIRECTORY = "directory"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
FINGERPRINT = "Fingerprint"  # an output and no tag: a changing stack tag would touch every resource
NEVER_CREATED = {
    "REVIEW_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "CREATE_FAILED",
    "DELETE_FAILED",
}
GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}
SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
NO_CHANGE = ("didn't contain changes", "No updates are to be performed")
LIMIT_S = 3600

Say = Callable[[str], None]


@dataclass(frozen=True)
class Change:
    """One resource of a change set."""

    action: str
    logical_id: str
    type: str
    replacement: str


@dataclass(frozen=True)
class ChangeSet:
    """What would happen to a stack. `arn` is empty when nothing would."""

    stack: str
    creates: bool
    changes: tuple[Change, ...] = ()
    arn: str = ""


@dataclass(frozen=True)
class Deployed:
    """What happened to a stack: `created`, `updated` or `unchanged`."""

    stack: str
    result: str
    seconds: float


@dataclass(frozen=True)
class StackStatus:
    """A stack as it stands; `status` is `missing` when it was never deployed."""

    stack: str
    status: str
    updated: datetime | None
    in_code: bool = True

    @property
    def broken(self) -> bool:
        """Whether it is not there, or its last change failed; one that goes on is neither."""
        return self.status not in SETTLED and not self.status.endswith("_IN_PROGRESS")


@dataclass(frozen=True)
class Existing:
    """A stack in the cloud."""

    status: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]
    updated: datetime | None = None


def known_stacks(root: Path = ROOT) -> list[str]:
    """All stacks of the repository in the order they are deployed in."""
    names = projects(root)
    states = [f"{name}-state" for name in names if (project_folder(name, root) / "state.yaml").exists()]
    return [FOUNDATION, *states, *names]


def waves(names: Iterable[str], root: Path = ROOT) -> list[list[str]]:
    """The named stacks grouped by what may go together. Raises CommandError for an unknown name."""
    wanted, known = list(names), known_stacks(root)
    for name in wanted:
        if name not in known:
            raise CommandError(f"there is no stack {name}; the stacks are: {', '.join(known)}")
    groups: list[list[str]] = [[], [], [], []]
    for name in (name for name in known if name in wanted):
        wave = 0 if name == FOUNDATION else 1 if name.endswith("-state") else 2 if name == DIRECTORY else 3
        groups[wave].append(name)
    return [group for group in groups if group]


def full_name(stage: str, stack: str) -> str:
    """The name CloudFormation knows the stack by."""
    return f"linli-{stage}-{stack}"


def function_name(stage: str, service: str, action: str) -> str:
    """The name of an action's function; `api` for the one that answers HTTP."""
    return f"linli-{stage}-{service}-{action.replace('_', '-')}"


def deploy(
    names: Iterable[str] | None,
    stage: str,
    *,
    profile: str | None = None,
    parameters: Mapping[str, str] | None = None,
    target: Target | None = None,
    show: Callable[[ChangeSet], None] = lambda _: None,
    approve: Callable[[list[ChangeSet]], bool] = lambda _: True,
    say: Say = lambda _: None,
    root: Path = ROOT,
) -> list[Deployed]:
    """Bring stacks (all by default) to what the sources say.

    `show` gets every change set before anything happens, `approve` those of a wave at once, `say` lines of
    progress.
    Raises CommandError with the first resource that failed and its reason.
    """
    cloud = connect(stage, profile)
    groups = waves(known_stacks(root) if names is None else names, root)
    check_parameters(parameters or {}, target or default_target(cloud), root)
    deployment = Deployment(cloud, target or default_target(cloud), dict(parameters or {}), say, root)
    deployment.prepare([name for group in groups for name in group])
    done: list[Deployed] = []
    for group in groups:
        done += deployment.run(group, show, approve)
    return done


def default_target(cloud: Cloud) -> Target:
    """The machine itself for the local cloud; Graviton on AWS: cheaper for the same work."""
    return this_machine() if cloud.is_local else Target("arm64")


def own_parameters(root: Path = ROOT) -> list[str]:
    """What services themselves want to be told, such as the directory its token issuer."""
    declared = (templates.load(path).get("Parameters", {}) for path in infra(root).glob("*/resources.yaml"))
    return sorted({name for parameters in declared for name in parameters})


def check_parameters(parameters: Mapping[str, str], target: Target, root: Path = ROOT) -> None:
    """Refuse what no template knows, and snapshots where Lambda has none (before Python 3.12)."""
    settable = [name for name, each in wiring.PARAMETERS.items() if "Default" in each] + own_parameters(root)
    for name in parameters:
        if name not in settable:
            raise CommandError(f"there is no parameter {name}; the parameters are: {', '.join(settable)}")
    if parameters.get("SnapStart") == "true" and tuple(map(int, target.python.split("."))) < (3, 12):
        raise CommandError(f"SnapStart needs Python 3.12 or later; this deployer runs {target.python}")


class Deployment:
    """One run of `deploy`: the artifacts of this run and what is known of the stacks."""

    def __init__(
        self, cloud: Cloud, target: Target, parameters: dict[str, str], say: Say, root: Path
    ) -> None:
        self.cloud = cloud
        self.target = target
        self.given = parameters
        self.say = say
        self.root = root
        self.cloudformation = cloud.client("cloudformation")
        self.s3 = cloud.client("s3")
        self.bucket = f"linli-{cloud.stage}-artifacts-{cloud.account}"
        self.packages: dict[str, Packaged] = {}
        self.poll_s = 0.1 if cloud.is_local else 3.0

    def prepare(self, names: list[str]) -> None:
        """Package and upload what the stacks need, before the first of them is touched."""
        started = time.monotonic()
        wanted = list(dict.fromkeys(name.removesuffix("-state") for name in names if name != FOUNDATION))
        self.ensure_bucket()
        if FOUNDATION in names:
            deps, core = build_layers(self.target, self.root)
            self.given |= {
                "ArtifactBucket": self.bucket,
                "DepsLayerKey": self.upload(deps.archive),
                "CoreLayerKey": self.upload(core.archive),
            }
        if wanted:
            self.packages = package_all(wanted, self.root)
        self.say(f"packaged in {time.monotonic() - started:.1f} s")

    def run(
        self,
        group: list[str],
        show: Callable[[ChangeSet], None],
        approve: Callable[[list[ChangeSet]], bool],
    ) -> list[Deployed]:
        """Plan the stacks of a wave together, show the plans, execute them together."""
        started = time.monotonic()
        existing = stacks_of(self.cloud)
        with ThreadPoolExecutor(max_workers=len(group)) as pool:
            plans = list(pool.map(lambda name: self.plan(name, existing), group))
            changed = [plan for plan in plans if plan.arn]
            for plan in changed:
                show(plan)
            if changed and not approve(changed):
                for plan in changed:
                    self.discard(plan)
                raise CommandError("nothing was deployed: not approved")
            results = list(pool.map(self.attempt, plans))
        failed = [error for error in results if isinstance(error, CommandError)]
        if failed:
            raise CommandError("; ".join(str(error) for error in failed))
        seconds = time.monotonic() - started
        return [
            Deployed(
                plan.stack, ("created" if plan.creates else "updated") if plan.arn else "unchanged", seconds
            )
            for plan in plans
        ]

    def plan(self, stack: str, existing: Mapping[str, Existing]) -> ChangeSet:
        """The change set of one stack; none if its fingerprint shows it is what it should be."""
        name = full_name(self.cloud.stage, stack)
        current = self.settled(name, existing.get(name))
        template = self.template(stack)
        values = self.values(stack, template, current, existing)
        for _, api in templates.of_type(template, wiring.API):  # SAM redeploys an API when its text changes
            snapshots = f"snapshots: {values.get('SnapStart', 'false')}"
            api["Properties"]["DefinitionBody"]["info"]["description"] = snapshots
        fingerprint = digest.of_json([template, values])
        if current and current.status in SETTLED and current.outputs.get(FINGERPRINT) == fingerprint:
            return ChangeSet(stack, creates=False)
        template = templates.merge(template, {"Outputs": {FINGERPRINT: {"Value": fingerprint}}})
        return self.create_change_set(stack, template, values, creates=current is None)

    def settled(self, name: str, current: Existing | None) -> Existing | None:
        """The stack once nothing is going on in it; None if there is none, or none worth keeping."""
        if current and current.status.endswith("_IN_PROGRESS") and current.status != "REVIEW_IN_PROGRESS":
            self.say(f"{name}: waiting for {current.status}")
            self.wait(name)
            current = stacks_of(self.cloud).get(name)
        if current and current.status in NEVER_CREATED:
            self.say(f"{name}: removing what {current.status} left behind")
            self.cloudformation.delete_stack(StackName=name)
            if self.wait(name) not in ("DELETE_COMPLETE", ""):
                raise CommandError(f"{name} cannot be removed: {self.first_failure(name)}")
            return None
        if current and current.status not in GOOD:
            raise CommandError(f"{name} is in {current.status}: {self.first_failure(name)}")
        return current

    def template(self, stack: str) -> Template:
        """The stack's template, its code taken from the artifact bucket."""
        if stack == FOUNDATION:
            return foundation_template(self.root)
        packaged = self.packages[stack.removesuffix("-state")]
        if stack.endswith("-state"):
            return templates.load(packaged.state_template) if packaged.state_template else {}
        template = templates.load(packaged.template)
        code = {"Bucket": self.bucket, "Key": self.upload(packaged.code)}
        for _, function in templates.of_type(template, wiring.FUNCTION):
            function["Properties"]["CodeUri"] = code
        return template

    def values(
        self, stack: str, template: Template, current: Existing | None, existing: Mapping[str, Existing]
    ) -> dict[str, str]:
        """A value for each parameter: given, from the outputs of other stacks, as before, or the default."""
        service = service_of(stack.removesuffix("-state"))
        outputs: dict[str, str] = {}
        for other in (FOUNDATION, f"{service}-state"):
            found = existing.get(full_name(self.cloud.stage, other)) if other != stack else None
            outputs |= dict(found.outputs) if found else {}
        ours = {
            "Stage": self.cloud.stage,
            "Protected": "true" if self.cloud.protected else "false",
            "Architecture": self.target.architecture,
            "Runtime": self.target.runtime,
        }
        before = current.parameters if current else {}
        values = {}
        for name, parameter in template.get("Parameters", {}).items():
            for source in (self.given, ours, outputs, before):
                if name in source:
                    values[name] = source[name]
                    break
            else:
                if "Default" not in parameter and name in own_parameters(self.root):
                    raise CommandError(f"stack {stack} has to be told {name}: give --parameter {name}=…")
                if "Default" not in parameter:
                    needed = " or ".join(dict.fromkeys([FOUNDATION, f"{service}-state"]))
                    raise CommandError(
                        f"stack {stack} needs {name}, an output of {needed}: deploy that first"
                    )
        return values

    def create_change_set(
        self, stack: str, template: Template, values: Mapping[str, str], *, creates: bool
    ) -> ChangeSet:
        """Ask CloudFormation what it would do."""
        name = full_name(self.cloud.stage, stack)
        body = json.dumps(template, sort_keys=True, separators=(",", ":")).encode()
        key = self.upload_bytes(body, "json")
        arn = self.cloudformation.create_change_set(
            StackName=name,
            ChangeSetName=f"linli-{time.time_ns():x}",
            ChangeSetType="CREATE" if creates else "UPDATE",
            TemplateURL=f"{self.s3.meta.endpoint_url}/{self.bucket}/{key}",
            Capabilities=CAPABILITIES,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        )["Id"]
        for answer in self.polled(lambda: self.cloudformation.describe_change_set(ChangeSetName=arn)):
            if answer["Status"] == "CREATE_COMPLETE":
                break
            if answer["Status"] == "FAILED":
                reason = answer.get("StatusReason", "")
                self.discard(ChangeSet(stack, creates, arn=arn))
                if any(text in reason for text in NO_CHANGE):
                    return ChangeSet(stack, creates=False)
                raise CommandError(f"CloudFormation refuses the template of {stack}: {reason}")
        pages = self.cloudformation.get_paginator("describe_change_set").paginate(ChangeSetName=arn)
        changes = tuple(
            Change(
                change["Action"],
                change["LogicalResourceId"],
                change["ResourceType"],
                change.get("Replacement", ""),
            )
            for page in pages
            for change in (entry["ResourceChange"] for entry in page.get("Changes", []))
        )
        return ChangeSet(stack, creates, changes, arn)

    def attempt(self, plan: ChangeSet) -> CommandError | None:
        """Execute a plan; its failure is returned, so that the others of the wave come to their end."""
        try:
            self.execute(plan)
        except CommandError as error:
            return error
        return None

    def execute(self, plan: ChangeSet) -> None:
        """Execute a change set and wait for its end. Raises CommandError with the first failed resource."""
        name = full_name(self.cloud.stage, plan.stack)
        if not plan.arn:
            return
        started, wanted = time.monotonic(), "CREATE_COMPLETE" if plan.creates else "UPDATE_COMPLETE"
        earlier = self.latest_event(name)
        self.say(f"{plan.stack}: {'creating' if plan.creates else 'updating'}, {len(plan.changes)} changes")
        self.cloudformation.execute_change_set(ChangeSetName=plan.arn)
        status = self.wait(name)
        if status != wanted:
            raise CommandError(f"{plan.stack}: {status}, because of {self.first_failure(name, earlier)}")
        if plan.creates and self.cloud.protected:
            self.cloudformation.update_termination_protection(
                StackName=name, EnableTerminationProtection=True
            )
        self.say(f"{plan.stack}: {status} in {time.monotonic() - started:.1f} s")

    def discard(self, plan: ChangeSet) -> None:
        """Forget a change set, and the empty stack it made."""
        name = full_name(self.cloud.stage, plan.stack)
        self.cloudformation.delete_change_set(ChangeSetName=plan.arn)
        if plan.creates:
            self.cloudformation.delete_stack(StackName=name)
            self.wait(name)

    def wait(self, name: str) -> str:
        """Wait until a stack is at rest; its status then, empty when it is gone."""
        for status in self.polled(lambda: self.status_of(name)):
            if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
                return str(status)
        raise AssertionError("polled never ends")  # pragma: no cover

    def status_of(self, name: str) -> str:
        try:
            return str(self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":  # what a missing stack answers
                return ""
            raise

    def polled(self, ask: Callable[[], Any]) -> Iterator[Any]:
        """Ask again and again; raises CommandError after an hour."""
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            yield ask()
            time.sleep(self.poll_s)
        raise CommandError(f"CloudFormation did not come to an end within {LIMIT_S // 60} minutes")

    def latest_event(self, name: str) -> str:
        try:
            events = self.cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        except ClientError:
            return ""
        return str(events[0]["EventId"]) if events else ""

    def first_failure(self, name: str, earlier: str = "") -> str:
        """The first resource that failed after the event `earlier`, and why."""
        failures: list[dict[str, Any]] = []
        for page in self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=name):
            for event in page["StackEvents"]:
                if event["EventId"] == earlier:
                    return described(failures)
                reason = event.get("ResourceStatusReason", "")
                if event["ResourceStatus"].endswith("FAILED") and "cancelled" not in reason:
                    failures.append(event)
        return described(failures)

    def ensure_bucket(self) -> None:
        """The bucket for packages and templates: private, encrypted, one per stage and account."""
        try:
            self.s3.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise CommandError(f"the bucket {self.bucket} is not ours to use: {error}") from None
        else:
            return
        place = {} if self.cloud.region == "us-east-1" else {"LocationConstraint": self.cloud.region}
        self.s3.create_bucket(Bucket=self.bucket, **({"CreateBucketConfiguration": place} if place else {}))
        blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        self.s3.put_public_access_block(
            Bucket=self.bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True)
        )
        encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        self.s3.put_bucket_encryption(
            Bucket=self.bucket, ServerSideEncryptionConfiguration={"Rules": [encryption]}
        )

    def upload(self, path: Path) -> str:
        """Upload a file under the name of its content; its key."""
        return self.upload_bytes(path.read_bytes(), path.suffix.removeprefix("."))

    def upload_bytes(self, content: bytes, kind: str) -> str:
        key = f"{digest.of_bytes(content)}.{kind}"
        try:
            self.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                raise
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        return key


def described(failures: list[dict[str, Any]]) -> str:
    """The earliest of failure events, which CloudFormation gives newest first."""
    if not failures:
        return "no reason given"
    first = failures[-1]
    reason = first.get("ResourceStatusReason", "no reason given")
    return f"{first['LogicalResourceId']} ({first['ResourceType']}): {reason}"


def stacks_of(cloud: Cloud) -> dict[str, Existing]:
    """The stacks of the stage by full name."""
    prefix, found = full_name(cloud.stage, ""), {}
    for page in cloud.client("cloudformation").get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            if stack["StackName"].startswith(prefix) and stack["StackStatus"] != "DELETE_COMPLETE":
                found[stack["StackName"]] = Existing(
                    stack["StackStatus"],
                    {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])},
                    {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])},
                    stack.get("LastUpdatedTime") or stack.get("CreationTime"),
                )
    return found


def list_stacks(stage: str, profile: str | None = None, root: Path = ROOT) -> list[StackStatus]:
    """Every stack of the repository and how it stands in the stage; then those that only the stage has."""
    existing = stacks_of(connect(stage, profile))
    missing = Existing("missing", {}, {})
    known = known_stacks(root)
    found = {stack: existing.pop(full_name(stage, stack), missing) for stack in known}
    found |= {name.removeprefix(full_name(stage, "")): each for name, each in sorted(existing.items())}
    return [
        StackStatus(stack, each.status, each.updated, in_code=stack in known) for stack, each in found.items()
    ]


def outputs(stage: str, stack: str, profile: str | None = None) -> dict[str, str]:
    """The outputs of a deployed stack. Raises CommandError if it is not deployed."""
    found = stacks_of(connect(stage, profile)).get(full_name(stage, stack))
    if found is None or found.status in NEVER_CREATED:
        raise CommandError(f"the stack {stack} is not deployed in stage {stage}: run `linli deploy {stack}`")
    return {name: value for name, value in found.outputs.items() if name != FINGERPRINT}


def http_urls(stage: str, profile: str | None = None) -> dict[str, str]:
    """The base URL of every deployed service with an HTTP API, without a slash at its end."""
    cloud = connect(stage, profile)
    urls = {}
    for name, stack in sorted(stacks_of(cloud).items()):
        api = stack.outputs.get("RestAPIId")
        if api and cloud.endpoint:
            urls[name.removeprefix(full_name(stage, ""))] = (
                f"{cloud.endpoint}/_aws/execute-api/{api}/{wiring.API_STAGE}"
            )
        elif api:
            urls[name.removeprefix(full_name(stage, ""))] = stack.outputs["EndpointURL"].rstrip("/")
    return urls
