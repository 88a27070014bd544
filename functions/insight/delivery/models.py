"""What is asked of deliveries."""

from functions.insight.subscriptions.models import DeliveryState
from linli.pages import PageQuery


class DeliveriesAsked(PageQuery):
    """The newest first; `state`: only such."""

    state: DeliveryState | None = None
