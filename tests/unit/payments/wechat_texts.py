"""Requests to WeChat Pay as they are sent, and a service provider's merchant."""

import json
import re
from typing import Any

from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import (
    Outgoing,
)
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import (
    AT,
    NOW,
    key,
)


def sent(outgoing: Outgoing) -> Any:
    """The body of a request whose `Authorization` fits."""
    scheme, _, rest = outgoing.headers["Authorization"].partition(" ")
    found = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    assert (found["mchid"], found["serial_no"]) == (shop.wechat().seller, shop.wechat().serial)
    assert (found["timestamp"], found["nonce_str"]) == (str(int(NOW.timestamp())), AT.nonce)
    path = outgoing.url.removeprefix(shop.wechat().gateway_url)
    text = (
        f"{outgoing.method}\n{path}\n{found['timestamp']}\n{found['nonce_str']}\n".encode()
        + outgoing.body
        + b"\n"
    )
    assert signing.fits(found["signature"], text, signing.public_part(key("ours")))
    return json.loads(outgoing.body) if outgoing.body else None


PARTNER = Merchant.model_validate(
    shop.wechat().model_dump(exclude={"seller", "app", "sp_seller", "sp_app"})
    | {"sp_mchid": "1900000100", "sp_appid": "wx1111111111111111", "sub_mchid": "1900000109"}
)
