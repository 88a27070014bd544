"""What a message's readings come to."""

from collections.abc import Sequence

from functions.utilities.meter_reading.models import MeterReadingAnswer, NotKept
from linli.errors import InvalidRequest

ENTERED = frozenset({"kept", "duplicate", "held", "conflict", "superseded"})
LISTED = 50


def answered(event_id: str, outcomes: Sequence[str]) -> MeterReadingAnswer:
    """The answer to a message whose readings ended as `outcomes`.

    Raises InvalidRequest when some could not be entered: the others are, and the message is parked, so that
    it can be sent again once its meter is registered or its device mended.
    """
    refused = [
        {"field": f"readings.{index}", "message": outcome}
        for index, outcome in enumerate(outcomes)
        if outcome not in ENTERED
    ]
    if refused:
        first = refused[0]
        raise InvalidRequest(
            f"{len(refused)} of {len(outcomes)} readings refused; {first['field']}: {first['message']}",
            errors=refused[:LISTED],
        )
    others = [
        NotKept(index=index, outcome=outcome)
        for index, outcome in enumerate(outcomes)
        if outcome not in ("kept", "duplicate")
    ]
    return MeterReadingAnswer(
        event_id=event_id,
        outcome=outcomes[0] if len(outcomes) == 1 else "held" if others else "recorded",
        kept=outcomes.count("kept"),
        duplicates=outcomes.count("duplicate"),
        others=others[:LISTED],
    )
