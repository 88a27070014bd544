"""What a message's readings come to."""

from collections.abc import Sequence
from typing import Literal, cast

from functions.utilities.meter_reading.models import (
    LONGEST_REASON,
    MeterReadingAnswer,
    NotKept,
    RefusedReading,
)

Ended = Literal[
    "kept", "duplicate", "held", "conflict", "superseded", "recorded", "partly_recorded", "refused"
]  # fmt: skip
KNOWN = frozenset({"kept", "duplicate"})
ENTERED = KNOWN | {"held", "conflict", "superseded"}
LISTED = 50


def answered(event_id: str, outcomes: Sequence[str]) -> MeterReadingAnswer:
    """The answer to a message whose readings ended as `outcomes`."""
    refused = [
        RefusedReading(index=index, reason=outcome[:LONGEST_REASON])
        for index, outcome in enumerate(outcomes)
        if outcome not in ENTERED
    ]
    others = [
        NotKept(index=index, outcome=outcome)
        for index, outcome in enumerate(outcomes)
        if outcome in ENTERED - KNOWN
    ]
    return MeterReadingAnswer(
        event_id=event_id,
        outcome=_outcome(outcomes, refused=len(refused), others=len(others)),
        kept=outcomes.count("kept"),
        duplicates=outcomes.count("duplicate"),
        others=others[:LISTED],
        refused=refused,
    )


def _outcome(outcomes: Sequence[str], *, refused: int, others: int) -> Ended:
    if refused:
        return "refused" if refused == len(outcomes) else "partly_recorded"
    if len(outcomes) == 1:
        return cast("Ended", outcomes[0])
    return "held" if others else "recorded"


def why_parked(answer: MeterReadingAnswer, readings: int) -> dict[str, object]:
    """What is said of a message with readings that could not be entered: it is parked, since they can be once
    the meter is registered, or mended; the others are duplicates then.
    """
    if not answer.refused:
        return {}
    first, refused = answer.refused[0], len(answer.refused)
    return {"refused": refused, "readings": readings, "index": first.index, "reason": first.reason}
