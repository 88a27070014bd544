"""The shape of the repository: every action is one folder of the same files, with the same twins elsewhere.

Whoever breaks it reads here what is missing; nothing is allow-listed.
"""

import ast
import json
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from linli import http, public_routes
from linli_cli.develop.actions import (
    SENTENCES,
    Action,
    actions,
    app_of,
    nouns,
    routes,
    starts,
    topic_rules,
)
from linli_cli.documents import listing
from linli_cli.layout import projects_of, services
from tests.infrastructure.test_packaging import UNNARROWABLE
from tests.integration.patterns import counted_rows

ROOT = Path(__file__).parents[1]
FILES = {"__init__.py", "handler.py", "domain.py", "store.py", "models.py", "policy.json"}
REQUIRED = {"__init__.py", "handler.py", "policy.json"}
LONGEST_HANDLER = 100
CASES = ("normal", "edge", "malformed")
CODE = re.compile(r"(?s)```.*?```|`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "functions").glob("*/README.md")),
    ROOT / "localstack" / "README.md",
]
README_TOPICS = ("purpose", "events", "table", "metrics", "decisions")
TOPIC_SQL = (
    "SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS client_id, "
    "timestamp() AS received_at_ms FROM 'linli/+/+/{action}'"
)
CORE = ROOT / "layers" / "core" / "python"
LIFTED = CORE / "linli" / "escalation"
MOST_LOOSE = 7
MOST_IN_A_NOUN = 12
IMPURE = {
    "handler",
    "store",
    "rows",
    "tasks",
    "client",
}  # file names; what they may import says pyproject.toml
SAYS_NOTHING = {"base", "common", "helper", "helpers", "manager", "misc", "shared", "util", "utils"}
GATES_AND_MONEY = ("access", "payments", "utilities")
SERVICES = sorted(services(ROOT))
ACTIONS = actions(ROOT)
NOUNS = nouns(ROOT)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]

each_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.title)
each_noun = pytest.mark.parametrize(
    "noun", NOUNS, ids=lambda noun: noun.relative_to(ROOT / "functions").as_posix()
)
each_service = pytest.mark.parametrize("service", SERVICES)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# An action's folder


@each_action
def test_action_holds_its_files_and_no_others(action: Action) -> None:
    found = {path.name for path in action.folder.iterdir()} - {"__pycache__"}
    assert found >= REQUIRED, f"missing: {REQUIRED - found}"
    assert found <= FILES, f"stray: {found - FILES}; what actions share goes up, into a module named for it"


@each_action
def test_action_says_what_it_does_in_three_sentences(action: Action) -> None:
    sentences = action.sentences
    assert tuple(sentences) == SENTENCES, "the docstring says Trigger:, Rule: and Result:, in this order"
    assert action.docstring.startswith("Trigger:")
    for label, sentence in sentences.items():
        assert re.fullmatch(r"[^.]+(?:\.\d[^.]*)*\.", sentence), f"{label}: is one sentence with a full stop"


@each_action
def test_action_package_holds_nothing_but_its_docstring(action: Action) -> None:
    assert len(parsed(action.folder / "__init__.py").body) == 1


@each_action
def test_handler_is_short(action: Action) -> None:
    lines = (action.folder / "handler.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST_HANDLER


@each_action
def test_policy_grants_named_actions_on_named_resources(action: Action) -> None:
    policy = json.loads((action.folder / "policy.json").read_text(encoding="utf-8"))
    assert policy["Version"] == "2012-10-17"
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        granted, on = as_list(statement["Action"]), as_list(statement["Resource"])
        assert granted
        assert on
        assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", one) for one in granted), f"no wildcard in {granted}"
        assert "*" not in on or set(granted) <= UNNARROWABLE.keys(), f"{granted} on everything"


# Its twins


@each_action
def test_action_is_registered_under_its_name(action: Action) -> None:
    assert action.name in starts(action.service, ROOT), "no route and no trigger of it"


@each_action
def test_every_trigger_has_a_normal_an_edge_and_a_malformed_sample(action: Action) -> None:
    found = {(sample.start, sample.case) for sample in action.samples}
    wanted = {(start, case) for start in starts(action.service, ROOT)[action.name] for case in CASES}
    missing = wanted - found
    assert not missing, f"events/{action.title}/ lacks {sorted(missing)}"


@each_action
def test_samples_say_what_they_are(action: Action) -> None:
    assert [sample.path.name for sample in action.samples if sample.case is None] == []


@each_action
def test_rules_have_a_unit_test(action: Action) -> None:
    if (action.folder / "domain.py").exists():
        twin = ROOT / "tests" / "unit" / action.service / f"test_{action.name}.py"
        assert twin.exists(), f"{twin.relative_to(ROOT)} is missing"
        assert f"functions.{action.service}.{action.name}.domain" in twin.read_text(encoding="utf-8")


# A noun


@each_noun
def test_noun_says_what_it_is_and_nothing_else(noun: Path) -> None:
    tree = parsed(noun / "__init__.py")
    assert ast.get_docstring(tree), f"{noun.name}/__init__.py says what the noun is, and who uses it"
    assert len(tree.body) == 1, f"{noun.name}/__init__.py holds a docstring and no code"


@each_noun
def test_noun_holds_modules_and_not_too_many(noun: Path) -> None:
    found = {path.name for path in noun.iterdir() if path.is_file()}
    assert {name for name in found if not name.endswith(".py")} == set(), (
        "an action's files, without a handler"
    )
    assert len(found - {"__init__.py"}) <= MOST_IN_A_NOUN, "two nouns in one room"
    assert not {name.removesuffix(".py") for name in found} & SAYS_NOTHING


@each_noun
def test_every_rule_of_a_noun_has_its_unit_test(noun: Path) -> None:
    inside = noun.relative_to(ROOT / "functions")
    for path in sorted(noun.glob("*.py")):
        if path.stem in IMPURE | {"__init__", "models"}:
            continue
        twin = ROOT / "tests" / "unit" / inside / f"test_{path.name}"
        assert twin.exists(), f"{twin.relative_to(ROOT)} is missing"
        assert imports(twin, ".".join(("functions", *inside.parts, path.stem))), (
            f"{twin.name} does not import it"
        )


@pytest.mark.parametrize(
    "path", [*LIFTED.rglob("*.py")], ids=lambda path: path.relative_to(LIFTED).as_posix()
)
def test_every_rule_that_services_share_has_its_unit_test(path: Path) -> None:
    if path.stem in IMPURE | {"__init__", "models"}:
        return
    inside = path.relative_to(CORE)
    twin = ROOT / "tests" / "unit" / inside.parent / f"test_{path.name}"
    assert twin.exists(), f"{twin.relative_to(ROOT)} is missing"
    assert imports(twin, ".".join((*inside.parent.parts, path.stem))), f"{twin.name} does not import it"


def imports(path: Path, module: str) -> bool:
    """Whether a file imports a module, or something from it."""
    package, _, name = module.rpartition(".")
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import) and any(alias.name == module for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module == module:
            return True
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == package
            and any(alias.name == name for alias in node.names)
        ):
            return True
    return False


# A service


@each_service
def test_what_lies_loose_in_a_service_is_little(service: str) -> None:
    loose = {path.name for path in (ROOT / "functions" / service).glob("*.py")} - {"__init__.py"}
    assert len(loose) <= MOST_LOOSE, f"{len(loose)} modules are shared without a noun: {sorted(loose)}"


@each_service
def test_the_nouns_of_a_service_stand_in_its_layers(service: str) -> None:
    of_service = {noun.name for noun in NOUNS if noun.parent.name == service}
    layers = [
        layer
        for contract in CONTRACTS
        if contract["type"] == "layers" and contract.get("containers") == [f"functions.{service}"]
        for layer in contract["layers"]
    ]
    named = {name for layer in layers for name in re.findall(r"\w+", layer)}
    assert len(of_service) < 2 or of_service <= named, f"in no layer of pyproject.toml: {of_service - named}"


@each_service
def test_every_registered_action_has_its_folder(service: str) -> None:
    folders = {action.name for action in ACTIONS if action.service == service}
    assert set(starts(service, ROOT)) == folders


@each_service
def test_service_explains_itself(service: str) -> None:
    text = (ROOT / "functions" / service / "README.md").read_text(encoding="utf-8")
    headings = [line.lower() for line in text.splitlines() if line.startswith("## ")]
    missing = [topic for topic in README_TOPICS if not any(topic in heading for heading in headings)]
    assert not missing, f"functions/{service}/README.md has no heading about: {missing}"


@each_service
def test_the_first_screen_has_its_nouns_and_one_event_from_arrival_to_effect(service: str) -> None:
    screen = (ROOT / "functions" / service / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    assert "| noun | what it is |" in screen
    assert re.findall(r"^(\d)\. ", screen.partition("from arrival to effect")[2], re.MULTILINE) == list(
        "1234567"
    )


@each_service
def test_every_route_declares_its_permission(service: str) -> None:
    apps = [app_of(project, ROOT) for project in projects_of(service, ROOT)]
    declared = {(route.method, route.path, route.name): route for route in http.ROUTES}
    public = {(route.method, route.path, route.name) for route in public_routes.PUBLIC_ROUTES}
    for entry in (entry for app in apps for entry in routes(app)):
        view = entry.view_function
        if view.__code__.co_filename == public_routes.__file__:  # it says how its caller is known instead
            assert (entry.method, entry.uri_pattern, view.__name__) in public
            assert entry.authorizer is None
            continue
        assert view.__code__.co_filename == http.__file__, f"{view.__name__} is not made by linli.http.route"
        assert (entry.method, entry.uri_pattern, view.__name__) in declared
        permission = declared[entry.method, entry.uri_pattern, view.__name__].permission
        assert entry.authorizer is http.authorizer_of(permission)


@pytest.mark.parametrize("service", GATES_AND_MONEY)
def test_gates_and_money_ask_for_the_role_as_it_is_now(service: str) -> None:
    declared = {(route.method, route.path): route for route in http.ROUTES}
    for app in (app_of(project, ROOT) for project in projects_of(service, ROOT)):
        for entry in (one for one in routes(app) if one.method != "GET" and one.authorizer is not None):
            permission = declared[entry.method, entry.uri_pattern].permission
            assert permission.fresh, f"{entry.method} {entry.uri_pattern}: {permission.name} is not fresh"


@each_service
def test_topic_rules_have_the_one_agreed_form(service: str) -> None:
    registered = starts(service, ROOT)
    for rule in topic_rules(service, ROOT):
        trigger = "queue" if rule.queued else "mqtt"
        assert rule.sql == TOPIC_SQL.format(action=rule.topic)
        assert trigger in registered.get(rule.action, set()), (
            f"the rule's action {rule.action} has no {trigger}"
        )


@each_service
def test_what_actions_share_is_a_module_named_for_what_it_holds(service: str) -> None:
    found = {path for path in (ROOT / "functions" / service).iterdir() if path.is_file()}
    assert {path.name for path in found if path.suffix != ".py"} <= {"README.md"}
    assert not {path.stem for path in found} & SAYS_NOTHING


@each_service
def test_what_a_readme_says_is_counted_has_a_test(service: str) -> None:
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "integration").glob("test_*.py")
    )
    uncounted = [name for name in counted_rows(service) if f'"{name}"' not in tests]
    assert not uncounted, f"functions/{service}/README.md: no test counts the rows with a ✓: {uncounted}"


def test_every_folder_of_functions_is_a_service() -> None:
    found = {path.relative_to(ROOT / "functions").parts[0] for path in (ROOT / "functions").rglob("*.py")}
    assert found == set(SERVICES)


def test_there_are_no_samples_but_those_of_actions() -> None:
    titles = {action.title for action in ACTIONS}
    found = [path.relative_to(ROOT / "events") for path in (ROOT / "events").rglob("*") if path.is_file()]
    stray = [path.as_posix() for path in found if path.parent.as_posix() not in titles]
    assert not stray


def test_the_list_of_actions_is_whole() -> None:
    text = (ROOT / listing.PAGE).read_text(encoding="utf-8")
    assert listing.page(ROOT) == text, "run `make format`"


def test_the_first_page_is_read_in_two_minutes() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    words = re.sub(r"(?s)```.*?```|<img [^>]*>|<!-- services -->.*<!-- /services -->", "", text).split()
    assert len(words) < 500, f"README.md has {len(words)} words: what needs more belongs into docs/"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_points_to_is_there(page: Path) -> None:
    links = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    paths = (link.partition("#")[0] for link in links if "://" not in link and not link.startswith("mailto:"))
    missing = sorted({path for path in paths if path and not (page.parent / path).exists()})
    assert not missing, f"{page.relative_to(ROOT)} points to {missing}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_calls_a_module_is_one(page: Path) -> None:
    named = re.findall(r"\blinli_cli(?:\.[a-z_]+)+", page.read_text(encoding="utf-8"))
    gone = [name for name in named if find_spec(name) is None]
    assert not gone, f"{page.relative_to(ROOT)} calls {gone} modules"
