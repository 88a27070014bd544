"""What a community may set for a service, from the model of its part of the policies."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from functions.directory.policies import CommunityPolicies
from linli_cli.layout import ROOT
from linli_cli.reading.messages import may_be, texts_of
from linli_cli.reading.tables import table

LONGEST_DEFAULT = 60


def policies(service: str, _root: Path = ROOT) -> str:
    """Every setting of a service: what it may be, what it is where nobody set it, what it does."""
    part = CommunityPolicies.model_fields[service].annotation
    assert isinstance(part, type)  # noqa: S101  each part is a contract
    assert issubclass(part, BaseModel)  # noqa: S101
    return table(("setting", "what it may be", "unless set", "what it does"), _lines(part, ""))


def _lines(model: type[BaseModel], before: str) -> Iterator[tuple[str, ...]]:
    schema = model.model_json_schema()
    texts = texts_of(model)
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _lines(inner, f"{before}{name}.")
            continue
        default = field.get_default(call_default_factory=True) if not field.is_required() else None
        allowed = may_be(name, schema["properties"][name], schema)
        yield f"`{before}{name}`", allowed, _shown(default), texts.get(name, "")


def _shown(default: Any) -> str:
    text = to_json(default).decode().replace("|", "\\|")
    if default is None:
        return "nothing"
    return f"`{text}`" if len(text) <= LONGEST_DEFAULT else "a list"
