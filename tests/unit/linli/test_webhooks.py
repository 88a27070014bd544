"""What we sign is believed by a library that is not ours, and by nobody else's secret."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from linli.webhooks import secret_of, signed, verify

KEYS = st.binary(min_size=24, max_size=64)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(KEYS, KEYS, TEXTS)
def test_a_strangers_library_believes_each_of_our_secrets_and_no_other(
    one: bytes, other: bytes, text: str
) -> None:
    now, body = datetime.now(UTC), text.encode()
    secrets = [secret_of(one), secret_of(other)]
    headers = signed("m-1", body, secrets, now)
    for secret in secrets:
        Webhook(secret).verify(body, headers, json_parse=False)
        assert verify(headers, body, [secret], now) == "m-1"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(b"somebody else's, long enough")).verify(body, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets[0]).verify(body + b" ", headers, json_parse=False)


@given(KEYS, TEXTS)
def test_we_believe_what_a_strangers_library_signs(key: bytes, text: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    secret, at = secret_of(key), now.replace(tzinfo=UTC)
    headers = {
        "webhook-id": "m-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("m-1", now, text),
    }
    assert verify(headers, text.encode(), [secret], at) == "m-1"
