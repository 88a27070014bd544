"""Patches of IoT Core: the MQTT listener, its policies, and the topic rules."""

import asyncio
import hashlib
import json
import re
import ssl
from asyncio import base_events
from typing import Any

from ministack.core import iam_actions
from ministack.services import iot, lambda_svc

from localstack.ministack.stock import replace

LOOPBACK = "127.0.0.1"


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

    AWS ends such connections, and a revoked device must stop working within five minutes.
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
