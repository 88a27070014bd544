"""Merchants' keys: cached, and fetched afresh when that may help, at most once a minute."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.payments.callbacks.store import verified
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Refused, UnknownSerial
from linli.errors import NotFound, Unavailable
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import COMMUNITY, NEXT_SERIAL, called, key, notified

FORGED = called(signer="a forger", serial=NEXT_SERIAL)


class Safe:
    """Secrets Manager and our cache of it, with what was asked of it."""

    def __init__(self) -> None:
        self.holds: dict[str, str] = {}
        self.cached: dict[str, str] = {}
        self.fetched = 0

    def put(self, merchant: Merchant) -> None:
        self.holds[f"merchants/{merchant.community}/{merchant.provider}"] = json.dumps(merchant.model_dump())

    def secret_if_any(self, name: str, *, fresh: bool = False) -> str | None:
        if fresh or name not in self.cached:
            self.fetched += 1
            if name not in self.holds:
                return None
            self.cached[name] = self.holds[name]
        return self.cached[name]


@pytest.fixture
def safe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Safe]:
    made = Safe()
    monkeypatch.setattr(merchants, "secret_if_any", made.secret_if_any)
    monkeypatch.setattr(merchants, "_refreshed_at", {})
    made.put(shop.wechat())
    made.put(shop.alipay())
    return made


def rotated() -> Merchant:
    keys = shop.wechat().provider_keys | {NEXT_SERIAL: signing.public_part(key("wechat, rotated"))}
    return shop.wechat().model_copy(update={"provider_keys": keys})


def test_a_callback_finds_its_merchant(safe: Safe) -> None:
    assert verified(COMMUNITY, "wechat", called()) == shop.wechat()
    assert verified(COMMUNITY, "alipay", notified()) == shop.alipay()
    verified(COMMUNITY, "wechat", called())
    assert safe.fetched == 2, "then it is cached"


@pytest.mark.parametrize(
    "where", [("maple", "wechat"), ("willow", "paypal"), ("../x", "wechat"), ("", "alipay")]
)
@pytest.mark.usefixtures("safe")
def test_who_is_no_merchant_is_not_found(where: tuple[str, str]) -> None:
    with pytest.raises(NotFound):
        verified(*where, called())


def test_the_key_that_signs_is_a_secret_of_its_own(safe: Safe) -> None:
    verified(COMMUNITY, "wechat", called())
    with pytest.raises(Unavailable, match="not set up"):
        merchants.signing_key(shop.wechat())
    safe.holds["signing-keys/willow/wechat"] = "a key"
    assert merchants.signing_key(shop.wechat()) == "a key"
    assert "a key" not in safe.cached["merchants/willow/wechat"]


def test_a_secret_that_is_another_merchants_is_not_used(safe: Safe) -> None:
    safe.holds["merchants/maple/wechat"] = safe.holds["merchants/willow/wechat"]
    with pytest.raises(NotFound):
        merchants.merchant("maple", "wechat")


def test_a_rotated_serial_is_known_after_one_look(safe: Safe) -> None:
    verified(COMMUNITY, "wechat", called())
    safe.put(rotated())
    delivery = called(signer="wechat, rotated", serial=NEXT_SERIAL)
    assert verified(COMMUNITY, "wechat", delivery) == rotated()
    assert verified(COMMUNITY, "wechat", called()) == rotated()
    assert safe.fetched == 2


def test_a_new_key_of_alipay_is_found_without_a_serial(safe: Safe) -> None:
    old = shop.alipay().model_copy(update={"provider_keys": {"0": signing.public_part(key("wechat"))}})
    safe.put(old)
    with pytest.raises(Refused):
        verified(COMMUNITY, "alipay", notified())
    safe.put(shop.alipay())
    with pytest.raises(Refused):
        verified(COMMUNITY, "alipay", notified())
    later = replace(notified(), now=notified().now + timedelta(minutes=1))
    assert verified(COMMUNITY, "alipay", later) == shop.alipay()


def test_a_thousand_forgeries_are_one_look_a_minute(safe: Safe) -> None:
    verified(COMMUNITY, "wechat", called())
    for _ in range(1000):
        with pytest.raises(UnknownSerial):
            verified(COMMUNITY, "wechat", FORGED)
    assert safe.fetched == 2
    assert merchants.refreshed(shop.wechat(), FORGED.now + timedelta(seconds=59)) is None
    assert merchants.refreshed(shop.wechat(), FORGED.now + timedelta(seconds=60)) == shop.wechat()
    assert merchants.refreshed(shop.alipay(), FORGED.now) == shop.alipay(), "each merchant by itself"


def test_a_signature_that_does_not_fit_a_known_key_is_no_reason_to_look(safe: Safe) -> None:
    with pytest.raises(Refused):
        verified(COMMUNITY, "wechat", called(signer="a forger"))
    assert safe.fetched == 1


@pytest.mark.parametrize(
    "changed",
    [{"serial": ""}, {"api_v3_key": "short"}, {"provider_keys": {}}, {"gateway_url": "ftp://x"}, {"extra": 1},
     {"provider": "paypal"}, {"community": "No Id"}],
)  # fmt: skip
def test_a_contract_that_lacks_something_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Merchant.model_validate({**shop.wechat().model_dump(), **changed})


def test_keys_are_not_shown() -> None:
    shown = repr(shop.wechat()) + str(shop.alipay())
    assert "PRIVATE" not in shown
    assert "PUBLIC" not in shown
    assert shop.API_V3_KEY not in shown
