"""The two Lambda layers: `deps`, other people's packages, and `core`, our own. Same input, same bytes.

`python -m linli_cli.deploy.layers` resolves the dependencies of pyproject.toml anew into
`layers/deps/requirements.lock`.
"""

import os
import platform
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

from linli_cli.deploy import digest
from linli_cli.deploy.archive import read_tree, unzipped_size, write_tree, write_zip
from linli_cli.deploy.reaching import core_without_vocabulary
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, build

Architecture = Literal["arm64", "x86_64"]
PLATFORMS: dict[Architecture, str] = {
    "arm64": "aarch64-manylinux2014",
    "x86_64": "x86_64-manylinux2014",
}
# Nothing at run time reads these. Licences and METADATA of each package stay.
UNUSED = (
    "*.pyi",
    "*.h",
    "*.c",
    "*.pyx",
    "*.pxd",
    "bin/*",
    "*/tests/*",
    "*/test/*",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/WHEEL",
    "*.dist-info/direct_url.json",
    "*.dist-info/entry_points.txt",  # fewer files for pydantic's plugin search to open
    "*.dist-info/sboms/*",
    ".lock",
)
CHALICE_AT_RUN_TIME = ("chalice/__init__.py", "chalice/app.py")  # the rest of Chalice is the packaging tool


@dataclass(frozen=True)
class Target:
    """What the functions will run on. `native` means this very machine: the local cloud on any system."""

    architecture: Architecture
    python: str = f"{sys.version_info.major}.{sys.version_info.minor}"
    native: bool = False

    @property
    def runtime(self) -> str:
        """The Lambda runtime's identifier."""
        return f"python{self.python}"


def this_machine() -> Target:
    """The target of the local cloud, whose functions run on this machine."""
    machine = platform.machine().lower()
    if machine not in ("aarch64", "arm64", "x86_64", "amd64"):
        raise CommandError(f"no Lambda architecture corresponds to this machine ({machine})")
    return Target("arm64" if machine in ("aarch64", "arm64") else "x86_64", native=True)


@dataclass(frozen=True)
class Layer:
    """A built layer."""

    name: str
    archive: Path
    unzipped_bytes: int

    @property
    def zipped_bytes(self) -> int:
        return self.archive.stat().st_size

    @property
    def report(self) -> str:
        return (
            f"layer {self.name}: {self.zipped_bytes / 1e6:.1f} MB zipped, "
            f"{self.unzipped_bytes / 1e6:.1f} MB unzipped"
        )


def build_layers(target: Target, root: Path = ROOT) -> tuple[Layer, Layer]:
    """Build `deps` and `core` for `target`, or take them from `build/layers` when nothing changed."""
    return build_deps(target, root), build_core(target, root)


def build_deps(target: Target, root: Path = ROOT) -> Layer:
    """Third-party packages exactly as locked, without what the runtime has and what no function reads."""
    lock = root / "layers" / "deps" / "requirements.lock"
    if not lock.exists():
        raise CommandError(f"{lock.relative_to(root)} is missing: run `python -m linli_cli.deploy.layers`")
    name = digest.of_files({"lock": lock.read_bytes()}, own_source(), also=repr(target))
    return cached("deps", name, root) or store(
        "deps", name, compiled(prune(install(lock, target)), target), root
    )


def build_core(target: Target, root: Path = ROOT) -> Layer:
    """Our shared package `linli`, but for what services say of themselves: packages carry what they reach."""
    sources = core_without_vocabulary(root)
    name = digest.of_files(sources, own_source(), also=target.python)
    return cached("core", name, root) or store("core", name, compiled(sources, target), root)


def install(lock: Path, target: Target) -> dict[str, bytes]:
    """The files that the locked wheels unpack to, for the target and not for this machine."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", folder]
        command += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirements", str(lock)]
        command += ["--python-version", target.python]
        if not target.native:
            command += ["--python-platform", PLATFORMS[target.architecture]]
        run(command, "cannot install the packages of the deps layer")
        return read_tree(Path(folder), skip_suffixes=())


def prune(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without what nothing reads at run time."""
    return {
        name: content
        for name, content in files.items()
        if not any(fnmatch(name, pattern) for pattern in UNUSED)
        and (not name.startswith("chalice/") or name in CHALICE_AT_RUN_TIME)
    }


def compiled(files: dict[str, bytes], target: Target) -> dict[str, bytes]:
    """The files with their bytecode, when this interpreter is the target's: /opt is read-only, so that a
    cold start would compile every module again. Unchecked hashes, as a zip keeps no useful times.
    """
    if target.python != f"{sys.version_info.major}.{sys.version_info.minor}":
        return files
    with tempfile.TemporaryDirectory() as folder:
        write_tree(Path(folder), files)
        command = [sys.executable, "-S", "-m", "compileall", "-q", "-j1", "-s", folder, "-p", "/opt/python"]
        command += ["--invalidation-mode", "unchecked-hash", folder]
        run(command, "cannot compile the layer", PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="")
        return read_tree(Path(folder), bytecode=True, skip_suffixes=())


def cached(layer: str, name: str, root: Path) -> Layer | None:
    """The layer if it was built before from the same input."""
    archive = build(root) / "layers" / f"{layer}-{name}.zip"
    if not archive.exists():
        return None
    return Layer(layer, archive, unzipped_size(archive))


def store(layer: str, name: str, files: dict[str, bytes], root: Path) -> Layer:
    """Write the layer's archive; Lambda unpacks it under /opt, where `python/` is on the path."""
    archive = write_zip(
        build(root) / "layers" / f"{layer}-{name}.zip",
        {f"python/{path}": content for path, content in files.items()},
    )
    return Layer(layer, archive, sum(map(len, files.values())))


def own_source() -> dict[str, bytes]:
    """What builds the layers: when it changes, they are built again."""
    return {"layers.py": Path(__file__).read_bytes()}


def run(command: list[str], failure: str, **environment: str) -> None:
    """Run a tool; its last line of complaint becomes the error."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    if done.returncode:
        complaint = (done.stderr or done.stdout).strip().splitlines()
        raise CommandError(f"{failure}: {' '.join(line.strip() for line in complaint[-6:])}")


def lock_dependencies(root: Path = ROOT) -> Path:
    """Resolve what pyproject.toml asks for into hashed pins. Raises CommandError without a package index."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["tracing"]]
    lock = root / "layers" / "deps" / "requirements.lock"
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.in"
        requirements.write_text("\n".join(wanted))
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", str(requirements)]
        command += ["--output-file", str(lock), "--overrides", str(lock.with_name("overrides.txt"))]
        command += ["--python-version", "3.11", "--python-platform", PLATFORMS["x86_64"]]
        command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
        run(command, "cannot resolve the dependencies")
    return lock


if __name__ == "__main__":
    print(lock_dependencies())
