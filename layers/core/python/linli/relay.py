"""The relay: outbox rows of a service's table, from its stream to the bus, at least once.

The template filters the stream to new outbox rows and hands over at most ten, the most that one PutEvents
takes. A row that EventBridge refuses is reported, so that the stream delivers it and all later ones again;
the row itself stays readable for a week.
"""

from typing import Any, Protocol

from chalice.app import Blueprint

from linli.aws import client
from linli.events import Event
from linli.naming import reference, stage
from linli.observability import observed
from linli.reading import read_as

PUT_EVENTS_LIMIT = 10

blueprint = Blueprint(__name__)


class _StreamEvent(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


@blueprint.on_dynamodb_record(
    stream_arn=reference("StreamArn"),
    batch_size=PUT_EVENTS_LIMIT,
    starting_position="TRIM_HORIZON",
    name="relay",
)
def relay(event: _StreamEvent) -> dict[str, list[dict[str, str]]]:
    """Publish the new outbox rows among the records, and name the first that was refused."""
    records = [record for record in event.to_dict()["Records"] if _is_new_outbox_row(record)]
    if not records:
        return {"batchItemFailures": []}
    with observed("relay", records[0]["eventID"]) as attempt:
        entries = [_entry(record) for record in records]
        answer = client("events").put_events(Entries=entries)
        refused = [
            record["dynamodb"]["SequenceNumber"]
            for record, result in zip(records, answer["Entries"], strict=True)
            if "ErrorCode" in result
        ]
        attempt.outcome = "refused" if refused else "published"
    return {"batchItemFailures": [{"itemIdentifier": refused[0]}] if refused else []}


def _is_new_outbox_row(record: dict[str, Any]) -> bool:
    kind = record["dynamodb"].get("NewImage", {}).get("kind", {}).get("S")
    return bool(record["eventName"] == "INSERT" and kind == "outbox")


def _entry(record: dict[str, Any]) -> dict[str, str]:
    text = record["dynamodb"]["NewImage"]["event"]["S"]
    event = read_as(Event, text)
    return {
        "EventBusName": f"linli-{stage()}",
        "Source": event.source,
        "DetailType": event.type,
        "Detail": text,
    }
