"""Messages to gateways: signed as Standard Webhooks have it, and saying no more than they must."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.calling.alerts import Message
from functions.care.calling.channels import outgoing, template_of
from linli.errors import Forbidden
from linli.escalation.parties import Party
from linli.messages.gateways import Channel, Channels, Gateway
from linli.vocabulary.care import Recipient
from linli.webhooks import signature, signed, verify
from linli.words import LANGUAGES, catalogue

NOW = datetime(2026, 1, 5, 4, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DAUGHTER = Party("contact", "daughter", None, "+8613800000002")
SENDERS = {"zh-CN": "【邻里】", "en": "[Linli] "}
OTHER = "whsec_dGhlIG1lc3NhZ2UgZ2F0ZXdheXMgb2Ygd2lsbG93"


def message(to: Recipient = "contact", channel: Channel = "sms", **more: Any) -> Message:
    fields: dict[str, Any] = {
        "message": "a-1-1", "community": "willow", "alert": "a-1", "person": "ann", "to": to,
        "recipient": "daughter", "channel": channel, "purpose": "alert", "emergency": False, "made_at": NOW,
    }  # fmt: skip
    return Message(**(fields | more))


@pytest.mark.parametrize(
    ("secret", "message_id", "timestamp", "body", "wanted"),
    [  # published by Svix, who wrote the specification
        (
            "whsec_plJ3nmyCDGBKInavdOK15jsl",
            "msg_loFOjxBNrRLzqYUf",
            "1731705121",
            b'{"event_type":"ping","data":{"success":true}}',
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        ),
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ],
)
def test_the_signature_is_that_of_the_standard(
    secret: str, message_id: str, timestamp: str, body: bytes, wanted: str
) -> None:
    assert signature(message_id, timestamp, body, secret) == wanted
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,x= {wanted}",
    }
    now = datetime.fromtimestamp(int(timestamp), UTC)
    assert verify(headers, body, [OTHER, secret], now) == message_id


@given(body=st.binary(max_size=200), seconds=st.integers(-300, 300))
def test_what_we_sign_is_believed_for_five_minutes(body: bytes, seconds: int) -> None:
    assert (
        verify(signed("m-1", body, [SECRET], NOW), body, [SECRET], NOW + timedelta(seconds=seconds)) == "m-1"
    )


@pytest.mark.parametrize("seconds", [-301, 301])
def test_what_is_older_or_from_the_future_is_not_believed(seconds: int) -> None:
    with pytest.raises(Forbidden):
        verify(signed("m-1", b"{}", [SECRET], NOW), b"{}", [SECRET], NOW + timedelta(seconds=seconds))


@given(
    flip=st.integers(0, 10_000),
    part=st.sampled_from(["body", "webhook-id", "webhook-timestamp", "webhook-signature"]),
)
def test_one_changed_byte_is_not_believed(flip: int, part: str) -> None:
    body, headers = b'{"message_id":"m-1"}', signed("m-1", b'{"message_id":"m-1"}', [SECRET], NOW)
    text = body.decode() if part == "body" else headers[part]
    at = flip % len(text)
    changed = text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]
    if part == "webhook-signature" and at == len(text) - 1:
        return  # the padding says nothing
    if part == "body":
        body = changed.encode()
    else:
        headers = {**headers, part: changed}
    with pytest.raises(Forbidden):
        verify(headers, body, [SECRET], NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "m-1"},
        {"webhook-timestamp": "１７６７"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "-1"},
        {"webhook-signature": ""},
        {"webhook-signature": "v2,x"},
    ],
)
def test_malformed_headers_are_refused(headers: dict[str, str]) -> None:
    given_ = signed("m-1", b"{}", [SECRET], NOW) | headers if headers else {}
    with pytest.raises(Forbidden):
        verify(given_, b"{}", [SECRET], NOW if headers != {"webhook-id": "m-1"} else NOW + timedelta(hours=1))


def test_every_message_that_can_be_made_has_its_text_in_every_language_and_no_other_is_kept() -> None:
    purposes = [("alert", to) for to in get_args(Recipient)] + [
        ("held", "manager"),
        ("held", "caregiver"),
        ("button", "manager"),
        ("button", "caregiver"),
        ("away_over", "contact"),
    ]
    made = {
        template_of(message(to, purpose=purpose, emergency=emergency))
        for (purpose, to), emergency in product(purposes, [True, False])
    }
    for language in LANGUAGES:
        kept = catalogue(language)["messages"]
        assert {code for code in kept if code.startswith("care_")} == made
        assert {kept[code].startswith(SENDERS[language]) for code in made} == {True}


def test_a_notice_names_nobody() -> None:
    gateway = Gateway(url="https://sms.example/send", secrets=[SECRET, OTHER])
    request = outgoing(message(), DAUGHTER, gateway, "https://api.example/replies/willow", NOW)
    body = json.loads(request.body)
    assert body == {
        "message_id": "a-1-1",
        "channel": "sms",
        "to": "+8613800000002",
        "template": "care_alert_contact",
        "language": "zh-CN",
        "text": catalogue("zh-CN")["messages"]["care_alert_contact"],
        "urgent": False,
        "digits": {"1": "我来处理", "2": "无法处理"},
        "reply_url": "https://api.example/replies/willow/sms",
    }
    assert verify(request.headers, request.body, [SECRET], NOW) == "a-1-1"
    ann = Party("person", "ann", "ann", None)
    push = outgoing(message("person", "push", emergency=True), ann, gateway, None, NOW)
    assert json.loads(push.body)["alert"] == "a-1"
    assert b"reply_url" not in push.body


def test_whoever_is_told_is_told_in_their_own_language() -> None:
    gateway = Gateway(url="https://sms.example/send", secrets=[SECRET])
    in_english = replace(DAUGHTER, language="en")
    body = json.loads(outgoing(message(channel="voice"), in_english, gateway, None, NOW).body)
    assert body["language"] == "en"
    assert body["text"].startswith("[Linli] ")
    assert body["digits"] == {"1": "I see to it", "2": "I cannot"}


@pytest.mark.parametrize(
    "url",
    ["http://sms.example/", "ftp://sms.example/", "http://localhost.evil/", "https://a b/", "sms.example"],
)
def test_a_gateway_is_reached_by_tls_or_on_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Gateway(url=url, secrets=[SECRET])


@pytest.mark.parametrize("secret", ["whsec_" + "A" * 33, "whsec_" + "A" * 34 + "=", "A" * 32, "whsec_"])
def test_a_secret_that_does_not_decode_is_refused_when_it_is_read(secret: str) -> None:
    with pytest.raises(ValueError, match="secrets"):
        Gateway(url="https://sms.example/send", secrets=[secret])


def test_a_channel_that_is_not_set_up_has_no_gateway() -> None:
    gateway = Gateway(url="http://localhost:1/", secrets=[SECRET])
    channels = Channels(sms=gateway)
    assert [channels.gateway(each) for each in get_args(Channel)] == [None, gateway, None, None]
