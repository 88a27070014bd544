"""Merchants' keys: two secrets per community and provider, `linli/<stage>/merchants/<community>/<provider>`
and `…/signing-keys/…`, since whoever verifies callbacks must not be able to ask for money back.

Cached for a minute, so that nobody waits for longer after a change of keys on either side, and fetched afresh
when a signature fails that a new key might explain: at most once a minute for each, by the time of the event,
so that forgers cannot make us ask more often.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import get_args

from pydantic import ValidationError

from functions.payments.providers.merchants.models import Account, Merchant
from linli.errors import NotFound, Unavailable
from linli.ids import is_id
from linli.secrets import secret_if_any
from linli.vocabulary.payments import Provider

AT_MOST_EVERY = timedelta(minutes=1)
_refreshed_at: dict[tuple[str, str], datetime] = {}


def merchant(community: str, provider: str) -> Merchant:
    """How the community is a merchant of the provider. Raises NotFound where it is none."""
    return _merchant(community, provider, fresh=False)


def of_account(account: Account) -> Merchant:
    """The merchant whose account an order was made at. Raises NotFound where the community has another one by
    now, or none: another account does not know the order, and what it says of it means nothing.
    """
    found = merchant(account.community, account.provider)
    if (found.seller, found.app) != (account.seller, account.app):
        raise NotFound("another_account")
    return found


def refreshed(stale: Merchant, now: datetime) -> Merchant | None:
    """A merchant with its keys fetched afresh; None if they were, within the last minute."""
    key = (stale.community, stale.provider)
    if key in _refreshed_at and abs(now - _refreshed_at[key]) < AT_MOST_EVERY:
        return None
    _refreshed_at[key] = now
    return _merchant(*key, fresh=True)


def signing_key(of: Merchant) -> str:
    """The key that signs what the community sends to the provider. Raises Unavailable without one."""
    key = secret_if_any(f"signing-keys/{of.community}/{of.provider}")
    if key is None:
        raise Unavailable("signing_key_missing", {"provider": of.provider})
    return key


def _merchant(community: str, provider: str, *, fresh: bool) -> Merchant:
    if not is_id(community) or provider not in get_args(Provider):
        raise NotFound
    text = secret_if_any(f"merchants/{community}/{provider}", fresh=fresh)
    if text is None:
        raise NotFound("no_merchant")
    try:
        found = _parsed(text)
    except ValidationError as error:  # whose own text repeats what it was given
        places = ", ".join(sorted({".".join(map(str, each["loc"][:1])) for each in error.errors()}))
        raise Unavailable("merchant_secret_faulty", {"places": places or "whole"}) from None
    if (found.community, found.provider) != (community, provider):
        raise NotFound("merchant_secret_of_another")
    return found


@lru_cache(maxsize=64)
def _parsed(text: str) -> Merchant:
    return Merchant.model_validate_json(text)
