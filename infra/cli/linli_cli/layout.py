"""Where things are in the repository, and which services it holds.

A service has one Chalice project, of its own name; what needs a role and a stack of its own is a further one,
`<service>-<part>`, with the same functions folder, table and state. `infra/<service>_<part>/project.yaml`
names its actions; all others belong to the service's own.
"""

import os
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]


def infra(root: Path = ROOT) -> Path:
    return root / "infra"


def build(root: Path = ROOT) -> Path:
    """Everything made from the sources; safe to delete."""
    return root / "build"


def base() -> Path:
    """The folder of the local clouds: `$LINLI_HOME`, or `.linli` in the repository."""
    configured = os.environ.get("LINLI_HOME")
    return Path(configured) if configured else ROOT / ".linli"


def engine_file() -> Path:
    """Where it is kept which local cloud is in use, unless it is the embedded one."""
    return base() / "engine"


def home() -> Path:
    """The folder of the local cloud in use: the embedded one's is the base itself."""
    return base() / engine_file().read_text(encoding="utf-8") if engine_file().exists() else base()


def projects(root: Path = ROOT) -> list[str]:
    """The Chalice projects of the repository, named as their stacks; `directory` first."""
    found = {path.parts[-3] for path in (root / "functions").glob("*/*/handler.py")}
    found |= {path.parent.name.replace("_", "-") for path in infra(root).glob("*/project.yaml")}
    return sorted(found, key=lambda name: (name != "directory", name))


def handlers(service: str, root: Path = ROOT) -> list[str]:
    """The actions of a service: the folders with a handler."""
    return sorted(path.parent.name for path in (root / "functions" / service).glob("*/handler.py"))


def actions_of(project: str, root: Path = ROOT) -> list[str]:
    """The actions that a project is made of."""
    service = service_of(project)
    if project != service:
        written = (project_folder(project, root) / "project.yaml").read_text(encoding="utf-8")
        return sorted(yaml.safe_load(written)["actions"])
    elsewhere = {
        action for part in projects_of(service, root) if part != service for action in actions_of(part, root)
    }
    return [action for action in handlers(service, root) if action not in elsewhere]


def project_folder(project: str, root: Path = ROOT) -> Path:
    """The folder of a Chalice project."""
    return infra(root) / project.replace("-", "_")


def service_of(project: str) -> str:
    """The service that a project, or its stack, belongs to."""
    return project.partition("-")[0]


def services(root: Path = ROOT) -> list[str]:
    """The services of the repository; `directory` first."""
    return list(dict.fromkeys(service_of(project) for project in projects(root)))


def projects_of(service: str, root: Path = ROOT) -> list[str]:
    """The projects of a service, its main one first."""
    return [project for project in projects(root) if service_of(project) == service]


def project_of(service: str, action: str, root: Path = ROOT) -> str:
    """The project that an action belongs to: its service's main one if no other names it."""
    main, *others = projects_of(service, root) or [service]
    return next((each for each in others if action in actions_of(each, root)), main)
