"""LocalStack alone, our plugins in it, nothing deployed: started once for all, or once more to be killed."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from linli_cli.deploy.layers import this_machine
from linli_cli.layout import ROOT
from linli_cli.local import processes, real_localstack
from linli_cli.local.local_cloud import REGION, free_ports
from linli_cli.local.real_localstack import RealLocalStack

IDLE_MS = 2000
ROLE = "arn:aws:iam::000000000000:role/may-do-nothing"
ALLOWS_NOTHING = {"Effect": "Deny", "Action": "*", "Resource": "*"}


@dataclass(frozen=True)
class Alone:
    """One that runs, and its clients."""

    local: RealLocalStack

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.local.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=60, max_pool_connections=50),
        )

    def function(self, code: str, **settings: Any) -> str:
        """A function with `handler(event, context)` in this code, whose role denies everything; its name."""
        name = f"f-{uuid4().hex[:8]}"
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime=f"python{this_machine().python}",
            Role=role(self.client("iam")),
            Handler="main.handler",
            Code={"ZipFile": zipped(main=code)},
            **{"Timeout": 5, **settings},
        )
        self.client("lambda").get_waiter("function_active_v2").wait(FunctionName=name)
        return name

    def invoke(self, name: str, event: Any = None) -> Any:
        """What a function answers, or its error."""
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())


def zipped(**modules: str) -> bytes:
    """A package of modules by their names, `/` as `__`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, text in modules.items():
            package.writestr(f"{name.replace('__', '/')}.py", text)
    return content.getvalue()


def role(iam: Any) -> str:
    """A role that is allowed nothing."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    name = f"r-{uuid4().hex[:8]}"
    document = {"Version": "2012-10-17", "Statement": [trust]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    nothing = {"Version": "2012-10-17", "Statement": [ALLOWS_NOTHING]}
    iam.put_role_policy(RoleName=name, PolicyName="nothing", PolicyDocument=json.dumps(nothing))
    return str(arn)


def family(home: Path) -> dict[int, list[str]]:
    """The processes whose command names a cloud's folder: itself and the one of its tables."""
    every = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return {pid: line for pid in every if str(home) in " ".join(line := processes.command_line(pid))}


@pytest.fixture(scope="session")
def venvs() -> Path:
    return ROOT / ".linli/venvs"


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory, venvs: Path) -> Iterator[Alone]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(real_localstack, "IDLE_MS", IDLE_MS)
        local = RealLocalStack(
            tmp_path_factory.mktemp("a home") / "with spaces", free_ports()[0], venvs=venvs
        )
        local.install()
        local.start()
        yield Alone(local)
        local.stop()
