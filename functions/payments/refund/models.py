"""Refunds as managers ask for them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from functions.payments.dues.models import PositiveFen
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.pages import PageQuery

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class RefundWanted(Contract):
    """How much is to go back; all that is left when it is not said. `reason`: why, as the payer reads it."""

    amount_fen: PositiveFen | None = None
    reason: Reason | None = None


class RefundsAsked(PageQuery):
    """Which of the community's refunds; what failed, or is stuck, needs a person."""

    state: Literal["requested", "done", "failed"] = "failed"


class RefundEnding(Contract):
    """How a stuck refund has come to its end, by a person.

    `handed_back`: the payer has the money, by `means`; the provider will not give it back as well.
    `asked_anew`: the provider will never carry it out, and is asked for a new one of the same amount.
    `evidence`: the number of the voucher, transfer or the provider's own case (凭证号、流水号), by
    which it can be found; the payer sees it, and the `reason`.
    """

    how: Literal["handed_back", "asked_anew"]
    reason: Reason
    evidence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    means: Annotated[
        Literal["cash", "transfer"] | None, Field(description="By what it was handed back, and only then.")
    ] = None

    @model_validator(mode="after")
    def _says_by_what_it_was_handed_back(self) -> "RefundEnding":
        if (self.means is not None) != (self.how == "handed_back"):
            raise InvalidField("means_of_handing_back")
        return self
