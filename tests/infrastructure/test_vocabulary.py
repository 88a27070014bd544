"""A word that a service says of itself is in the packages that use it, and in no other."""

from zipfile import ZipFile

import pytest

from linli_cli.deploy.packaging import package
from linli_cli.deploy.reaching import VOCABULARY, core_without_vocabulary, vocabulary_of
from linli_cli.layout import ROOT, services

SERVICES = sorted(services())


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
