"""What makes no sense in a device's message: an odd optional member, or an unknown one, costs no other.

A sensor with a battery of 255 % lives all the same. An optional member that makes no sense is left out, named
in the answer and counted; a required one refuses the message, and so does one that is `MEANT`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, from_json, to_json

from linli.contracts import Contract

ROUNDS = 4  # what is left out may show what else is odd; then it is enough
MOST_NAMED = 20
LONGEST_NAME = 64
UNKNOWN = "extra_forbidden"


@dataclass(frozen=True, slots=True)
class Meant:
    """Marks an optional member without which the message would say something else: who, which, when, whether.

    Nonsense in it refuses the message: `offline: "yes"` must not become a question at the door.
    """


MEANT = Meant()

Document = TypeVar("Document", bound=Contract)
Path = tuple[str | int, ...]


def read(model: type[Document], text: bytes | str) -> tuple[Document, tuple[str, ...]]:
    """The document in a JSON text, and the names of the members that were left out to read it.

    Raises ValidationError when what is odd may not be left out.
    """
    try:
        return model.model_validate_json(text), ()
    except ValidationError as error:
        return _without_odd_ones(model, text, error)


def _without_odd_ones(
    model: type[Document], text: bytes | str, first: ValidationError
) -> tuple[Document, tuple[str, ...]]:
    document = _parsed(text, first)
    left_out: dict[Path, None] = {}
    error = first
    for _ in range(ROUNDS):
        paths = [_odd(model, each) for each in _errors(error)]
        odd = [path for path in paths if path is not None and _remove(document, path)]
        if None in paths or not odd:
            break
        left_out |= dict.fromkeys(odd)
        try:
            return model.model_validate_json(to_json(document)), tuple(_names(left_out))
        except ValidationError as again:
            error = again
    only_unknown = all(each["type"] == UNKNOWN for each in _errors(first))
    raise error if only_unknown else first


def _parsed(text: bytes | str, error: ValidationError) -> Any:
    try:
        return from_json(text)
    except ValueError:
        raise error from None


def _errors(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _odd(model: type[BaseModel], error: ErrorDetails) -> Path | None:
    """The innermost member around an error that may be left out."""
    location, found = error["loc"], None
    inside: type[BaseModel] | None = model
    for depth, step in enumerate(location, start=1):
        if isinstance(step, int):
            continue
        field = inside.model_fields.get(step) if inside else None
        if field is None:
            return location if error["type"] == UNKNOWN else found
        if not field.is_required() and MEANT not in field.metadata:
            found = location[:depth]
        inside = _model_in(field)
    return found


def _model_in(field: FieldInfo) -> type[BaseModel] | None:
    return next(_models(field.annotation), None)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _remove(document: Any, path: Path) -> bool:
    """Take a member out; false when it is not there."""
    *around, name = path
    for step in around:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(document, dict) and document.pop(name, document) is not document


def _names(paths: Sequence[Path] | dict[Path, None]) -> list[str]:
    """What is told of them: names are somebody's text, and there may be many."""
    return [".".join(map(str, path))[:LONGEST_NAME] for path in paths][:MOST_NAMED]
