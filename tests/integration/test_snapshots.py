"""What a process holds that is restored from a snapshot: all that a first call would make, and nothing that
somebody else must not have, or that is old by then.
"""

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from linli_cli.layout import ROOT, projects, service_of

REHEARSED = {"ok", "denied", "not-found", "invalid-request"}  # nobody is called because of these


@pytest.mark.parametrize("project", projects())
def test_a_snapshot_holds_all_that_a_first_call_makes_and_no_secret(project: str) -> None:
    *lines, told = _restored(project)
    outcomes = {line["action"]: line["outcome"] for line in map(json.loads, lines)}
    assert set(outcomes.values()) <= REHEARSED
    assert outcomes or project != service_of(project)
    assert {name: found for name, found in json.loads(told).items() if found} == {}


def test_a_gate_has_decided_once_before_a_snapshot() -> None:
    first = json.loads(_restored("access")[0])
    assert (first["action"], first["outcome"]) == ("gate_pass", "denied")


@cache
def _restored(project: str) -> list[str]:
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "layers/core/python", ROOT / "infra/cli"))),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/credentials",
        "AWS_REGION": "eu-west-1",
        "LINLI_STAGE": "test",
        "LINLI_SERVICE": service_of(project),
    }
    command = [sys.executable, "-m", "tests.integration.restored", project]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
