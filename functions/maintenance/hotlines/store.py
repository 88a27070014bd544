"""API keys of hotlines."""

from functions.maintenance.hotlines.models import LETTERS, Scope
from functions.maintenance.hotlines.rows import HotlineRow
from linli.api_keys import ApiKeys, Holder
from linli.errors import Forbidden
from linli.tables import read

KEYS = ApiKeys("hotline", LETTERS)
Hotline = Holder[Scope]


def known(api_key: str) -> Hotline:
    """Whose key it is. Raises Forbidden for one that we did not issue, or have revoked."""
    if not api_key:
        raise Forbidden("api_key_missing")
    hotline = KEYS.holder(api_key)
    key = HotlineRow.key(hotline.tenant, hotline.scope, hotline.holder)
    row = read([key]).one(HotlineRow, key)
    KEYS.check(api_key, row.digest if row is not None and row.revoked_at is None else None)
    return hotline
