"""What the scaffold writes into a copy of the repository passes all that a written action must pass."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from linli_cli.errors import CommandError
from linli_cli.layout import ROOT
from linli_cli.scaffolding.scaffold import left_to_write, planned

COPIED = (
    "docs",
    "events",
    "functions",
    "infra",
    "layers",
    "localstack",
    "simulation",
    "tests",
    "pyproject.toml",
    "README.md",
    "README.zh-CN.md",
)
NOT_COPIED = shutil.ignore_patterns("__pycache__", ".*_cache", "build", ".linli", ".venv", "node_modules")
# A service that does not exist yet, with every trigger; and actions of services that do.
ACTIONS = {
    "probe/asked": "http",
    "probe/waited_for": "mqtt",
    "probe/measured": "sqs",
    "probe/told": "bus",
    "health/probe_pulse": "sqs",
    "probe/ticket": "bus",  # what another service's rows, and its permissions, are called
    "payments/probe_spoken": "mqtt",
    "directory/probe_shown": "http",
}
# The first noun of a service, the second one, and one more of a service whose layers are known.
NOUNS = ("probe/ballots", "probe/urns", "access/probe_locks")
# Who knows devices in a service that has not believed any yet.
KEEPERS = ("probe/community", "payments/registry")
TESTS = [
    f"tests/unit/{service}/test_{action}.py" for service, _, action in (n.partition("/") for n in ACTIONS)
]
TESTS += [f"tests/unit/{noun}/test_opening.py" for noun in NOUNS]
TESTS += ["tests/unit/cli/cost/test_usage.py"]
KEEPING = [f"tests/integration/test_{name.replace('/', '_')}.py" for name in ACTIONS]
SHAPE, SAMPLES = "tests/test_shape.py", "tests/integration/test_samples.py"
KINDS = "tests/integration/test_device_kinds.py"
ISOLATION, PERMISSIONS = "tests/integration/test_isolation.py", "tests/unit/linli/test_permissions.py"
# What of these files is asked: all that is about what is new, and what is about the whole.
CHOSEN = (
    "probe or registry or list_of_actions or no_samples_but or every_folder or every_kind or layers "
    "or stands_in_the_table or test_permissions or has_a_line or of_an_action"
)
SCAFFOLDING = """
import sys
from linli_cli.scaffolding.scaffold import noun, planned, scaffold
for name, _, trigger in (each.partition(" ") for each in sys.argv[1:]):
    scaffold(planned(name, trigger)) if trigger != "noun" else noun(planned(name, "http"))
"""
ENDED = re.compile(r"^(PASSED|FAILED|ERROR|SKIPPED) (\S+\.py)", re.MULTILINE)


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    paths = [root, root / "layers/core/python", root / "infra/cli"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.run(
        [sys.executable, *command], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def passes(root: Path, *command: str) -> None:
    done = run(root, *command)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the new actions in it, under a path with a space."""
    root = tmp_path_factory.mktemp("a copy")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=NOT_COPIED, symlinks=True)
        else:
            shutil.copy(source, root / name)
    *others, last = ACTIONS.items()
    passes(
        root,
        "-c",
        SCAFFOLDING,
        *(f"{each} {trigger}" for each, trigger in others),
        *(f"{each} noun" for each in NOUNS),
    )
    passes(root, "-m", "linli_cli.scaffolding.scaffold", *last)  # which renews the READMEs, for all of them
    return root


@pytest.fixture(scope="module")
def ran(copy: Path) -> str:
    """What is said of the tests of what is new, all in one run, since each imports everything."""
    files = [SHAPE, *TESTS, *KEEPING, PERMISSIONS, ISOLATION, SAMPLES, KINDS]
    return run(copy, "-m", "pytest", "-q", "-rA", "--tb=short", "-k", CHOSEN, *files).stdout


def assert_passed(ran: str, *files: str) -> None:
    """That tests of each of these files were run, and none ended otherwise."""
    ended = [(file, how) for how, file in ENDED.findall(ran) if file in files]
    assert set(ended) == {(file, "PASSED") for file in files}, ran[-4000:]


def test_the_shape_is_right(ran: str) -> None:
    assert_passed(ran, SHAPE)


def test_the_shape_test_notices_a_missing_twin(copy: Path) -> None:
    (sample,) = (copy / "events/probe/measured").glob("malformed_not_json.json")
    kept = sample.read_text(encoding="utf-8")
    sample.unlink()
    try:
        done = run(copy, "-m", "pytest", "-q", "tests/test_shape.py", "-k", "probe/measured and sample")
    finally:
        sample.write_text(kept, encoding="utf-8")
    assert done.returncode == 1
    assert "events/probe/measured/ lacks [('queue', 'malformed')]" in done.stdout


def test_the_rules_tests_pass(ran: str) -> None:
    assert_passed(ran, *TESTS)


def test_what_is_kept_is_there_once_and_only_for_whom_it_is_for(ran: str) -> None:
    assert_passed(ran, *KEEPING, PERMISSIONS, ISOLATION)


def test_the_devices_that_are_believed_are_known_and_no_others(ran: str) -> None:
    assert_passed(ran, KINDS)


def test_every_sample_ends_as_its_name_says(ran: str) -> None:
    assert_passed(ran, SAMPLES)


def test_code_is_clean(copy: Path) -> None:
    folders = [f"functions/{name}" for name in ACTIONS]
    folders += [f"functions/{name}" for name in (*NOUNS, *KEEPERS)]
    folders += [f"functions/{service}/permissions.py" for service in {name.split("/")[0] for name in ACTIONS}]
    tests = [*TESTS, *KEEPING, KINDS, PERMISSIONS, "tests/integration/isolation"]
    passes(copy, "-m", "ruff", "check", *folders, *tests)
    passes(copy, "-m", "ruff", "format", "--check", *folders, *tests)
    passes(copy, "-m", "mypy", *folders)
    passes(copy, "-c", "from importlinter.cli import lint_imports_command as main; main(['--no-cache'])")


def test_pages_are_as_the_code_wants_them_and_people_have_words_for_all(copy: Path) -> None:
    passes(copy, "-m", "linli_cli.documents.readme")


def test_stacks_can_be_packaged(copy: Path) -> None:
    services = ("probe", "health", "payments")
    passes(copy, "-c", f"from linli_cli.deploy.packaging import package_all; package_all({services})")


@pytest.mark.parametrize(
    ("name", "trigger", "complaint"),
    [
        ("fever_check", "http", "NAME"),
        ("health/FeverCheck", "http", "NAME"),
        ("health/check_2", "http", "NAME"),
        ("health/relay", "http", "NAME"),
        ("../health/x", "http", "NAME"),
        ("health/new_one", "email", "TRIGGER"),
        ("health/fever_check", "sqs", "exists"),
        ("probe/fever_check", "mqtt", "publish on fever_check already"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    name: str, trigger: str, complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        planned(name, trigger)


@pytest.mark.parametrize("trigger", ["http", "mqtt", "sqs", "bus"])
def test_the_last_line_names_all_that_nobody_else_can_say(trigger: str) -> None:
    plan = planned("probe/asked", trigger)
    said = left_to_write(plan, trigger, is_new=True)
    assert {"__init__.py", "models.py", "domain.py", "store.py", "permissions.py"} <= set(
        re.findall(r"\w+\.py", said)
    )
    assert "tests/integration/isolation/probe.py" in said
    assert "functions/probe/__init__.py in English and Chinese, and README.md" in said
    assert "README.md" not in left_to_write(plan, trigger, is_new=False)
