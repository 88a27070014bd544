"""Turns a service's project into what CloudFormation takes: a template and a small archive of its own code.

The same package serves every stage: the stage and the layers are template parameters. What has the same input
is packaged once and kept under `build/`.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from linli_cli.deploy import dashboards, declared, deriving, digest, templates, wiring
from linli_cli.deploy.archive import read_tree, read_zip, write_tree, write_zip
from linli_cli.deploy.chalice_project import STAGE as CHALICE_STAGE
from linli_cli.deploy.reaching import core_without_vocabulary, vocabulary_of
from linli_cli.deploy.templates import Template
from linli_cli.errors import CommandError
from linli_cli.layout import (
    ROOT,
    actions_of,
    build,
    infra,
    project_folder,
    projects,
    projects_of,
    service_of,
    services,
)

MEMORY_MB = 512  # CPU comes with memory: less makes cold starts long
CODE_BUDGET_BYTES = 200_000
# Chalice's settings, the same for all; what a function needs beside them stands on its trigger.
SETTINGS: dict[str, Any] = {
    "version": "2.0",
    "automatic_layer": False,
    "autogen_policy": False,
    "api_gateway_stage": wiring.API_STAGE,
    "api_gateway_endpoint_type": "REGIONAL",
    "lambda_timeout": deriving.TIMEOUT_S,
    "lambda_memory_size": MEMORY_MB,
}
RELAY_POLICY = Path("layers/core/python/linli/relay.policy.json")
SHARED_POLICIES = {"api_handler": "api-policy", "relay": "relay-policy"}  # the others have one per action
# What the result depends on.
PACKAGERS = (
    "archive",
    "chalice_project",
    "dashboards",
    "declared",
    "deriving",
    "packaging",
    "reaching",
    "runbooks",
    "templates",
    "wiring",
)
NOTHING_ALLOWED = {"Version": "2012-10-17", "Statement": []}
# Chalice's run-time files are in the deps layer with their bytecode; policies and notes are not code.
NOT_CODE = ("chalice/", ".chalice/")
APP = "from linli.apps import assembled\n\napp = assembled({!r}, {!r})\n"


@dataclass(frozen=True)
class Packaged:
    """A packaged project: the paths of its template and code, and the digest of all that went in."""

    project: str
    template: Path
    state_template: Path | None
    code: Path
    digest: str


def package_all(names: Iterable[str] | None = None, root: Path = ROOT) -> dict[str, Packaged]:
    """Package several projects (all of them by default), two at a time as each takes a processor."""
    wanted = projects(root) if names is None else list(names)
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        return dict(zip(wanted, pool.map(lambda name: package(name, root), wanted), strict=True))


def package(project: str, root: Path = ROOT) -> Packaged:
    """Package one project, or find it packaged. Raises CommandError with the reason if it cannot be."""
    name = input_digest(project, root)
    output = build(root) / project / name
    state = output / "state.json" if project == service_of(project) else None
    packaged = Packaged(project, output / "template.json", state, output / "code.zip", name)
    with only_one(project, root):
        if not packaged.template.exists():
            make(packaged, root)
    return packaged


def input_digest(project: str, root: Path) -> str:
    """The digest of all that a package depends on."""
    service = service_of(project)
    return digest.of_files(
        read_tree(infra(root) / service),
        *(read_tree(project_folder(each, root)) for each in projects_of(service, root)),
        read_tree(root / "functions" / service),
        core_without_vocabulary(root),
        vocabulary_of(service, root),
        {name: (Path(__file__).parent / f"{name}.py").read_bytes() for name in PACKAGERS},
        {"foundation": (infra(root) / "foundation" / "template.yaml").read_bytes()},
        also=[version("chalice"), sys.version_info[:2]],
    )


@contextmanager
def only_one(project: str, root: Path) -> Iterator[None]:
    """Let one process at a time package a project: tests run in several, and a deployment beside them."""
    lock = build(root) / f"{project}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(packaged: Packaged, root: Path) -> None:
    """Write the template and the archive of a project."""
    state = state_template(service_of(packaged.project), root)
    folder = prepare(packaged.project, root)
    raw, archive = run_chalice(folder, packaged.project, root)
    merged = templates.merge(raw, resources(packaged.project, root))
    for _, function in templates.of_type(merged, wiring.FUNCTION):
        function["Properties"]["CodeUri"] = "./code.zip"
    write_zip(packaged.code, code_of(archive))
    code = digest.of_bytes(packaged.code.read_bytes())
    complete = wiring.wire_service(merged, packaged.project, state, available_outputs(state, root), code)
    if packaged.state_template:
        complete = with_dashboard(complete, packaged.project, state, root)
    if packaged.state_template:
        packaged.state_template.write_text(templates.dump(state), encoding="utf-8")
    packaged.template.write_text(templates.dump(complete), encoding="utf-8")  # last: its presence means done
    for left_over in (folder, archive.parent):
        shutil.rmtree(left_over)


def state_template(service: str, root: Path = ROOT) -> Template:
    """The completed template of a service's table and queues."""
    derived = deriving.state(service, declared.triggers(service, root))
    return wiring.wire_state(templates.merge(derived, odd(service, "state", root)), service)


def with_dashboard(template: Template, service: str, state: Template, root: Path) -> Template:
    """A service's template with its dashboard, of all its projects."""
    others = [each for each in projects_of(service, root) if each != service]
    parts = [state, template, *(resources(each, root) for each in others)]
    names = [wiring.alarm_name(each["Properties"]) for each, _ in alarm_resources(service, root)]
    made = dashboards.of_service(service, [service, *others], parts, names)
    complete: Template = templates.merge(template, {"Resources": {"Dashboard": made}})
    return wiring.finish(complete, available_outputs(state, root))


def alarm_resources(service: str, root: Path = ROOT) -> list[tuple[dict[str, Any], str]]:
    """All alarms of a service, and whose they are: of all services (`errors`), of all APIs, or its `own`."""
    parts = [state_template(service, root), *(resources(each, root) for each in projects_of(service, root))]
    own = [(each, "own") for part in parts for _, each in templates.of_type(part, wiring.ALARM)]
    apis = [(wiring.api_alarm(project), "api") for project in projects_of(service, root)]
    return [*own, (wiring.errors_alarm(service), "errors"), *apis]


def resources(project: str, root: Path = ROOT) -> Template:
    """What a project has beside what Chalice makes: what follows from its triggers, and what is odd."""
    service, own = service_of(project), set(actions_of(project, root))
    said = [each for each in declared.triggers(service, root) if each.action in own]
    derived = deriving.stack(service, said, relayed=project == service)
    laid: Template = templates.merge(derived, odd(project, "resources", root))
    return laid


def odd(project: str, name: str, root: Path) -> Template:
    """What a project writes down since nothing else says it."""
    path = project_folder(project, root) / f"{name}.yaml"
    return templates.load(path) if path.exists() else {}


def foundation_template(root: Path = ROOT) -> Template:
    """The template all others depend on, with the policies of devices that the actions of all believe."""
    said = [each for service in services(root) for each in declared.triggers(service, root)]
    alarms = {
        service: [wiring.alarm_name(each["Properties"]) for each, _ in alarm_resources(service, root)]
        for service in services(root)
    }
    derived = deriving.device_policies(deriving.believed(said))
    derived["Resources"]["Dashboard"] = dashboards.of_stage(alarms, projects(root))
    named = dashboards.OF_STAGE
    derived["Conditions"] = {named: wiring.CONDITIONS[named]}
    derived["Parameters"] = {"Dashboards": dict(wiring.PARAMETERS["Dashboards"])}
    whole: Template = templates.merge(derived, written_foundation(root))
    return whole


def written_foundation(root: Path) -> Template:
    """The foundation's template without what follows from actions."""
    return templates.load(infra(root) / "foundation" / "template.yaml")


def available_outputs(state: Template, root: Path) -> dict[str, str]:
    """What a service may refer to in other stacks, all of it text."""
    outputs = written_foundation(root).get("Outputs", {}) | state.get("Outputs", {})
    return dict.fromkeys(outputs, "String")


def prepare(project: str, root: Path) -> Path:
    """Lay out the Chalice project in `build/<project>/project`, with the functions copied into `vendor/`."""
    folder, service = build(root) / project / "project", service_of(project)
    for left_over in (folder, folder.with_name("chalice")):
        shutil.rmtree(left_over, ignore_errors=True)
    write_tree(folder / "vendor" / "functions" / service, read_tree(root / "functions" / service))
    write_tree(folder / "vendor", vocabulary_of(service, root))
    (folder / "app.py").write_text(APP.format(project, actions_of(project, root)))
    (folder / "requirements.txt").write_text("")  # all packages are in the layers
    (folder / ".chalice").mkdir(exist_ok=True)
    (folder / ".chalice" / "config.json").write_text(json.dumps(settings(project, folder), indent=1))
    (folder / ".chalice" / "api-policy.json").write_text(json.dumps(NOTHING_ALLOWED))
    shutil.copy(root / RELAY_POLICY, folder / ".chalice" / "relay-policy.json")
    return folder


def settings(project: str, folder: Path) -> dict[str, Any]:
    """Chalice's configuration, with each action's policy.json as its role."""
    functions = {name: {"iam_policy_file": f"{policy}.json"} for name, policy in SHARED_POLICIES.items()}
    for policy in sorted((folder / "vendor" / "functions" / service_of(project)).glob("*/policy.json")):
        relative = policy.relative_to(folder).as_posix()
        functions[policy.parent.name] = {"iam_policy_file": f"../{relative}"}
    stage = SETTINGS | {"app_name": f"linli-{project}", "lambda_functions": functions}
    return {"version": "2.0", "app_name": stage["app_name"], "stages": {CHALICE_STAGE: stage}}


def run_chalice(folder: Path, project: str, root: Path) -> tuple[Template, Path]:
    """Chalice's template and archive. Its complaint, in one line, is the error."""
    output = folder.parent / "chalice"
    paths = [Path(__file__).parents[2], root / "layers" / "core" / "python"]
    command = [sys.executable, "-m", "linli_cli.deploy.chalice_project", str(folder), str(output)]
    command += [service_of(project)]
    environment = declared.without_cloud(*paths)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=folder)
    if done.returncode:
        reason = of_sources(declared.complaint(done), folder, root)
        raise CommandError(f"cannot package {project}: {reason}".rstrip())
    return templates.load(output / "sam.json"), output / "deployment.zip"


def of_sources(text: str, folder: Path, root: Path) -> str:
    """A text that names files of the project, naming the sources they were copied from."""
    for copied in (f"{folder}/vendor/", f"{root}/"):
        text = text.replace(copied, "")
    return text


def code_of(archive: Path) -> dict[str, bytes]:
    """The service's own code of Chalice's archive."""
    return {
        name: content
        for name, content in read_zip(archive).items()
        if name.endswith(".py") and not name.startswith(NOT_CODE)
    }
