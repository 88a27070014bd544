"""Is each patch still needed? One probe per patch, named after it, run against the server in this process.

    python -m localstack.ministack.gaps            the stock server: a `false` means, delete that patch
    python -m localstack.ministack.gaps patched    with all patches: a `true` means, that patch does not work

prints {patch: whether the gap is there} as JSON.
"""

import asyncio
import base64
import io
import json
import os
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from ministack import app
from ministack.core import iam_actions, lambda_runtime, persistence
from ministack.services import (
    apigateway_v1,
    cloudwatch,
    dynamodb,
    eventbridge,
    iot,
    iot_data,
    lambda_svc,
    sqs,
)
from ministack.services.cloudformation import provisioners

from localstack.ministack import workers
from localstack.ministack.launcher import PATCHES

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
OTHER_RUNTIME = "python9.9"
ACCOUNT, REGION = iot.get_account_id(), iot.get_region()
ATTRIBUTE = "${iot:Connection.Thing.Attributes[community]}"
CONNECT, CONNACK = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04gate", b"\x20\x02\x00\x00"
CODE = """
import shared
def handler(event, context):
    if event.get("fail"):
        raise LookupError("secret")
    return shared.origin
"""


def create(resource_type: str, logical_id: str, properties: dict[str, Any]) -> Any:
    return provisioners._RESOURCE_HANDLERS[f"AWS::{resource_type}"]["create"](logical_id, properties, "gaps")


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def dead_letters() -> str:
    create("SQS::Queue", "DeadLetters", {"QueueName": "dead-letters"})
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead-letters"


def a_function() -> dict[str, Any]:
    """A function whose own module `shared` a layer has too."""
    layer = zipped({"python/shared.py": "origin = 'layer'"})
    lambda_svc._publish_layer_version("layer", {"Content": {"ZipFile": base64.b64encode(layer).decode()}})
    properties = {
        "FunctionName": "function",
        "Runtime": RUNTIME,
        "Handler": "index.handler",
        "Code": {"ZipFile": CODE},
        "Timeout": 10,
        "Layers": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:layer:1"],
        "DeadLetterConfig": {"TargetArn": dead_letters()},
    }
    create("Lambda::Function", "Function", properties)
    function: dict[str, Any] = lambda_svc._functions["function"]
    function["code_zip"] = zipped({"index.py": CODE, "shared.py": "origin = 'code'"})
    return function


def a_worker() -> Any:
    function = a_function()
    return lambda_runtime.Worker("function", function["config"], function["code_zip"])


def an_api(body: dict[str, Any]) -> str:
    api_id: str = apigateway_v1._import_rest_api(body)
    return api_id


def a_table(name: str = "table") -> str:
    create(
        "DynamoDB::Table",
        "Table",
        {
            "TableName": name,
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        },
    )
    arn: str = dynamodb._tables[name]["LatestStreamArn"]
    return arn


def runs_once(dispatch: Callable[[str], None]) -> bool:
    """Whether a dispatch of an event invokes the function at once, instead of asynchronously with retries."""
    function = a_function()["config"]["FunctionArn"]
    with (
        mock.patch.object(lambda_svc, "invoke_async_with_retry") as asynchronously,
        mock.patch.object(lambda_svc, "_execute_function_with_config_scope", return_value={}),
    ):
        dispatch(function)
    return not asynchronously.called


async def listening() -> int:
    """Start the MQTT listener on a free port, and say which."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    os.environ["IOT_MTLS_PORT"] = str(port)
    await iot.mtls_start()
    return port


def listen_on_loopback() -> bool:
    async def address() -> str:
        await listening()
        bound: str = iot._mtls_server.sockets[0].getsockname()[0]
        await iot.mtls_stop()
        return bound

    return asyncio.run(address()) != "127.0.0.1"


def require_client_certificate() -> bool:
    return bool(iot._mtls_build_ssl_context().verify_mode != ssl.CERT_REQUIRED)


def know_thing_attributes() -> bool:
    iot._create_thing("gate", {"attributePayload": {"attributes": {"community": "willow"}}})
    iot._certificates["certificate"] = {"attachedThings": [iot._thing_arn("gate")]}
    context = iot._mqtt_policy_context(ACCOUNT, REGION, "certificate", "gate")
    statement = {"Effect": "Allow", "Action": "iot:Publish", "Resource": ATTRIBUTE}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return "willow" not in repr(iot._parsed_iot_policy(document, tuple(sorted(context.items()))))


def cut_off_revoked_devices() -> bool:
    made = json.loads(iot._create_keys_and_certificate({"setAsActive": "true"})[2])
    device = Path(tempfile.mkdtemp()) / "device.pem"
    device.write_text(made["certificatePem"] + made["keyPair"]["PrivateKey"])
    context = ssl.create_default_context(cadata=iot.get_ca_cert_pem())
    context.load_cert_chain(device)

    async def outlives_deactivation() -> bool:
        port = await listening()
        reader, writer = await asyncio.open_connection("localhost", port, ssl=context)
        writer.write(CONNECT)
        await reader.readexactly(len(CONNACK))
        path = f"/certificates/{made['certificateId']}"
        iot._handle_certificate("PUT", path, b'{"newStatus": "INACTIVE"}', {})
        try:
            await asyncio.wait_for(reader.read(1), 1)
        except TimeoutError:
            return True
        else:
            return False
        finally:
            await iot.mtls_stop()

    return asyncio.run(outlives_deactivation())


def pass_on_odd_payloads() -> bool:
    try:
        iot._rule_message(b"9" * 5000)
    except ValueError:
        return True
    return False


def mqtt_text(text: str) -> bytes:
    return struct.pack("!H", len(text)) + text.encode()


def mqtt_packet(kind: int, flags: int, body: bytes) -> bytes:
    return bytes([kind << 4 | flags]) + iot._encode_remaining_length(len(body)) + body


def mqtt_connect(
    properties: bytes = b"\x00", will: str = "", keep_alive_s: int = 60, name: str = "gate"
) -> bytes:
    """CONNECT of an MQTT 5 client, with a clean start."""
    flags = 0x02 | (0x04 if will else 0)
    head = mqtt_text("MQTT") + bytes([iot.MQTT_5, flags]) + struct.pack("!H", keep_alive_s)
    return mqtt_packet(
        iot.PKT_CONNECT,
        0,
        head
        + properties
        + mqtt_text(name)
        + (b"\x00" + mqtt_text(will) + mqtt_text("gone") if will else b""),
    )


async def mqtt_session(*packets: bytes) -> tuple[Any, list[dict[str, Any]]]:
    """A session of the broker that was fed these packets, and what it said."""
    said: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    session = iot._WSSession(send, ACCOUNT, REGION)
    for packet in packets:
        if not await iot._feed_session(session, packet, 1 << 24):
            await session.cleanup()
    return session, said


def replace_subscriptions() -> bool:
    subscribe = mqtt_packet(iot.PKT_SUBSCRIBE, 2, b"\x00\x01\x00" + mqtt_text("reply") + b"\x00")
    asyncio.run(mqtt_session(mqtt_connect(), subscribe, subscribe))
    return sum(len(each) for each in iot._subscriptions.values()) != 1


def end_sessions_with_their_client() -> bool:
    five_minutes = b"\x05\x11\x00\x00\x01\x2c"
    at_once = mqtt_packet(iot.PKT_DISCONNECT, 0, b"\x00\x05\x11\x00\x00\x00\x00")
    asyncio.run(mqtt_session(mqtt_connect(five_minutes), at_once))
    return bool(iot._persistent_sessions)


def cut_silent_clients() -> bool:
    async def outlives_its_silence() -> bool:
        session, _ = await mqtt_session(mqtt_connect(keep_alive_s=1))
        await asyncio.sleep(2)
        return not session._cleaned_up

    return asyncio.run(outlives_its_silence())


def tell_whose_will_it_is() -> bool:
    told: list[Any] = []

    async def publish(*_: Any, client_id: str | None = None, **__: Any) -> None:
        told.append(client_id)

    async def lose() -> None:
        session, _ = await mqtt_session(mqtt_connect(will="last"))
        iot.broker_publish = publish
        await session.cleanup()

    asyncio.run(lose())
    return "gate" not in told


def take_turns() -> bool:
    pings = mqtt_packet(iot.PKT_PINGREQ, 0, b"") * 10

    async def others_wait() -> bool:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        session, _ = await mqtt_session(mqtt_connect())
        waiting = asyncio.create_task(other())
        await iot._feed_session(session, pings, 1 << 24)
        waiting.cancel()
        return turns < len(pings) / 2

    return asyncio.run(others_wait())


def refuse_large_payloads() -> bool:
    publish = mqtt_packet(iot.PKT_PUBLISH, 0, mqtt_text("a") + b"\x00" + b"x" * (128 * 1024 + 1))
    session, _ = asyncio.run(mqtt_session(mqtt_connect(), publish))
    over_http = asyncio.run(iot_data._publish("a", b"x" * (128 * 1024 + 1), {}, {}, ""))[0]
    return not session._cleaned_up or over_http < 400  # noqa: PLR2004 - HTTP


def refuse_long_topics() -> bool:
    return bool(
        iot._validate_publish_topic("a/" * 8) or iot._reserved_filter_subscribe_allowed("a/" * 8 + "#")
    )


def refuse_many_filters() -> bool:
    nine = b"".join(mqtt_text(f"reply/{number}") + b"\x00" for number in range(9))
    subscribe = mqtt_packet(iot.PKT_SUBSCRIBE, 2, b"\x00\x01\x00" + nine)
    session, _ = asyncio.run(mqtt_session(mqtt_connect(), subscribe))
    return not session._cleaned_up


def refuse_odd_client_ids() -> bool:
    session, _ = asyncio.run(mqtt_session(mqtt_connect(name="x" * 129)))
    return not session._cleaned_up


def know_policy_targets() -> bool:
    certificate = "arn:aws:iot:eu-west-1:000000000000:cert/c"
    body = json.dumps({"target": certificate}).encode()
    request = ("iot", "PUT", "/target-policies/device", {}, body, {}, "eu-west-1", "000000000000")
    return bool(iam_actions.extract_resource_arn(*request) != certificate)


def invoke_rule_functions_asynchronously() -> bool:
    return runs_once(lambda arn: iot._dispatch_rule_to_lambda(ACCOUNT, REGION, arn, {}))


def use_own_interpreter() -> bool:
    return bool(lambda_runtime._detect_runtime_binary(OTHER_RUNTIME)[0] == sys.executable)


def put_code_before_layers() -> bool:
    return bool(a_worker().invoke({}, "request")["result"] == "layer")


def keep_error_types() -> bool:
    return bool(lambda_svc._execute_function(a_function(), {"fail": 1})["body"]["errorType"] != "LookupError")


def answer_silent_functions_at_once() -> bool:
    worker = a_worker()
    worker.invoke({}, "request")

    def answered_in() -> float:
        started = time.monotonic()
        worker.invoke({}, "request")
        return time.monotonic() - started

    return min(answered_in() for _ in range(5)) > 0.05  # noqa: PLR2004 - the stock wait, in seconds


def bound_workers() -> bool:
    function = a_function()
    leases = [lambda_runtime.acquire_worker("bounded", function["config"], b"")[1] for _ in range(100)]
    return leases == ["spawn"] * 100


def start_few_at_a_time() -> bool:
    config, started = a_function()["config"], []

    def take(name: str) -> None:
        started.append(lambda_runtime.acquire_worker(name, config, b"")[1])

    for number in range(workers.STARTS + 1):
        taking = threading.Thread(target=take, args=(f"f-{number}",), name="ministack-esm", daemon=True)
        taking.start()
        taking.join(0.5)
    return len(started) > workers.STARTS


def unpack_layers_once() -> bool:
    worker = a_worker()
    worker.invoke({}, "request")
    return not (Path(worker._tmpdir) / "layer_0").is_symlink()


def keep_to_payload_limits() -> bool:
    """Whether a megabyte is taken for which nobody waits, or an answer of seven."""
    function = a_function()
    waiting = lambda_svc._invoke("function", {"a": "x" * 1024 * 1024}, {"x-amz-invocation-type": "Event"})
    function["code_zip"] = zipped({"index.py": "def handler(event, context): return 'x' * 7 * 1024 * 1024"})
    with mock.patch.object(lambda_svc, "invoke_async_with_retry"):
        taken = asyncio.run(waiting)[0] < 400  # noqa: PLR2004 - HTTP
    return taken or not lambda_svc._execute_function(function, {}).get("error")


def keep_function_properties() -> bool:
    return not a_function()["config"].get("DeadLetterConfig")


def dead_letters_hold_the_event() -> bool:
    function = a_function()
    target = dead_letters()
    function["config"]["DeadLetterConfig"] = {"TargetArn": target}
    lambda_svc._route_async_failure(target, "function", {"gate": 1}, {"body": {"errorMessage": "no"}})
    return bool(sqs._queue_by_arn(target)["messages"][-1]["body"] != '{"gate": 1}')


def invoke_event_targets_asynchronously() -> bool:
    return runs_once(lambda arn: eventbridge._dispatch_to_lambda(arn, "{}"))


def end_stream_retries() -> bool:
    lambda_svc._esms["mapping"] = {
        "UUID": "mapping",
        "EventSourceArn": a_table(),
        "FunctionName": a_function()["config"]["FunctionName"],
        "StartingPosition": "TRIM_HORIZON",
        "MaximumRetryAttempts": 0,
    }
    dynamodb._put_item({"TableName": "table", "Item": {"pk": {"S": "1"}}})
    lambda_svc._execute_function_dispatch = lambda *_: {"error": True, "body": {}}
    lambda_svc._poll_dynamodb_streams()
    return bool(lambda_svc._dynamodb_stream_positions["mapping"] == 0)


def queue_asynchronous_events() -> bool:
    """Whether a function that is throttled twice, and out of reach twice, never hears of its event."""
    function, heard = a_function(), threading.Event()
    answers = [*[{"error": True, "throttle": True}] * 2, *[OSError()] * 2, {"body": "done"}]

    def execute(*_: Any) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        if not answers:
            heard.set()
        return answer

    with (
        mock.patch.object(lambda_svc, "_execute_function", execute),
        mock.patch.object(lambda_svc, "_LAMBDA_ASYNC_RETRY_BASE_SECONDS", 0.01),
    ):
        lambda_svc.invoke_async_with_retry(function, {})
        return not heard.wait(2)


def end_idle_workers() -> bool:
    worker, _ = lambda_runtime.acquire_worker("idle", a_function()["config"], b"")
    lambda_runtime.release_worker(worker)
    return not lambda_runtime.reap_idle_workers(0.0)


def takes(action: str, request: dict[str, Any]) -> bool:
    """Whether DynamoDB takes a request for the table, or finds no fault with it but what it has in it."""
    a_table("rows")
    dynamodb._put_item({"TableName": "rows", "Item": {"pk": {"S": "1"}, "said": {"S": "a"}}})
    _, _, body = getattr(dynamodb, action)(request)
    return b"ValidationE" not in body


def takes_update(text: str, values: dict[str, Any]) -> bool:
    request = {"TableName": "rows", "Key": {"pk": {"S": "1"}}, "UpdateExpression": text}
    return takes("_update_item", {**request, "ExpressionAttributeValues": values})


def takes_condition(text: str, values: dict[str, Any]) -> bool:
    request = {"TableName": "rows", "Key": {"pk": {"S": "1"}}, "ConditionExpression": text}
    return takes("_delete_item", {**request, "ExpressionAttributeValues": values})


def takes_filter(text: str, key: str = "none", **more: Any) -> bool:
    values = {":pk": {"S": key}}
    request = {"TableName": "rows", "KeyConditionExpression": "pk = :pk", "FilterExpression": text}
    return takes("_query", {**request, "ExpressionAttributeValues": values, **more})


def takes_transaction(*members: dict[str, Any]) -> bool:
    return takes("_transact_write_items", {"TransactItems": [*members]})


def read_expressions_as_aws_does() -> bool:
    one, two = {":1": {"N": "1"}}, {":1": {"N": "1"}, ":10": {"N": "2"}}
    return (
        takes_condition("remaining - :1 >= :1", one)
        or takes_condition("no_such_function(remaining)", {})
        or takes_condition("remaining = :0", one)
        or takes_condition("remaining = :10", two)
        or takes_condition("labels = :1", {":1": {"SS": []}})
        or takes_condition("urgent < :1", {":1": {"BOOL": True}})
        or takes_update("SET a = :1, a = :10", two)
        or takes_update("SET a = :1 SET b = :1", one)
        or takes_update("SET a = a * :1", one)
        or takes_filter("no_such_function(said)")
    )


def refuse_empty_names() -> bool:
    return takes("_put_item", {"TableName": "rows", "Item": {"pk": {"S": "1"}, "m": {"M": {"": {"S": "a"}}}}})


def refuse_odd_queries() -> bool:
    return takes_filter("attribute_exists(pk)")


def refuse_updates_that_do_not_fit() -> bool:
    one = {":1": {"N": "1"}}
    return (
        takes_update("SET said = said + :1", one)
        or takes_update("SET said = list_append(said, :l)", {":l": {"L": []}})
        or takes_update("ADD early.late :1", one)
        or takes_update("REMOVE said.early", {})
        or takes_update("SET early = :1 + :small", {**one, ":small": {"N": "1E-38"}})
    )


def refuse_odd_transactions() -> bool:
    here = {"TableName": "rows", "Key": {"pk": {"S": "1"}}}
    new_key = {"UpdateExpression": "SET pk = :1", "ExpressionAttributeValues": {":1": {"S": "2"}}}
    return (
        takes_transaction({"Update": {**here, **new_key}})
        or takes_transaction({"Put": {"TableName": "rows", "Item": {"a": {"S": "1"}}}})
        or takes_transaction({"ConditionCheck": here})
    )


def compare_what_is_not_there() -> bool:
    return bool(dynamodb._evaluate_condition("early = late", {"pk": {"S": "1"}}, {}, {}))


def save_as_it_goes() -> bool:
    """Whether a start leaves nobody behind who saves."""

    async def start() -> int:
        before = len(asyncio.all_tasks())
        app._load_persisted_state()
        return len(asyncio.all_tasks()) - before

    return not asyncio.run(start())


def import_integration_responses() -> bool:
    responses = {"default": {"statusCode": "200", "responseParameters": {"a": "b"}}}
    integration = {"type": "mock", "responses": responses}
    api_id = an_api({"paths": {"/": {"options": {"x-amazon-apigateway-integration": integration}}}})
    return "responseParameters" not in json.dumps(apigateway_v1._resources[api_id])


def import_gateway_responses() -> bool:
    api_id = an_api({"x-amazon-apigateway-gateway-responses": {"ACCESS_DENIED": {"statusCode": 418}}})
    return not apigateway_v1._gateway_responses[api_id]


def import_binary_media_types() -> bool:
    api_id = an_api({"x-amazon-apigateway-binary-media-types": ["image/png"]})
    return not apigateway_v1._rest_apis[api_id]["binaryMediaTypes"]


def keep_api_id_on_update() -> bool:
    old, new = ({"Body": {"info": {"title": title}}} for title in ("old", "new"))
    api_id, _ = create("ApiGateway::RestApi", "Api", old)
    update = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]["update"]
    return bool(update(api_id, old, new, "gaps")[0] != api_id)


def hide_function_errors() -> bool:
    failed = {"error": True, "body": {"errorMessage": "secret", "errorType": "LookupError"}}
    return "secret" in repr(apigateway_v1._lambda_proxy_response(failed))


def keep_table_properties() -> bool:
    a_table()
    return "table" not in dynamodb._ttl_settings


def know_leading_keys() -> bool:
    a_table()
    request = {"TableName": "table", "Key": {"pk": {"S": "willow"}}}
    return "dynamodb:LeadingKeys" not in iam_actions.dynamodb_service_context(json.dumps(request).encode())


def save_streams() -> bool:
    a_table()
    dynamodb._put_item({"TableName": "table", "Item": {"pk": {"S": "1"}}})
    record = dynamodb.stream_live_records("table")[-1]
    return record["eventID"] not in json.dumps(dynamodb.get_state(), default=persistence._json_default)


def extract_embedded_metrics() -> bool:
    directive = {"Namespace": "linli", "Dimensions": [[]], "Metrics": [{"Name": "GatePass"}]}
    line = {"_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]}, "GatePass": 1}
    lambda_svc._emit_lambda_logs(a_function(), "request", json.dumps(line), False, 1)
    return not cloudwatch._metric_bucket(("linli", "GatePass", cloudwatch._dims_key({})))


def main() -> None:
    os.environ["LOCAL_PYTHONS"] = json.dumps({RUNTIME: sys.executable, OTHER_RUNTIME: "/own/python"})
    workers.WORKER_WAIT_S = 0.0
    if sys.argv[1:] == ["patched"]:
        for patch in PATCHES:
            patch()
    print(json.dumps({patch.__name__: globals()[patch.__name__]() for patch in PATCHES}))


if __name__ == "__main__":
    main()
