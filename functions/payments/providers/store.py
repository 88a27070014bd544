"""Keys fetched afresh where one that has been changed may be why a message is refused."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.merchants.store import refreshed
from functions.payments.providers.protocol.models import Refused

Read = TypeVar("Read")


def with_fresh_keys(read: Callable[[Merchant], Read], merchant: Merchant, now: datetime) -> Read:
    """What `read` makes of a message by a merchant's keys; by fresh ones, once, if old keys may be why it is
    refused. Raises Refused as `read` does.
    """
    try:
        return read(merchant)
    except Refused as error:
        fresh = refreshed(merchant, now) if error.keys_may_be_old else None
        if fresh is None:
            raise
        return read(fresh)
