"""Each import contract of pyproject.toml notices what it forbids, and names it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from linli_cli.layout import ROOT

# The editable install puts our own tree on the path; `functions` is a namespace and would be read from both.
LINT = """
import sys
own = sys.argv.pop()
tree = (own, f"{own}/layers/core/python", f"{own}/infra/cli")
sys.path[:] = [each for each in sys.path if each not in tree]
from importlinter.cli import lint_imports_command
lint_imports_command(["--no-cache"])
"""


FORBIDDEN = [
    (
        "layers/core/python/linli/ids.py",
        "import functions.access.gates",
        "linli imports no service",
    ),
    (
        "functions/health/fever_check/handler.py",
        "import linli_cli.layout",
        "nothing of the command line, and linli imports no service",
    ),
    (
        "infra/cli/linli_cli/interfaces/openapi.py",
        "import simulation.days",
        "nothing of the command line, and linli imports no service",
    ),
    (
        "infra/cli/linli_cli/deploy/stacks.py",
        "import linli_cli.demo.neighbourhood",
        "the command line's tasks stand on each other, in one direction",
    ),
    (
        "functions/health/fever_check/store.py",
        "import functions.access.gates.rows",
        "services are independent of each other",
    ),
    (
        "functions/access/gate/store.py",
        "import functions.access.gate_pass.store",
        "actions are independent of each other, and nouns import no action",
    ),
    (
        "functions/access/gates/reach.py",
        "import functions.access.gate.models",
        "actions are independent of each other, and nouns import no action",
    ),
    (
        "functions/access/gate_pass/models.py",
        "import functions.access.gate_pass.domain",
        "inside an action: handler > store > domain > models",
    ),
    (
        "functions/access/gate_pass/utils.py",
        "",
        "inside an action: handler > store > domain > models",
    ),
    (
        "functions/access/gate_pass/domain.py",
        "import linli.tables",
        "rules and contracts import no AWS, Chalice, PynamoDB, requests or Powertools",
    ),
    (
        "functions/access/gates/models.py",
        "import functions.access.gates.reach",
        "inside a noun: store, client, tasks > rows > rules > models",
    ),
    (
        "functions/access/gates/reach.py",
        "import functions.access.holders.visits",
        "nouns of access",
    ),
    (
        "functions/access/credentials/spellings.py",
        "import functions.access.credentials.rows",
        "rules and contracts import no AWS, Chalice, PynamoDB, requests or Powertools",
    ),
    (
        "functions/access/holders/standing.py",
        "import boto3",
        "rules and contracts import no AWS, Chalice, PynamoDB, requests or Powertools",
    ),
]
TITLE = re.compile(r"^(\S.*)\n-+$", re.MULTILINE)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    for name in ("functions", "layers/core/python", "infra/cli", "simulation"):
        shutil.copytree(
            ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def lint(root: Path) -> str:
    paths = [root, root / "layers/core/python", root / "infra/cli"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths)), "COLUMNS": "1000"}
    done = subprocess.run(
        [sys.executable, "-c", LINT, str(ROOT)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.fixture(scope="module")
def kept(copy: Path) -> str:
    """What is said of the code as it is."""
    return lint(copy)


@pytest.fixture(scope="module")
def complaints(copy: Path, kept: str) -> dict[str, str]:
    """What each contract complains of once all that is forbidden has been written, in one graph."""
    assert " 0 broken." in kept
    for file, line, _ in FORBIDDEN:
        with (copy / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    _, *parts = TITLE.split(lint(copy).partition("\nBroken contracts\n")[2])
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize(("file", "line", "contract"), FORBIDDEN)
def test_contract_is_broken_by(complaints: dict[str, str], file: str, line: str, contract: str) -> None:
    for root in ("layers/core/python/", "infra/cli/"):
        file = file.removeprefix(root)
    module = file.removesuffix(".py").replace("/", ".")
    imported = line.removeprefix("import ")
    named = rf"{module} (?:->|is not allowed to import) {imported} \(l\." if line else rf"- {module}$"
    (said,) = [text for title, text in complaints.items() if contract in title]
    assert re.search(named, said, re.MULTILINE)


def test_contracts_hold(kept: str) -> None:
    assert " 0 broken." in kept
