"""Changing a document that holds just what was set, by a JSON merge patch (RFC 7396)."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import Field, create_model
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from linli.contracts import Contract

Document = dict[str, Any]
MEDIA_TYPE = "application/merge-patch+json"


@cache
def patch_of(contract: type[Contract]) -> type[Contract]:
    """The contract of a patch of `contract`: any of its members, or null to take back what was set.

    Rules between members are for what comes of it: `contract` judges that.
    """
    unset = Field(default=None, json_schema_extra=_without_default)
    fields: dict[str, Any] = {
        name: (_patched(field) | None, unset) for name, field in contract.model_fields.items()
    }
    return create_model(f"{contract.__name__}Patch", __base__=Contract, __doc__=contract.__doc__, **fields)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)  # to say nothing is not to say null


def _patched(field: FieldInfo) -> Any:
    inner = _contract_of(field)
    if inner:
        return patch_of(inner)
    if get_origin(field.annotation) is dict:
        key, value = get_args(field.annotation)
        return dict[key, value | None]  # type: ignore[valid-type]
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _contract_of(field: FieldInfo) -> type[Contract] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Contract) else None


def merged(contract: type[Contract], standing: Mapping[str, Any], patch: Mapping[str, Any]) -> Document:
    """What is set of `contract` after `patch`, which is a patch of it.

    A patch changes what people see: a mapping of which nothing was set is its default before it is changed.
    """
    after = dict(standing)
    for name, value in patch.items():
        field = contract.model_fields[name]
        inner = _contract_of(field)
        if value is None:
            after.pop(name, None)
        elif inner:
            after[name] = merged(inner, standing.get(name, {}), value)
            if not after[name]:
                del after[name]
        elif isinstance(value, dict):
            before = standing.get(name, to_jsonable_python(field.get_default(call_default_factory=True)))
            changed = before | value
            after[name] = {key: each for key, each in changed.items() if each is not None}
        else:
            after[name] = value
    return after
