"""The OpenAPI document says what the routes declare, all of it and nothing else."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from linli.public_routes import PUBLIC_ROUTES
from linli_cli.develop.actions import app_of, routes
from linli_cli.develop.openapi import document
from linli_cli.layout import projects


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document()


def test_document_is_valid(made: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(made).iter_errors()] == []


def test_each_operation_is_served_by_its_service_where_that_is_known() -> None:
    paths = document(urls={"access": "https://access.example"})["paths"]
    asked = paths["/communities/{community}/gates/{gate}/passes"]["post"]
    other = paths["/communities/{community}/people/{person}/fever"]["get"]
    assert asked["servers"] == [{"url": "https://access.example"}]
    assert "servers" not in other


def test_document_covers_every_route_and_no_other(made: dict[str, Any]) -> None:
    shown = {(method.upper(), path) for path, methods in made["paths"].items() for method in methods}
    served = {(entry.method, entry.uri_pattern) for name in projects() for entry in routes(app_of(name))}
    protocols = {(each.method, each.path) for each in PUBLIC_ROUTES}  # which describe them themselves
    assert shown == served - protocols


def test_operations_have_ids_of_their_own(made: dict[str, Any]) -> None:
    ids = [one["operationId"] for methods in made["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))


def test_bodies_and_answers_are_described(made: dict[str, Any]) -> None:
    # Given the route by which a guard asks for somebody
    asked = made["paths"]["/communities/{community}/gates/{gate}/passes"]["post"]
    schemas = made["components"]["schemas"]

    # When its schemas are looked up
    body = schemas[reference(asked["requestBody"]["content"]["application/json"]["schema"])]
    answer = schemas[reference(asked["responses"]["201"]["content"]["application/json"]["schema"])]

    # Then they are those of its contracts
    assert {"credential", "value", "event_id"} == set(body["required"])
    assert body["additionalProperties"] is False
    assert answer["properties"]["open"] == {"title": "Open", "type": "boolean"}


def test_a_field_that_may_be_left_out_is_not_promised(made: dict[str, Any]) -> None:
    answer = made["components"]["schemas"]["GatePassAnswer"]
    assert "reason" not in answer["required"]
    assert answer["properties"]["reason"]["type"] == "string"


def test_lists_take_a_cursor_and_creations_a_key(made: dict[str, Any]) -> None:
    paths = made["paths"]
    listed = {one["name"] for one in paths["/communities/{community}/passes"]["get"]["parameters"]}
    created = {one["name"] for one in paths["/communities/{community}/invitations"]["post"]["parameters"]}
    assert (listed, created) == ({"community", "limit", "cursor"}, {"community", "Idempotency-Key"})


def test_a_key_is_asked_for_where_it_is_read(made: dict[str, Any]) -> None:
    """Others know a repeat by what it says: a reading by its time, a tariff by its id."""
    posts = {
        path: methods["post"]["parameters"] for path, methods in made["paths"].items() if "post" in methods
    }
    without = {
        path.rpartition("/")[2]
        for path, taken in posts.items()
        if all(each["name"] != "Idempotency-Key" for each in taken)
    }
    assert {"passes", "check_ins", "temperatures", "bill_runs", "meters", "replacement", "tariffs"} <= without
    assert not {"invitations", "tickets", "payment_intents", "decision", "clearance"} & without


def test_what_moves_money_needs_a_key(made: dict[str, Any]) -> None:
    needed = {
        path
        for path, methods in made["paths"].items()
        for one in methods.values()
        if any(each["name"] == "Idempotency-Key" and each["required"] for each in one["parameters"])
    }
    assert needed == {
        "/communities/{community}/hand_payments",
        "/communities/{community}/payment_intents/{intent}/refunds",
    }


def test_what_answers_nothing_says_so(made: dict[str, Any]) -> None:
    withdrawn = made["paths"]["/communities/{community}/invitations/{invitation}"]["delete"]
    assert "204" in withdrawn["responses"]


def reference(schema: dict[str, Any]) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name
