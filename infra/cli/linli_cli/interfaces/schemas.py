"""JSON Schemas of contracts, such as generators of clients can use: names of their own, nothing that one has
to know our models for.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from linli_cli.errors import CommandError
from linli_cli.reading.messages import UNITS as UNITS_OF_DEVICES
from linli_cli.reading.messages import texts_of

Mode = Literal["validation", "serialization"]  # what we take, what we send
Wanted = tuple[type[BaseModel], Mode]
Schema = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
UNITS = UNITS_OF_DEVICES | {"_fen": "fen", "_m2": "m2", "_hours": "h", "_bytes": "byte"}
KEYWORDS = {"ge": "minimum", "le": "maximum"}  # which pydantic leaves as they are behind a validator
LONGEST_DEFAULT = 60  # characters; what is longer is read off the parts


class AsSent(GenerateJsonSchema):
    """What we take as it is declared, what we send as it is sent: without the fields that are None.

    A `default` is said in words, since generators take it for a promise that the field is there.
    """

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Schema:
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().nullable_schema(schema)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        made = super().default_schema(schema)
        default = made.pop("default", None)
        said = json.dumps(default, ensure_ascii=False)
        if self.mode == "validation" and default is not None and len(said) <= LONGEST_DEFAULT:
            made["description"] = f"{made.get('description', '')} `{said}` when left out.".strip()
        return made

    def field_is_required(self, field: Any, total: bool) -> bool:
        if self.mode == "validation":
            return super().field_is_required(field, total)
        inner = field["schema"]
        while inner["type"] == "default":
            inner = inner["schema"]
        return inner["type"] != "nullable" and "serialization_exclude_if" not in field

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  of a field: its name is enough
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        """Each member says what its contract's docstring says of it, and its unit."""
        made = super().model_schema(schema)
        texts = texts_of(schema["cls"])
        for name, part in made.get("properties", {}).items():
            made["properties"][name] = part | described(name, part, texts.get(name, ""))
        return made

    def tuple_schema(self, schema: core_schema.TupleSchema) -> Schema:
        """A pair of the same kind is a list of two: what counts positions is known to few."""
        made = super().tuple_schema(schema)
        kinds = made.get("prefixItems", [])
        if kinds and all(each == kinds[0] for each in kinds):
            del made["prefixItems"]
            made["items"] = kinds[0]
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> Schema:
        """The values stand where generators look, whatever form the keys have."""
        made = super().dict_schema(schema)
        for pattern, values in made.pop("patternProperties", {}).items():
            made |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
        return made


class AsTold(AsSent):
    """What devices and services tell each other: what is None is said as null, and who reads passes over what
    it does not know.
    """

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Schema:
        return GenerateJsonSchema.nullable_schema(self, schema)

    def field_is_required(self, field: Any, total: bool) -> bool:
        if self.mode == "validation":
            return super().field_is_required(field, total)
        return "serialization_exclude_if" not in field

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        made = super().model_schema(schema)
        if made.get("additionalProperties") is False:
            del made["additionalProperties"]
        return made


def described(name: str, part: Schema, text: str) -> Schema:
    """What a member is: in words, and in which unit its name says it is."""
    unit = next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")
    words = " ".join(filter(None, (text and f"{text[0].upper()}{text[1:]}.", part.get("description"))))
    return {**({"description": words} if words else {}), **({"x-unit": unit} if unit else {})}


def schemas_of(
    wanted: Iterable[Wanted], form: type[AsSent] = AsSent
) -> tuple[dict[Wanted, Schema], dict[str, Schema]]:
    """A reference to the schema of each contract, as taken or as sent, and all the schemas by their names.

    Raises CommandError when two would have the same name.
    """
    ordered = sorted(set(wanted), key=lambda one: (one[0].__module__, one[0].__name__, one[1]))
    made, definitions = models_json_schema(ordered, ref_template=REFERENCE, schema_generator=form)
    given = definitions.get("$defs", {})
    names = {name: named(name) for name in given}
    twice = [name for name, times in Counter(names.values()).items() if times > 1]
    if twice:
        raise CommandError(f"two contracts would be called {twice[0]} in the documents: rename one")
    components = {
        names[name]: renamed(schema, names) | {"title": names[name]} for name, schema in given.items()
    }
    return {one: renamed(made[one], names) for one in ordered}, dict(sorted(components.items()))


def named(name: str) -> str:
    """A name without dashes, dots and modules: `functions__care__alert__models__Line-Input` is
    `CareLineInput`.
    """
    whole, _, mode = name.partition("-")
    *modules, own = whole.split("__")
    service = modules[1].capitalize() if len(modules) > 1 else ""
    return re.sub(r"\W|_", "", f"{service}{own}{mode}")


def renamed(schema: Any, names: dict[str, str]) -> Any:
    """A schema whose references name what they mean as `names` has it, in JSON Schema's own words."""
    if isinstance(schema, list):
        return [renamed(each, names) for each in schema]
    if not isinstance(schema, dict):
        return schema
    words: dict[str, str] = KEYWORDS if isinstance(schema.get("type"), str) else {}
    made = {words.get(str(key), str(key)): renamed(each, names) for key, each in schema.items()}
    if isinstance(made.get("$ref"), str):
        made["$ref"] = REFERENCE.format(model=names[name_of(made)])
    return made


def name_of(reference: Schema) -> str:
    """What a reference to a schema names."""
    return str(reference["$ref"]).rpartition("/")[2]


def without_null(schema: Schema) -> Schema:
    """A schema of what cannot be null where it stands: a parameter is there or not."""
    kinds = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if "anyOf" not in schema or len(kinds) == len(schema["anyOf"]):
        return schema
    rest = {key: each for key, each in schema.items() if key != "anyOf"}
    return {**kinds[0], **rest} if len(kinds) == 1 else {**rest, "anyOf": kinds}


def alone(name: str, components: dict[str, Schema]) -> Schema:
    """A schema with all that it refers to inside of it, in JSON Schema 2020-12."""
    defined: dict[str, Schema] = {}
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in defined:
            defined[each] = components[each]
            waiting += referred(components[each])
    inside = {each: _inside(defined[each]) for each in sorted(defined) if each != name}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:linli:schema:{name}",
        **_inside(defined[name]),
        **({"$defs": inside} if inside else {}),
    }


def referred(schema: Any) -> list[str]:
    """The names that a schema refers to."""
    if isinstance(schema, list):
        return [name for each in schema for name in referred(each)]
    if not isinstance(schema, dict):
        return []
    own = [str(schema["$ref"]).rpartition("/")[2]] if "$ref" in schema else []
    return [*own, *(name for each in schema.values() for name in referred(each))]


def _inside(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_inside(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _inside(each) for key, each in schema.items()}
    return made | {"$ref": f"#/$defs/{name_of(schema)}"} if isinstance(schema.get("$ref"), str) else made
