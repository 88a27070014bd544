"""What a credential says, and consents to faces."""

from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

Value = Annotated[str, Field(min_length=1, max_length=256)]


class Consent(Contract):
    """That a person, or who answers for them, agreed to entering by face (PIPL art. 29): to what, by which
    document, when, and who wrote it down; and when it was withdrawn (art. 15).
    """

    reference: Id
    purpose: str
    given_by: Id
    given_at: Instant
    recorded_by: Id
    recorded_at: Instant
    withdrawn_by: Id | None = None
    withdrawn_at: Instant | None = None
