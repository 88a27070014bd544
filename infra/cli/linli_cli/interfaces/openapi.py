"""The command `openapi`: one OpenAPI 3.1 document of all services, made from their declared routes."""

import inspect
import json
import re
import tomllib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_type_hints

import typer

from linli.contracts import Contract
from linli.etags import Tagged
from linli.http import LONGEST_KEY, Nothing, Route, media_types
from linli.ids import ID_PATTERN
from linli.public_routes import PublicRoute
from linli_cli.develop.actions import app_of, routes
from linli_cli.errors import CommandError
from linli_cli.interfaces import examples
from linli_cli.interfaces import webhooks as pushed
from linli_cli.interfaces.examples import Example
from linli_cli.interfaces.grants import grants
from linli_cli.interfaces.problems import PROBLEM, answered, problem_responses
from linli_cli.interfaces.schemas import Schema, Wanted, name_of, schemas_of, without_null
from linli_cli.layout import ROOT, projects, service_of

ABOUT = """\
邻里 Linli: gates, care, meters, bills, repairs and more for residential communities, one path a service.

Another tenant's object answers as a missing one does. A list ends where `next_cursor` is absent; till then \
that is the `cursor` of the next page. Times are RFC 3339 in UTC, money is whole fen. Errors are RFC 9457 \
problems, whose `type` stays the same.

Each operation names the permission it needs (`x-linli-permission`); `x-linli-grants` says which roles have \
it. A person has roles in a community, a company or a sub-district: which one is asked, the path says.\
"""
SERVER = "/api"
CURSOR = "cursor"
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and request is the same creation, for 48 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what the caller has: if that has not changed, 304 says so without it.",
    "schema": {"type": "string"},
}
ETAG = {"description": "What to ask with next time.", "schema": {"type": "string"}}
SECURITY_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the issuer that the stage believes.",
    },
    "oidc": {
        "type": "openIdConnect",
        "openIdConnectUrl": "/.well-known/openid-configuration",
        "description": "Where such tokens come from: authorization code with PKCE.",
    },
}
Answers = tuple[type[Contract], ...]  # none: 204; several: one of them
Schemas = dict[Wanted, Schema]


@dataclass(frozen=True, slots=True)
class Declared:
    """A route of a service, with what its view's annotation promises; `keyed`: it goes by the caller's key,
    others know a repeat by what it says.
    """

    service: str
    route: Route
    answers: Answers
    keyed: bool

    @property
    def path(self) -> str:
        """Where it is, below the server."""
        return f"/{self.service}{self.route.path}"

    @property
    def tagged(self) -> bool:
        """Whether its answer has an ETag."""
        return self.route.method == "GET" and any(issubclass(each, Tagged) for each in self.answers)

    @property
    def contracts(self) -> set[Wanted]:
        """What it takes and what it answers."""
        taken = {each for each in (self.route.body, self.route.query) if each is not Nothing}
        return {(each, "validation") for each in taken} | {(each, "serialization") for each in self.answers}


def openapi(
    out: Annotated[Path | None, typer.Option("--out", help="Write it there instead of printing it.")] = None,
    server: Annotated[
        str, typer.Option("--server", help="Where it is served, for tools that need a whole address.")
    ] = SERVER,
) -> None:
    """Print the OpenAPI document of all services."""
    text = json.dumps(document(server), indent=2, ensure_ascii=False) + "\n"
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


def document(server: str = SERVER, root: Path = ROOT) -> dict[str, Any]:
    """The whole document. Raises CommandError when a route is declared twice, or no name is free."""
    every = [each for project in sorted(projects(root)) for each in declarations(project, root)]
    schemas, components = schemas_of({each for one in every for each in one.contracts} | pushed.contracts())
    paths: dict[str, dict[str, Any]] = {}
    for one in every:
        operations, method = paths.setdefault(one.path, {}), one.route.method.lower()
        if method in operations:
            raise CommandError(f"{one.service} declares {one.route.method} {one.route.path} twice")
        operations[method] = operation(one, schemas, components)
    for query in {one.route.query for one in every} - {one.route.body for one in every} - {Nothing}:
        del components[name_of(schemas[(query, "validation")])]  # said as parameters
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Linli 邻里",
            "version": project["version"],
            "description": ABOUT,
            "contact": {"name": "Linli 邻里"},
            "license": {"name": "Apache 2.0", "identifier": project["license"]},
        },
        "servers": [{"url": server}],
        "tags": [service_tag(name) for name in sorted({one.service for one in every})],
        "security": [{"token": []}, {"oidc": []}],
        "x-linli-grants": grants(root),
        "paths": paths,
        "webhooks": pushed.webhooks(schemas, components),
        "components": {
            "securitySchemes": SECURITY_SCHEMES,
            "responses": problem_responses(),
            "schemas": {**components, "Problem": PROBLEM},
        },
    }


def service_tag(service: str) -> dict[str, str]:
    """A service, in the words of its package."""
    package = import_module(f"functions.{service}")
    return {"name": service, "description": inspect.getdoc(package) or service}


def declarations(project: str, root: Path = ROOT) -> list[Declared]:
    """The routes of a project; not those of others' protocols, which have descriptions of their own."""
    found = []
    for entry in routes(app_of(project, root)):
        held = inspect.getclosurevars(entry.view_function).nonlocals
        if isinstance(held["declared"], PublicRoute):
            continue
        answer = get_type_hints(held["view"])["return"]
        several = get_args(answer) if isinstance(answer, UnionType) else (answer,)
        answers = tuple(each for each in several if each is not NoneType)
        keyed = "creation" in held["view"].__code__.co_names
        found.append(Declared(service_of(project), held["declared"], answers, keyed))
    return found


def operation(one: Declared, schemas: Schemas, components: dict[str, Schema]) -> dict[str, Any]:
    """One operation."""
    route, found = one.route, examples.requests(one.service, one.route.method, one.route.path)
    roles = ", ".join(sorted(route.permission.roles))
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": f"Needs `{route.permission.name}`, which these roles have: {roles}.",
        "x-linli-permission": route.permission.name,
        "tags": [one.service],
        "parameters": [
            *path_parameters(route, found),
            *query_parameters(route, found, schemas, components),
        ],
        "responses": {**good(one, found, schemas, components), **answered(route, keyed=one.keyed)},
    }
    if one.tagged:
        made["parameters"].append(IF_NONE_MATCH)
        made["responses"][str(route.status)]["headers"] = {"ETag": ETAG}
        made["responses"]["304"] = {"description": "The caller has it already.", "headers": {"ETag": ETAG}}
    if one.keyed:
        made["parameters"].append({**IDEMPOTENCY_KEY, "required": route.needs_key})
    if route.body is not Nothing:
        schema = schemas[(route.body, "validation")]
        required = any(field.is_required() for field in route.body.model_fields.values())
        said = {"schema": schema, "examples": examples.bodies(found, route.body)}
        content = {kind: {name: each for name, each in said.items() if each} for kind in media_types(route)}
        made["requestBody"] = {"required": required, "content": content}
    return made


def good(
    one: Declared, asked: list[Example], schemas: Schemas, components: dict[str, Schema]
) -> dict[str, Any]:
    """The answer when all went well."""
    if not one.answers:
        return {"204": {"description": "Done."}}
    found = [schemas[(answer, "serialization")] for answer in one.answers]
    schema = found[0] if len(found) == 1 else {"anyOf": found}
    described = " Or: ".join(filter(None, map(inspect.getdoc, one.answers))) or one.route.summary
    content = {"schema": schema, "examples": examples.answers(asked, schema, components)}
    told = {name: each for name, each in content.items() if each}
    return {str(one.route.status): {"description": described, "content": {"application/json": told}}}


def path_parameters(route: Route, found: list[Example]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {
                "type": "string",
                "pattern": ID_PATTERN,
                "examples": [examples.path_value(found, name)],
            },
        }
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def query_parameters(
    route: Route, found: list[Example], schemas: Schemas, components: dict[str, Schema]
) -> list[dict[str, Any]]:
    if route.query is Nothing:
        return []
    query = components[name_of(schemas[(route.query, "validation")])]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in query.get("required", []),
            "schema": parameter(
                name,
                without_null(schema),
                route.query.model_fields[name].default,
                examples.query_values(found, name),
            ),
        }
        for name, schema in query["properties"].items()
    ]


def parameter(name: str, schema: Schema, default: object, given: list[str]) -> Schema:
    """The schema of a parameter, such that importers, which make up what has no default and no pattern, have
    something to send that is taken. Left out, or empty, a cursor is the beginning.
    """
    if name == CURSOR:
        return schema | {"default": ""}
    if isinstance(default, str | int):
        return schema | {"default": default}
    if schema.get("type") == "string" and "enum" not in schema:
        return {"pattern": ".", **schema, **({"examples": given} if given else {})}
    return schema
