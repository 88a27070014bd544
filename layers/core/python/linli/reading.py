"""Reading what code has written that may be newer than the reader: what it does not know is not its business.

Unknown members are ignored at every depth. A word that the reader does not know, where one of a list of words
is expected, counts as not said. Anything else that makes no sense is an error.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from linli.contracts import Contract

Document = TypeVar("Document", bound=Contract)
UNKNOWN_WORD = "literal_error"


def read_as(contract: type[Document], text: str | bytes) -> Document:
    """The contract in JSON text, without the members that it does not know. Raises ValidationError."""
    return contract.model_validate_json(text, extra="ignore")


def understood(contract: type[Document], told: Mapping[str, Any]) -> tuple[Document, list[str]]:
    """What a reader makes of a document of optional members, and the places that it left out for a word.

    Where leaving a word out makes no sense, the member that holds it goes too. Raises ValidationError.
    """
    document, left_out = from_json(to_json(told)), list[str]()
    while True:
        try:
            return read_as(contract, to_json(document)), left_out
        except ValidationError as error:
            places = [each["loc"] for each in error.errors() if _of_a_word(each, left_out)]
            if not places:
                raise
            gone = _without(document, places[0]) if places[0] else sorted(document)
            if not gone:
                raise
            if places[0]:
                left_out.append(".".join(map(str, gone)))
            else:
                left_out += gone
                document = {}


def _of_a_word(error: Mapping[str, Any], left_out: Sequence[str]) -> bool:
    """Whether an error is an unknown word, or follows from one that was left out inside of it."""
    inside = "".join(f"{step}." for step in error["loc"])
    return error["type"] == UNKNOWN_WORD or any(f"{place}.".startswith(inside) for place in left_out)


def _without(document: Any, place: Sequence[Any]) -> list[Any]:
    """Remove the innermost member of `document` that stands on the way to `place`; returns where it was."""
    way: list[tuple[Any, Any]] = []
    node = document
    for step in place:
        members = range(len(node)) if isinstance(node, list) else node
        if not isinstance(node, dict | list) or step not in members:
            break
        way.append((node, step))
        node = node[step]
    if way:
        holder, step = way[-1]
        del holder[step]
    return [step for _, step in way]
