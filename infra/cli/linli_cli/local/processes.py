"""Programs of ours that outlive the command which started them, and the ports they listen on."""

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

HOST = "127.0.0.1"
POLL_S = 0.05
START_S = 5.0

_children: list[subprocess.Popen[bytes]] = []
"""What this very process started."""


def launch(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Start a program of its own session, whose output goes to `log`; its command line can be read then."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _children.append(process)
    until(lambda: "" not in command_line(process.pid) or process.poll() is not None, START_S)
    return process


def is_running(pid: int, *last: str) -> bool:
    """Whether `pid` is still the program with these last arguments: the number may be another's by now."""
    for child in _children:
        child.poll()  # a dead child keeps its number until somebody asks
    command = command_line(pid)
    if len(command) == 1:
        return command[0].endswith(" ".join(last))
    return command[-len(last) :] == list(last)


def command_line(pid: int) -> list[str]:
    """The arguments a process was started with, on macOS as one text; empty when there is none (any more)."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().decode(errors="replace").rstrip("\0").split("\0")
        except OSError:
            return []
    listed = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return [listed.stdout.strip()] if listed.stdout.strip() else []


def stop(pid: int, is_there: Callable[[], bool], timeout_s: float) -> bool:
    """Ask it to end, and make it end when it does not in time. Whether it ended by itself."""
    os.kill(pid, signal.SIGTERM)
    if until(lambda: not is_there(), timeout_s):
        return True
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_there(), timeout_s)
    return False


def is_free(port: int) -> bool:
    """Whether nothing listens on this port of ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that nothing listens on right now."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Wait for it; False when it did not come true in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """One process at a time: the others wait. A dead one waits for nobody."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_whole(path: Path, text: str) -> None:
    """All of it or nothing, for whoever reads it meanwhile."""
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    with suppress(FileNotFoundError):
        partial.replace(path)
