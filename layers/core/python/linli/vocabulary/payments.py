"""payments: facts about payments, and what a community may set."""

from typing import Annotated, Literal

from pydantic import Field

from linli.events import Fact
from linli.ids import Id
from linli.instants import Instant
from linli.personal.models import PersonalDataAnswered
from linli.policies import Policy


class PaymentsPolicy(Policy):
    """Paying bills. `intent_minutes`: how long an order at a provider stays open for its payer."""

    PART = "payments"
    intent_minutes: Annotated[int, Field(ge=5, le=120)] = 15


Provider = Literal["alipay", "wechat"]


Means = Literal["alipay", "wechat", "cash", "transfer", "credit"]


class PaymentSettled(Fact):
    """A bill was paid, once; `receipt` is the number on the receipt (收据), none where credits covered it."""

    TYPE = "linli.payments.payment_settled.v1"
    intent: Id
    bill: Id
    provider: Means
    amount_fen: Annotated[int, Field(gt=0)]
    receipt: str
    settled_at: Instant

    def entity(self) -> str:
        return self.bill


class RefundRequested(Fact):
    """Money is to go back through the provider it came by; `refund` is its number there as well."""

    TYPE = "linli.payments.refund_requested.v1"
    refund: Id
    intent: Id
    amount_fen: Annotated[int, Field(gt=0)]

    def entity(self) -> str:
        return self.refund


class RefundStuck(Fact):
    """A refund needs a person: it is `stuck` at its provider, or has `failed`, and nothing is under way."""

    TYPE = "linli.payments.refund_stuck.v1"
    refund: Id
    intent: Id
    amount_fen: Annotated[int, Field(gt=0)]
    why: Literal["stuck", "failed"]
    stuck_at: Instant

    def entity(self) -> str:
        return self.refund


class PaymentRefunded(Fact):
    """A refund has been carried out."""

    TYPE = "linli.payments.payment_refunded.v1"
    refund: Id
    intent: Id
    bill: Id
    amount_fen: Annotated[int, Field(gt=0)]
    refunded_at: Instant

    def entity(self) -> str:
        return self.refund


class PaymentsAnswered(PersonalDataAnswered):
    """What payments has done about a person's data."""

    TYPE = "linli.payments.personal_data_answered.v1"
