"""The OpenAPI document says what the routes declare, all of it and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from functions.insight.subscriptions.offers import BY_TYPE
from linli import errors
from linli.errors import DeviceNotKnown, DeviceRevokedMeanwhile, LinliError, WrongDeviceKind
from linli.etags import Tagged
from linli.public_routes import PUBLIC_ROUTES
from linli_cli.develop.actions import app_of, routes
from linli_cli.interfaces.openapi import declarations, document, operation
from linli_cli.interfaces.problems import OF_PEOPLE
from linli_cli.interfaces.schemas import named, referred, schemas_of
from linli_cli.layout import projects, service_of


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document()


def test_document_is_valid(made: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(made).iter_errors()] == []


def test_all_services_are_below_one_server(made: dict[str, Any]) -> None:
    assert made["servers"] == [{"url": "/api"}]
    assert document("https://town.example/api")["servers"] == [{"url": "https://town.example/api"}]
    assert {path.split("/")[1] for path in made["paths"]} == {tag["name"] for tag in made["tags"]}


def test_who_may_is_said_for_programs(made: dict[str, Any]) -> None:
    # Given every operation of the document
    every = [one for methods in made["paths"].values() for one in methods.values()]

    # Then what it needs is a permission that somebody has
    granted = {name for names in made["x-linli-grants"].values() for name in names}
    assert {one["x-linli-permission"] for one in every} <= granted
    assert "passes:ask" in made["x-linli-grants"]["guard"]
    assert "passes:ask" not in made["x-linli-grants"]["manager"]


def test_what_may_be_left_out_has_no_default_that_generators_take_for_there(made: dict[str, Any]) -> None:
    assert [path for path, found in members(made["components"]["schemas"]) if "default" in found] == []


def test_no_two_schemas_have_the_same_title(made: dict[str, Any]) -> None:
    titles = [found["title"] for _, found in members(made["components"]["schemas"]) if "title" in found]
    assert len(titles) == len(set(titles))
    assert all(title.isalnum() for title in titles)


def test_lists_and_mappings_say_what_is_in_them(made: dict[str, Any]) -> None:
    odd = {"prefixItems", "patternProperties"}
    assert [path for path, found in members(made["components"]["schemas"]) if odd & found.keys()] == []


def test_examples_are_in_the_form_they_are_examples_of(made: dict[str, Any]) -> None:
    count = 0
    for path, methods in made["paths"].items():
        for one in methods.values():
            for content in (one.get("requestBody", {}).get("content", {}), *contents(one)):
                for sent in content.values():
                    validator = Draft202012Validator({**sent["schema"], "components": made["components"]})
                    for example in sent.get("examples", {}).values():
                        assert [each.message for each in validator.iter_errors(example["value"])] == [], path
                        count += 1
    assert count > 60


def test_most_routes_show_how_they_answer(made: dict[str, Any]) -> None:
    """Recorded answers that are no longer in their form are left out: `make answers` records them anew."""
    operations = [one for methods in made["paths"].values() for one in methods.values()]
    shown = [one for one in operations if any("examples" in each for each in goods(one))]
    promised = [one for one in operations if goods(one)]
    assert len(shown) > 0.5 * len(promised)


def test_every_schema_is_used(made: dict[str, Any]) -> None:
    used = set(referred([made["paths"], made["webhooks"], made["components"]]))
    assert set(made["components"]["schemas"]) <= used


def test_what_can_go_wrong_is_said_with_the_types_that_stay(made: dict[str, Any]) -> None:
    # Given a creation, and a list
    paths, below = made["paths"], "/access/communities/{community}"
    created, listed = paths[f"{below}/invitations"]["post"], paths[f"{below}/invitations"]["get"]

    # Then each says which problems it may answer
    assert {"400", "401", "403", "404", "409", "413", "415", "422", "503"} <= set(created["responses"])
    assert not {"409", "415", "422"} & set(listed["responses"])
    told = made["components"]["responses"]["InvalidRequest"]["content"]["application/problem+json"]
    assert [each["value"]["type"] for each in told["examples"].values()] == [
        "urn:linli:problem:invalid-request",
        "urn:linli:problem:invalid-cursor",
    ]


def test_what_has_a_tag_can_be_asked_for_by_it() -> None:
    # Given a list, and the same of an answer that has a tag
    class Counted(Tagged):
        count: int

    declared = next(each for each in declarations("access") if each.route.name == "list_passes")
    tagged = replace(declared, answers=(Counted,))
    schemas, components = schemas_of(declared.contracts | tagged.contracts)

    # When both are described
    plain, told = (operation(each, schemas, components) for each in (declared, tagged))

    # Then one says how not to be told again
    assert "304" not in plain["responses"]
    assert "ETag" in told["responses"]["304"]["headers"]
    assert "ETag" in told["responses"]["200"]["headers"]
    assert "If-None-Match" in {each["name"] for each in told["parameters"]}


def test_every_problem_of_people_is_described() -> None:
    of_devices = {WrongDeviceKind, DeviceRevokedMeanwhile, DeviceNotKnown}
    every = {
        each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, LinliError)
    }
    assert every - of_devices == set(OF_PEOPLE)


def test_importers_have_something_to_send_that_is_taken(made: dict[str, Any]) -> None:
    """They make up what has neither a default, a pattern nor a list of words: `cursor=<string>` is a 400."""
    asked = [
        each["schema"]
        for methods in made["paths"].values()
        for one in methods.values()
        for each in one["parameters"]
        if each["in"] == "query" and each["schema"].get("format") is None
    ]
    assert [each for each in asked if not each.keys() & {"default", "pattern", "enum"}] == []
    assert [each["default"] for each in asked if each.get("maxLength") == 2048] == [""] * len(cursors(made))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Tariff-Input", "TariffInput"),
        ("functions__care__alert__models__Line", "CareLine"),
        ("Page_Due_", "PageDue"),
    ],
)
def test_schemas_have_names_of_letters(given: str, name: str) -> None:
    assert named(given) == name


def test_document_covers_every_route_and_no_other(made: dict[str, Any]) -> None:
    shown = {(method.upper(), path) for path, methods in made["paths"].items() for method in methods}
    protocols = {(each.method, each.path) for each in PUBLIC_ROUTES}  # which describe them themselves
    served = {
        (entry.method, f"/{service_of(name)}{entry.uri_pattern}")
        for name in projects()
        for entry in routes(app_of(name))
        if (entry.method, entry.uri_pattern) not in protocols
    }
    assert shown == served


def test_operations_have_ids_of_their_own(made: dict[str, Any]) -> None:
    ids = [one["operationId"] for methods in made["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))


def test_bodies_and_answers_are_described(made: dict[str, Any]) -> None:
    # Given the route by which a guard asks for somebody
    asked = made["paths"]["/access/communities/{community}/gates/{gate}/passes"]["post"]
    schemas = made["components"]["schemas"]

    # When its schemas are looked up
    body = schemas[reference(asked["requestBody"]["content"]["application/json"]["schema"])]
    answer = schemas[reference(asked["responses"]["201"]["content"]["application/json"]["schema"])]

    # Then they are those of its contracts
    assert {"credential", "value", "event_id"} == set(body["required"])
    assert body["additionalProperties"] is False
    assert answer["properties"]["open"]["type"] == "boolean"
    assert "never for a pass told later" in answer["properties"]["open"]["description"]


def test_a_field_that_may_be_left_out_is_not_promised(made: dict[str, Any]) -> None:
    answer = made["components"]["schemas"]["GatePassAnswer"]
    assert {"open", "id_reused", "reason"} & set(answer["required"]) == {"open"}
    assert answer["properties"]["reason"]["type"] == "string"


def test_lists_take_a_cursor_and_creations_a_key(made: dict[str, Any]) -> None:
    paths = made["paths"]
    listed = {one["name"] for one in paths["/access/communities/{community}/passes"]["get"]["parameters"]}
    created = {
        one["name"] for one in paths["/access/communities/{community}/invitations"]["post"]["parameters"]
    }
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
        "/payments/communities/{community}/hand_payments",
        "/payments/communities/{community}/payment_intents/{intent}/refunds",
        "/payments/communities/{community}/payment_intents/{intent}/refunds/{refund}/end",
    }


def test_what_answers_nothing_says_so(made: dict[str, Any]) -> None:
    withdrawn = made["paths"]["/access/communities/{community}/invitations/{invitation}"]["delete"]
    assert "204" in withdrawn["responses"]


def contents(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [each["content"] for each in operation["responses"].values() if "content" in each]


def goods(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """What an operation answers in JSON when all went well."""
    found = [each for status, each in operation["responses"].items() if status.startswith("2")]
    return [each["content"]["application/json"] for each in found if "content" in each]


def cursors(made: dict[str, Any]) -> list[str]:
    return [
        path
        for path, methods in made["paths"].items()
        for one in methods.values()
        for each in one["parameters"]
        if each["name"] == "cursor"
    ]


def reference(schema: dict[str, Any]) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def members(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in a schema, but for examples, with where it is."""
    if isinstance(schema, list):
        for number, each in enumerate(schema):
            yield from members(each, f"{path}/{number}")
    elif isinstance(schema, dict):
        yield path, schema
        for key, each in schema.items():
            if key not in {"properties", "example", "examples"}:
                yield from members(each, f"{path}/{key}")
        for name, each in schema.get("properties", {}).items():
            yield from members(each, f"{path}/properties/{name}")


def test_each_fact_that_is_offered_is_a_webhook_with_its_permission(made: dict[str, Any]) -> None:
    # Given a fact that names somebody
    pushed = made["webhooks"]["linli.care.alert_opened.v1"]["post"]
    assert (pushed["x-linli-permission"], pushed["security"]) == ("care:read-alerts", [])
    assert {each["name"] for each in pushed["parameters"]} == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }
    # Then whom it names is said to be left out for who may not know
    fact = made["components"]["schemas"]["AlertOpened"]
    assert "person" not in fact["required"]
    assert "care:read-watched" in fact["properties"]["person"]["description"]
    assert set(made["webhooks"]) == set(BY_TYPE)
