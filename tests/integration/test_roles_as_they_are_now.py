"""Who was dismissed: for how long a token that lives on still opens gates and moves money."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from chalice.app import Chalice

from functions.directory.authorizer.store import issuer_keys
from tests.integration import gateway
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.gateway import NOW
from tests.integration.issuer import Issuer
from tests.integration.neighbourhood import ROLES, furnish_access, furnish_directory, furnish_payments
from tests.integration.people import ACME

LONGEST_S = 30
ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/api/GET/communities/willow"


class Asked(NamedTuple):
    """A request that one role may make, and what it is answered then: 400 where it says too little."""

    role: str
    service: str
    request: str
    body: dict[str, Any]
    allowed: int


CARD = {"event_id": "e-1", "credential": "card", "value": "willow-resident-1-card"}
OF_RESIDENT = "people/willow-resident-1"
REASON = {"reason": "a delivery"}
MANAGER = {"roles": ["manager"]}
ASKED = {
    "opening a gate": Asked("guard", "access", "POST gates/willow-gate-1/openings", REASON, 201),
    "asking for a pass": Asked("guard", "access", "POST gates/willow-gate-1/passes", CARD, 201),
    "lifting a block": Asked(
        "caregiver", "access", f"PUT {OF_RESIDENT}/standing", {"health_code": "green"}, 200
    ),
    "enrolling a card": Asked("manager", "access", f"POST {OF_RESIDENT}/credentials", {}, 400),
    "a code of one's own": Asked("resident", "access", "POST qr_codes", {}, 201),
    "a refund": Asked("manager", "payments", "POST payment_intents/none/refunds", {}, 400),
    "taking oneself back": Asked("manager", "directory", "PUT memberships/willow-manager-1", MANAGER, 200),
}


class Front:
    """API Gateway in front of all services: an authorizer's answer is kept by authorizer and token, for as
    long as the authorizer of the route says.
    """

    def __init__(self, services: dict[str, Chalice], invoke: Invoke) -> None:
        self.services, self.invoke = services, invoke
        self.kept: dict[tuple[str, str, str], tuple[float, dict[str, Any]]] = {}

    def ask(self, token: str, asked: Asked, second: float) -> int:
        method, _, path = asked.request.partition(" ")
        app, path = self.services[asked.service], f"/communities/willow/{path}"
        declared, _ = gateway.resource_of(app, path)
        authorizer = app.routes[declared][method].authorizer
        key = (asked.service, authorizer.name, token)
        until, context = self.kept.get(key, (0.0, {}))
        if second >= until:
            context = self._judged(token)
            told = authorizer.to_swagger()["x-amazon-apigateway-authorizer"]
            self.kept[key] = (second + told["authorizerResultTtlInSeconds"], context)
        now = NOW + timedelta(seconds=second)
        event = gateway.event(
            app, method, path, person="", grants={}, body=asked.body, now=now, request_id=f"at-{second}"
        )
        event["requestContext"]["authorizer"] = context
        return gateway.answer(self.invoke(app, "api", event)).status

    def _judged(self, token: str) -> dict[str, Any]:
        event = {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": ARN}
        answer: dict[str, Any] = self.invoke(self.services["directory"], "authorizer", event)["context"]
        return answer


@pytest.fixture
def front(
    service: Service, http: Http, invoke: Invoke, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> Front:
    issuer_keys.cache_clear()
    monkeypatch.setattr("functions.access.remote_open.store.publish", lambda *_: None)
    furnish: dict[str, Callable[[Chalice, Http, Invoke], None]] = {
        "directory": furnish_directory,
        "access": furnish_access,
        "payments": furnish_payments,
    }
    services = {}
    for name, furnished in furnish.items():
        services[name] = service(name)
        furnished(services[name], http, invoke)
    assert issuer.keys
    return Front(services, invoke)


def test_who_was_dismissed_opens_no_gate_and_moves_no_money_half_a_minute_later(
    front: Front, http: Http, issuer: Issuer
) -> None:
    tokens = {role: issuer.token(f"willow-{role}-1") for role in ROLES}
    before = {name: front.ask(tokens[asked.role], asked, 0) for name, asked in ASKED.items()}
    assert before == {name: asked.allowed for name, asked in ASKED.items()}
    for role in ROLES:
        membership = f"/communities/willow/memberships/willow-{role}-1"
        assert http(front.services["directory"], "DELETE", membership, **ACME).status == 204
    after = {name: front.ask(tokens[asked.role], asked, LONGEST_S) for name, asked in ASKED.items()}
    assert after == dict.fromkeys(ASKED, 404), "as if there were no such community"


def test_who_was_given_a_role_may_use_it_half_a_minute_later(
    front: Front, http: Http, issuer: Issuer
) -> None:
    token, opening = issuer.token("willow-resident-1"), ASKED["opening a gate"]
    assert front.ask(token, opening, 0) == 403
    membership = "/communities/willow/memberships/willow-resident-1"
    given = {"roles": ["resident", "guard"]}
    assert http(front.services["directory"], "PUT", membership, body=given, **ACME).status == 200
    assert front.ask(token, opening, LONGEST_S) == 201
