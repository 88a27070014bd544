"""Deploys stacks: packaged, uploaded by content, shown as a change set, executed, reported.

Waves: the foundation, then the tables and queues of all services, then the directory (others call its
authorizer), then all others, then the one address for browsers. Within a wave stacks do not depend on each
other and go together.

Nothing is removed that nobody has said yes to by its name. Who deploys at the same time is waited for; where
that is too late, the stack is told of in one line, and the others come to their end.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.deploy import differences, digest, pages, templates, wiring
from linli_cli.deploy.layers import Target, build_layers, this_machine
from linli_cli.deploy.packaging import Packaged, foundation_template, package_all
from linli_cli.deploy.templates import Template
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, infra, projects, service_of

FOUNDATION = "foundation"
DIRECTORY = "directory"
CONSOLE = pages.CONSOLE
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
FINGERPRINT = "Fingerprint"  # an output and no tag: a changing stack tag would touch every resource
IN_REVIEW = "REVIEW_IN_PROGRESS"  # a change set waits in it, perhaps somebody else's
STUCK = "UPDATE_ROLLBACK_FAILED"
LEFT_BEHIND = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}  # by a creation that failed
NEVER_CREATED = LEFT_BEHIND | {IN_REVIEW, "DELETE_FAILED"}
GOOD = {
    "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}  # fmt: skip
SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
NO_CHANGE = ("didn't contain changes", "No updates are to be performed")
LIMIT_S = 3600
HISTORY = "history"  # of each stack, in the bucket of artifacts
VERSIONS_KEPT = 10
AT_THE_SAME_TIME = {
    "AlreadyExistsException", "ChangeSetNotFound", "ChangeSetNotFoundException", "InvalidChangeSetStatus",
    "InvalidChangeSetStatusException", "OperationInProgressException", "TokenAlreadyExistsException",
}  # fmt: skip
IN_THE_WAY = ("_IN_PROGRESS state", "_PROGRESS", "OBSOLETE", "does not exist", "cannot be executed")

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
    """What would happen to a stack. `arn` is empty when nothing would, or nothing that is a change set.

    `before`: what has to happen before a change set of it can be made: that it is removed, that its rollback
    goes on, or that it is taken from who has a change set waiting in it. It names the stack and its status.
    """

    stack: str
    creates: bool
    changes: tuple[Change, ...] = ()
    arn: str = ""
    before: str = ""
    removes: bool = False


@dataclass(frozen=True)
class Preview:
    """What would happen to a stack. `replaced`: what holds something and would be an empty one after, or go;
    `grown`: rights that somebody would have and has not; `note`: why more cannot be said.
    """

    plan: ChangeSet
    replaced: tuple[str, ...] = ()
    grown: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Deployed:
    """What happened to a stack: `created`, `updated` or `unchanged`."""

    stack: str
    result: str
    seconds: float


class PartlyDeployed(CommandError):
    """Something failed; `done` is what had come to its end by then, or did beside it."""

    def __init__(self, text: str, done: Iterable[Deployed] = ()) -> None:
        super().__init__(text)
        self.done = list(done)


@dataclass(frozen=True)
class Ways:
    """What somebody has said by name before it was asked.

    `remove`: stacks that may be removed where a failed creation left them behind. `skip`: resources that a
    rollback which goes on leaves as they are. `python`: what the whole stage is to run on from now on.
    """

    remove: frozenset[str] = frozenset()
    skip: tuple[str, ...] = ()
    python: str | None = None


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
    states = [f"{name}-state" for name in names if name == service_of(name)]
    return [FOUNDATION, *states, *names, *([CONSOLE] if pages.exists(root) else [])]


def stacks_for(stage: str, root: Path = ROOT) -> list[str]:
    """Those that a stage has: on the local cloud its front stands in for the console's."""
    return [name for name in known_stacks(root) if stage != LOCAL or name != CONSOLE]


def waves(names: Iterable[str], root: Path = ROOT) -> list[list[str]]:
    """The named stacks grouped by what may go together. Raises CommandError for an unknown name."""
    wanted, known = list(names), known_stacks(root)
    for name in wanted:
        if name not in known:
            raise CommandError(f"there is no stack {name}; the stacks are: {', '.join(known)}")
    groups: list[list[str]] = [[], [], [], [], []]
    special = {FOUNDATION: 0, DIRECTORY: 2, CONSOLE: 4}
    for name in (name for name in known if name in wanted):
        groups[special.get(name, 1 if name.endswith("-state") else 3)].append(name)
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
    ways: Ways = Ways(),
) -> list[Deployed]:
    """Bring stacks (all by default) to what the sources say.

    `show` gets every change set before anything happens, `approve` those of a wave at once, and each stack
    that something has to happen to before (`ChangeSet.before`) alone; `say` gets lines of progress.
    Raises PartlyDeployed with the first resource that failed and its reason.
    """
    cloud = connect(stage, profile)
    names = None if names is None else list(names)
    deployment, groups = begun(
        cloud, names, parameters=parameters, target=target, say=say, root=root, ways=ways
    )
    deployment.prepare([name for group in groups for name in group])
    done: list[Deployed] = []
    for group in groups:
        try:
            done += deployment.run(group, show, approve)
        except CommandError as error:
            raise PartlyDeployed(str(error), [*done, *getattr(error, "done", ())]) from error
    if [CONSOLE] in groups:
        deployment.publish()
    return done


def begun(
    cloud: Cloud,
    names: list[str] | None,
    *,
    parameters: Mapping[str, str] | None,
    target: Target | None,
    say: Say,
    root: Path,
    ways: Ways,
) -> tuple["Deployment", list[list[str]]]:
    """A deployment of stacks (all by default), and these by waves; nothing has been made yet."""
    groups = waves(stacks_for(cloud.stage, root) if names is None else names, root)
    if cloud.stage == LOCAL and names and CONSOLE in names:
        raise CommandError(
            "the local cloud has no stack console: its front stands in, `linli console` opens it"
        )
    if ways.python and names is not None:
        raise CommandError("--python moves the whole stage, since all share the layers: name no stack")
    target = target or stage_target(cloud, ways.python, say)
    check_parameters(parameters or {}, target, root)
    deployment = Deployment(cloud, target, dict(parameters or {}), say, root, ways=ways)
    if [CONSOLE] in groups:
        try:
            deployment.sign_in = pages.discovered(deployment.issuer())
        except CommandError as error:
            if names is not None:
                raise
            say(
                f"{CONSOLE} is left out: {error}; `linli deploy {CONSOLE} --stage {cloud.stage}` once it does"
            )
            groups.remove([CONSOLE])
    return deployment, groups


def previewed(
    names: Iterable[str] | None,
    stage: str,
    *,
    profile: str | None = None,
    parameters: Mapping[str, str] | None = None,
    target: Target | None = None,
    say: Say = lambda _: None,
    root: Path = ROOT,
    ways: Ways = Ways(),
) -> Iterator[Preview]:
    """What `deploy` would do to each stack as they all are now: nothing is changed.

    Stacks are judged by what others put out today. Templates alone are uploaded, and change sets discarded.
    """
    cloud = connect(stage, profile)
    named = None if names is None else list(names)
    deployment, groups = begun(
        cloud, named, parameters=parameters, target=target, say=say, root=root, ways=ways
    )
    deployment.only_looks = True
    wanted = [name for group in groups for name in group]
    existing = stacks_of(cloud)
    deployment.prepare(wanted)
    for stack in wanted:
        yield deployment.preview(stack, existing)


def rolled_back(
    stack: str,
    stage: str,
    *,
    profile: str | None = None,
    show: Callable[[ChangeSet], None] = lambda _: None,
    approve: Callable[[list[ChangeSet]], bool] = lambda _: True,
    say: Say = lambda _: None,
    root: Path = ROOT,
) -> Deployed:
    """Bring a stack back to the template, packages and parameters that it had before its last update.

    Done again, it goes one version further back; `deploy` goes forward. Raises CommandError when nothing of
    before is kept, or when a table, queue, bucket or secret would be another one or go.
    """
    waves([stack], root)
    cloud = connect(stage, profile)
    deployment = Deployment(cloud, default_target(cloud), {}, say, root)
    return deployment.roll_back(stack, show, approve)


def stage_target(cloud: Cloud, python: str | None, say: Say) -> Target:
    """What the stage runs on: it keeps its Python, whichever this machine has, until it is told another."""
    usual = default_target(cloud)
    if cloud.is_local:
        return usual
    foundation = stacks_of(cloud).get(full_name(cloud.stage, FOUNDATION))
    runtime = foundation.parameters.get("Runtime", "") if foundation else ""
    kept = runtime.removeprefix("python") or usual.python
    if python is None and kept != usual.python:
        say(
            f"stage {cloud.stage} stays on Python {kept}, although this machine has {usual.python}: "
            f"`linli deploy --stage {cloud.stage} --python {usual.python}` moves it"
        )
    return replace(usual, python=python or kept)


def default_target(cloud: Cloud) -> Target:
    """The machine itself for the local cloud; Graviton on AWS: cheaper for the same work."""
    return this_machine() if cloud.is_local else Target("arm64")


def own_parameters(root: Path = ROOT) -> list[str]:
    """What services themselves want to be told, such as the directory its token issuer."""
    declared = (templates.load(path).get("Parameters", {}) for path in infra(root).glob("*/resources.yaml"))
    own = {name for parameters in declared for name in parameters}
    return sorted(own | pages.own_parameters(root).keys())


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
        self,
        cloud: Cloud,
        target: Target,
        parameters: dict[str, str],
        say: Say,
        root: Path,
        *,
        ways: Ways = Ways(),
    ) -> None:
        self.cloud = cloud
        self.target = target
        self.given = parameters
        self.say = say
        self.root = root
        self.ways = ways
        self.cloudformation = cloud.client("cloudformation")
        self.s3 = cloud.client("s3")
        self.bucket = f"linli-{cloud.stage}-artifacts-{cloud.account}"
        self.packages: dict[str, Packaged] = {}
        self.sign_in: dict[str, str] = {}
        self.only_looks = False
        self.poll_s = 0.1 if cloud.is_local else 3.0

    def prepare(self, names: list[str]) -> None:
        """Package and upload what the stacks need, before the first of them is touched."""
        started = time.monotonic()
        others = (name for name in names if name not in (FOUNDATION, CONSOLE))
        wanted = list(dict.fromkeys(name.removesuffix("-state") for name in others))
        if not self.only_looks:
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
        """Make room where something stands in the way, plan the stacks of a wave together, show the plans,
        execute them together. Raises PartlyDeployed once all have come to their end.
        """
        started = time.monotonic()
        for stack in group:
            self.make_room(stack, show, approve)
        existing = stacks_of(self.cloud)
        with ThreadPoolExecutor(max_workers=len(group)) as pool:
            tried = list(pool.map(lambda name: self.try_to_plan(name, existing), group))
            plans = [plan for plan in tried if isinstance(plan, ChangeSet)]
            failed = [error for error in tried if isinstance(error, CommandError)]
            changed = [plan for plan in plans if plan.arn]
            if not all(isinstance(error, Overtaken) for error in failed):
                self.discard_all(changed)
                raise PartlyDeployed("; ".join(map(str, failed)))
            for plan in changed:
                show(plan)
            if changed and not approve(changed):
                self.discard_all(changed)
                raise CommandError("nothing was deployed: not approved")
            results = list(pool.map(self.attempt, plans))
        seconds = time.monotonic() - started
        done = [
            Deployed(
                plan.stack, ("created" if plan.creates else "updated") if plan.arn else "unchanged", seconds
            )
            for plan, error in zip(plans, results, strict=True)
            if error is None
        ]
        failed += [error for error in results if error is not None]
        if failed:
            raise PartlyDeployed("; ".join(map(str, failed)), done)
        return done

    def make_room(
        self,
        stack: str,
        show: Callable[[ChangeSet], None],
        approve: Callable[[list[ChangeSet]], bool],
    ) -> None:
        """Bring a stack that cannot be changed as it stands to where it can: what that takes is shown, and
        asked for by the stack's name. Raises CommandError with the ways out if the answer is no.
        """
        name = full_name(self.cloud.stage, stack)
        current = self.at_rest(name, stacks_of(self.cloud).get(name))
        obstacle = self.obstacle(stack, current) if current else None
        if obstacle is None:
            return
        named = stack in self.ways.remove
        if obstacle.removes and self.cloud.protected and not named:
            raise CommandError(
                f"{obstacle.before}; nothing of {self.cloud.stage} is removed unless it is named: "
                f"look at it, then `linli deploy {stack} --stage {self.cloud.stage} --remove {stack}`"
            )
        show(obstacle)
        if not (named and not self.cloud.protected) and not approve([obstacle]):
            raise CommandError(f"nothing was deployed: not approved. {obstacle.before}")
        if obstacle.removes:
            self.remove(name)
        elif current and current.status == STUCK:
            self.go_on_rolling_back(name)

    def obstacle(self, stack: str, current: Existing) -> ChangeSet | None:
        """What has to happen to a stack before a change set of it can be made; None if nothing has to.

        Raises CommandError for what is not for `deploy` to do.
        """
        name = full_name(self.cloud.stage, stack)
        if current.status in LEFT_BEHIND:
            before = f"{name} is to be removed: a creation that failed left it in {current.status}"
            removal = Change("Remove", name, "AWS::CloudFormation::Stack", "")
            return ChangeSet(stack, creates=True, changes=(removal,), before=before, removes=True)
        if current.status == IN_REVIEW and (waiting := self.change_sets_of(name)):
            before = (
                f"{name} is in {IN_REVIEW}: {', '.join(waiting)} of somebody waits there, and ends with yours"
            )
            return ChangeSet(stack, creates=True, before=before)
        if current.status == STUCK:
            changes = tuple(Change("Skip", each, "", "") for each in self.ways.skip)
            return ChangeSet(stack, creates=False, changes=changes, before=self.ways_out(name))
        self.check(name, current)
        return None

    def check(self, name: str, current: Existing) -> None:
        """Raise CommandError for a stack that is in no state to be changed by us."""
        if current.status == "DELETE_FAILED":
            raise CommandError(
                f"{name} is in DELETE_FAILED: {self.first_failure(name)}. It had been in use, and is not "
                f"removed here: its tables are kept, and their names are taken. Finish it by hand: `aws "
                f"cloudformation delete-stack --stack-name {name}`, and import or rename what is kept"
            )
        if current.status == STUCK:
            raise CommandError(self.ways_out(name))
        if current.status in LEFT_BEHIND:
            raise CommandError(f"{name} is in {current.status}: it has to be removed first")
        if current.status not in GOOD and current.status != IN_REVIEW:
            raise CommandError(f"{name} is in {current.status}: {self.first_failure(name)}")

    def ways_out(self, name: str) -> str:
        """What can be done about a rollback that failed."""
        stack = name.removeprefix(full_name(self.cloud.stage, ""))
        skip = self.first_failed(name) or "RESOURCE"
        return (
            f"{name} is in {STUCK}: {self.first_failure(name)}. Its rollback has to go on "
            f"(continue-update-rollback): mend what failed and say yes here, or leave it as it is: "
            f"`linli deploy {stack} --stage {self.cloud.stage} --skip {skip}`"
        )

    def go_on_rolling_back(self, name: str) -> None:
        """Let a rollback go on, without the resources to skip. Raises CommandError if it fails again."""
        more = {"ResourcesToSkip": list(self.ways.skip)} if self.ways.skip else {}
        without = f", without {', '.join(self.ways.skip)}" if more else ""
        self.say(f"{name}: the rollback goes on{without}")
        self.cloudformation.continue_update_rollback(StackName=name, **more)
        if self.wait(name) not in GOOD:
            raise CommandError(self.ways_out(name))

    def remove(self, name: str) -> None:
        """Remove a stack that somebody has said yes to by its name."""
        self.say(f"{name}: is removed")
        self.cloudformation.delete_stack(StackName=name)
        if self.wait(name) not in ("DELETE_COMPLETE", ""):
            raise CommandError(f"{name} cannot be removed: {self.first_failure(name)}")

    def change_sets_of(self, name: str) -> list[str]:
        """The change sets that wait in a stack, with when they were made."""
        pages = self.cloudformation.get_paginator("list_change_sets").paginate(StackName=name)
        found = [each for page in pages for each in page.get("Summaries", [])]
        return [f"{each['ChangeSetName']} ({each.get('CreationTime', 'some time ago')})" for each in found]

    def try_to_plan(self, stack: str, existing: Mapping[str, Existing]) -> ChangeSet | CommandError:
        """The plan of a stack, or why there is none, so that the others of the wave come to their end."""
        try:
            return self.plan(stack, existing)
        except CommandError as error:
            return error
        except ClientError as error:
            return overtaken(stack, error)

    def plan(self, stack: str, existing: Mapping[str, Existing]) -> ChangeSet:
        """The change set of one stack; none if its fingerprint shows it is what it should be."""
        name = full_name(self.cloud.stage, stack)
        current = self.settled(name, existing.get(name))
        template, values, creates = self.wanted(stack, current, existing)
        if (
            current
            and current.status in SETTLED
            and current.outputs.get(FINGERPRINT) == fingerprint_of(template)
        ):
            return ChangeSet(stack, creates=False)
        return self.create_change_set(stack, template, values, creates=creates)

    def wanted(
        self, stack: str, current: Existing | None, existing: Mapping[str, Existing]
    ) -> tuple[Template, dict[str, str], bool]:
        """A stack's template with its fingerprint, its parameters, and whether it is to be created."""
        is_empty = current is not None and current.status == IN_REVIEW
        current = None if is_empty else current
        template = self.template(stack)
        values = self.values(stack, template, current, existing)
        for _, api in templates.of_type(template, wiring.API):  # SAM redeploys an API when its text changes
            snapshots = f"snapshots: {values.get('SnapStart', 'false')}"
            api["Properties"]["DefinitionBody"]["info"]["description"] = snapshots
        outputs = {"Outputs": {FINGERPRINT: {"Value": digest.of_json([template, values])}}}
        return templates.merge(template, outputs), values, current is None

    def preview(self, stack: str, existing: Mapping[str, Existing]) -> Preview:
        """What would happen to a stack: a change set that is looked at and discarded, and what the templates
        say beside it. Where there is no stack yet, all of its template.
        """
        name = full_name(self.cloud.stage, stack)
        current = existing.get(name)
        try:
            if current:
                self.check(name, current)
            template, values, creates = self.wanted(stack, current, existing)
        except CommandError as error:
            return Preview(ChangeSet(stack, creates=current is None), note=str(error))
        if creates:
            added = template.get("Resources", {}).items()
            changes = tuple(Change("Add", each, resource["Type"], "") for each, resource in added)
            grown = tuple(differences.grown({}, template))
            return Preview(ChangeSet(stack, creates=True, changes=changes), grown=grown)
        if current and current.outputs.get(FINGERPRINT) == fingerprint_of(template):
            return Preview(ChangeSet(stack, creates=False))
        try:
            plan = self.create_change_set(stack, template, values, creates=False)
        except ClientError as error:
            return Preview(ChangeSet(stack, creates=False), note=str(overtaken(stack, error)))
        self.discard_all([plan] if plan.arn else [])
        return self.judged(plan, self.deployed_template(name), template)

    def judged(self, plan: ChangeSet, before: Template, after: Template) -> Preview:
        """A plan, with what CloudFormation or a comparison of templates says is lost and gained by it."""
        told = {
            each.logical_id
            for each in plan.changes
            if each.type in differences.HOLDERS and (each.replacement == "True" or each.action == "Remove")
        }
        replaced = sorted(told | set(differences.replaced(before, after)))
        return Preview(plan, tuple(replaced), tuple(differences.grown(before, after)))

    def deployed_template(self, name: str) -> Template:
        """The template of a stack as it was given to CloudFormation."""
        body = self.cloudformation.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
        loaded: Template = json.loads(body if isinstance(body, str) else json.dumps(body))
        return loaded

    def roll_back(
        self,
        stack: str,
        show: Callable[[ChangeSet], None],
        approve: Callable[[list[ChangeSet]], bool],
    ) -> Deployed:
        """See `rolled_back`."""
        started, name = time.monotonic(), full_name(self.cloud.stage, stack)
        current = self.settled(name, stacks_of(self.cloud).get(name))
        if current is None or current.status == IN_REVIEW:
            raise CommandError(f"the stack {stack} is not deployed: there is nothing to go back from")
        kept = self.kept(stack)
        if not kept:
            raise CommandError(f"nothing of before is kept of {stack}: it was never updated by this version")
        version = json.loads(self.s3.get_object(Bucket=self.bucket, Key=kept[-1])["Body"].read())
        before, template = self.deployed_template(name), version["template"]
        plan = self.create_change_set(stack, template, version["parameters"], creates=False)
        self.say(f"{stack}: back to what was deployed until {version['until']}")
        if lost := self.judged(plan, before, template).replaced:
            self.discard_all([plan] if plan.arn else [])
            raise CommandError(
                f"{stack} is not rolled back: {', '.join(lost)} would be another one, or go, with all that "
                f"it holds; mend it forward: `linli deploy {stack}`"
            )
        show(plan)
        if plan.arn and not approve([plan]):
            self.discard_all([plan])
            raise CommandError("nothing was rolled back: not approved")
        self.execute(plan, keeps=False)
        self.s3.delete_object(Bucket=self.bucket, Key=kept[-1])
        return Deployed(stack, "rolled back" if plan.arn else "unchanged", time.monotonic() - started)

    def kept(self, stack: str) -> list[str]:
        """The versions of a stack that were kept, the oldest first."""
        pages = self.s3.get_paginator("list_objects_v2")
        prefix = f"{HISTORY}/{stack}/"
        found = [
            each["Key"]
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix)
            for each in page.get("Contents", [])
        ]
        return sorted(found)

    def keep(self, stack: str) -> None:
        """Keep a stack's version before it is updated, and the last few of before; packages stay anyway."""
        name = full_name(self.cloud.stage, stack)
        now = datetime.now(UTC)
        version = {
            "until": now.isoformat(timespec="seconds"),
            "template": self.deployed_template(name),
            "parameters": dict(stacks_of(self.cloud)[name].parameters),
        }
        key = f"{HISTORY}/{stack}/{now:%Y%m%dT%H%M%S%f}.json"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=json.dumps(version).encode())
        for old in self.kept(stack)[:-VERSIONS_KEPT]:
            self.s3.delete_object(Bucket=self.bucket, Key=old)

    def settled(self, name: str, current: Existing | None) -> Existing | None:
        """The stack once nothing is going on in it; None if there is none. Nothing is removed here.

        Raises CommandError for one that is in no state to be changed.
        """
        current = self.at_rest(name, current)
        if current:
            self.check(name, current)
        return current

    def at_rest(self, name: str, current: Existing | None) -> Existing | None:
        """The stack once nothing is going on in it, whoever began it."""
        if current and current.status.endswith("_IN_PROGRESS") and current.status != IN_REVIEW:
            self.say(f"{name}: waiting for {current.status}")
            self.wait(name)
            return stacks_of(self.cloud).get(name)
        return current

    def template(self, stack: str) -> Template:
        """The stack's template, its code taken from the artifact bucket."""
        if stack == FOUNDATION:
            return foundation_template(self.root)
        if stack == CONSOLE:
            return pages.template(self.root, distributed=self.distributed())
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
        if stack == CONSOLE:
            prefix = full_name(self.cloud.stage, "")
            of_all = {name.removeprefix(prefix): each.outputs for name, each in existing.items()}
            outputs |= pages.told(of_all, self.root)
            outputs["SignInOrigins"] = " ".join(pages.origins(self.sign_in))
        ours = {
            "Stage": self.cloud.stage,
            "Protected": "true" if self.cloud.protected else "false",
            "Architecture": self.target.architecture,
            "Runtime": self.target.runtime,
            "Receivers": "anywhere" if self.cloud.is_local else "public",
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

    def issuer(self) -> str:
        """Whose tokens the stage believes. Raises CommandError where nobody has said so."""
        directory = stacks_of(self.cloud).get(full_name(self.cloud.stage, DIRECTORY))
        before = directory.parameters if directory else {}
        found = self.given.get("Issuer") or before.get("Issuer")
        if not found:
            raise CommandError("stack directory has to be told Issuer: give --parameter Issuer=…")
        return found

    def distributed(self) -> bool:
        """Whether CloudFront is in front of the pages."""
        console = stacks_of(self.cloud).get(full_name(self.cloud.stage, CONSOLE))
        before = console.outputs.get("CloudFront") if console else None
        return pages.is_distributed(self.cloud, self.given.get("CloudFront") or before)

    def publish(self) -> None:
        """Put the pages as built behind the one address; without a build say how to get one."""
        found = stacks_of(self.cloud)[full_name(self.cloud.stage, CONSOLE)]
        made = pages.built(self.root)
        if made is None:
            self.say(
                f"{CONSOLE}: there are no pages to publish: `make console`, then "
                f"`linli deploy {CONSOLE} --stage {self.cloud.stage}`"
            )
            return
        clients = {client: found.outputs[f"{client.title()}Client"] for client in pages.CLIENTS}
        asked = pages.asked_with(found.outputs.get("SignIn", "{}"))  # stacks of before have no such output
        settings = pages.config(self.cloud.stage, self.sign_in, projects(self.root), clients, asked)
        policy = pages.policy(self.cloud, pages.origins(self.sign_in))
        pages.publish(self.s3, found.outputs["PagesName"], made, settings, policy)
        self.say(f"{CONSOLE}: build {made.name} is at {found.outputs['Url']}")

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
        except ClientError as error:
            return overtaken(plan.stack, error)
        return None

    def execute(self, plan: ChangeSet, *, keeps: bool = True) -> None:
        """Execute a change set and wait for its end; what was there before is kept for a rollback.

        Raises CommandError with the first failed resource.
        """
        name = full_name(self.cloud.stage, plan.stack)
        if not plan.arn:
            return
        if keeps and not plan.creates:
            self.keep(plan.stack)
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
        """Forget a change set, and the empty stack it made, unless somebody's change set waits there too."""
        name = full_name(self.cloud.stage, plan.stack)
        self.cloudformation.delete_change_set(ChangeSetName=plan.arn)
        if plan.creates and self.status_of(name) == IN_REVIEW and not self.change_sets_of(name):
            self.cloudformation.delete_stack(StackName=name)
            self.wait(name)

    def discard_all(self, plans: Iterable[ChangeSet]) -> None:
        """Forget change sets, also those that are gone already."""
        for plan in plans:
            with suppress(ClientError):
                self.discard(plan)

    def wait(self, name: str) -> str:
        """Wait until a stack is at rest; its status then, empty when it is gone."""
        for status in self.polled(lambda: self.status_of(name)):
            if not status.endswith("_IN_PROGRESS") or status == IN_REVIEW:
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
        return described(self.failures(name, earlier))

    def first_failed(self, name: str) -> str:
        """The logical id of the first resource that failed."""
        failures = [each for each in self.failures(name) if each["LogicalResourceId"] != name]
        return str(failures[-1]["LogicalResourceId"]) if failures else ""

    def failures(self, name: str, earlier: str = "") -> list[dict[str, Any]]:
        """The resources that failed after the event `earlier`, the newest first."""
        failures: list[dict[str, Any]] = []
        for page in self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=name):
            for event in page["StackEvents"]:
                if event["EventId"] == earlier:
                    return failures
                reason = event.get("ResourceStatusReason", "")
                if event["ResourceStatus"].endswith("FAILED") and "cancelled" not in reason:
                    failures.append(event)
        return failures

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
        with suppress(self.s3.exceptions.BucketAlreadyOwnedByYou):  # by who deploys at the same time
            self.s3.create_bucket(
                Bucket=self.bucket, **({"CreateBucketConfiguration": place} if place else {})
            )
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
        if self.only_looks and kind != "json":
            return key
        try:
            self.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                raise
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        return key


class Overtaken(CommandError):
    """Somebody else changes the same stack at the same time."""


def overtaken(stack: str, error: ClientError) -> CommandError:
    """One line about what CloudFormation refused. Raises the error if it is not about the stack's state."""
    told = error.response["Error"]
    if told["Code"] not in AT_THE_SAME_TIME and not any(words in told["Message"] for words in IN_THE_WAY):
        return CommandError(f"{stack}: {told['Code']}: {told['Message']}")
    return Overtaken(
        f"{stack}: somebody else is deploying it ({told['Message']}); the others are not held up: "
        f"run `linli deploy {stack}` again once they are done"
    )


def fingerprint_of(template: Template) -> str:
    """The fingerprint that a template puts out."""
    return str(template["Outputs"][FINGERPRINT]["Value"])


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


def standing(cloud: Cloud, root: Path = ROOT) -> list[StackStatus]:
    """Every stack of the repository and how it stands in the stage; then those that only the stage has."""
    existing = stacks_of(cloud)
    missing = Existing("missing", {}, {})
    known = stacks_for(cloud.stage, root)
    found = {stack: existing.pop(full_name(cloud.stage, stack), missing) for stack in known}
    found |= {name.removeprefix(full_name(cloud.stage, "")): each for name, each in sorted(existing.items())}
    return [
        StackStatus(stack, each.status, each.updated, in_code=stack in known) for stack, each in found.items()
    ]


def list_stacks(stage: str, profile: str | None = None, root: Path = ROOT) -> list[StackStatus]:
    """`standing` of a stage by its name."""
    return standing(connect(stage, profile), root)


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
