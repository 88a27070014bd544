"""The embedded cloud: ministack with our patches. The default; it keeps its state.

Beside what every local cloud keeps there are `ca.pem` (what devices trust) and `state/` in its home.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from linli_cli.cloud import Cloud as Connection
from linli_cli.layout import ROOT
from linli_cli.local.local_cloud import ACCOUNT, REGION, Cloud, LocalCloud, get, install_packages
from linli_cli.local.processes import HOST, only_one, write_whole

LAUNCHER = "localstack.ministack.launcher"
LOCKS = {
    "cloud": ROOT / "localstack/ministack/requirements.lock",
    "functions": ROOT / "localstack/runtime/requirements.lock",
}
SAVED_EVERY_S = 15
UNSAVED_S = 2 * SAVED_EVERY_S  # with the time that saving takes, and once more where a store was in use
IDLE_S = 75  # longer than a minute: what a schedule calls every minute stays warm


class EmbeddedCloud(LocalCloud):
    """As `LocalCloud`."""

    title = "the local cloud"
    stopped = "its state is saved"
    killed = f"with what it had saved, at most {UNSAVED_S} s before"
    cut_short = f"what changed in the last {UNSAVED_S} s may be lost"
    start_timeout_s = 60.0
    keeps_state = has_broker = True

    def install(self, say: Callable[[str], None] = lambda _: None) -> None:
        self.venvs.mkdir(parents=True, exist_ok=True)
        for name, lock in LOCKS.items():
            with only_one(self.venvs / f"{name}.lock"):
                install_packages(self.venvs / name, lock, say)

    @property
    def is_installed(self) -> bool:
        return all((self.venvs / name / "installed").exists() for name in LOCKS)

    def python(self, name: Literal["cloud", "functions"]) -> Path:
        """The interpreter of the cloud, or the one its functions run with."""
        return self.venvs / name / "bin/python"

    @property
    def command(self) -> tuple[str, ...]:
        return str(self.python("cloud")), "-m", LAUNCHER, str(self.home)

    @property
    def folder(self) -> Path:
        return ROOT

    def environment(self) -> dict[str, str]:
        runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
        state = self.home / "state"
        return {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.home / "tmp"),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": HOST,
            "IOT_MTLS_PORT": str(self.mqtt_port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AUTH": "true",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "s3"),
            "LOG_LEVEL": "WARNING",
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.5",  # AWS waits minutes
            "LAMBDA_WARM_TTL_SECONDS": str(IDLE_S),
            "LOCAL_SAVE_SECONDS": str(SAVED_EVERY_S),
            "LOCAL_PYTHONS": json.dumps({runtime: str(self.python("functions"))}),
            "POWERTOOLS_TRACE_DISABLED": "true",
        }

    def is_healthy(self, endpoint: str) -> bool:
        try:
            return bool(json.loads(get(f"{endpoint}/_ministack/ready")).get("iot_mtls") == "listening")
        except (OSError, ValueError):
            return False

    def prepare(self) -> None:
        """S3 keeps objects at once, and all else is saved now and then: a bucket of which the saved state
        of one that was killed knows nothing would stand in the way of its stack.
        """
        state = self.home / "state"
        state.mkdir(exist_ok=True)
        saved = state / "s3.json"
        known = saved.read_text() if saved.exists() else ""
        if self.record.exists():
            for bucket in (state / "s3").glob("*/*"):
                if f"'{bucket.name}'" not in known:
                    shutil.rmtree(bucket)

    def start(self) -> Cloud:
        cloud = super().start()
        write_whole(self.ca, get(f"{cloud.endpoint}/_ministack/iot/ca.pem").decode())
        return cloud

    def complete(self, connection: Connection) -> None:
        """Nothing: it has all of what they declare."""

    def rest(self) -> None:
        """What must answer at once keeps a process."""
        with suppress(OSError):  # one that was started before it knew of this goes on as it is
            get(f"{self.endpoint}/_linli/rest", method="POST")
