"""`python -m linli_cli.develop.locks`: resolve every lock file anew from what its source asks for.

`--check` only compares each lock with its source, without a package index. A lock holds exact versions with
hashes and no address, so that any index or mirror may serve it.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from linli_cli.deploy.layers import lock_dependencies
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

DEVELOPMENT = Path("requirements.lock")
LAYER = Path("layers/deps/requirements.lock")
LOCAL_CLOUDS = (  # each with the Python that it is resolved for
    (Path("localstack/ministack/requirements.in"), "3.11"),
    (Path("localstack/runtime/requirements.in"), "3.11"),
    (Path("localstack/plugins/pyproject.toml"), "3.13"),
    (Path("localstack/plugins/runtime/requirements.in"), "3.11"),
)
COMPILE = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal"]
COMPILE += ["--generate-hashes", "--no-header", "--no-emit-index-url"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
ADDRESS = re.compile(r"://|^\s*-(?:i|f|-index-url|-extra-index-url|-find-links)\b", re.MULTILINE)


def lock_all(root: Path = ROOT) -> None:
    """Resolve all; what runs in the layer is what is tested. Raises CommandError."""
    lock_dependencies(root)
    development = ["pyproject.toml", "--group", "dev", "--no-annotate"]
    compile_in(root, [*development, "--constraints", str(LAYER), "--output-file", str(DEVELOPMENT)])
    for source, python in LOCAL_CLOUDS:
        compile_in(root / source.parent, [source.name, "--output-file", "requirements.lock"], python)


def compile_in(folder: Path, arguments: list[str], python: str = "3.11") -> None:
    command = [*COMPILE, "--python-version", python, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"cannot resolve {folder.name}: {' '.join(done.stderr.split())[-600:]}")


def problems(root: Path = ROOT) -> list[str]:
    """Where a lock no longer agrees with its source, or with the layer, or names an address."""
    found = []
    layer = pins(root / LAYER)
    development = pins(root / DEVELOPMENT)
    found += unmet(LAYER, layer, layer_asks(root))
    found += unmet(DEVELOPMENT, development, development_asks(root))
    found += [
        f"{LAYER}: {name} {version}, but tests run with {development[name]}"
        for name, version in layer.items()
        if development.get(name, version) != version
    ]
    clouds = {source.with_name("requirements.lock"): source for source, _ in LOCAL_CLOUDS}
    for lock, source in clouds.items():
        found += unmet(lock, pins(root / lock), local_cloud_asks(root / source))
    for lock in (DEVELOPMENT, LAYER, *clouds):
        text = (root / lock).read_text(encoding="utf-8")
        found += [f"{lock}: names an address"] if ADDRESS.search(text) else []
        found += [f"{lock}: {name} has no hash" for name in unhashed(text)]
    return found


def pins(lock: Path) -> dict[str, str]:
    """The pinned version of each package in a lock file."""
    return {canonicalize_name(name): version for name, version in PIN.findall(lock.read_text("utf-8"))}


def unhashed(text: str) -> list[str]:
    """The pins without a hash; a pin reaches to the next line that is neither indented nor a comment."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return [block.split("==")[0] for block in blocks if PIN.match(block) and "--hash=sha256:" not in block]


def unmet(lock: Path, pinned: dict[str, str], wanted: list[Requirement]) -> list[str]:
    """What a source asks for and its lock does not give."""
    return [
        f"{lock}: does not give {requirement.name}{requirement.specifier}; run `make lock`"
        for requirement in wanted
        if (version := pinned.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(version, prereleases=True)
    ]


def layer_asks(root: Path) -> list[Requirement]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["tracing"]]
    return [Requirement(text) for text in asked]


def local_cloud_asks(source: Path) -> list[Requirement]:
    text = source.read_text(encoding="utf-8")
    if source.name == "pyproject.toml":
        return [Requirement(each) for each in tomllib.loads(text)["project"]["dependencies"]]
    asked = (line.partition("#")[0].strip() for line in text.splitlines())
    return [Requirement(each) for each in asked if each and not each.startswith("-r ")]


def development_asks(root: Path) -> list[Requirement]:
    whole = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    groups = whole["dependency-groups"]
    asked = [*whole["project"]["dependencies"], *whole["build-system"]["requires"]]
    asked += [text for group in ("cli", "dev") for text in groups[group] if isinstance(text, str)]
    return [Requirement(text) for text in asked]


def main() -> int:
    """Resolve, or with `--check` compare."""
    if "--check" not in sys.argv[1:]:
        lock_all()
    found = problems()
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
