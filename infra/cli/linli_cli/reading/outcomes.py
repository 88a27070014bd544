"""How attempts at each action of a service can end: the outcomes that its metrics count."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args, get_type_hints

from linli import errors, relay  # noqa: F401  every service deploys the relay
from linli.etags import Tagged
from linli_cli.develop.actions import app_of, routes
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, projects_of
from linli_cli.reading.following import Following, Place, own_nodes
from linli_cli.reading.tables import codes, modules_of, table

ENDS_BY_WHAT_IT_RETURNS = {"bus_queue", "task_queue", "every"}
ENDS_WELL = "ok"
HELD = "unchanged"  # by who asks, of what has a tag
OBSERVING = {"observed", "attempt"}
EVERYWHERE = {"linli.relay", "linli.tables"}  # what each service runs, whoever calls it


@cache
def outcomes_of(service: str, root: Path = ROOT) -> dict[str, frozenset[str]]:
    """By action, or by what is counted inside one, how it can end but for the types of problems.

    Raises CommandError with the place in the code where the words cannot be followed.
    """
    following = followed(service, root)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for action, words in _all(following, service):
        found[action] |= words
    if following.lost:
        place = next(iter(following.lost))
        raise CommandError(f"{place}: nobody can see which outcomes this gives; annotate it with a Literal")
    return {action: frozenset(words) for action, words in sorted(found.items())}


@cache
def followed(service: str, root: Path = ROOT) -> Following:
    """The code that a service runs: its own, and linli's."""
    own = modules_of(service, root)
    return Following(
        [*own, *(module for name, module in sorted(sys.modules.items()) if name.startswith("linli."))]
    )


def _all(following: Following, service: str) -> Iterator[tuple[str, set[str]]]:
    prefix = f"functions.{service}."
    for place in following.places():
        name = place.module.__name__
        ours = name.startswith(prefix)
        if not isinstance(place.function, ast.FunctionDef):
            continue
        if ours and name.endswith(".handler") and place.outer is None:
            yield from _triggered(following, place)
        if ours or name in EVERYWHERE:
            yield from _observed(following, place)
        elif name.startswith("linli.") and name not in THE_WAY_IN:
            for call, where in _callers(following, place, prefix):
                (entered,) = (
                    each for each in following.targets(call, where) if each.function is place.function
                )
                yield from _observed(following, entered)


THE_WAY_IN = {  # they observe what they call; who is called is told by its decorator
    "linli.http", "linli.public_routes", "linli.queues", "linli.device_queues", "linli.mqtt",
    "linli.schedules", "linli.invocations", "linli.observability",
}  # fmt: skip


def _callers(following: Following, place: Place, prefix: str) -> Iterator[tuple[ast.Call, Place]]:
    """Where a function of linli that observes is called from, by the service itself."""
    if not any(True for _ in _blocks(place)):
        return
    for call, where in following.calls_of(place):
        ours = where.module.__name__.startswith(prefix)
        if ours or _is_reached(following, where, prefix, {place.function}):
            yield call, where


def _is_reached(following: Following, place: Place, prefix: str, passed: set[object]) -> bool:
    """Whether the service itself calls a function of linli, be it through others of linli."""
    if place.module.__name__ in THE_WAY_IN or place.function in passed:
        return False
    if not isinstance(place.function, ast.FunctionDef):
        return False
    passed.add(place.function)
    callers = [where for _, where in following.calls_of(place)]
    ours = any(where.module.__name__.startswith(prefix) for where in callers)
    return ours or any(_is_reached(following, where, prefix, passed) for where in callers)


def _triggered(following: Following, place: Place) -> Iterator[tuple[str, set[str]]]:
    function = place.function
    assert isinstance(function, ast.FunctionDef)  # noqa: S101
    action = place.module.__name__.split(".")[2]
    if (action, function.name) in _views(place.module.__name__.split(".")[1]):
        yield action, _of_view(following, place)
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = ast.unparse(called).rpartition(".")[2]
        if name in ENDS_BY_WHAT_IT_RETURNS:
            yield function.name, following.returned(place)
        elif name in {"device_message", "device_queue"}:
            yield function.name, following.member_returned(place, "outcome")
        elif name == "invocation":
            yield function.name, {ENDS_WELL}


def _views(service: str) -> set[tuple[str, str]]:
    """The views of a service, by action and name."""
    apps = [app_of(project) for project in projects_of(service)]
    return {
        (entry.view_function.__module__.split(".")[-2], entry.view_function.__name__)
        for app in apps
        for entry in routes(app)
    }


def _of_view(following: Following, place: Place) -> set[str]:
    """A view ends as the `outcome` of what it answers, if that has one and it is set; one whose answer has a
    tag, as `unchanged` where the caller has it.
    """
    assert isinstance(place.function, ast.FunctionDef)  # noqa: S101
    kinds = following.declared_types(place.function.returns, place.module)
    hints = [get_type_hints(kind).get("outcome") for kind in kinds if isinstance(kind, type)]
    said = following.member_returned(place, "outcome") if any(hints) else set()
    said |= {HELD} if any(isinstance(kind, type) and issubclass(kind, Tagged) for kind in kinds) else set()
    return said if any(hints) and type(None) not in get_args(hints[0]) else said | {ENDS_WELL}


def _blocks(place: Place) -> Iterator[tuple[ast.With, ast.Call, str | None]]:
    """Each `with observed(…) as attempt:` of a function: the block, the call, the name."""
    assert place.function is not None  # noqa: S101
    for node in own_nodes(place.function):
        if isinstance(node, ast.With):
            for item in node.items:
                call = item.context_expr
                if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in OBSERVING:
                    name = item.optional_vars.id if isinstance(item.optional_vars, ast.Name) else None
                    yield node, call, name


def _observed(following: Following, place: Place) -> Iterator[tuple[str, set[str]]]:
    for block, call, name in _blocks(place):
        given = [
            node.value
            for node in ast.walk(block)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == f"{name}.outcome"
        ]
        for action in following.words(call.args[0], place):
            following.assumed = {ast.unparse(call.args[0]): action}
            yield (
                action,
                set().union(*(following.words(each, place) for each in given)) if given else {ENDS_WELL},
            )
        following.assumed = {}


def outcomes(service: str, root: Path = ROOT) -> str:
    """The table of a service's metrics: how attempts can end, as far as types and branches tell."""
    by_words: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for action, words in outcomes_of(service, root).items():
        by_words[words].append(action)
    lines = sorted((codes(sorted(actions)), codes(sorted(words))) for words, actions in by_words.items())
    problems = f"the type of the problem answered: {codes(problems_of(service, root))}"
    return table(("action", "outcomes"), [*lines, ("all", f"{problems}; `error` for what nobody foresaw")])


def problems_of(service: str, root: Path = ROOT) -> list[str]:
    """The types of problems that a service can answer: those of all, and its own."""
    modules = [errors, *modules_of(service, root)]
    kinds = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
    slugs = {str(kind.slug) for kind in kinds if issubclass(kind, errors.LinliError)}
    return sorted(slugs)
