"""LocalStack itself as the local cloud: the second opinion. No Docker and no token; it keeps nothing.

`localstack/plugins` has what its free edition lacks: functions as processes, authorizers, the registry of
devices, gateway responses. There is no broker, and no policy is enforced.

`python -m linli_cli.local.real_localstack` fails, and says in one line why, where this machine cannot run it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from linli_cli.cloud import Cloud as Connection
from linli_cli.deploy import templates
from linli_cli.deploy.packaging import foundation_template
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, base
from linli_cli.local import dynamodb_local
from linli_cli.local.local_cloud import REGION, UV, LocalCloud, get, install_packages, run
from linli_cli.local.processes import HOST, only_one

PLUGINS = ROOT / "localstack/plugins"
PYTHON = "3.13"  # it needs just this one where there is no Docker
LOCKS = {
    "localstack": PLUGINS / "requirements.lock",
    "localstack-functions": PLUGINS / "runtime/requirements.lock",
}
IDLE_MS = 30_000


class RealLocalStack(LocalCloud):
    """As `LocalCloud`."""

    title = "LocalStack"
    stopped = "it keeps nothing"
    killed = "anew: it had kept nothing"
    cut_short = "it keeps nothing"
    start_timeout_s = 120.0
    parameters = {"IoT": "false", "Dashboards": "none"}
    keeps_state = has_broker = False

    def install(self, say: Callable[[str], None] = lambda _: None) -> None:
        if lacking := missing(self.venvs):
            raise CommandError(lacking)
        self.venvs.mkdir(parents=True, exist_ok=True)
        with only_one(self.venvs / "localstack.lock"):
            server = self.venvs / "localstack"
            install_packages(self.venvs / "localstack-functions", LOCKS["localstack-functions"], say)
            install_packages(server, LOCKS["localstack"], say, found_python(), compiled=False)
            dynamodb_local.installed(self.venvs / "dynamodb-local", say)
            local = ["--no-deps", "--no-build-isolation", "--editable", str(PLUGINS)]
            run([*UV, "install", "--quiet", "--python", str(server / "bin/python"), *local])

    @property
    def is_installed(self) -> bool:
        return all((self.venvs / name / "installed").exists() for name in LOCKS)

    @property
    def command(self) -> tuple[str, ...]:
        return str(self.venvs / "localstack/bin/python"), "-P", "-m", "linli_localstack", str(self.home)

    @property
    def folder(self) -> Path:
        """Not the repository, whose `localstack` is ours."""
        return self.home / "tmp"

    @property
    def root(self) -> Path:
        """What it takes for the root of its file system."""
        return self.home / "tmp/root"

    def environment(self) -> dict[str, str]:
        runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home / "tmp"),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.home / "tmp"),
            "OVERRIDE_IN_DOCKER": "0",
            "FILESYSTEM_ROOT": str(self.root),
            "GATEWAY_LISTEN": f"[::ffff:{HOST}]:{self.port}",  # an IPv4 address would bind all
            "LOCALSTACK_HOST": f"{HOST}:{self.port}",
            "AWS_CONFIG_FILE": str(self.home / "tmp/aws-config"),
            "DNS_ADDRESS": "0",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DISABLE_EVENTS": "1",
            "PROVIDER_OVERRIDE_DYNAMODB": "v2",
            "DYNAMODB_IN_MEMORY": "1",
            "SQS_ENDPOINT_STRATEGY": "path",
            "LAMBDA_RUNTIME_EXECUTOR": "process",
            "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT": "60",
            "LAMBDA_KEEPALIVE_MS": str(IDLE_MS),
            "LAMBDA_RETRY_BASE_DELAY_SECONDS": "1",  # AWS waits minutes
            "LS_LOG": "warning",
            "LAMBDA_MAX_PROCESSES": str(min(4, max(2, os.cpu_count() or 2))),
            "LAMBDA_PYTHONS": json.dumps({runtime: str(self.venvs / "localstack-functions/bin/python")}),
        }

    def prepare(self) -> None:
        """LocalStack looks for its Java programs in places of its own. Two SAM transforms at a time take
        AWS_DEFAULT_REGION away from one another: they find it in a file as well.
        """
        (self.home / "tmp/aws-config").write_text(f"[default]\nregion = {REGION}\n")
        programs = self.root / "var/lib/localstack/lib"
        for place, found in (
            (programs / "dynamodb-local/2", dynamodb_local.installed(self.venvs / "dynamodb-local")),
            (programs / "java/21", dynamodb_local.java_home()),
        ):
            place.parent.mkdir(parents=True)
            place.symlink_to(found, target_is_directory=True)

    def is_healthy(self, endpoint: str) -> bool:
        try:
            return "services" in json.loads(get(f"{endpoint}/_localstack/health"))
        except (OSError, ValueError):
            return False

    def complete(self, connection: Connection) -> None:
        """The policies that devices are given, which templates keep for clouds that have IoT."""
        iot = connection.client("iot")
        there = {each["policyName"] for each in iot.list_policies()["policies"]}
        foundation = foundation_template()
        for _, policy in templates.of_type(foundation, "AWS::IoT::Policy"):
            wanted = policy["Properties"]
            name = wanted["PolicyName"]["Fn::Sub"].replace("${Stage}", connection.stage)
            if name not in there:
                iot.create_policy(policyName=name, policyDocument=json.dumps(wanted["PolicyDocument"]))

    def rest(self) -> None:
        """It ends them by itself, soon."""


def found_python() -> str:
    """A Python that LocalStack runs on: $LOCALSTACK_PYTHON, one on the path, or one of pyenv's.

    Raises CommandError.
    """
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    named = os.environ.get("LOCALSTACK_PYTHON")
    found = [shutil.which(f"python{PYTHON}"), *sorted(root.glob(f"versions/{PYTHON}.*/bin/python"))]
    for candidate in [named] if named else [str(each) for each in found if each]:
        if version_of(candidate) == PYTHON:
            return candidate
    why = f"{named} is none" if named else "there is none here"
    raise CommandError(
        f"LocalStack needs Python {PYTHON}, and {why}: install it, or set LOCALSTACK_PYTHON to its path"
    )


def version_of(python: str) -> str:
    """`3.13`; empty for what is no Python that works."""
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def missing(venvs: Path) -> str | None:
    """In one line what this machine lacks for it; None when nothing."""
    try:
        found_python()
    except CommandError as error:
        return str(error)
    return dynamodb_local.missing(venvs / "dynamodb-local")


if __name__ == "__main__":
    if lacking := missing(base() / "venvs"):
        print(lacking)
        sys.exit(1)
