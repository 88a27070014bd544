from typing import Any

import pytest
from grimp import ImportGraph
from importlinter.configuration import configure

from linli_cli.develop.contracts import ActionsContract, NounsContract, PureContract, SealedContract

configure()  # as its command does
CLOUD = "pynamodb"
MODULES = (
    "functions",
    "functions.gates",
    "functions.gates.loose",
    "functions.gates.open",
    "functions.gates.open.handler",
    "functions.gates.open.store",
    "functions.gates.open.domain",
    "functions.gates.close",
    "functions.gates.close.handler",
    "functions.gates.keys",
    "functions.gates.keys.client",
    "functions.gates.keys.store",
    "functions.gates.keys.rows",
    "functions.gates.keys.spelling",
    "functions.gates.keys.models",
    "functions.gates.keys.cards",
    "functions.gates.keys.cards.chips",
)
KEPT = (
    ("functions.gates.open.handler", "functions.gates.open.store"),
    ("functions.gates.open.store", "functions.gates.keys.store"),
    ("functions.gates.open.store", CLOUD),
    ("functions.gates.keys.store", "functions.gates.keys.client"),
    ("functions.gates.keys.store", "functions.gates.keys.rows"),
    ("functions.gates.keys.rows", "functions.gates.keys.spelling"),
    ("functions.gates.keys.rows", CLOUD),
    ("functions.gates.keys.spelling", "functions.gates.keys.models"),
    ("functions.gates.keys.spelling", "functions.gates.keys.cards.chips"),
)


def contract(kind: type[Any], **options: Any) -> Any:
    session = {"root_packages": ["functions"], "include_external_packages": "true"}
    return kind(name="", session_options=session, contract_options=options)


PURE = contract(
    PureContract,
    source_modules=["functions.**"],
    impure_files=["handler", "store", "rows", "client"],
    forbidden_modules=[CLOUD],
)
LAYERS = ["(handler)", "(store)", "(domain)", "(models)"]
ACTIONS = contract(ActionsContract, containers=["functions.*.*"], layers=LAYERS, exhaustive="true")
SEALED = contract(SealedContract, package="functions")
NOUNS = contract(NounsContract, package="functions")


def house(*more: tuple[str, str]) -> ImportGraph:
    graph = ImportGraph()
    for module in MODULES:
        graph.add_module(module)
    graph.add_module(CLOUD, is_squashed=True)
    for importer, imported in (*KEPT, *more):
        graph.add_import(importer=importer, imported=imported, line_number=7, line_contents="")
    return graph


@pytest.mark.parametrize("each", [PURE, ACTIONS, SEALED, NOUNS])
def test_a_house_in_order_keeps_every_contract(each: Any) -> None:
    assert each.check(house(), verbose=False).kept


@pytest.mark.parametrize(
    ("each", "importer", "imported"),
    [
        (PURE, "functions.gates.open.domain", CLOUD),
        (PURE, "functions.gates.keys.spelling", CLOUD),
        (PURE, "functions.gates.keys.models", CLOUD),
        (PURE, "functions.gates.keys.cards.chips", CLOUD),
        (PURE, "functions.gates.loose", CLOUD),
        (PURE, "functions.gates.open.domain", "functions.gates.keys.rows"),  # indirectly
        (ACTIONS, "functions.gates.open.domain", "functions.gates.open.store"),
        (SEALED, "functions.gates.open.handler", "functions.gates.close.handler"),
        (SEALED, "functions.gates.keys.store", "functions.gates.open.domain"),
        (SEALED, "functions.gates.loose", "functions.gates.open.store"),
        (SEALED, "functions.gates.keys.store", "functions.gates.open"),
        (NOUNS, "functions.gates.keys.rows", "functions.gates.keys.store"),
        (NOUNS, "functions.gates.keys.spelling", "functions.gates.keys.rows"),
        (NOUNS, "functions.gates.keys.models", "functions.gates.keys.spelling"),
    ],
)
def test_one_import_too_many_breaks_its_contract(
    each: Any, importer: str, imported: str, capsys: pytest.CaptureFixture[str]
) -> None:
    judged = each.check(house((importer, imported)), verbose=False)

    each.render_broken_contract(judged)
    assert not judged.kept
    assert importer in capsys.readouterr().out


def test_an_action_holds_no_further_file_and_a_noun_may() -> None:
    graph = house()
    graph.add_module("functions.gates.open.spelling")

    judged = ACTIONS.check(graph, verbose=False)

    assert judged.metadata["undeclared_modules"] == {"functions.gates.open.spelling"}


def test_folders_of_a_package_without_services_are_judged_as_nouns_are() -> None:
    lifted = contract(NounsContract, package="functions", folders="0")

    upward = ("functions.gates.loose", "functions.gates.store")
    graph = house(upward)

    assert lifted.check(house(), verbose=False).kept
    assert not lifted.check(graph, verbose=False).kept
    assert NOUNS.check(graph, verbose=False).kept, "what lies beside the nouns of a service is in none"
