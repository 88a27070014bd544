"""The demo's first bills: what utilities would say of a month, told on the bus once, so that there is
something to pay before any meter has been read.
"""

from datetime import UTC, datetime

from linli.events import envelope
from linli.vocabulary.utilities import BillIssued
from linli_cli.cloud import Cloud
from linli_cli.demo import neighbourhood

PERIOD = "2025-12"
ISSUED_AT = datetime(2026, 1, 3, 2, tzinfo=UTC)
DUE_AT = datetime(2026, 1, 18, 2, tzinfo=UTC)
FIRST_FEN, MORE_FEN = 3580, 1207
SERVICE = "payments"
TOLD = {"Key": "demo-bills", "Value": PERIOD}
AT_ONCE = 10  # entries that PutEvents takes
SAMPLED = BillIssued(  # for the sample of a payment: the others may be paid before it is replayed
    community="willow",
    bill="willow-samples-2025-12",
    home=f"{neighbourhood.BUILDING}/{neighbourhood.UNITS[0]}",
    period=PERIOD,
    amount_fen=1,
    issued_at=ISSUED_AT,
    due_at=DUE_AT,
)


def issued() -> list[BillIssued]:
    """A bill for each home: its id says community, unit and month. And that of the samples."""
    of_homes = [
        BillIssued(
            community=community.id,
            bill=f"{community.id}-{unit}-{PERIOD}",
            home=f"{neighbourhood.BUILDING}/{unit}",
            period=PERIOD,
            amount_fen=FIRST_FEN + MORE_FEN * number,
            issued_at=ISSUED_AT,
            due_at=DUE_AT,
        )
        for community in neighbourhood.communities()
        for number, unit in enumerate(neighbourhood.UNITS)
    ]
    return [*of_homes, SAMPLED]


def tell_once(cloud: Cloud, urls: dict[str, str]) -> None:
    """Put them on the bus, unless its tag says that they were; twice would change nothing."""
    if SERVICE not in urls:
        return
    bus, name = cloud.client("events"), f"linli-{cloud.stage}"
    arn = bus.describe_event_bus(Name=name)["Arn"]
    if TOLD in bus.list_tags_for_resource(ResourceARN=arn)["Tags"]:
        return
    events = [envelope(fact, f"demo-{fact.bill}", ISSUED_AT) for fact in issued()]
    entries = [
        {
            "EventBusName": name,
            "Source": event.source,
            "DetailType": event.type,
            "Detail": event.model_dump_json(),
        }
        for event in events
    ]
    for start in range(0, len(entries), AT_ONCE):
        bus.put_events(Entries=entries[start : start + AT_ONCE])
    bus.tag_resource(ResourceARN=arn, Tags=[TOLD])
