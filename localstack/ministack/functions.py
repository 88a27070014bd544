"""Patches of Lambda: the interpreter, the layers, the errors, and the events that nobody could handle."""

import io
import json
import os
import tempfile
import threading
import zipfile
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import apigateway_v1, eventbridge, lambda_svc, sqs
from ministack.services.cloudformation import provisioners

from localstack.ministack.stock import replace, substitute

LOG_QUIET_S = 0.004
LARGEST_EVENT, LARGEST_QUEUED_EVENT = 6 * 1024 * 1024, 1024 * 1024
LARGEST_ANSWER = LARGEST_EVENT + 100
FUNCTION_ERROR = "linli-function-error"


def use_own_interpreter() -> None:
    """Stock runs functions with the server's interpreter, whose packages hide what a layer forgot.

    LOCAL_PYTHONS maps a runtime name to an interpreter: {"python3.12": "/…/bin/python"}.
    """
    interpreters: dict[str, str] = json.loads(os.environ.get("LOCAL_PYTHONS", "{}"))

    @replace(lambda_runtime, "_detect_runtime_binary")
    def _(stock: Any) -> Any:
        def detect(runtime: str) -> tuple[str, str]:
            binary, script = stock(runtime)
            if interpreters and runtime.startswith("python"):
                if runtime not in interpreters:
                    raise RuntimeError(f"no interpreter for {runtime}; this cloud has {sorted(interpreters)}")
                binary = interpreters[runtime]
            return binary, script

        return detect


def put_code_before_layers() -> None:
    """Stock lets a layer shadow the function's own modules; on AWS /var/task precedes /opt."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    script = substitute(script, "sys.path.insert(0, _py)", "sys.path.insert(1, _py)")
    script = substitute(script, "sys.path.insert(0, _ld)", "sys.path.insert(2, _ld)")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script


def keep_error_types() -> None:
    """Stock answers every exception as `Runtime.HandlerError` and kills the worker that raised it.

    On AWS errorType is the class, stackTrace comes along, and the environment serves the next event.
    """
    lambda_runtime._PYTHON_WORKER_SCRIPT = substitute(
        lambda_runtime._PYTHON_WORKER_SCRIPT,
        'json.dumps({"status": "error", "error": str(e), "trace": traceback.format_exc()})',
        'json.dumps({"status": "ok", "result": {"' + FUNCTION_ERROR + '": {"errorMessage": str(e), '
        '"errorType": type(e).__name__, "stackTrace": traceback.format_exc().splitlines()}}})',
    )

    @replace(lambda_svc, "_execute_function_warm")
    def _(stock: Any) -> Any:
        def execute(function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
            result: dict[str, Any] = stock(function, event, request_id)
            body = result.get("body")
            if not isinstance(body, dict) or FUNCTION_ERROR not in body:
                return result
            error = body[FUNCTION_ERROR]
            log = "\n".join(filter(None, [result.get("log"), *error["stackTrace"]]))
            return {"body": error, "error": True, "log": log}

        return execute


def answer_silent_functions_at_once() -> None:
    """Stock waits 50 ms for log lines after each call of a function that logs nothing."""

    @replace(lambda_runtime.Worker, "_drain_stderr_bounded")
    def _(stock: Any) -> Any:
        def drain(
            worker: Any, first_line_wait: float = LOG_QUIET_S, idle_confirm: float = LOG_QUIET_S
        ) -> str:
            lines: str = stock(worker, first_line_wait, idle_confirm)
            return lines

        return drain


def unpack_layers_once() -> None:
    """Stock writes, reads, checks and unzips every layer for every worker, and compiles its modules anew:
    seconds of each cold start. Here a worker gets an empty archive that names where its layer is unpacked.
    """
    shelf = Path(tempfile.gettempdir()) / "layers"
    known: dict[bytes, bytes] = {}  # a content's hash is kept with it
    looking = threading.Lock()

    def shelved(content: bytes) -> bytes:
        name = sha256(content).hexdigest()
        if not (shelf / name).exists():
            shelf.mkdir(exist_ok=True)
            fresh = Path(tempfile.mkdtemp(dir=shelf))
            with zipfile.ZipFile(io.BytesIO(content)) as layer:
                layer.extractall(fresh)
            fresh.rename(shelf / name)
        with zipfile.ZipFile(archive := io.BytesIO(), "w") as empty:
            empty.comment = name.encode()
        return archive.getvalue()

    @replace(lambda_svc, "_resolve_layer_zip")
    def _(stock: Any) -> Any:
        def resolve(attachment: Any) -> bytes | None:
            content = stock(attachment)
            if content is None:
                return None
            with looking:
                if content not in known:
                    known[content] = shelved(content)
                return known[content]

        return resolve

    class LayerZip(zipfile.ZipFile):
        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            if self.filelist or not self.comment:
                super().extractall(path, members, pwd)
                return
            Path(path).rmdir()
            Path(path).symlink_to(shelf / self.comment.decode(), target_is_directory=True)

    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=LayerZip, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile
    )


def keep_function_properties() -> None:
    """Stock drops DeadLetterConfig and ReservedConcurrentExecutions of functions made by a template."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    stock_create, stock_update = handlers["create"], handlers["update"]

    def apply(name: str, properties: dict[str, Any]) -> None:
        function = lambda_svc._functions[name]
        function["config"]["DeadLetterConfig"] = properties.get("DeadLetterConfig") or {}
        reserved = properties.get("ReservedConcurrentExecutions")
        function["concurrency"] = None if reserved is None else int(reserved)

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = stock_create(logical_id, properties, stack)
        apply(created[0], properties)
        return created

    def update(name: str, old: dict[str, Any], new: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        updated = stock_update(name, old, new, *args, **kwargs)
        apply(updated[0], new)
        return updated

    handlers.update(create=create, update=update)


def dead_letters_hold_the_event() -> None:
    """Stock wraps a dead letter in a destination record; AWS sends the event, and the error as attributes.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """

    @replace(lambda_svc, "_route_async_failure")
    def _(stock: Any) -> Any:
        def route(target: str, function_name: str, event: Any, result: dict[str, Any]) -> None:
            function = lambda_svc._functions.get(function_name) or {}
            dead_letter = (function.get("config", {}).get("DeadLetterConfig") or {}).get("TargetArn")
            queue = sqs._queue_by_arn(target) if target == dead_letter else None
            if queue is None:
                stock(target, function_name, event, result)
                return
            error = result.get("body") if isinstance(result.get("body"), dict) else {}
            attributes = {
                "RequestID": ("String", lambda_svc.new_uuid()),
                "ErrorCode": ("Number", "200"),
                "ErrorMessage": ("String", str((error or {}).get("errorMessage") or "Unhandled")[:1024]),
            }
            sqs._act_send_message(
                {
                    "MessageBody": json.dumps(event),
                    "MessageAttributes": {
                        name: {"DataType": kind, "StringValue": value}
                        for name, (kind, value) in attributes.items()
                    },
                },
                queue["url"],
            )

        return route


def invoke_event_targets_asynchronously() -> None:
    """Stock runs the function of an EventBridge rule just once; on AWS it is invoked with retries."""

    @replace(eventbridge, "_dispatch_to_lambda")
    def _(stock: Any) -> Any:
        def dispatch(function_arn: str, payload: Any) -> None:
            function, config, _ = lambda_svc._get_func_record_for_ref(function_arn)
            if not function or not config:
                stock(function_arn, payload)  # which logs that it is missing
                return
            record = lambda_svc._execution_record_for_config(function, config)
            lambda_svc.invoke_async_with_retry(record, json.loads(payload))

        return dispatch


def size_of(payload: Any) -> int:
    """Bytes of what goes to a function or comes from it, as JSON."""
    return len(json.dumps(payload, ensure_ascii=False).encode(errors="surrogatepass"))


def keep_to_payload_limits() -> None:
    """Stock hands over events, and answers, of any size.

    An event is refused over 6 MB, or 1 MB where nobody waits for its answer; one over 6 MB is the function's
    error. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """

    @replace(lambda_svc, "_invoke")
    def _(stock: Any) -> Any:
        async def invoke(name: str, event: Any, headers: dict[str, str], *rest: Any) -> Any:
            kind = headers.get("x-amz-invocation-type", "RequestResponse")
            limit = LARGEST_QUEUED_EVENT if kind == "Event" else LARGEST_EVENT
            if size_of(event) > limit:
                message = f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
                return lambda_svc.error_response_json("RequestTooLargeException", message, 413)
            return await stock(name, event, headers, *rest)

        return invoke

    @replace(apigateway_v1, "_call_lambda_raw")
    def _(stock: Any) -> Any:
        async def call(function: str, event: Any, **where: Any) -> Any:
            if size_of(event) > LARGEST_EVENT:
                headers = {"Content-Type": "application/json"}
                refused = {"statusCode": 413, "headers": headers, "body": '{"message": "Request Too Long"}'}
                return {"body": refused}, None
            return await stock(function, event, **where)

        return call

    @replace(lambda_svc, "_execute_function_warm")
    def _(stock: Any) -> Any:
        def execute(function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
            result: dict[str, Any] = stock(function, event, request_id)
            if size_of(result.get("body")) <= LARGEST_ANSWER:
                return result
            message = f"Response payload size exceeded maximum allowed payload size ({LARGEST_ANSWER} bytes)."
            error = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
            return {"body": error, "error": True, "log": result.get("log")}

        return execute
