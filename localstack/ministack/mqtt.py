"""Patches of IoT Core: the MQTT listener, its sessions and policies, and the topic rules."""

import asyncio
import hashlib
import json
import re
import ssl
import struct
from asyncio import base_events
from contextlib import suppress
from typing import Any

from ministack.core import iam_actions
from ministack.services import iot, lambda_svc

from localstack.ministack.stock import replace

LOOPBACK = "127.0.0.1"
KEEP_ALIVE_GRACE = 1.5  # MQTT 3.1.1 and 5, section 3.1.2.10
FAREWELL_S = 1.0  # for telling a silent client why, where somebody still reads
LARGEST_PAYLOAD = 128 * 1024  # bytes: https://docs.aws.amazon.com/general/latest/gr/iot-core.html
LARGEST_PACKET = 146 * 1024  # bytes, as announced: a payload with its topic and properties
DISCONNECT_PROTOCOL_ERROR, DISCONNECT_KEEP_ALIVE, DISCONNECT_TOO_LARGE = 0x82, 0x8D, 0x95  # MQTT 5


def listen_on_loopback() -> None:
    """Stock binds MQTT to 0.0.0.0 whatever BIND_HOST says. A laptop in a café must not serve gates."""

    @replace(base_events.BaseEventLoop, "create_server")
    def _(stock: Any) -> Any:
        async def create_server(
            loop: Any, protocol: Any, host: Any = None, port: Any = None, **options: Any
        ) -> Any:
            return await stock(loop, protocol, LOOPBACK if host == "0.0.0.0" else host, port, **options)  # noqa: S104 - compared, not bound

        return create_server


def require_client_certificate() -> None:
    """Stock serves MQTT clients without a certificate under the default account, with no policy at all."""

    @replace(iot, "_mtls_build_ssl_context")
    def _(stock: Any) -> Any:
        def build() -> ssl.SSLContext:
            context: ssl.SSLContext = stock()
            context.verify_mode = ssl.CERT_REQUIRED
            return context

        return build


def know_thing_attributes() -> None:
    """Stock leaves `${iot:Connection.Thing.Attributes[x]}` in policies as text, so nothing matches it."""
    iot._POLICY_VARIABLE_RE = re.compile(r"\$\{(iot:[A-Za-z.]+(?:\[[A-Za-z0-9_.,@/:#-]+\])?)\}")

    @replace(iot, "_mqtt_policy_context")
    def _(stock: Any) -> Any:
        def policy_context(account: str, region: str, certificate: str, client: str) -> dict[str, str]:
            context: dict[str, str] = stock(account, region, certificate, client)
            if context["iot:connection.thing.isattached"] != "true":
                return context
            with iot.request_scope(account, region):
                thing = iot._things[client]
            for name, value in (thing.get("attributes") or {}).items():
                context[f"iot:connection.thing.attributes[{name.lower()}]"] = value
            return context

        return policy_context


def cut_off_revoked_devices() -> None:
    """Stock refuses a revoked certificate at the next connect, but a connection it holds lives on.

    AWS ends such connections, and a revoked device must stop working (DESIGN.md section 4).
    """

    def cut(certificate_id: str) -> None:
        for writer in list(iot._mtls_sessions):
            peer = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            if peer and hashlib.sha256(peer).hexdigest() == certificate_id:
                writer.transport.abort()

    @replace(iot, "_handle_certificate")
    def _(stock: Any) -> Any:
        def handle(method: str, path: str, body: bytes, query: dict[str, Any]) -> Any:
            response = stock(method, path, body, query)
            certificate_id = path.removeprefix("/certificates/")
            record = iot._certificates.get(certificate_id)
            loop: asyncio.AbstractEventLoop | None = iot._mtls_loop
            if loop is not None and (record is None or record["status"] != "ACTIVE"):
                loop.call_soon_threadsafe(cut, certificate_id)
            return response

        return handle


def pass_on_odd_payloads() -> None:
    """Stock closes the connection on JSON that Python cannot parse: 5,000 digits, 10,000 levels.

    AWS hands such a payload to `encode(*, 'base64')` as it is, so that our function can refuse and park it.
    """

    @replace(iot, "_rule_message")
    def _(stock: Any) -> Any:
        def message(payload: bytes) -> Any:
            try:
                return stock(payload)
            except (ValueError, RecursionError):
                return payload.decode()

        return message


def replace_subscriptions() -> None:
    """Stock adds one more with each SUBSCRIBE of a filter that the client has: replies come twice, then thrice.

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
            expiry = iot._property_value(
                iot._decode_properties(body, 1)[0], iot.PROP_SESSION_EXPIRY_INTERVAL, None
            )
            if expiry and not session._persist_session:
                await session.send_bytes(iot._make_disconnect(DISCONNECT_PROTOCOL_ERROR))
            elif expiry is not None:
                session._session_expiry_interval, session._persist_session = expiry, expiry > 0
            return goes_on

        return dispatch


def cut_silent_clients() -> None:
    """Stock never ends a connection on which nothing comes, so no will is ever sent for a dead device.

    A client that is silent for one and a half times the keep-alive of its CONNECT is cut, as IoT Core does;
    0 means that it may be silent for ever (IoT Core allows 20 minutes then).
    """

    async def cut(session: Any) -> None:
        if session._cleaned_up:
            return
        session._forced_disconnect_reason = "MQTT_KEEP_ALIVE_TIMEOUT"
        await session.cleanup()
        with suppress(OSError, TimeoutError):
            if session.protocol_version == iot.MQTT_5:
                farewell = session.send_bytes(iot._make_disconnect(DISCONNECT_KEEP_ALIVE))
                await asyncio.wait_for(farewell, FAREWELL_S)
            await session._send({"type": "websocket.close", "code": 1000})

    def wait_for_it(session: Any) -> None:
        silence_s = getattr(session, "keep_alive_s", 0) * KEEP_ALIVE_GRACE
        if silence_s and not session._cleaned_up:
            loop = asyncio.get_running_loop()
            session.patience = loop.call_later(silence_s, lambda: loop.create_task(cut(session)))

    def stop_waiting(session: Any) -> None:
        if patience := getattr(session, "patience", None):
            patience.cancel()

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
            wait_for_it(session)
            return goes_on

        return feed

    @replace(iot._WSSession, "cleanup")
    def _(stock: Any) -> Any:
        async def cleanup(session: Any) -> None:
            stop_waiting(session)
            await stock(session)

        return cleanup


def tell_whose_will_it_is() -> None:
    """Stock publishes a will as nobody's, so a rule's `clientid()` does not name the device whose will it was."""

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


def refuse_large_payloads() -> None:
    """Stock takes payloads of 16 MB; IoT Core ends the connection over 128 KB of a publish or a connect.

    MQTT 5 is told why (0x95). Stock also announces 128 KB as the largest packet, so that a careful client keeps
    back a payload which is just allowed.
    """

    def too_large(session: Any, kind: int, flags: int, body: bytes) -> bool:
        if len(body) <= LARGEST_PAYLOAD or kind not in (iot.PKT_CONNECT, iot.PKT_PUBLISH):
            return False
        if kind == iot.PKT_CONNECT:
            return True
        start = iot._read_string(body, 0)[1] + (2 if flags & 0x06 else 0)
        if session.protocol_version == iot.MQTT_5:
            start = iot._decode_properties(body, start)[1]
        return len(body) - start > LARGEST_PAYLOAD

    @replace(iot._WSSession, "_dispatch_packet")
    def _(stock: Any) -> Any:
        async def dispatch(session: Any, kind: int, flags: int, body: bytes) -> bool:
            if not too_large(session, kind, flags, body):
                goes_on: bool = await stock(session, kind, flags, body)
                return goes_on
            if session.protocol_version == iot.MQTT_5 and kind == iot.PKT_PUBLISH:
                await session.send_bytes(iot._make_disconnect(DISCONNECT_TOO_LARGE))
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


def know_policy_targets() -> None:
    """Stock asks for `iot:AttachPolicy` on everything, so no role that AWS would accept can attach one.

    On AWS the resource is the certificate that the policy is attached to.
    """

    @replace(iam_actions, "extract_resource_arn")
    def _(stock: Any) -> Any:
        def resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> Any:
            if service == "iot" and path.startswith("/target-policies/"):
                target = json.loads(body or b"{}").get("target")
                return target or stock(service, method, path, headers, body, *rest)
            return stock(service, method, path, headers, body, *rest)

        return resource_arn


def invoke_rule_functions_asynchronously() -> None:
    """Stock runs the function of a topic rule just once: no retry, no dead letter, a missing one ignored.

    On AWS it is an asynchronous invocation, and a missing function is a failed action (→ error action).
    """

    @replace(iot, "_dispatch_rule_to_lambda")
    def _(_stock: Any) -> Any:
        def dispatch(account: str, region: str, function_arn: str, event: Any) -> None:
            function, config, _ = lambda_svc._get_func_record_for_ref_in_scope(
                function_arn, account_id=account, region=region
            )
            if not function or not config:
                raise LookupError(f"function not found: {function_arn}")
            lambda_svc.invoke_async_with_retry(
                lambda_svc._execution_record_for_config(function, config), event
            )

        return dispatch
