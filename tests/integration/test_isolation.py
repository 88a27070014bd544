"""Every cell of role × route × (own community, other community, other company), by one test.

The tables are written by hand on purpose, one for each service in `isolation/`: a changed permission must be
changed there too, and a route that stands in none, or that is declared without a permission, fails.
"""

import re
from base64 import urlsafe_b64encode
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice

from linli import http as linli_http
from linli.errors import LinliError
from linli.http import ROUTES
from linli.pages import PageQuery
from linli.permissions import Role
from linli.public_routes import PUBLIC_ROUTES
from linli_cli.layout import projects, service_of, services
from tests.integration.conftest import Http, Service, app_of
from tests.integration.people import asking

# One letter a role, in this order: `p` is who repairs, `f` the official, `k` kin.
LETTERS = dict(zip("rgpcmofk", Role, strict=True))
WRITTEN = sorted(path.stem for path in (Path(__file__).parent / "isolation").glob("*.py"))
TABLES = {service: import_module(f"tests.integration.isolation.{service}") for service in WRITTEN}
# Of each service: what its route, `METHOD /path`, lets whom do; and what is open to callers without a token.
MAY = {(service, route): may for service, table in TABLES.items() for route, may in table.MAY.items()}
PUBLIC = {(service, route) for service, table in TABLES.items() for route in getattr(table, "PUBLIC", ())}
APPS: dict[str, Chalice] = {name: app_of(name) for name in projects()}
OWN = {"community": "willow", "company": "acme", "sub_district": "riverside"}
PLACES = {
    "own": OWN,
    "other community": {"community": "cedar", "company": "birch", "sub_district": "hillside"},
    "other company": {"community": "maple", "company": "birch", "sub_district": "harbour"},
    "nowhere": {"community": "no-such-place", "company": "no-such-company", "sub_district": "no-such"},
}


def routes() -> list[tuple[str, str]]:
    """(service, "METHOD /path") of everything API Gateway would let in."""
    return [
        (name, f"{method} {path}")
        for name, app in APPS.items()
        for path, methods in app.routes.items()
        for method in methods
        if (service_of(name), f"{method} {path}") not in PUBLIC
    ]


def grants(role: Role) -> dict[str, dict[str, list[str]]]:
    """What the authorizer hands over for somebody with one role in willow, acme or riverside."""
    held: dict[str, dict[str, list[str]]] = {"communities": {"willow": [role.value]}}
    if role is Role.OPERATOR:
        held["companies"] = {"acme": [role.value]}
    if role is Role.OFFICIAL:
        held["sub_districts"] = {"riverside": [role.value]}
    return held


def path_in(place: str, path: str) -> str:
    filled = dict.fromkeys(re.findall(r"\{(\w+)\}", path), "some-id")
    return path.format(**filled | PLACES[place])


def test_every_route_is_declared_with_a_permission_and_stands_in_the_table() -> None:
    declared = {f"{each.method} {each.path}" for each in ROUTES}
    reachable = {(service_of(name), route) for name, route in routes()}
    assert {route for _, route in reachable} <= declared, "a route without a declared permission"
    assert {f"{each.method} {each.path}" for each in PUBLIC_ROUTES} == {route for _, route in PUBLIC}
    assert reachable == set(MAY)


def test_every_service_says_who_may_do_what() -> None:
    assert sorted(services()) == WRITTEN, "a table for each service, even one without routes: MAY = {}"


@pytest.mark.parametrize(("service", "route"), routes())
def test_a_route_asks_the_authorizer(service: str, route: str) -> None:
    method, path = route.split(" ")
    assert APPS[service].routes[path][method].authorizer is not None


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which views were reached; they are not run, since this test is about the way to them."""
    views: list[str] = []

    way_in = linli_http._request

    def come_in(raw: Any, declared: Any, correlation_id: str) -> None:
        way_in(raw, declared, correlation_id)
        views.append(declared.name)
        raise LinliError

    monkeypatch.setattr(linli_http, "_request", come_in)
    return views


@pytest.mark.usefixtures("cloud")
def test_who_may_do_what_where(http: Http, reached: list[str], subtests: pytest.Subtests) -> None:
    for (service, route), (letter, role), place in product(routes(), LETTERS.items(), PLACES):
        with subtests.test(route=route, role=role, place=place):
            # Given somebody with one role in one place
            method, path = route.split(" ")
            asker = asking("some-person", **grants(role))
            # When they knock, without a body
            reached.clear()
            answer = http(APPS[service], method, path_in(place, path), **asker)
            # Then they come in exactly where the table says so
            scoped = any(f"{{{kind}}}" in path for kind in OWN)
            if (place == "own" or not scoped) and letter in MAY[service_of(service), route]:
                assert reached or answer.problem == "invalid-request"
            else:
                assert not reached
                belongs = (place == "own" and _holds(path, role)) or not scoped
                assert (answer.status, answer.problem) == (
                    (403, "forbidden") if belongs else (404, "not-found")
                )


def _holds(path: str, role: Role) -> bool:
    """Whether the role is held in the kind of place that the path names."""
    kind = next(kind for kind in OWN if f"{{{kind}}}" in path)
    return kind == "community" or (kind, role) in {
        ("company", Role.OPERATOR),
        ("sub_district", Role.OFFICIAL),
    }


@pytest.mark.usefixtures("cloud")
def test_another_tenants_answer_is_the_same_as_a_missing_ones(http: Http, subtests: pytest.Subtests) -> None:
    for service, route in routes():
        method, path = route.split(" ")
        if not any(f"{{{kind}}}" in path for kind in OWN):
            continue
        with subtests.test(route=route):
            asker = asking("some-person", **grants(Role.MANAGER))
            bodies = [
                http(APPS[service], method, path_in(place, path), request_id="same", **asker).body
                for place in ("other company", "nowhere")
            ]
            assert bodies[0] == bodies[1]


MONTHS = {"month", "period"}
PAGED = [each for each in ROUTES if issubclass(each.query, PageQuery)]


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("route", PAGED, ids=lambda route: route.name)
def test_a_forged_cursor_is_refused_by_every_list(
    route: linli_http.Route, service: Service, http: Http
) -> None:
    project = next(name for name, each in routes() if each == f"{route.method} {route.path}")
    app, path = service(project), path_in("own", route.path)
    forged = urlsafe_b64encode(b"x" * 52 + b"{}").decode()
    query = {"cursor": forged, **{name: "2025-12" for name in route.query.model_fields if name in MONTHS}}
    for role in route.permission.roles:
        answer = http(app, "GET", path, query=query, **asking("some-id", **grants(role)))
        # Where one's own list is empty, or what it is of is not there, no cursor is looked at
        assert answer.problem == "invalid-cursor" if answer.status == 400 else answer.status in {200, 404}
