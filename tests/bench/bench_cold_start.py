"""Cold start: CPU seconds from process start to ready, as Lambda would import a function's module.

Every series is a process of its own, run in turn, so that a slow moment of the machine hits all alike.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.bench.table import show

ROOT = Path(__file__).parents[2]
RUNS = 15
CLIENT = "import botocore.session; botocore.session.get_session().create_client('dynamodb')"
STORE = "from linli.tables import Row; Row._get_connection().connection.client"
PROGRAMS = {
    "botocore and a DynamoDB client": CLIENT,
    "plain stack of the same libraries": "from aws_lambda_powertools import Logger, Metrics, Tracer;"
    "import chalice.app, pydantic, pynamodb.models; pydantic.BaseModel; Tracer(service='bench');" + CLIENT,
    "gate_pass, imported": "import functions.access.gate_pass.handler",
    "gate_pass, imported, with its client": f"import functions.access.gate_pass.handler; {STORE}",
    "fever_check, imported, with its client": f"import functions.health.fever_check.handler; {STORE}",
}


def test_cold_start(tmp_path: Path) -> None:
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "core" / "python")]),
        "PYTHONPYCACHEPREFIX": str(
            tmp_path
        ),  # the layers hold bytecode, so the first run, uncounted, makes it
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "LINLI_STAGE": "bench",
        "LINLI_SERVICE": "access",
    }
    series: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for run in range(RUNS + 1):
        for name, program in PROGRAMS.items():
            timed = f"{program}\nimport time; print(time.process_time())"
            done = subprocess.run(
                [sys.executable, "-c", timed], env=environment, capture_output=True, text=True, check=True
            )
            if run:
                series[name].append(float(done.stdout) * 1000)
    show("cold start", "CPU ms", list(series.items()), "≤ 1.35 × botocore and a client")
