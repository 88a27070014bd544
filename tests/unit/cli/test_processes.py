import os
import subprocess
import sys
from pathlib import Path

from linli_cli.local import processes

SLEEPER = "import sys, time; time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); {SLEEPER}"


def launched(tmp_path: Path, program: str, *arguments: str) -> subprocess.Popen[bytes]:
    return processes.launch(
        [sys.executable, "-c", program, *arguments], tmp_path, {"PATH": os.defpath}, tmp_path / "log"
    )


def test_a_program_is_known_by_its_last_arguments_and_stops(tmp_path: Path) -> None:
    process = launched(tmp_path, SLEEPER, "--state", "a folder")
    assert processes.is_running(process.pid, "--state", "a folder")
    assert not processes.is_running(process.pid, "--state", "another")
    assert processes.stop(process.pid, lambda: processes.is_running(process.pid, "a folder"), 10)
    assert not processes.is_running(process.pid, "--state", "a folder")


def test_a_program_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    process = launched(tmp_path, DEAF, "deaf")
    assert processes.until(lambda: (tmp_path / "log").read_text() == "1\n", 10)
    assert not processes.stop(process.pid, lambda: processes.is_running(process.pid, "deaf"), 0.1)
    assert not processes.is_running(process.pid, "deaf")


def test_a_number_that_is_nobodys(tmp_path: Path) -> None:
    process = launched(tmp_path, "pass")
    process.wait()
    assert not processes.is_running(process.pid, "pass")


def test_a_free_port_is_free() -> None:
    assert processes.is_free(processes.free_port())


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    processes.write_whole(tmp_path / "x.json", "text")
    assert [each.name for each in tmp_path.iterdir()] == ["x.json"]
