"""Expressions of DynamoDB: what its grammar has, and what a request is refused for before any item is read.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html

The words of the refusals are those of DynamoDB Local, which AWS builds from the same parser.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from ministack.services import dynamodb

MAX_OPERATORS = 300
MAX_IN = 100
COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
JOINING = ("AND", "OR", "NOT")
WORDS_BETWEEN = {*JOINING, "BETWEEN", "IN"}
OPERATORS = {*COMPARATORS, *WORDS_BETWEEN, "+", "-"}
SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")
PREDICATES = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}
IN_CONDITIONS = {**PREDICATES, "size": 1}
IN_UPDATES = {"if_not_exists": 2, "list_append": 2}
OF_A_PATH = {"attribute_exists", "attribute_not_exists", "if_not_exists"}
DISTINCT = {*COMPARATORS, "BETWEEN", "IN", "begins_with", "contains", "attribute_type", "if_not_exists"}
TYPES = {"S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M"}
ORDERED, SETS = {"S", "N", "B"}, {"SS", "NS", "BS"}
TAKEN = {  # operator: the types that a literal operand of it may have
    **dict.fromkeys(("<", "<=", ">", ">=", "BETWEEN"), ORDERED),
    "begins_with": {"S", "B"},
    "attribute_type": {"S"},
    "size": TYPES - {"N", "BOOL", "NULL"},
    "list_append": {"L"},
    "+": {"N"},
    "-": {"N"},
    "ADD": {"N", *SETS},
    "DELETE": SETS,
}
TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z]\w*)|(?P<name>#\w+)|(?P<value>:\w+)|(?P<number>0|[1-9]\d*)"
    r"|(?P<sign><>|<=|>=|[-+=<>(),.\[\]])|(?P<other>\S))",
    re.ASCII,
)
PLACEHOLDER = re.compile(r"[#:]\w+", re.ASCII)


class Refused(ValueError):
    """What AWS answers a ValidationException for."""


@dataclass(frozen=True)
class Path:
    """As it is written: attributes and `#placeholders`, numbers of list elements."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True)
class Value:
    placeholder: str


@dataclass(frozen=True)
class Call:
    """A function or an operator, with what it is asked of."""

    operator: str
    operands: tuple["Node", ...]


Node = Path | Value | Call


@dataclass(frozen=True)
class Change:
    """One action of an update expression; REMOVE has no value."""

    section: str
    path: Path
    value: Node | None = None


class Reader:
    """Reads one expression; refuses it at the first token that the grammar does not have there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [
            (
                str(found.lastgroup),
                found[str(found.lastgroup)],
                found.start(str(found.lastgroup)),
                found.end(),
            )
            for found in TOKEN.finditer(text)
        ]
        self.at = 0
        self.group: tuple[int, int] | None = None
        self.calls = 0

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        index = self.at + ahead
        return self.tokens[index][:2] if index < len(self.tokens) else ("end", "<EOF>")

    def fail(self) -> Refused:
        around = self.tokens[max(self.at - 1, 0) : self.at + 2]
        near = self.text[around[0][2] : around[-1][3]] if around else ""
        return Refused(f'Syntax error; token: "{self.peek()[1]}", near: "{near}"')

    def sees(self, *texts: str) -> bool:
        kind, text = self.peek()
        return (kind == "sign" and text in texts) or (kind == "word" and text.upper() in texts)

    def takes(self, *texts: str) -> str | None:
        """The next token in capitals, if it is one of these."""
        if not self.sees(*texts):
            return None
        self.at += 1
        return self.tokens[self.at - 1][1].upper()

    def wants(self, text: str) -> None:
        if not self.takes(text):
            raise self.fail()

    def take_kind(self, *kinds: str) -> str:
        kind, text = self.peek()
        if kind not in kinds or (kind == "word" and text.upper() in WORDS_BETWEEN):
            raise self.fail()
        self.at += 1
        return text

    def whole(self, read: Callable[[], Any]) -> Any:
        try:
            found = read()
        except RecursionError:
            raise Refused("The expression is nested too deeply") from None
        if self.peek()[0] != "end":
            raise self.fail()
        return found

    def path(self) -> Path:
        parts: list[str | int] = [self.take_kind("word", "name")]
        while sign := self.takes(".", "["):
            if sign == ".":
                parts.append(self.take_kind("word", "name"))
            else:
                parts.append(int(self.take_kind("number")))
                self.wants("]")
        return Path(tuple(parts))

    def operand(self) -> Node:
        kind, text = self.peek()
        if kind == "value":
            return Value(self.take_kind("value"))
        if kind == "word" and text.upper() not in WORDS_BETWEEN and self.peek(1) == ("sign", "("):
            self.at += 1
            return self.call(text, self.arguments())
        return self.path()

    def arguments(self) -> tuple[Node, ...]:
        self.wants("(")
        found = tuple(self.listed(self.operand))
        self.wants(")")
        return found

    def listed(self, read: Callable[[], Any]) -> list[Any]:
        found = [read()]
        while self.takes(","):
            found.append(read())
        return found

    def call(self, operator: str, operands: tuple[Node, ...]) -> Call:
        self.calls += 1
        if self.calls > MAX_OPERATORS:
            raise Refused(f"The expression contains too many operators; operator count: {self.calls}")
        return Call(operator, operands)

    def grouped(self, read: Callable[[], Node]) -> Node:
        """What is in the parentheses, of which one has been taken."""
        start = self.at
        found = read()
        if self.group == (start, self.at):
            raise Refused("The expression has redundant parentheses;")
        self.wants(")")
        self.group = (start - 1, self.at)
        return found

    def condition(self) -> Node:
        return self.joined("OR", lambda: self.joined("AND", self.negation))

    def joined(self, word: str, read: Callable[[], Node]) -> Node:
        left = read()
        while self.takes(word):
            left = self.call(word, (left, read()))
        return left

    def negation(self) -> Node:
        return self.call("NOT", (self.negation(),)) if self.takes("NOT") else self.term()

    def term(self) -> Node:
        if self.takes("("):
            return self.grouped(self.condition)
        left = self.operand()
        if comparator := self.takes(*COMPARATORS):
            return self.call(comparator, (left, self.operand()))
        if self.takes("BETWEEN"):
            low = self.operand()
            self.wants("AND")
            return self.call("BETWEEN", (left, low, self.operand()))
        if self.takes("IN"):
            return self.call("IN", (left, *self.arguments()))
        if isinstance(left, Call):
            return left
        raise self.fail()

    def update(self) -> tuple[Change, ...]:
        changes: list[Change] = []
        while not changes or self.peek()[0] != "end":
            section = self.takes(*SECTIONS)
            if section is None:
                raise self.fail()
            if any(change.section == section for change in changes):
                raise Refused(f'The "{section}" section can only be used once in an update expression;')
            changes += self.listed(lambda: self.change(section))  # noqa: B023 - called at once
        return tuple(changes)

    def change(self, section: str) -> Change:
        path = self.path()
        if section == "SET":
            self.wants("=")
            return Change(section, path, self.amount())
        return Change(section, path, None if section == "REMOVE" else Value(self.take_kind("value")))

    def amount(self) -> Node:
        left = self.addend()
        sign = self.takes("+", "-")
        return self.call(sign, (left, self.addend())) if sign else left

    def addend(self) -> Node:
        return self.grouped(self.amount) if self.takes("(") else self.operand()

    def projection(self) -> tuple[Path, ...]:
        return tuple(self.listed(self.path))


@lru_cache(4096)
def condition(text: str) -> Node:
    reader = Reader(text)
    found: Node = reader.whole(reader.condition)
    return found


@lru_cache(4096)
def update(text: str) -> tuple[Change, ...]:
    reader = Reader(text)
    found: tuple[Change, ...] = reader.whole(reader.update)
    return found


@lru_cache(4096)
def projection(text: str) -> tuple[Path, ...]:
    reader = Reader(text)
    found: tuple[Path, ...] = reader.whole(reader.projection)
    return found


def parts_of(node: Node) -> Iterator[Node]:
    """A node and all that is in it."""
    yield node
    if isinstance(node, Call):
        for operand in node.operands:
            yield from parts_of(operand)


def shown(path: Iterable[str | int]) -> str:
    return "[" + ", ".join(f"[{part}]" if isinstance(part, int) else part for part in path) + "]"


def refuse_overlaps(paths: Iterable[tuple[str | int, ...]]) -> None:
    """Two paths of one expression may not be, or lie in, one another, nor make a map a list."""
    for one, two in combinations(paths, 2):
        common = min(len(one), len(two))
        parting = next((at for at in range(common) if one[at] != two[at]), common)
        if parting == common:
            how = "overlap"
        elif type(one[parting]) is not type(two[parting]):
            how = "conflict"
        else:
            continue
        raise Refused(
            f"Two document paths {how} with each other; must remove or rewrite one of these paths; "
            f"path one: {shown(one)}, path two: {shown(two)}"
        )


def name_error(name: str) -> str | None:
    return None if name else "Empty attribute name"


def value_error(value: Any) -> str | None:
    """What is wrong with a value, at whatever depth."""
    if has_empty_names(value):
        return "Empty attribute name"
    error = dynamodb._validate_attribute_value("", value)
    return str(json.loads(error[2])["message"]) if error else None


def has_empty_names(value: Any) -> bool:
    """Whether a map in a value, or an item, has an attribute without a name."""
    if isinstance(value, list):
        return any(map(has_empty_names, value))
    return isinstance(value, dict) and ("" in value or any(map(has_empty_names, value.values())))


class Request:
    """The expressions of one request, or of one action of a transaction, with their placeholders."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.names: dict[str, str] = request.get("ExpressionAttributeNames") or {}
        self.values: dict[str, dict[str, Any]] = request.get("ExpressionAttributeValues") or {}
        self.used: set[str] = set()

    def check(self) -> None:
        """Raises Refused."""
        self.check_placeholders()
        checks: dict[str, Callable[[str], None]] = {
            "ConditionExpression": self.check_condition,
            "FilterExpression": self.check_condition,
            "KeyConditionExpression": self.check_key_condition,
            "UpdateExpression": self.check_update,
            "ProjectionExpression": self.check_projection,
        }
        found = {slot: self.request[slot] for slot in checks if isinstance(self.request.get(slot), str)}
        for slot, text in found.items():
            try:
                if not text.strip():
                    raise Refused("The expression can not be empty;")  # noqa: TRY301 - told as all others
                checks[slot](text)
            except Refused as refused:
                raise Refused(f"Invalid {slot}: {refused}") from None
        for field, placeholders in (("Names", self.names), ("Values", self.values)):
            if placeholders and not found:
                raise Refused(f"ExpressionAttribute{field} can only be specified when using expressions")
            if unused := placeholders.keys() - self.used:
                keys = ", ".join(sorted(unused))
                raise Refused(
                    f"Value provided in ExpressionAttribute{field} unused in expressions: keys: {{{keys}}}"
                )

    def check_placeholders(self) -> None:
        for field, mark, placeholders in (("Names", "#", self.names), ("Values", ":", self.values)):
            if self.request.get(f"ExpressionAttribute{field}") == {}:
                raise Refused(f"ExpressionAttribute{field} must not be empty")
            for key, value in placeholders.items():
                if not (PLACEHOLDER.fullmatch(key) and key[0] == mark):
                    raise Refused(
                        f'ExpressionAttribute{field} contains invalid key: Syntax error; key: "{key}"'
                    )
                if why := name_error(value) if mark == "#" else value_error(value):
                    raise Refused(f"ExpressionAttribute{field} contains invalid value: {why} for key {key}")

    def resolved(self, path: Path) -> tuple[str | int, ...]:
        """A path as it is in an item."""
        return tuple(part if isinstance(part, int) else self.attribute(part) for part in path.parts)

    def attribute(self, part: str) -> str:
        if part.startswith("#"):
            self.used.add(part)
            if part not in self.names:
                raise Refused(
                    "An expression attribute name used in the document path is not defined; "
                    f"attribute name: {part}"
                )
            return self.names[part]
        if part.upper() in dynamodb.AWS_KEYWORDS:
            raise Refused(f"Attribute name is a reserved keyword; reserved keyword: {part}")
        return part

    def type_of(self, value: Value) -> str:
        self.used.add(value.placeholder)
        if value.placeholder not in self.values:
            raise Refused(
                "An expression attribute value used in expression is not defined; "
                f"attribute value: {value.placeholder}"
            )
        return next(iter(self.values[value.placeholder]), "")

    def check_condition(self, text: str) -> None:
        root = condition(text)
        self.check_node(root, IN_CONDITIONS, "a condition")
        self.check_whole(root)

    def check_whole(self, node: Node) -> None:
        """What is joined must be true or false, and so must be the whole."""
        if isinstance(node, Call) and node.operator in JOINING:
            for operand in node.operands:
                self.check_whole(operand)
        elif isinstance(node, Call) and node.operator == "size":
            raise Refused("The function is not allowed to be used this way in an expression; function: size")

    def check_key_condition(self, text: str) -> None:
        self.check_condition(text)
        for clause in self.clauses(condition(text)):
            if clause.operator not in ("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"):
                raise Refused(f"Invalid operator used in KeyConditionExpression: {clause.operator}")
            if any(isinstance(operand, Call) for operand in clause.operands):
                raise Refused("KeyConditionExpressions cannot contain nested operations")
            if sum(isinstance(operand, Path) for operand in clause.operands) > 1:
                raise Refused("Multiple attribute names used in one condition")

    def clauses(self, node: Node) -> Iterator[Call]:
        if isinstance(node, Call) and node.operator == "AND":
            for operand in node.operands:
                yield from self.clauses(operand)
        elif isinstance(node, Call):
            yield node

    def check_update(self, text: str) -> None:
        changes = update(text)
        for change in changes:
            if change.value is not None:
                self.check_node(change.value, IN_UPDATES, "an update")
                self.check_types(change.section, [change.value])
        refuse_overlaps([self.resolved(change.path) for change in changes])

    def check_projection(self, text: str) -> None:
        refuse_overlaps([self.resolved(path) for path in projection(text)])

    def check_node(self, node: Node, functions: dict[str, int], where: str) -> None:
        if isinstance(node, Path):
            self.resolved(node)
        elif isinstance(node, Value):
            self.type_of(node)
        else:
            if node.operator not in OPERATORS:
                check_function(node, functions, where)
            for operand in node.operands:
                if (
                    isinstance(operand, Call)
                    and operand.operator in PREDICATES
                    and node.operator not in JOINING
                ):
                    raise Refused(
                        "The function is not allowed to be used this way in an expression; "
                        f"function: {operand.operator}"
                    )
                self.check_node(operand, functions, where)
            self.check_operands(node)

    def check_operands(self, node: Call) -> None:
        first, *others = node.operands
        if node.operator in OF_A_PATH and not isinstance(first, Path):
            raise Refused(
                f"Operator or function requires a document path; operator or function: {node.operator}"
            )
        if node.operator in DISTINCT and isinstance(first, Path):
            here = self.resolved(first)
            if any(isinstance(other, Path) and self.resolved(other) == here for other in others):
                raise Refused(
                    "The first operand must be distinct from the remaining operands for this operator or "
                    f"function; operator: {node.operator}, first operand: {shown(here)}"
                )
        self.check_types(node.operator, node.operands)
        if node.operator == "IN" and len(others) > MAX_IN:
            raise Refused(
                f"The IN operator is provided with too many operands; number of operands: {len(others)}"
            )
        if node.operator == "BETWEEN":
            self.check_bounds(*others)
        if node.operator == "attribute_type" and isinstance(others[0], Value):
            wanted = self.values[others[0].placeholder]["S"]
            if wanted not in TYPES:
                raise Refused(f"Invalid attribute type name found; type: {wanted}")

    def check_types(self, operator: str, operands: Iterable[Node]) -> None:
        for operand in operands:
            if not isinstance(operand, Value) or operator not in TAKEN:
                continue
            if (found := self.type_of(operand)) not in TAKEN[operator]:
                raise Refused(
                    "Incorrect operand type for operator or function; "
                    f"operator or function: {operator}, operand type: {found}"
                )

    def check_bounds(self, low: Node, high: Node) -> None:
        if not isinstance(low, Value) or not isinstance(high, Value):
            return
        if self.type_of(low) != self.type_of(high):
            raise Refused("The BETWEEN operator requires same data type for lower and upper bounds")
        if dynamodb._between_bounds_error(self.values[low.placeholder], self.values[high.placeholder]):
            raise Refused(
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
            )


def check_function(call: Call, functions: dict[str, int], where: str) -> None:
    """That there is such a function, that it may stand here, and that it is asked of as many as it takes."""
    if call.operator not in {**IN_CONDITIONS, **IN_UPDATES}:
        raise Refused(f"Invalid function name; function: {call.operator}")
    if call.operator not in functions:
        raise Refused(f"The function is not allowed in {where} expression; function: {call.operator}")
    if len(call.operands) != functions[call.operator]:
        raise Refused(
            "Incorrect number of operands for operator or function; "
            f"operator or function: {call.operator}, number of operands: {len(call.operands)}"
        )
