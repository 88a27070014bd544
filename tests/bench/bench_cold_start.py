"""Cold start: the CPU of a new process, user's and system's, until its first gate pass is answered.

Lambda would import a function's module and hand it an event; so does each process here, over HTTP to DynamoDB
Local and to a stub of the services beside it. Every series is run in turn, so that a slow moment of the
machine hits all alike; bytecode is compiled first, as it is in the layers. The floor answers nothing: it
imports botocore and makes one DynamoDB client.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from linli_cli.deploy.packaging import APP, actions_of
from tests.bench.a_gate import PEERS, ROOT, Question, furnished
from tests.bench.table import show

RUNS = 15
FLOOR = "import botocore.session; botocore.session.get_session().create_client('dynamodb')"
ANSWERED = """
import json, sys
from types import SimpleNamespace
context = SimpleNamespace(aws_request_id="1", function_name="f", memory_limit_in_mb=256)
context.invoked_function_arn, context.get_remaining_time_in_millis = "a", lambda: 9000
"""
BY_MQTT = (
    ANSWERED
    + """
from functions.access.gate_pass.handler import gate_pass
answer = gate_pass(json.loads(sys.argv[1]), context)
assert answer == {"outcome": "granted"}, answer
"""
)
BY_HTTP = (
    ANSWERED
    + """
from app import app
answer = app(json.loads(sys.argv[2]), context)
assert answer["statusCode"] == 201, answer
"""
)
FIRST = (
    ANSWERED
    + """
import time
from app import app
from linli import connections
{}
started = time.process_time()
connections.tls()  # whose certificates the store that is asked here does not need
app.handler_map["gate_pass"](json.loads(sys.argv[1]), context)
sys.stdout.write(f"took {{time.process_time() - started}}")
"""
)
REHEARSED = "from linli.snapshots import rehearse; rehearse(app)"
MEMORY = "\nprint(open('/proc/self/status').read())"
PEER = (
    ANSWERED
    + """
from {} import handler
answer = handler(json.loads(sys.argv[2]), context)
assert answer["statusCode"] in (200, 201), answer
"""
)
PROGRAMS = {
    "floor: botocore and a DynamoDB client": FLOOR,
    "gate_pass over MQTT, answered": BY_MQTT,
    "gate_pass over HTTP, answered": BY_HTTP,
    "FastAPI + Mangum, answered": PEER.format("peer_fastapi"),
    "Powertools + Idempotency, answered": PEER.format("peer_powertools"),
}


def spent(program: str, arguments: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """CPU in ms and the most memory in MB of a process of its own.

    It tells its memory itself: the system's account of a child begins with its parent's.
    """
    reading, writing = os.pipe()
    actions: Any = [(os.POSIX_SPAWN_DUP2, writing, 1)]
    command = [sys.executable, "-c", program + MEMORY, *arguments]
    child = os.posix_spawn(sys.executable, command, environment, file_actions=actions)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status, used = os.wait4(child, 0)
    assert status == 0, program
    return (used.ru_utime + used.ru_stime) * 1000, int(said.rpartition("VmHWM:")[2].split()[0]) / 1024


def test_cold_start(tmp_path: Path) -> None:
    cpu: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    memory: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    with furnished() as cloud:
        environment = deployed(tmp_path) | cloud
        for run in range(RUNS + 1):
            for place, (name, program) in enumerate(PROGRAMS.items()):
                question = Question(run * len(PROGRAMS) + place)
                arguments = [json.dumps(question.mqtt()), json.dumps(question.http())]
                ms, mb = spent(program, arguments, environment)
                if run:  # the first one compiles
                    cpu[name].append(ms)
                    memory[name].append(mb)
    show("cold, to the first answer", "CPU ms", list(cpu.items()), "≤ 1.1 × the floor")
    show("memory at the first answer", "MB", list(memory.items()), "≤ 45 MB")


def test_first_pass_of_what_was_restored_from_a_snapshot(tmp_path: Path) -> None:
    before = {"imported, as without snapshots": "", "rehearsed, as restored from one": REHEARSED}
    cpu: dict[str, list[float]] = {name: [] for name in before}
    with furnished() as cloud:
        environment = deployed(tmp_path) | cloud
        for run in range(RUNS + 1):
            for place, (name, done) in enumerate(before.items()):
                question = json.dumps(Question(run * len(before) + place).mqtt())
                command = [sys.executable, "-c", FIRST.format(done), question]
                said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
                if run:
                    cpu[name].append(float(said.stdout.rpartition("took ")[2]) * 1000)
    show("first gate pass of a process that is ready", "CPU ms", list(cpu.items()), "less than without")


def deployed(folder: Path) -> dict[str, str]:
    """Where a process finds its code, and may keep it compiled."""
    (folder / "app.py").write_text(APP.format("access", actions_of("access", ROOT)))
    paths = [folder, ROOT, ROOT / "layers/core/python", PEERS]
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }
