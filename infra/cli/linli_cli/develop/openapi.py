"""The command `openapi`: one OpenAPI 3.1 document of all services, made from their declared routes."""

import inspect
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, get_args, get_type_hints

import typer
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from linli.contracts import Contract
from linli.errors import PROBLEM_PREFIX
from linli.http import LONGEST_KEY, Nothing, Route, media_types
from linli.ids import ID_PATTERN
from linli.public_routes import PublicRoute
from linli_cli.cloud import LOCAL
from linli_cli.deploy.deploying import Profile
from linli_cli.deploy.stacks import http_urls
from linli_cli.develop.actions import app_of, routes
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, projects
from linli_cli.local import engines

REFERENCE = "#/components/schemas/{model}"
ABOUT = (
    "Each tag is a service with a base URL of its own: `linli urls`. Another tenant's object answers as a "
    "missing one does. A list ends where `next_cursor` is absent. Times are RFC 3339 in UTC."
)
WRONG_FIELD = {
    "type": "object",
    "description": "What is wrong with a field.",
    "required": ["field", "code", "message"],
    "properties": {
        "field": {"type": "string"},
        "code": {"type": "string"},
        "parameters": {"type": "object", "additionalProperties": True},
        "message": {"type": "string"},
    },
}
PROBLEM = {
    "type": "object",
    "description": (
        "RFC 9457. `title`, `detail` and the `message` of a field are in the language of `Accept-Language` "
        "(en, zh-CN); `instance` is the id to report it by."
    ),
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "pattern": f"^{PROBLEM_PREFIX}"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "What went wrong, for programs; `detail` is its sentence."},
        "parameters": {
            "type": "object",
            "description": "What stands in the sentence.",
            "additionalProperties": True,
        },
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "array", "items": WRONG_FIELD},
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and request is the same creation, for 48 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}
NOWHERE: Mapping[str, str] = MappingProxyType({})
Answers = tuple[type[Contract], ...]  # none: 204; several: one of them
Schemas = dict[Any, dict[str, Any]]


class AsSent(GenerateJsonSchema):
    """What we take as it is declared, what we send as it is sent: without the fields that are None."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().nullable_schema(schema)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        made = super().default_schema(schema)
        if self.mode == "serialization" and made.get("default", made) is None:
            del made["default"]
        return made

    def field_is_required(self, field: Any, total: bool) -> bool:
        inner = field["schema"]
        while inner["type"] == "default":
            inner = inner["schema"]
        nullable = inner["type"] == "nullable"
        return super().field_is_required(field, total) and not (nullable and self.mode == "serialization")


def openapi(
    out: Annotated[Path | None, typer.Option("--out", help="Write it there instead of printing it.")] = None,
    stage: Annotated[
        str | None,
        typer.Option("--stage", "-s", help="Whose URLs to name; else the local cloud's while it runs."),
    ] = None,
    profile: Profile = None,
) -> None:
    """Print the OpenAPI document of all services."""
    text = json.dumps(document(urls=urls_of(stage, profile)), indent=2, ensure_ascii=False) + "\n"
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


def urls_of(stage: str | None, profile: str | None) -> dict[str, str]:
    """The base URL of each service of a stage; none when no stage is asked for and none runs here."""
    if stage is None and engines.local_cloud().status().condition != "running":
        return {}
    return http_urls(stage or LOCAL, profile)


def document(root: Path = ROOT, urls: Mapping[str, str] = NOWHERE) -> dict[str, Any]:
    """The whole document; `urls`: where each service is served, if known.

    Raises CommandError when two services declare the same route.
    """
    declared = [
        (project, *found) for project in sorted(projects(root)) for found in declarations(project, root)
    ]
    models: set[tuple[type[Contract], Any]] = set()
    for _, route, answers, _ in declared:
        models |= {(model, "validation") for model in (route.body, route.query) if model is not Nothing}
        models |= {(answer, "serialization") for answer in answers}
    ordered = sorted(models, key=lambda one: (one[0].__module__, one[0].__name__, one[1]))
    schemas, definitions = models_json_schema(ordered, ref_template=REFERENCE, schema_generator=AsSent)
    components = {**definitions.get("$defs", {}), "Problem": PROBLEM}
    paths: dict[str, dict[str, Any]] = {}
    for service, route, answers, keyed in declared:
        operations = paths.setdefault(route.path, {})
        if route.method.lower() in operations:
            raise CommandError(f"two services declare {route.method} {route.path}")
        made = operation(service, route, answers, schemas, components)
        if keyed:
            made["parameters"].append({**IDEMPOTENCY_KEY, "required": route.needs_key})
        operations[route.method.lower()] = served(made, urls.get(service))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Linli 邻里", "version": project["version"], "description": ABOUT},
        "tags": [{"name": service} for service in sorted({service for service, *_ in declared})],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "responses": {
                "Problem": {
                    "description": "What went wrong, and whether another try helps.",
                    "content": {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                }
            },
            "schemas": components,
        },
    }


def declarations(service: str, root: Path) -> list[tuple[Route, Answers, bool]]:
    """The routes of a service, with the contracts that each view's annotation promises, none for 204, and
    whether it goes by the caller's key; others know a repeat by what it says.
    """
    found = []
    for entry in routes(app_of(service, root)):
        held = inspect.getclosurevars(entry.view_function).nonlocals
        if isinstance(held["declared"], PublicRoute):
            continue  # a protocol of others, with a description of its own
        answer = get_type_hints(held["view"])["return"]
        several = get_args(answer) if isinstance(answer, UnionType) else (answer,)
        answers = tuple(each for each in several if each is not NoneType)
        keyed = "creation" in held["view"].__code__.co_names
        found.append((held["declared"], answers, keyed))
    return found


def operation(
    service: str, route: Route, answers: Answers, schemas: Schemas, components: dict[str, Any]
) -> dict[str, Any]:
    """One operation."""
    roles = ", ".join(sorted(route.permission.roles))
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": f"Needs `{route.permission.name}`, which these roles have: {roles}.",
        "tags": [service],
        "parameters": [*path_parameters(route), *query_parameters(route, schemas, components)],
        "responses": {
            **good(route, answers, schemas),
            "4XX": {"$ref": "#/components/responses/Problem"},
            "5XX": {"$ref": "#/components/responses/Problem"},
        },
    }
    if route.body is not Nothing:
        schema = schemas[(route.body, "validation")]
        required = any(field.is_required() for field in route.body.model_fields.values())
        content = {kind: {"schema": schema} for kind in media_types(route)}
        made["requestBody"] = {"required": required, "content": content}
    return made


def served(made: dict[str, Any], url: str | None) -> dict[str, Any]:
    """An operation with where it is served."""
    return {**made, "servers": [{"url": url}]} if url else made


def good(route: Route, answers: Answers, schemas: Schemas) -> dict[str, Any]:
    """The answer when all went well."""
    if not answers:
        return {"204": {"description": "Done."}}
    found = [schemas[(answer, "serialization")] for answer in answers]
    described = " Or: ".join(filter(None, map(inspect.getdoc, answers))) or route.summary
    content = {"application/json": {"schema": found[0] if len(found) == 1 else {"anyOf": found}}}
    return {str(route.status): {"description": described, "content": content}}


def path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": ID_PATTERN}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def query_parameters(route: Route, schemas: Schemas, components: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is Nothing:
        return []
    name = schemas[(route.query, "validation")]["$ref"].rpartition("/")[2]
    return [
        {
            "name": field,
            "in": "query",
            "required": field in components[name].get("required", []),
            "schema": schema,
        }
        for field, schema in components[name]["properties"].items()
    ]
