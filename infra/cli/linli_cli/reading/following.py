"""Which words an expression of the code can come to, found by following it through functions and classes.

The sources are read, not run: constants, branches, what functions return, and what a class is made with.
A declared `Literal` is believed, since types are checked. What cannot be followed is told, never guessed.
"""

import ast
import builtins
import dataclasses
import enum
import importlib
import inspect
import sys
import types
import typing
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

FOLLOWED = ("functions.", "linli.")
DEEPEST = 150
FRAMES = 30  # of Python's, a step at most
Function = ast.FunctionDef | ast.Lambda
TEXT_METHODS = {"replace", "removeprefix", "removesuffix", "lower", "upper", "strip"}
SAME_ITEMS = {"sorted", "list", "tuple", "set", "frozenset", "iter", "reversed", "dict.fromkeys"}
PICKS_ONE = {"next", "min", "max"}


@dataclass(frozen=True, eq=False)
class Place:
    """Where an expression stands: a module, the function around it, its class, what parameters are bound to.

    `outer`: the place that a function inside another one stands in.
    """

    module: types.ModuleType
    function: Function | None = None
    owner: type | None = None
    bound: dict[str, "Bound"] = field(default_factory=dict)
    outer: "Place | None" = None


@dataclass(frozen=True, eq=False)
class Bound:
    """What a parameter stands for: an expression where it was written."""

    expression: ast.expr
    place: Place


@cache
def tree_of(module: types.ModuleType) -> ast.Module:
    """The source of a module."""
    return ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))


@cache
def functions_in(module: types.ModuleType) -> dict[str, ast.FunctionDef]:
    """The functions and methods of a module, by their qualified names."""
    found: dict[str, ast.FunctionDef] = {}

    def walk(body: Iterable[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef):
                found[prefix + node.name] = node
            elif isinstance(node, ast.ClassDef):
                walk(node.body, f"{prefix}{node.name}.")

    walk(tree_of(module).body, "")
    return found


@cache
def own_nodes(function: Function | ast.Module) -> tuple[ast.AST, ...]:
    """What stands in a function, without what stands in functions inside it."""
    found: list[ast.AST] = []

    def walk(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            found.append(child)
            if not isinstance(child, ast.FunctionDef | ast.Lambda):
                walk(child)

    body: list[Any] = function.body if isinstance(function.body, list) else [function.body]
    for each in body:
        found.append(each)
        if not isinstance(each, ast.FunctionDef | ast.Lambda):
            walk(each)
    return tuple(found)


class Following:
    """Follows words within some modules: those of one service, and linli's."""

    def __init__(self, modules: Iterable[types.ModuleType]) -> None:
        self.modules = list(modules)
        sys.setrecursionlimit(max(sys.getrecursionlimit(), FRAMES * DEEPEST))
        self.lost: dict[str, None] = {}
        self.assumed: dict[str, str] = {}
        self._depth = 0
        self._running: set[Any] = set()
        self._calls = self._index()

    # Words

    def words(self, node: ast.expr | None, at: Place) -> set[str]:
        """The words that an expression can be; none for None."""
        self._depth += 1
        try:
            return self._words(node, at) if self._depth < DEEPEST else self._lose(node, at)
        finally:
            self._depth -= 1

    def _words(self, node: ast.expr | None, at: Place) -> set[str]:  # noqa: C901, PLR0911, PLR0912  one case a form
        match node:
            case None:
                return set()
            case ast.Constant(value=str(word)):
                return {word}
            case ast.Constant():
                return set()
            case ast.IfExp(body=one, orelse=other):
                return self.words(one, at) | self.words(other, at)
            case ast.BoolOp(values=values):
                return set().union(*(self.words(each, at) for each in values))
            case ast.NamedExpr(value=value) | ast.Starred(value=value):
                return self.words(value, at)
            case ast.JoinedStr(values=parts):
                return self._joined(parts, at)
            case ast.Subscript(value=value):
                return self.items(value, at)
            case ast.BinOp(op=ast.BitOr(), right=right):  # PynamoDB's "or what is there"
                return self.words(right, at)
            case ast.Name(id=name):
                return self._named(node, name, at)
            case ast.Attribute(value=value, attr=attr):
                known, found = self.runtime(node, at)
                if known:
                    return self._of_object(found, node, at)
                return self.words_of(value, attr, at)
            case ast.Call():
                return self._called(node, at)
        return self._lose(node, at)

    def _joined(self, parts: list[ast.expr], at: Place) -> set[str]:
        texts = {""}
        for part in parts:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            before = dict(self.lost)
            found = self.words(inner, at)
            self.lost = before
            texts = {text + each for text in texts for each in (found or {"…"})}
        return texts

    def _named(self, node: ast.expr, name: str, at: Place) -> set[str]:
        if (bound := self._bound(name, at)) is not None:
            return self.words(bound.expression, bound.place)
        sources = self._sources(name, at)
        if sources:
            with self._once("name", at.function, name) as anew:
                return set().union(*(self._from(*each) for each in sources)) if anew else set()
        if (parameter := _parameter(name, at)) is not None:
            return self._of_parameter(node, parameter, at)
        known, found = self.runtime(node, at)
        return self._of_object(found, node, at) if known else self._lose(node, at)

    @contextmanager
    def _once(self, *what: Any) -> Iterator[bool]:
        """Whether this is not being followed already: what is set from itself adds nothing."""
        anew = what not in self._running
        self._running.add(what)
        try:
            yield anew
        finally:
            if anew:
                self._running.discard(what)

    def _from(self, kind: str, source: ast.expr, at: Place) -> set[str]:
        return self.items(source, at) if kind == "item" else self.words(source, at)

    def _of_parameter(self, node: ast.expr, parameter: ast.arg, at: Place) -> set[str]:
        declared = self.declared(parameter.annotation, at.module)
        if (words := _literal(declared)) is not None:
            return words
        key = ("parameter", at.function, parameter.arg)
        if key in self._running or not isinstance(at.function, ast.FunctionDef):
            return set() if key in self._running else self._lose(node, at)
        self._running.add(key)
        try:
            calls = list(self.calls_of(at))
            found = [self._argument(call, at.function, parameter.arg) for call, _ in calls]
            given = [(each, where) for each, (_, where) in zip(found, calls, strict=True) if each is not None]
            if not given:
                return self._lose(node, at)
            return set().union(*(self.words(each, where) for each, where in given))
        finally:
            self._running.discard(key)

    def _of_object(self, found: Any, node: ast.expr, at: Place) -> set[str]:
        if isinstance(found, str):
            return {str(found.value) if isinstance(found, enum.Enum) else found}
        if isinstance(found, type) and issubclass(found, enum.Enum):
            return {str(each.value) for each in found}
        return set() if found is None else self._lose(node, at)

    def _called(self, call: ast.Call, at: Place) -> set[str]:  # noqa: PLR0911  one case a form
        name = ast.unparse(call.func)
        if name == "str" and call.args:
            return self.words(call.args[0], at)
        if name in PICKS_ONE:
            first, *others = call.args
            some = set().union(*(self.words(each, at) for each in others))
            return some | (self.words(first, at) if others and name != "next" else self.items(first, at))
        if isinstance(call.func, ast.Attribute) and call.func.attr in TEXT_METHODS and _constant(call.args):
            given = [each.value for each in call.args if isinstance(each, ast.Constant)]
            words = self.words(call.func.value, at)
            return {str(getattr(each, call.func.attr)(*given)) for each in words}
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"get", "pop"}:
            more = set().union(*(self.words(each, at) for each in call.args[1:]))
            return self.items(call.func.value, at) | more
        if name.endswith(".kind.serialize") and isinstance(call.func, ast.Attribute):
            return self._kinds_of_rows(call.func.value, at)
        known, kind = self.runtime(call.func, at)
        if known and isinstance(kind, type) and not issubclass(kind, str):
            return set()  # a thing, and no word
        targets = list(self.targets(call, at))
        if not targets:
            return set() if self.assumed else self._lose(call, at)
        return set().union(*(self.returned(each) for each in targets))

    def _kinds_of_rows(self, node: ast.expr, at: Place) -> set[str]:
        assert isinstance(node, ast.Attribute)  # noqa: S101  `Row.kind`
        _, row = self.runtime(node.value, at)
        kinds = [kind for module in self.modules for kind in vars(module).values() if isinstance(kind, type)]
        found = {row.kind.get_discriminator(kind) for kind in kinds if issubclass(kind, row)}
        return {each for each in found if isinstance(each, str)}

    def returned(self, at: Place) -> set[str]:
        """The words that a function returns."""
        return self._returned(at, lambda each: self.words(each, at), literal=True)

    def member_returned(self, at: Place, member: str) -> set[str]:
        """The words that a member of what a function returns can be."""
        return self._returned(at, lambda each: self.words_of(each, member, at))

    def declared_types(self, annotation: ast.expr | None, module: types.ModuleType) -> list[Any]:
        """The types that an annotation names."""
        return _spread(self.declared(annotation, module))

    def _returned(self, at: Place, follow: Any, *, literal: bool = False) -> set[str]:
        if isinstance(at.function, ast.Lambda):
            return set(follow(at.function.body))
        assert at.function is not None  # noqa: S101  a place that targets() made
        if literal and (words := _literal(self.declared(at.function.returns, at.module))) is not None:
            return words
        key = (
            at.function,
            at.owner,
            tuple(sorted((name, id(each.expression)) for name, each in at.bound.items())),
        )
        if key in self._running:
            return set()
        self._running.add(key)
        try:
            values = [each.value for each in own_nodes(at.function) if isinstance(each, ast.Return)]
            return set().union(*(follow(each) for each in values if each is not None))
        finally:
            self._running.discard(key)

    # What a member of something can be

    def words_of(self, node: ast.expr, member: str, at: Place) -> set[str]:
        """The words that a member of what an expression comes to can be: by what it is made with, if that can
        be seen, else by its class.
        """
        self._depth += 1
        try:
            if self._depth >= DEEPEST:
                return self._lose(node, at)
            before = dict(self.lost)
            made = self._made(node, member, at)
            if made is not None and self.lost == before:
                return made
            self.lost = dict(before)
            return self._by_class(node, member, at)
        finally:
            self._depth -= 1

    def _made(self, node: ast.expr, member: str, at: Place) -> set[str] | None:  # noqa: C901, PLR0911
        match node:
            case ast.Constant(value=None):
                return set()
            case ast.IfExp(body=one, orelse=other):
                return self.words_of(one, member, at) | self.words_of(other, member, at)
            case ast.BoolOp(values=values):
                return set().union(*(self.words_of(each, member, at) for each in values))
            case ast.NamedExpr(value=value):
                return self.words_of(value, member, at)
            case ast.Name(id=name):
                if (bound := self._bound(name, at)) is not None:
                    return self.words_of(bound.expression, member, bound.place)
                sources = self._sources(name, at)
                if sources and all(kind == "value" for kind, _, _ in sources):
                    with self._once("member", at.function, name, member) as anew:
                        found = (
                            [self.words_of(each, member, where) for _, each, where in sources] if anew else []
                        )
                    return set().union(*found)
                return None
            case ast.Call(func=ast.Attribute(attr="model_copy", value=value), keywords=keywords):
                update = next((each.value for each in keywords if each.arg == "update"), None)
                return self.words_of(value, member, at) | self._updated(update, member, at)
            case ast.Call(func=ast.Name(id="replace"), args=[value, *_], keywords=keywords):
                changed = next((each.value for each in keywords if each.arg == member), None)
                more = self.words(changed, at) if changed is not None else set()
                return self.words_of(value, member, at) | more
            case ast.Call():
                return self._made_by(node, member, at)
        return None

    def _updated(self, update: ast.expr | None, member: str, at: Place) -> set[str]:
        match update:
            case ast.Dict(keys=keys, values=values):
                named = zip(keys, values, strict=True)
                found = [
                    value for key, value in named if isinstance(key, ast.Constant) and key.value == member
                ]
                return set().union(*(self.words(each, at) for each in found))
            case ast.Call(func=ast.Name(id="dict"), args=[value]):
                return self.words_of(value, member, at)
        return set()

    def _made_by(self, call: ast.Call, member: str, at: Place) -> set[str] | None:
        known, kind = self.runtime(call.func, at)
        if known and isinstance(kind, type):
            given = self._given(call, kind, member)
            if given is not None:
                return self.words(given, at)
            starred = any(isinstance(each, ast.Starred) for each in call.args)
            if member in _members(kind) and not starred and all(each.arg for each in call.keywords):
                return self._default(kind, member)
            return None
        targets = list(self.targets(call, at))
        if not targets:
            return None
        return set().union(
            *(
                self._returned(each, lambda value, where=each: self.words_of(value, member, where))
                for each in targets
            )
        )

    def _given(self, call: ast.Call, kind: type, member: str) -> ast.expr | None:
        for keyword in call.keywords:
            if keyword.arg == member:
                return keyword.value
        names = _positions(kind)
        if member in names and not any(isinstance(each, ast.Starred) for each in call.args):
            place = names.index(member)
            return call.args[place] if place < len(call.args) else None
        return None

    def _default(self, kind: type, member: str) -> set[str]:
        value = _default_of(kind, member)
        return {value} if isinstance(value, str) else set()

    def _by_class(self, node: ast.expr, member: str, at: Place) -> set[str]:
        kinds = [_class_of(each) for each in self.kinds(node, at)]
        found: set[str] = set()
        seen = False
        for kind in (each for each in kinds if each is not None):
            words = self.of_kind(kind, member)
            if words is not None:
                found |= words
                seen = True
        return found if seen else self._lose(ast.Attribute(node, member), at, node)

    def of_kind(self, kind: type, member: str) -> set[str] | None:
        """The words that a member can be in anything of a class; None when the class has no such member."""
        getter = _property(kind, member)
        if getter is not None:
            place = _place_of(getter, kind)
            return self.returned(place) if place else None
        hint = _members(kind).get(member)
        if (words := _literal(hint)) is not None:
            return words
        if hint is None and not hasattr(kind, member):
            return None
        key = ("member", kind, member)
        if key in self._running:
            return set()
        self._running.add(key)
        try:
            return self._default(kind, member) | self._written(kind, member)
        finally:
            self._running.discard(key)

    def _written(self, kind: type, member: str) -> set[str]:
        found: set[str] = set()
        for name in (kind.__name__, "cls", "Self"):
            for call, at in self._calls.get(name, ()):
                known, made = self.runtime(call.func, at)
                if known and made is kind and (given := self._given(call, kind, member)) is not None:
                    found |= self.words(given, at)
        for call, at in self._calls.get("set", ()):
            if ast.unparse(call.func).endswith(f"{kind.__name__}.{member}.set") and call.args:
                found |= self.words(call.args[0], at)
        for call, at in [*self._calls.get("replace", ()), *self._calls.get("change", ())]:
            given = next((each.value for each in call.keywords if each.arg == member), None)
            if given is not None and kind in self.kinds(call.args[0], at) if call.args else False:
                found |= self.words(given, at)
        return found

    # What is in something

    def items(self, node: ast.expr, at: Place) -> set[str]:  # noqa: C901, PLR0911, PLR0912  one case a form
        """The words in a list, a set, the values of a mapping."""
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return set().union(
                    *(
                        self.items(each.value, at) if isinstance(each, ast.Starred) else self.words(each, at)
                        for each in elements
                    )
                )
            case ast.Dict(values=values):
                return set().union(*(self.words(each, at) for each in values))
            case (
                ast.ListComp(elt=element, generators=loops)
                | ast.GeneratorExp(elt=element, generators=loops)
                | ast.SetComp(elt=element, generators=loops)
            ):
                conditions = [each for loop in loops for each in loop.ifs]
                return self._kept(self.words(element, at), element, conditions, at)
            case ast.IfExp(body=one, orelse=other):
                return self.items(one, at) | self.items(other, at)
            case ast.BoolOp(values=values):
                return set().union(*(self.items(each, at) for each in values))
            case ast.BinOp(left=left, right=right):
                return self.items(left, at) | self.items(right, at)
            case ast.DictComp(value=value):
                return self.words(value, at)
            case ast.Call(func=ast.Attribute(value=value, attr="values")):
                return self.items(value, at)
            case ast.Attribute(value=value, attr="outcomes") if self._is_series(value, at):
                return self._outcomes_set(at)
            case ast.Call(func=called, args=[first, *_]) if ast.unparse(called) in SAME_ITEMS:
                return self.items(first, at)
            case ast.Call():
                targets = list(self.targets(node, at))
                if targets:
                    return set().union(
                        *(
                            self._returned(each, lambda value, where=each: self.items(value, where))
                            for each in targets
                        )
                    )
            case ast.Name(id=name):
                if (bound := self._bound(name, at)) is not None:
                    return self.items(bound.expression, bound.place)
                if (words := self._declared_items(name, at)) is not None:
                    return words
                found = [self.items(each, where) for _, each, where in self._sources(name, at)]
                found += [self.words(each, where) for each, where in _appended(name, at)]
                if found:
                    return set().union(*found)
                if (parameter := _parameter(name, at)) is not None:
                    return self._items_of_parameter(node, parameter, at)
        known, value = self.runtime(node, at)
        if known and isinstance(value, dict | types.MappingProxyType):
            return {str(each) for each in value.values() if isinstance(each, str)}
        if known and isinstance(value, frozenset | tuple | list | set):
            return {str(each) for each in value if isinstance(each, str)}
        for kind in self.kinds(node, at):
            for inner in get_args(kind)[-1:]:
                if (words := _literal(inner)) is not None:
                    return words
                if isinstance(inner, type) and not issubclass(inner, str):
                    return set()  # things, and no words
        return self._lose(node, at)

    def _kept(self, words: set[str], element: ast.expr, conditions: list[ast.expr], at: Place) -> set[str]:
        """The words that conditions on an element let through, as far as they compare it with constants."""
        for condition in conditions:
            match condition:
                case ast.Compare(left=left, ops=[ast.NotIn()], comparators=[these]) if _same(left, element):
                    words = words - self.items(these, at)
                case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[this]) if _same(left, element):
                    words = words - self.words(this, at)
        return words

    def _declared_items(self, name: str, at: Place) -> set[str] | None:
        for node in own_nodes(at.function) if at.function is not None else ():
            match node:
                case ast.AnnAssign(target=ast.Name(id=found), annotation=annotation) if found == name:
                    return _literal(next(iter(get_args(self.declared(annotation, at.module))[-1:]), None))
        return None

    def _is_series(self, node: ast.expr, at: Place) -> bool:
        return any(getattr(kind, "__name__", "") == "Series" for kind in self.kinds(node, at))

    def _outcomes_set(self, at: Place) -> set[str]:
        assert at.function is not None  # noqa: S101  a series is somebody's
        given = [
            node.value
            for node in own_nodes(at.function)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(".outcome")
        ]
        return set().union(*(self.words(each, at) for each in given))

    def _items_of_parameter(self, node: ast.expr, parameter: ast.arg, at: Place) -> set[str]:
        declared = self.declared(parameter.annotation, at.module)
        inner = [_literal(each) for each in get_args(declared)]
        if words := next((each for each in inner if each is not None), None):
            return words
        assert isinstance(at.function, ast.FunctionDef)  # noqa: S101  a lambda's parameters are bound
        calls = [
            (self._argument(call, at.function, parameter.arg), where) for call, where in self.calls_of(at)
        ]
        given = [(each, where) for each, where in calls if each is not None]
        return (
            set().union(*(self.items(each, where) for each, where in given))
            if given
            else self._lose(node, at)
        )

    # Names and calls

    def targets(self, call: ast.Call, at: Place) -> Iterator[Place]:
        """The functions that a call calls, with their parameters bound."""
        yield from self._functions(call.func, call, at)

    def _functions(self, node: ast.expr, call: ast.Call | None, at: Place) -> Iterator[Place]:
        known, value = self.runtime(node, at)
        if known:
            place = _place_of(value)
            found = [] if place is None else [place]
        else:
            found = list(self._unnamed(node, at))
        for place in found:
            yield _entered(place, call, at)

    def _unnamed(self, node: ast.expr, at: Place) -> Iterator[Place]:
        """The functions that an expression comes to which is no name of the module."""
        match node:
            case ast.Lambda():
                yield Place(at.module, node, at.owner, {}, at)
            case ast.Name(id=name):
                yield from self._local_functions(name, at)
            case ast.Call(func=ast.Name(id="partial"), args=[function, *_]):
                yield from self._functions(function, None, at)
            case ast.Call(func=ast.Attribute(value=mapping, attr="get"), args=[key, *_]):
                yield from self._in_mapping(mapping, key, at)
            case ast.Subscript(value=ast.Call(func=ast.Attribute(value=mapping)), slice=key):
                yield from self._in_mapping(mapping, key, at)  # of `X.items()`, taken apart in a loop
            case ast.Subscript(value=mapping, slice=key):
                yield from self._in_mapping(mapping, key, at)
            case ast.Attribute(value=value, attr=attr):
                for kind in filter(None, map(_class_of, self.kinds(value, at))):
                    place = _place_of(inspect.getattr_static(kind, attr, None), kind)
                    if place is not None:
                        yield replace(place, bound={"self": Bound(value, at)})

    def _local_functions(self, name: str, at: Place) -> Iterator[Place]:
        if (bound := self._bound(name, at)) is not None:
            yield from self._functions(bound.expression, None, bound.place)
        elif (found := _inner_function(name, at)) is not None:
            function, where = found
            yield Place(where.module, function, where.owner, {}, where)
        else:
            for _, source, where in self._sources(name, at):
                yield from self._functions(source, None, where)

    def _in_mapping(self, node: ast.expr, key: ast.expr, at: Place) -> Iterator[Place]:
        known, value = self.runtime(node, at)
        if not known or not isinstance(value, dict):
            return
        assumed = self.assumed.get(ast.unparse(key))
        for each in value.values() if assumed is None else filter(None, [value.get(assumed)]):
            place = _place_of(each)
            if place is not None:
                yield place

    def function_at(self, node: ast.expr, at: Place) -> Iterator[Place]:
        """The functions that an expression names."""
        yield from self._functions(node, None, at)

    def runtime(self, node: ast.expr, at: Place) -> tuple[bool, Any]:
        """What a name, or a member of a module or class, is when the module is loaded, if it is known."""
        if isinstance(node, ast.Name):
            if self._is_local(node.id, at):
                return False, None
            if node.id == "cls" and at.owner is not None:
                return True, at.owner
            names = vars(at.module)
            if node.id in names:
                return True, names[node.id]
            return (True, getattr(builtins, node.id)) if hasattr(builtins, node.id) else (False, None)
        if isinstance(node, ast.Attribute):
            known, value = self.runtime(node.value, at)
            if known and isinstance(value, types.ModuleType | type) and hasattr(value, node.attr):
                found = inspect.getattr_static(value, node.attr)
                return True, getattr(value, node.attr) if not isinstance(found, property) else found
        return False, None

    def _is_local(self, name: str, at: Place | None) -> bool:
        while at is not None:
            if _parameter(name, at) is not None and name != "cls":
                return True
            if name in at.bound or _assigned(name, at) or _inner_function(name, at):
                return True
            at = at.outer
        return False

    def _bound(self, name: str, at: Place | None) -> Bound | None:
        while at is not None:
            if name in at.bound:
                return at.bound[name]
            if _assigned(name, at) or _parameter(name, at) is not None:
                return None
            at = at.outer
        return None

    def _sources(self, name: str, at: Place | None) -> list[tuple[str, ast.expr, Place]]:
        while at is not None:
            if found := _assigned(name, at):
                return [(kind, each, at) for kind, each in found]
            if _parameter(name, at) is not None:
                return []
            at = at.outer
        return []

    def calls_of(self, at: Place) -> Iterator[tuple[ast.Call, Place]]:
        """Where a function is called."""
        assert isinstance(at.function, ast.FunctionDef)  # noqa: S101
        for call, where in self._calls.get(at.function.name, ()):
            if any(each.function is at.function for each in self.targets(call, where)):
                yield call, where

    def _argument(self, call: ast.Call, function: ast.FunctionDef, name: str) -> ast.expr | None:
        names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        if names and names[0] in {"self", "cls"}:
            names = names[1:]
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value
        if name in names and names.index(name) < len(call.args):
            return call.args[names.index(name)]
        defaults = dict(zip(names[::-1], function.args.defaults[::-1], strict=False))
        defaults |= {
            each.arg: value
            for each, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
            if value is not None
        }
        return defaults.get(name)

    def _index(self) -> dict[str, list[tuple[ast.Call, Place]]]:
        found: defaultdict[str, list[tuple[ast.Call, Place]]] = defaultdict(list)
        for place in self.places():
            nodes = own_nodes(place.function or tree_of(place.module))
            for node in nodes:
                if isinstance(node, ast.Call):
                    name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
                    found[name].append((node, place))
        return found

    def places(self) -> Iterator[Place]:
        """Every function of the modules, and the functions inside."""
        for module in self.modules:
            for name, function in functions_in(module).items():
                owner = vars(module).get(name.rpartition(".")[0]) if "." in name else None
                place = Place(module, function, owner if isinstance(owner, type) else None)
                yield place
                yield from _inside(place)

    # Types

    def kinds(self, node: ast.expr, at: Place) -> list[Any]:  # noqa: C901, PLR0911  one case a form
        """The declared types that an expression may have."""
        self._depth += 1
        try:
            if self._depth >= DEEPEST:
                return []
            match node:
                case ast.IfExp(body=one, orelse=other):
                    return self.kinds(one, at) + self.kinds(other, at)
                case ast.BoolOp(values=values):
                    return [kind for each in values for kind in self.kinds(each, at)]
                case ast.NamedExpr(value=value) | ast.Starred(value=value):
                    return self.kinds(value, at)
                case ast.Subscript(value=value):
                    return [each for kind in self.kinds(value, at) for each in _inner(kind)]
                case ast.Attribute(value=value, attr=attr):
                    known, found = self.runtime(node, at)
                    if known and isinstance(found, type):
                        return [found]
                    if known:
                        return [type(found)]
                    return [each for kind in self.kinds(value, at) for each in _member_types(kind, attr)]
                case ast.Name(id=name):
                    return self._types_of_name(name, at)
                case ast.Call():
                    return self._types_of_call(node, at)
                case ast.Constant(value=value):
                    return [type(value)]
            return []
        finally:
            self._depth -= 1

    def _types_of_name(self, name: str, at: Place) -> list[Any]:
        if name in {"self", "cls"} and at.owner is not None:
            return [at.owner]
        where: Place | None = at
        while where is not None:
            if (parameter := _parameter(name, where)) is not None and parameter.annotation is not None:
                found = _spread(self.declared(parameter.annotation, where.module))
                if name not in where.bound or all(isinstance(each, type) for each in found):
                    return found
            where = where.outer
        if (bound := self._bound(name, at)) is not None:
            return self.kinds(bound.expression, bound.place)
        found = []
        for kind, each, place in self._sources(name, at):
            declared = self.kinds(each, place)
            if kind == "raised":
                known, caught = self.runtime(each, place)
                found += [caught] if known and isinstance(caught, type) else []
            else:
                found += [one for outer in declared for one in _inner(outer)] if kind == "item" else declared
        return found

    def _types_of_call(self, call: ast.Call, at: Place) -> list[Any]:
        known, value = self.runtime(call.func, at)
        if known and isinstance(value, type):
            return [value]
        if ast.unparse(call.func) in {"next", "replace"} and call.args:
            inner = self.kinds(call.args[0], at)
            return (
                inner
                if ast.unparse(call.func) == "replace"
                else [each for kind in inner for each in _inner(kind)]
            )
        found: list[Any] = []
        for place in self.targets(call, at):
            if isinstance(place.function, ast.Lambda):
                found += self.kinds(place.function.body, place)
                continue
            assert place.function is not None  # noqa: S101
            declared = self.declared(place.function.returns, place.module)
            for each in _spread(declared):
                found += self._solved(each, place, call, at)
        return found

    def _solved(self, declared: Any, place: Place, call: ast.Call, at: Place) -> list[Any]:
        if declared is typing.Self:
            return [place.owner] if place.owner else []
        if not isinstance(declared, TypeVar):
            return [declared]
        assert isinstance(place.function, ast.FunctionDef)  # noqa: S101
        for argument in [*call.args, *(each.value for each in call.keywords)]:
            known, value = self.runtime(argument, at)
            if known and isinstance(value, type):
                return [value]
            for inner in self.function_at(argument, at):
                if isinstance(inner.function, ast.Lambda):
                    return self.kinds(inner.function.body, inner)
                if inner.function is not None:
                    return _spread(self.declared(inner.function.returns, inner.module))
        return _spread(declared.__bound__) if declared.__bound__ else []

    def declared(self, annotation: ast.expr | None, module: types.ModuleType) -> Any:
        """What an annotation says; None when it cannot be known."""
        if annotation is None:
            return None
        text = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
        try:
            return eval(str(text), dict(vars(module)))  # noqa: S307  our own sources
        except Exception:  # noqa: BLE001  it is imported for types alone
            return None

    def _lose(self, node: ast.AST | None, at: Place, where: ast.AST | None = None) -> set[str]:
        line = getattr(where or node, "lineno", 0)
        text = ast.unparse(node) if node is not None else ""
        self.lost[f"{at.module.__name__}:{line}: {text}"] = None
        return set()


def _entered(place: Place, call: ast.Call | None, at: Place) -> Place:
    """A function as it is called from a place."""
    if call is None or place.function is None:
        return place
    arguments = place.function.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    if names and names[0] in {"self", "cls"} and place.owner is not None:
        names = names[1:]
    given = zip(names, call.args, strict=False)
    bound = {name: Bound(each, at) for name, each in given if not isinstance(each, ast.Starred)}
    bound |= {each.arg: Bound(each.value, at) for each in call.keywords if each.arg}
    return replace(place, bound=place.bound | bound)


def _place_of(value: Any, owner: type | None = None) -> Place | None:
    """The source of a function that is followed."""
    value = getattr(value, "func", value) if type(value).__name__ == "cached_property" else value
    value = value.fget if isinstance(value, property) else value
    value = getattr(value, "__func__", value)
    value = inspect.unwrap(value) if callable(value) else value
    name = getattr(value, "__module__", None) or ""
    qualified = getattr(value, "__qualname__", "")
    if not isinstance(value, types.FunctionType) or not name.startswith(FOLLOWED):
        return None
    module = sys.modules.get(name) or importlib.import_module(name)
    function = functions_in(module).get(qualified)
    if function is None:
        return None
    holder = vars(module).get(qualified.rpartition(".")[0]) if "." in qualified else None
    return Place(module, function, owner or (holder if isinstance(holder, type) else None))


def _inside(place: Place) -> Iterator[Place]:
    for node in own_nodes(place.function or tree_of(place.module)):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            inner = Place(place.module, node, place.owner, {}, place)
            yield inner
            yield from _inside(inner)


def _inner_function(name: str, at: Place | None) -> tuple[ast.FunctionDef, Place] | None:
    while at is not None:
        if at.function is not None:
            for node in own_nodes(at.function):
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    return node, at
        at = at.outer
    return None


def _parameter(name: str, at: Place) -> ast.arg | None:
    if at.function is None:
        return None
    arguments = at.function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return next((each for each in every if each.arg == name), None)


@cache
def _assignments(function: Function) -> dict[str, list[tuple[str, ast.expr]]]:  # noqa: C901  one case a form
    found: defaultdict[str, list[tuple[str, ast.expr]]] = defaultdict(list)
    for node in own_nodes(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    for name, kind, source in _unpacked(target, value):
                        found[name].append((kind, source))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name].append(("value", value))
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                found[name].append(("value", value))
            case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
                for name, kind, inner in _unpacked(target, source):
                    found[name].append(("item" if kind == "value" else "lost", inner))
            case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
                found[name].append(("value", value))
            case ast.ExceptHandler(type=ast.expr() as kind, name=str(name)):
                found[name].append(("raised", kind))
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                found[name].append(("value", value))
    return found


def _unpacked(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, "value", value
    elif isinstance(target, ast.Tuple | ast.List):
        several = value.elts if isinstance(value, ast.Tuple | ast.List) else None
        for number, each in enumerate(target.elts):
            if several is not None and len(several) == len(target.elts):
                yield from _unpacked(each, several[number])
            elif isinstance(each, ast.Name):
                place = ast.Subscript(value, ast.Constant(number), ast.Load())
                yield each.id, "value", ast.copy_location(place, value)


def _assigned(name: str, at: Place) -> list[tuple[str, ast.expr]]:
    return _assignments(at.function).get(name, []) if at.function is not None else []


def _appended(name: str, at: Place | None) -> Iterator[tuple[ast.expr, Place]]:
    while at is not None:
        for node in own_nodes(at.function) if at.function is not None else ():
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=found), attr="append" | "add"), args=[value]
                ):
                    if found == name:
                        yield value, at
        at = at.outer


def _same(one: ast.expr, other: ast.expr) -> bool:
    return ast.dump(one) == ast.dump(other)


def _constant(arguments: list[ast.expr]) -> bool:
    return all(isinstance(each, ast.Constant) for each in arguments)


def _spread(declared: Any) -> list[Any]:
    """The types of a union, without None."""
    declared = getattr(declared, "__value__", declared)
    origin = get_origin(declared)
    if origin in {Union, types.UnionType}:
        return [each for inner in get_args(declared) for each in _spread(inner)]
    if origin is typing.Annotated:
        return _spread(get_args(declared)[0])
    return [] if declared in {None, type(None)} else [declared]


def _inner(declared: Any) -> list[Any]:
    arguments = get_args(declared)
    return [each for inner in arguments if inner is not Ellipsis for each in _spread(inner)]


def _literal(declared: Any) -> set[str] | None:
    """The words of a declared Literal or enumeration, or of a union of such; None of any other type."""
    kinds = _spread(declared)
    if not kinds:
        return None
    words: set[str] = set()
    for each in kinds:
        if get_origin(each) is Literal:
            words |= {str(word) for word in get_args(each)}
        elif isinstance(each, type) and issubclass(each, enum.Enum):
            words |= {str(member.value) for member in each}
        else:
            return None
    return words


@cache
def _members(kind: type) -> dict[str, Any]:
    try:
        return typing.get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001  it names what is imported for types alone
        return {name: None for each in kind.__mro__ for name in vars(each).get("__annotations__", {})}


def _class_of(declared: Any) -> type | None:
    """The class of a declared type, without what stands in brackets."""
    declared = get_origin(declared) or declared
    return declared if isinstance(declared, type) else None


def _member_types(declared: Any, member: str) -> list[Any]:
    kind = _class_of(declared)
    if kind is None:
        return []
    hint = _members(kind).get(member)
    if isinstance(hint, TypeVar):
        named = dict(zip(getattr(kind, "__parameters__", ()), get_args(declared), strict=False))
        return _spread(named.get(hint, hint.__bound__))
    if hint is not None:
        return _spread(hint)
    getter = _property(kind, member)
    place = _place_of(getter, kind) if getter is not None else None
    if place is None or not isinstance(place.function, ast.FunctionDef):
        contract = getattr(inspect.getattr_static(kind, member, None), "contract", None)
        return [contract] if isinstance(contract, type) else []
    return _spread(Following.declared(typing.cast("Any", None), place.function.returns, place.module))


def _property(kind: type, member: str) -> Any:
    found = inspect.getattr_static(kind, member, None)
    return found if isinstance(found, property) or type(found).__name__ == "cached_property" else None


def _positions(kind: type) -> list[str]:
    if dataclasses.is_dataclass(kind):
        return [each.name for each in dataclasses.fields(kind)]
    fields = getattr(kind, "_fields", None)
    return list(fields) if fields else []


def _default_of(kind: type, member: str) -> Any:
    fields = getattr(kind, "model_fields", None)
    if isinstance(fields, dict) and member in fields:
        return fields[member].default
    if dataclasses.is_dataclass(kind):
        return next((each.default for each in dataclasses.fields(kind) if each.name == member), None)
    found = inspect.getattr_static(kind, member, None)
    return getattr(found, "default", found)
