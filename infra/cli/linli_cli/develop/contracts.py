"""Contracts on imports that globs alone cannot say, since they ask what kind of folder or file a module is.

An action is a folder with a handler, a noun one without; a file's name says whether it may know the cloud.
Used by import-linter as pyproject.toml says.
"""

from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter.application import output
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain import fields
from importlinter.domain.contract import Contract, ContractCheck
from importlinter.domain.helpers import module_expressions_to_modules

HANDLER = "handler"
# Inside a noun, from the top: who reads and writes or asks somebody; rows; rules, of any name; models.
STORES, ROWS, MODELS = frozenset({"store", "client", "tasks"}), "rows", "models"


class PureContract(ForbiddenContract):
    """Modules import nothing forbidden, not even indirectly, unless the name of their file is an impure one.

    `source_modules` are globs; `impure_files` the names of files that may import what is forbidden.
    """

    type_name = "pure"

    source_modules: Any = fields.SetField(subfield=fields.ModuleExpressionField())
    impure_files: Any = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Judge the modules that are pure by their names."""
        found = {module.name for module in module_expressions_to_modules(graph, self.source_modules)}
        pure = {
            name for name in found if not graph.find_children(name) and last(name) not in self.impure_files
        }
        self.source_modules = {fields.ModuleExpressionField().parse(name) for name in pure}
        return super().check(graph, verbose)


class ActionsContract(LayersContract):
    """Layers inside every action that `containers` match; nouns, which have no handler, are left out."""

    type_name = "inside_actions"

    containers: Any = fields.ListField(subfield=fields.ModuleExpressionField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Judge the folders with a handler."""
        found = {module.name for module in module_expressions_to_modules(graph, self.containers)}
        actions = sorted(name for name in found if is_action(graph, name))
        self.containers = [fields.ModuleExpressionField().parse(name) for name in actions]
        return super().check(graph, verbose)


class DirectContract(Contract):
    """A rule that single imports inside `package` keep or break."""

    package: Any = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002  as all contracts
        """Keep what breaks the rule."""
        broken = sorted(
            (importer, imported)
            for importer in graph.find_descendants(self.package)
            for imported in graph.find_modules_directly_imported_by(importer)
            if imported.startswith(f"{self.package}.") and self.breaks(graph, importer, imported)
        )
        return ContractCheck(
            kept=not broken, metadata={"broken": [(*each, lines(graph, *each)) for each in broken]}
        )

    def breaks(self, graph: ImportGraph, importer: str, imported: str) -> bool:
        """Whether this import is one too many."""
        raise NotImplementedError

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say which import it is."""
        for importer, imported, numbers in check.metadata["broken"]:
            output.print_error(f"- {importer} is not allowed to import {imported} (l. {numbers})", bold=False)
        output.new_line()


class SealedContract(DirectContract):
    """What lies in an action is imported by that action alone: by no other action, and by no noun."""

    type_name = "sealed_actions"

    def breaks(self, graph: ImportGraph, importer: str, imported: str) -> bool:
        """Whether the import leads into an action from outside of it."""
        return any(
            is_action(graph, room) and not inside(importer, room) for room in (imported, *parents(imported))
        )


class NounsContract(DirectContract):
    """Inside a noun: store, client, tasks > rows > rules > models; nothing imports what stands higher.

    What lies in `package` beside its nouns, or in a folder of a service beside them, is in none.
    """

    type_name = "inside_nouns"

    folders: Any = fields.IntegerField(required=False, default=1)  # from `package` to what nouns lie in

    def breaks(self, graph: ImportGraph, importer: str, imported: str) -> bool:
        """Whether the import is one upward inside one noun."""
        room = next(parents(imported))
        if next(parents(importer)) != room or room.count(".") <= self.package.count(".") + self.folders:
            return False
        return not is_action(graph, room) and height(importer) < height(imported)


def lines(graph: ImportGraph, importer: str, imported: str) -> str:
    """The numbers of the lines of an import."""
    places = graph.get_import_details(importer=importer, imported=imported)
    return ", ".join(str(place["line_number"]) for place in places)


def is_action(graph: ImportGraph, room: str) -> bool:
    """Whether a package has a handler."""
    return f"{room}.{HANDLER}" in graph.modules


def height(module: str) -> int:
    """How high a module of a noun stands; it imports none that is higher."""
    name = last(module)
    return 3 if name in STORES else 2 if name == ROWS else 0 if name == MODELS else 1


def inside(module: str, room: str) -> bool:
    """Whether a module is the package, or in it."""
    return module == room or module.startswith(f"{room}.")


def parents(module: str) -> Iterator[str]:
    """The packages that a module is in, the nearest first."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def last(module: str) -> str:
    """The name of a module's file."""
    return module.rpartition(".")[2]
