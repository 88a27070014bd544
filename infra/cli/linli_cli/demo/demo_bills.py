"""The demo's first bills: what utilities would say of a month, told on the bus once, so that there is
something to pay before any meter has been read.
"""

from datetime import UTC, datetime, timedelta

from linli.events import envelope
from linli.vocabulary.utilities import BillIssued
from linli_cli.cloud import Cloud
from linli_cli.demo import neighbourhood

NAMED = "2025-12"  # in ids, whatever the month: documents and samples name them
DUE_IN, ISSUED_AGO = timedelta(days=13), timedelta(days=2)
FIRST_FEN, MORE_FEN, SAMPLED_FEN = 3580, 1207, 1260
SERVICE = "payments"
TOLD = {"Key": "demo-bills", "Value": NAMED}
AT_ONCE = 10  # entries that PutEvents takes
SAMPLED = (
    "willow-samples-2025-12"  # for the sample of a payment: the others may be paid before it is replayed
)


def issued(now: datetime) -> list[BillIssued]:
    """A bill of last month for each home, due in some days; its id says which. And that of the samples."""
    of_homes = [
        _bill(community.id, f"{community.id}-{unit}-{NAMED}", unit, FIRST_FEN + MORE_FEN * number, now)
        for community in neighbourhood.communities()
        for number, unit in enumerate(neighbourhood.UNITS)
    ]
    return [*of_homes, _bill("willow", SAMPLED, neighbourhood.UNITS[0], SAMPLED_FEN, now)]


def _bill(community: str, bill: str, unit: str, amount_fen: int, now: datetime) -> BillIssued:
    return BillIssued(
        community=community,
        bill=bill,
        home=f"{neighbourhood.BUILDING}/{unit}",
        period=f"{now.replace(day=1) - timedelta(days=1):%Y-%m}",
        amount_fen=amount_fen,
        issued_at=now - ISSUED_AGO,
        due_at=now + DUE_IN,
    )


def tell_once(cloud: Cloud, urls: dict[str, str]) -> None:
    """Put them on the bus, unless its tag says that they were; twice would change nothing."""
    if SERVICE not in urls:
        return
    bus, name = cloud.client("events"), f"linli-{cloud.stage}"
    arn = bus.describe_event_bus(Name=name)["Arn"]
    if TOLD in bus.list_tags_for_resource(ResourceARN=arn)["Tags"]:
        return
    now = datetime.now(UTC)
    events = [envelope(fact, f"demo-{fact.bill}", now - ISSUED_AGO) for fact in issued(now)]
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
