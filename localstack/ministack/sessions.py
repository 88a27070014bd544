"""Patches of MQTT sessions: subscriptions, how they end, wills, and what is too large or too long."""

import asyncio
import re
import struct
from contextlib import suppress
from typing import Any

from ministack.services import iot, iot_data

from localstack.ministack.stock import replace

KEEP_ALIVE_GRACE = 1.5  # MQTT 3.1.1 and 5, section 3.1.2.10
FAREWELL_S = 1.0  # for telling a silent client why, where somebody still reads
LARGEST_PAYLOAD = 128 * 1024  # bytes: https://docs.aws.amazon.com/general/latest/gr/iot-core.html
LARGEST_PACKET = 146 * 1024  # bytes, as announced: a payload with its topic and properties
LONGEST_TOPIC, MOST_SLASHES, LONGEST_CLIENT_ID = 256, 7, 128  # bytes, and slashes
MOST_FILTERS = 8
NOT_COUNTED = re.compile(r"\$aws/rules/[^/]+/|\$share/[^/]+/", re.IGNORECASE)
CLIENT_ID_NOT_VALID, IDENTIFIER_REJECTED = 0x85, 0x02  # MQTT 5, section 3.2.2.2; MQTT 3.1.1, section 3.2.2.3
PROTOCOL_ERROR, KEEP_ALIVE_TIMEOUT, PACKET_TOO_LARGE = 0x82, 0x8D, 0x95  # MQTT 5, section 3.14.2.1
QUOTA_EXCEEDED = 0x97


def replace_subscriptions() -> None:
    """Stock adds one more with each SUBSCRIBE of the same filter: replies come twice, then thrice.

    The new one replaces it: MQTT 3.1.1 and 5, section 3.8.4. So it is for what a resumed session had.
    """

    def forget(session: Any, subscription: str) -> None:
        session._sub_ids[:] = [other for other in session._sub_ids if other != subscription]
        session._sub_filters.pop(subscription, None)
        session._sub_granted_qos.pop(subscription, None)

    @replace(iot, "broker_subscribe")
    def _(stock: Any) -> Any:
        async def subscribe(account: str, region: str, topic_filter: str, *args: Any, **options: Any) -> str:
            client = options.get("client_id")
            held = iot._subscriptions.get(iot._scoped_topic(account, region, topic_filter), set())
            former = [other for other in held if client is not None and other.client_id == client]
            subscription: str = await stock(account, region, topic_filter, *args, **options)
            for other in former:
                held.discard(other)
                if isinstance(session := getattr(other.deliver, "__self__", None), iot._WSSession):
                    forget(session, other.subscription_id)
            return subscription

        return subscribe


def end_sessions_with_their_client() -> None:
    """Stock keeps a session that its client ends: the Session Expiry Interval of an MQTT 5 DISCONNECT counts.

    Section 3.14.2.2.2: it may shorten or end what CONNECT asked for, and may not begin one.
    """

    @replace(iot._WSSession, "_dispatch_packet")
    def _(stock: Any) -> Any:
        async def dispatch(session: Any, kind: int, flags: int, body: bytes) -> bool:
            goes_on: bool = await stock(session, kind, flags, body)
            if kind != iot.PKT_DISCONNECT or session.protocol_version != iot.MQTT_5 or len(body) <= 1:
                return goes_on
            properties, _ = iot._decode_properties(body, 1)
            expiry = iot._property_value(properties, iot.PROP_SESSION_EXPIRY_INTERVAL, None)
            if expiry and not session._persist_session:
                await session.send_bytes(iot._make_disconnect(PROTOCOL_ERROR))
            elif expiry is not None:
                session._session_expiry_interval, session._persist_session = expiry, expiry > 0
            return goes_on

        return dispatch


async def cut(session: Any) -> None:
    """End a session whose client may be dead: first what others are to know, then the connection."""
    if session._cleaned_up:
        return
    session._forced_disconnect_reason = "MQTT_KEEP_ALIVE_TIMEOUT"
    await session.cleanup()
    with suppress(OSError, TimeoutError):
        if session.protocol_version == iot.MQTT_5:
            farewell = session.send_bytes(iot._make_disconnect(KEEP_ALIVE_TIMEOUT))
            await asyncio.wait_for(farewell, FAREWELL_S)
        await session._send({"type": "websocket.close", "code": 1000})


def wait_for_next(session: Any) -> None:
    """Cut a session unless something comes in time."""
    silence_s = getattr(session, "keep_alive_s", 0) * KEEP_ALIVE_GRACE
    if silence_s and not session._cleaned_up:
        loop = asyncio.get_running_loop()
        session.patience = loop.call_later(silence_s, lambda: loop.create_task(cut(session)))


def stop_waiting(session: Any) -> None:
    if patience := getattr(session, "patience", None):
        patience.cancel()


def cut_silent_clients() -> None:
    """Stock never ends a connection on which nothing comes, so no will is ever sent for a dead device.

    A client that is silent for one and a half times the keep-alive of its CONNECT is cut, as IoT Core does;
    0 means that it may be silent for ever (IoT Core allows 20 minutes then).
    """

    @replace(iot._WSSession, "_dispatch_packet")
    def _(stock: Any) -> Any:
        async def dispatch(session: Any, kind: int, flags: int, body: bytes) -> bool:
            if kind == iot.PKT_CONNECT:
                level_at = iot._read_string(body, 0)[1]
                session.keep_alive_s = struct.unpack_from("!H", body, level_at + 2)[0]
            goes_on: bool = await stock(session, kind, flags, body)
            return goes_on

        return dispatch

    @replace(iot, "_feed_session")
    def _(stock: Any) -> Any:
        async def feed(session: Any, data: bytes, limit: int) -> bool:
            stop_waiting(session)
            goes_on: bool = await stock(session, data, limit)
            wait_for_next(session)
            return goes_on

        return feed

    @replace(iot._WSSession, "cleanup")
    def _(stock: Any) -> Any:
        async def cleanup(session: Any) -> None:
            stop_waiting(session)
            await stock(session)

        return cleanup


def tell_whose_will_it_is() -> None:
    """Stock publishes a will as nobody's, so `clientid()` of a rule does not name the device whose it was."""

    @replace(iot._WSSession, "cleanup")
    def _(stock: Any) -> Any:
        async def cleanup(session: Any) -> None:
            topic = session._will_topic
            if topic is not None and not session._graceful_disconnect and not session._cleaned_up:
                session._will_topic = None
                await iot.broker_publish(
                    session.account_id,
                    session.region,
                    topic,
                    session._will_message or b"",
                    qos=session._will_qos,
                    retain=session._will_retain,
                    properties=session._will_properties,
                    client_id=session._client_id or None,
                    principal=session._principal,
                )
            await stock(session)

        return cleanup


def take_turns() -> None:
    """Stock handles all that one connection has sent before anybody else gets a word.

    A burst of twenty gates kept every other device and every HTTP request waiting for ten seconds. One packet
    is let through in each round of the loop, of whichever connection has waited longest.
    """
    turn = asyncio.Lock()

    @replace(iot._WSSession, "handle_packet")
    def _(stock: Any) -> Any:
        async def handle(session: Any, kind: int, flags: int, body: bytes) -> bool:
            async with turn:
                await asyncio.sleep(0)
            goes_on: bool = await stock(session, kind, flags, body)
            return goes_on

        return handle


def is_too_large(session: Any, kind: int, flags: int, body: bytes) -> bool:
    """Whether the payload of a PUBLISH, or all of a CONNECT, is more than IoT Core takes."""
    if len(body) <= LARGEST_PAYLOAD or kind not in (iot.PKT_CONNECT, iot.PKT_PUBLISH):
        return False
    if kind == iot.PKT_CONNECT:
        return True
    start = iot._read_string(body, 0)[1] + (2 if flags & 0x06 else 0)
    if session.protocol_version == iot.MQTT_5:
        start = iot._decode_properties(body, start)[1]
    return len(body) - start > LARGEST_PAYLOAD


def refuse_large_payloads() -> None:
    """Stock takes payloads of 16 MB; IoT Core ends the connection over 128 KB of a publish or a connect, and
    refuses a Publish of a function.

    MQTT 5 is told why (0x95). Stock also announces 128 KB as the largest packet, so that a careful client
    keeps back a payload which is just allowed.
    """

    @replace(iot._WSSession, "_dispatch_packet")
    def _(stock: Any) -> Any:
        async def dispatch(session: Any, kind: int, flags: int, body: bytes) -> bool:
            if not is_too_large(session, kind, flags, body):
                goes_on: bool = await stock(session, kind, flags, body)
                return goes_on
            if session.protocol_version == iot.MQTT_5 and kind == iot.PKT_PUBLISH:
                await session.send_bytes(iot._make_disconnect(PACKET_TOO_LARGE))
            return False

        return dispatch

    @replace(iot._WSSession, "_connack_properties")
    def _(stock: Any) -> Any:
        def properties(session: Any, assigned: str | None) -> list[tuple[int, Any]]:
            return [
                (name, LARGEST_PACKET if name == iot.PROP_MAXIMUM_PACKET_SIZE else value)
                for name, value in stock(session, assigned)
            ]

        return properties

    @replace(iot_data, "_publish")
    def _(stock: Any) -> Any:
        async def publish(topic: str, payload: bytes, *rest: Any) -> Any:
            if len(payload or b"") > LARGEST_PAYLOAD:
                message = "Message payload exceeds size limit for message type."
                return iot_data.error_response_json("InvalidRequestException", message, 400)
            return await stock(topic, payload, *rest)

        return publish


def is_too_long(topic: str) -> bool:
    """Whether a topic, or a filter, has more bytes or levels than IoT Core takes."""
    levels = NOT_COUNTED.sub("", topic, count=1)
    return len(topic.encode()) > LONGEST_TOPIC or levels.count("/") > MOST_SLASHES


def refuse_long_topics() -> None:
    """Stock takes topics of any depth, and filters of any length; IoT Core seven slashes, and 256 bytes.

    Slashes of `$aws/rules/<rule>/` and `$share/<name>/` do not count.
    https://docs.aws.amazon.com/general/latest/gr/iot-core.html
    """

    @replace(iot, "_validate_publish_topic")
    def _(stock: Any) -> Any:
        def is_valid(topic: str) -> bool:
            return bool(stock(topic)) and not is_too_long(topic)

        return is_valid

    @replace(iot, "_reserved_filter_subscribe_allowed")
    def _(stock: Any) -> Any:
        def is_allowed(topic_filter: str) -> bool:
            return bool(stock(topic_filter)) and not is_too_long(topic_filter)

        return is_allowed


def filters_in(body: bytes, at: int) -> int:
    """How many topic filters a SUBSCRIBE asks for, the first of which is at `at`."""
    count = 0
    while at < len(body):
        at = iot._read_string(body, at)[1] + 1
        count += 1
    return count


def refuse_many_filters() -> None:
    """Stock takes any number of topic filters in one SUBSCRIBE; IoT Core eight, or it ends the connection."""

    @replace(iot._WSSession, "_dispatch_packet")
    def _(stock: Any) -> Any:
        async def dispatch(session: Any, kind: int, flags: int, body: bytes) -> bool:
            if kind == iot.PKT_SUBSCRIBE:
                five = session.protocol_version == iot.MQTT_5
                start = iot._decode_properties(body, 2)[1] if five else 2
                if filters_in(body, start) > MOST_FILTERS:
                    if five:
                        await session.send_bytes(iot._make_disconnect(QUOTA_EXCEEDED))
                    return False
            goes_on: bool = await stock(session, kind, flags, body)
            return goes_on

        return dispatch


def has_odd_name(body: bytes) -> bool:
    """Whether the client of a CONNECT has a name that IoT Core takes from nobody.

    An empty one MQTT 5 asks the broker to replace, which it may be asked for new sessions only; IoT Core does
    that, with a name behind `$` that no device of ours may use.
    """
    _, level_at = iot._read_string(body, 0)
    five, clean = body[level_at] == iot.MQTT_5, bool(body[level_at + 1] & 0x02)
    at = level_at + 4
    if five:
        at = iot._decode_properties(body, at)[1]
    name: str = iot._read_string(body, at)[0]
    if not name:
        return not (five and clean)
    return name.startswith("$") or len(name.encode()) > LONGEST_CLIENT_ID


def refuse_odd_client_ids() -> None:
    """Stock takes any client id: none at all, one of 200 bytes, one that begins with `$`.

    IoT Core refuses them (CONNACK 0x85 of MQTT 5, 0x02 of 3.1.1).
    """

    @replace(iot._WSSession, "_dispatch_packet")
    def _(stock: Any) -> Any:
        async def dispatch(session: Any, kind: int, flags: int, body: bytes) -> bool:
            if kind != iot.PKT_CONNECT or not has_odd_name(body):
                goes_on: bool = await stock(session, kind, flags, body)
                return goes_on
            session.protocol_version = body[iot._read_string(body, 0)[1]]
            five = session.protocol_version == iot.MQTT_5
            code = CLIENT_ID_NOT_VALID if five else IDENTIFIER_REJECTED
            await session.send_bytes(
                iot._make_connack(return_code=code, protocol_version=session.protocol_version)
            )
            return False

        return dispatch
