"""A word that a service says of itself is in the packages that use it, and in no other: deploys go by it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from linli_cli.deploy import digest
from linli_cli.deploy.packaging import input_digest, package
from linli_cli.deploy.reaching import CORE, VOCABULARY, core_without_vocabulary, vocabulary_of
from linli_cli.layout import ROOT, projects, projects_of, services

SERVICES = sorted(services())


def naming(*modules: str) -> set[str]:
    """The services whose code names one of these modules."""
    text = {
        each: "".join(path.read_text() for path in (ROOT / "functions" / each).rglob("*.py"))
        for each in SERVICES
    }
    return {each for each in SERVICES if any(f"{module} " in text[each] for module in modules)}


# Who uses what a service says of itself, besides itself and the directory, which keeps everybody's policies.
USED_BY: dict[str, set[str]] = {
    "access": {"care", "insight"},
    "care": {"insight", "utilities"},
    "devices": naming("linli.vocabulary.devices"),
    "directory": naming("linli.communities", "communities", "linli.vocabulary.directory"),
    "health": {"access"},
    "maintenance": {"insight"},
    "payments": {"insight"},
    "utilities": {"care", "insight", "maintenance", "payments"},
}
WITH_POLICIES = sorted(
    path.stem for path in (ROOT / CORE / VOCABULARY).glob("*.py") if "(Policy):" in path.read_text()
)


@pytest.mark.parametrize("service", SERVICES)
def test_a_package_carries_the_vocabularies_that_its_code_names(service: str) -> None:
    with ZipFile(package(service).code) as archive:
        carried = {name for name in archive.namelist() if name.startswith("linli/")}
    assert carried == vocabulary_of(service).keys()
    sources = "".join(path.read_text() for path in (ROOT / "functions" / service).rglob("*.py"))
    named = {each for each in SERVICES if f"from linli.vocabulary.{each} import" in sources}
    assert {f"{VOCABULARY}{each}.py" for each in named} <= carried


def test_not_every_package_carries_every_vocabulary() -> None:
    assert f"{VOCABULARY}care.py" not in vocabulary_of("health")
    assert f"{VOCABULARY}care.py" in vocabulary_of("care")


def test_the_core_layer_holds_no_vocabulary() -> None:
    assert not [name for name in core_without_vocabulary() if name.startswith(VOCABULARY)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that packages are made of, to be changed."""
    root = tmp_path_factory.mktemp("a copy")
    for name in ("functions", "infra", CORE):
        shutil.copytree(
            ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    return root


def made_of(root: Path) -> dict[str, str]:
    """What a deployment tells the old from the new by: the digest of each package, and of the core layer."""
    core = digest.of_files(core_without_vocabulary(root))
    return {name: input_digest(name, root) for name in projects(root)} | {"the core layer": core}


def changed(root: Path, path: Path, change: Callable[[str], str]) -> set[str]:
    """What a change of one file would deploy."""
    before, text = made_of(root), (root / path).read_text()
    (root / path).write_text(change(text))
    try:
        after = made_of(root)
    finally:
        (root / path).write_text(text)
    assert change(text) != text
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("service", SERVICES)
def test_a_permission_changes_the_stacks_of_its_service_and_no_other(copy: Path, service: str) -> None:
    more = 'LOOK_AT_ALL = Permission("everything:look-at", EVERYONE)\n'
    path = Path("functions") / service / "permissions.py"
    assert changed(copy, path, lambda text: text + more) == set(projects_of(service))


@pytest.mark.parametrize("service", WITH_POLICIES)
def test_a_policys_field_changes_the_stacks_that_use_it_and_no_other(copy: Path, service: str) -> None:
    def with_a_field(text: str) -> str:
        return re.sub(r"(    PART = .*\n)", r"\1    one_more: bool = False\n", text, count=1)

    users = {service, "directory", *USED_BY[service]}
    stacks = {project for user in users for project in projects_of(user)}
    assert changed(copy, CORE / VOCABULARY / f"{service}.py", with_a_field) == stacks
