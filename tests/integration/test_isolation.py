"""Every cell of role × route × (own community, other community, other company), by one test.

The table is written by hand on purpose: a changed permission must be changed here too, and a route that is
not in it, or that is declared without a permission, fails.
"""

import re
from base64 import urlsafe_b64encode
from itertools import product
from typing import Any

import pytest
from chalice.app import Chalice

from linli import http as linli_http
from linli.errors import LinliError
from linli.http import ROUTES
from linli.pages import PageQuery
from linli.permissions import Role
from linli.public_routes import PUBLIC_ROUTES
from linli_cli.layout import projects
from tests.integration.conftest import Http, Service, app_of
from tests.integration.people import asking

# One letter a role, in this order: `p` is who repairs, `f` the official, `k` kin.
LETTERS = dict(zip("rgpcmofk", Role, strict=True))
MAY: dict[str, str] = {
    # directory
    "GET /communities/{community}": "rgpcmof.",
    "PATCH /communities/{community}": "....mo..",
    "GET /communities/{community}/buildings": "rgpcmof.",
    "POST /communities/{community}/buildings": "....mo..",
    "PATCH /communities/{community}/buildings/{building}": "....mo..",
    "PATCH /communities/{community}/buildings/{building}/units/{unit}": "....mo..",
    "GET /communities/{community}/buildings/{building}/units": "rgpcmof.",
    "POST /communities/{community}/buildings/{building}/units": "....mo..",
    "GET /communities/{community}/memberships": "....mo..",
    "DELETE /communities/{community}/memberships/{person}": "....mo..",
    "PUT /communities/{community}/memberships/{person}": "....mo..",
    "PATCH /communities/{community}/memberships/{person}": "....mo..",
    "GET /communities/{community}/people": "....mo..",
    "GET /communities/{community}/people/{person}": "....mo..",
    "PUT /communities/{community}/people/{person}": "....mo..",
    "DELETE /communities/{community}/people/{person}": "....mo..",
    "GET /companies/{company}": ".....o..",
    "GET /companies/{company}/communities": ".....o..",
    "POST /companies/{company}/communities": ".....o..",
    "GET /companies/{company}/operators": ".....o..",
    "DELETE /companies/{company}/operators/{person}": ".....o..",
    "PUT /companies/{company}/operators/{person}": ".....o..",
    "GET /me": "rgpcmofk",
    # devices
    "GET /communities/{community}/device_faults": ".gp.mo..",
    "GET /communities/{community}/devices": ".gp.mo..",
    "POST /communities/{community}/devices": "....mo..",
    "DELETE /communities/{community}/devices/{device}": "....mo..",
    "GET /communities/{community}/devices/{device}": ".gp.mo..",
    "POST /communities/{community}/devices/{device}/renewal": "....mo..",
    # access
    "GET /communities/{community}/gates": ".gp.mo..",
    "GET /communities/{community}/gates/{gate}": ".gp.mo..",
    "PUT /communities/{community}/gates/{gate}": "....mo..",
    "GET /communities/{community}/gates/{gate}/door_events": ".g..mo..",
    "POST /communities/{community}/gates/{gate}/openings": ".g..m...",
    "POST /communities/{community}/gates/{gate}/passes": ".g......",
    "GET /communities/{community}/invitations": "r.......",
    "POST /communities/{community}/invitations": "r.......",
    "DELETE /communities/{community}/invitations/{invitation}": "r.......",
    "GET /communities/{community}/invitations/{invitation}": "r.......",
    "GET /communities/{community}/passes": "rgpcmo..",
    "GET /communities/{community}/people/{person}/consents": "rgpcmo..",
    "DELETE /communities/{community}/people/{person}/consents/{consent}": "rgpcmo..",
    "GET /communities/{community}/people/{person}/credentials": "rgpcmo..",
    "GET /communities/{community}/people/{person}/place": ".g.cmo..",
    "POST /communities/{community}/people/{person}/place": ".g..mo..",
    "GET /communities/{community}/people/{person}/standing": ".g.cmo..",
    "PUT /communities/{community}/people/{person}/standing": "...cm...",
    "POST /communities/{community}/people/{person}/credentials": "....mo..",
    "DELETE /communities/{community}/people/{person}/credentials/{credential}": "rgpcmo..",
    "POST /communities/{community}/qr_codes": "r.......",
    # health
    "GET /communities/{community}/fevers": "...cm...",
    "GET /communities/{community}/people/{person}/fever": "rgpcmo..",
    "POST /communities/{community}/people/{person}/fever/clearance": "...cm...",
    "POST /communities/{community}/temperatures": ".g.c....",
    "GET /sub_districts/{sub_district}/fevers": "......f.",
    # care
    "POST /communities/{community}/check_ins": "r.......",
    "GET /communities/{community}/watches": "...cm...",
    "DELETE /communities/{community}/watches/{person}": "...cm...",
    "GET /communities/{community}/watches/{person}": "...cm...",
    "PUT /communities/{community}/watches/{person}": "...cm...",
    "GET /communities/{community}/alerts": "...cm...",
    "GET /communities/{community}/alerts/{alert}": "r..cm..k",
    "POST /communities/{community}/alerts/{alert}/answers": "r..cm..k",
    "POST /communities/{community}/calls_for_help": "r.......",
    "GET /communities/{community}/duties": "...cm...",
    "POST /communities/{community}/duties/{duty}/{about}/settlement": "...cm...",
    "GET /communities/{community}/duty_roster": "...cm...",
    "DELETE /communities/{community}/duty_roster/{person}": "...cm...",
    "PUT /communities/{community}/duty_roster/{person}": "...cm...",
    "GET /communities/{community}/relatives": "rgpcmo.k",
    "GET /communities/{community}/relatives/{person}": "rgpcmo.k",
    "GET /communities/{community}/rounds": "...cm...",
    "GET /communities/{community}/watches/{person}/timeline": "...cm...",
    "POST /communities/{community}/watches/{person}/visits": "...cm...",
    "DELETE /communities/{community}/watches/{person}/away": "r..cm..k",
    "PUT /communities/{community}/watches/{person}/away": "r..cm..k",
    # utilities
    "GET /communities/{community}/bill_runs/{period}": "....mo..",
    "GET /communities/{community}/bill_runs/{period}/gaps": "....mo..",
    "POST /communities/{community}/bill_runs": "....mo..",
    "GET /communities/{community}/bills": "rgpcmo..",
    "GET /communities/{community}/consumption": "rgpcmo..",
    "GET /communities/{community}/held_readings": "....mo..",
    "POST /communities/{community}/held_readings/{held}/decision": "....mo..",
    "GET /communities/{community}/households": "....mo..",
    "GET /communities/{community}/households/{building}/{unit}": "....mo..",
    "PUT /communities/{community}/households/{building}/{unit}": "....mo..",
    "GET /communities/{community}/households/{building}/{unit}/stays": "....mo..",
    "PUT /communities/{community}/households/{building}/{unit}/stays/{person}": "....mo..",
    "GET /communities/{community}/meters": "..p.mo..",
    "POST /communities/{community}/meters": "....mo..",
    "GET /communities/{community}/meters/{meter}": "..p.mo..",
    "PATCH /communities/{community}/meters/{meter}": "....mo..",
    "GET /communities/{community}/meters/{meter}/consumption": "rgpcmo..",
    "GET /communities/{community}/meters/{meter}/corrections": "..p.mo..",
    "POST /communities/{community}/meters/{meter}/replacement": "....mo..",
    "GET /communities/{community}/meters/{meter}/signals": "rgpcmo..",
    "GET /communities/{community}/tariffs": "rgpcmo..",
    "POST /communities/{community}/tariffs": "....mo..",
    "POST /communities/{community}/uploads": "....mo..",
    "GET /communities/{community}/uploads/{upload}": "....mo..",
    # payments
    "GET /communities/{community}/discrepancies": "....mo..",
    "GET /communities/{community}/dues": "rgpcmo..",
    "GET /communities/{community}/dues/{bill}": "rgpcmo..",
    "GET /communities/{community}/hand_payments": "....mo..",
    "POST /communities/{community}/hand_payments": "....mo..",
    "GET /communities/{community}/inbox": ".....o..",
    "GET /communities/{community}/inbox/{callback}": ".....o..",
    "POST /communities/{community}/inbox/{callback}/replay": ".....o..",
    "GET /communities/{community}/ledger_balances": "....mo..",
    "GET /communities/{community}/ledger_entries": "....mo..",
    "GET /communities/{community}/payment_intents": "rgpcmo..",
    "POST /communities/{community}/payment_intents": "r.......",
    "GET /communities/{community}/payment_intents/{intent}": "rgpcmo..",
    "GET /communities/{community}/payment_intents/{intent}/refunds": "rgpcmo..",
    "POST /communities/{community}/payment_intents/{intent}/refunds": "....mo..",
    "GET /communities/{community}/receipts/{receipt}": "rgpcmo..",
    "GET /communities/{community}/refunds": "....mo..",
    # maintenance
    "GET /communities/{community}/hotlines": "....mo..",
    "POST /communities/{community}/hotlines": "....mo..",
    "DELETE /communities/{community}/hotlines/{hotline}": "....mo..",
    "GET /communities/{community}/escalations": "....mo..",
    "GET /communities/{community}/incidents": "....mo..",
    "GET /communities/{community}/people/{person}/tickets": "rgpcmo..",
    "GET /communities/{community}/repairers": "....mo..",
    "PUT /communities/{community}/repairers/{person}": "....mo..",
    "GET /communities/{community}/repairers/{person}/tickets": "..p.mo..",
    "GET /communities/{community}/ticket_rates": "....mof.",
    "GET /communities/{community}/tickets": "....mo..",
    "POST /communities/{community}/tickets": "rgpcmo..",
    "GET /communities/{community}/tickets/{ticket}": "rgpcmo..",
    "GET /communities/{community}/tickets/{ticket}/photos": "rgpcmo..",
    "POST /communities/{community}/tickets/{ticket}/photos": "rgpcmo..",
    "GET /communities/{community}/tickets/{ticket}/timeline": "rgpcmo..",
    "POST /communities/{community}/tickets/{ticket}/transitions": "rgpcmo..",
    "GET /sub_districts/{sub_district}/hotlines": "......f.",
    "POST /sub_districts/{sub_district}/hotlines": "......f.",
    "DELETE /sub_districts/{sub_district}/hotlines/{hotline}": "......f.",
}
# Open to callers without a token of ours, who prove themselves by the protocol of the route.
PUBLIC = {
    "POST /callbacks/{provider}/{community}",
    "POST /gateway_replies/{community}/{channel}",
    "GET /open311/v2/discovery.json",
    "GET /open311/v2/discovery.xml",
    "GET /open311/v2/requests.json",
    "GET /open311/v2/requests.xml",
    "GET /open311/v2/requests/{request}",
    "GET /open311/v2/services.json",
    "GET /open311/v2/services.xml",
    "GET /open311/v2/services/{service}",
    "GET /open311/v2/tokens/{token}",
    "GET /open311/v2/{resource}",
    "GET /open311/v2/{resource}/{part}",
    "POST /open311/v2/requests.json",
    "POST /open311/v2/requests.xml",
    "POST /open311/v2/{resource}",
    "POST /open311/v2/{resource}/{part}",
}
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
        if f"{method} {path}" not in PUBLIC
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
    reachable = {route for _, route in routes()}
    assert reachable <= declared, "a route without a declared permission"
    assert {f"{each.method} {each.path}" for each in PUBLIC_ROUTES} == PUBLIC
    assert reachable == set(MAY)


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
            if (place == "own" or not scoped) and letter in MAY[route]:
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
