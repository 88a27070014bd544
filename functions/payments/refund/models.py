"""Refunds as managers ask for them."""

from typing import Literal

from functions.payments.dues.models import PositiveFen
from linli.contracts import Contract
from linli.pages import PageQuery


class RefundWanted(Contract):
    """How much is to go back; all that is left when it is not said."""

    amount_fen: PositiveFen | None = None


class RefundsAsked(PageQuery):
    """Which of the community's refunds; what failed, or is stuck, needs a person."""

    state: Literal["requested", "done", "failed"] = "failed"
