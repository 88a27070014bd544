"""What is pushed to who has subscribed to it: the `webhooks` of the OpenAPI document."""

from typing import Any

from functions.insight.subscriptions.offers import BY_TYPE, OFFERS, Offer
from linli.events import Event, Fact
from linli_cli.interfaces.schemas import AsSent, Schema, Wanted, name_of

SERVICE = "insight"
HEADERS = {
    "webhook-id": "The message's name, the same on every attempt and in the body: who has seen it has it.",
    "webhook-timestamp": "When this attempt was made, in seconds since the epoch.",
    "webhook-signature": "`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; two while secrets change.",
}
ABOUT = """\
A signed POST (Standard Webhooks 1.0.0) to the `url` of each subscription to it, at least once and in no \
order; its body is a CloudEvent. It is tried ten times within five days, later each time, and as \
`Retry-After` asks; a receiver that is silent is asked again within the hour, for five days.\
"""
ANSWERS = {
    "2XX": {"description": "Taken over; the body is not read."},
    "410": {"description": "The receiver has gone for good: the subscription is paused at once."},
    "4XX": {"description": "Not taken over: tried again. A redirection is not followed, and counts as this."},
    "5XX": {"description": "Not taken over: tried again."},
}


def contracts() -> set[Wanted]:
    """What is pushed."""
    return {(fact, "serialization") for fact in OFFERS}


def webhooks(schemas: dict[Wanted, Schema], components: dict[str, Schema]) -> dict[str, Any]:
    """An operation of each fact that can be subscribed to; its CloudEvent becomes a component."""
    found = {}
    for kind, fact in sorted(BY_TYPE.items()):
        data, offer = schemas[(fact, "serialization")], OFFERS[fact]
        leave_out(components[name_of(data)], offer)
        components[f"{fact.__name__}Event"] = event_of(fact, data)
        found[kind] = {"post": pushed(fact, offer)}
    return found


def leave_out(schema: Schema, offer: Offer) -> None:
    """Say of a fact's fields which of them need another permission."""
    for name, needed in offer.fields.items():
        part = schema["properties"][name]
        words = f"Left out without `{needed.name}`."
        part["description"] = " ".join(filter(None, (part.get("description"), words)))
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in offer.fields]


def event_of(fact: type[Fact], data: Schema) -> Schema:
    """The CloudEvent of a fact, as it is pushed."""
    made = Event.model_json_schema(mode="serialization", schema_generator=AsSent)
    consts = {"type": fact.TYPE, "source": ".".join(fact.TYPE.split(".")[:2])}
    told = {name: {"type": "string", "const": value} for name, value in consts.items()}
    made["properties"] |= {**told, "data": data}
    return {**made, "title": f"{fact.__name__}Event", "description": f"`{fact.TYPE}` as it is pushed."}


def pushed(fact: type[Fact], offer: Offer) -> dict[str, Any]:
    """The request that a subscriber gets."""
    summary = " ".join((fact.__doc__ or "").split("\n\n")[0].split())
    return {
        "operationId": f"told_{fact.TYPE.split('.')[2]}",
        "summary": summary,
        "description": f"{ABOUT} Needs `{offer.permission.name}`.",
        "x-linli-permission": offer.permission.name,
        "tags": [SERVICE],
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": said,
                "schema": {"type": "string"},
            }
            for name, said in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/cloudevents+json": {
                    "schema": {"$ref": f"#/components/schemas/{fact.__name__}Event"}
                }
            },
        },
        "responses": ANSWERS,
    }
