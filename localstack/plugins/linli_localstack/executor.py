"""Runs functions as processes of this machine; the stock executor needs Docker.

    LAMBDA_RUNTIME_EXECUTOR=process
    LAMBDA_PYTHONS={"python3.11": "/…/bin/python"}   of each runtime, with awslambdaric and what AWS's has
    LAMBDA_MAX_PROCESSES=4                           of each version of a function

LocalStack makes an environment for each event that finds none idle. Here environments of one version share
its processes: a hundred events at once are handled by four, one after the other.
"""

import atexit
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

from linli_localstack.process import PYTHONS, Place, Process
from linli_localstack.runtime_api import HOST, Event, Said
from localstack import config

MOST = int(os.environ.get("LAMBDA_MAX_PROCESSES", "4"))
TURN_S = 120.0  # how long an event waits for a process
MOMENT_S = 0.2  # in which one may come free; a start takes longer


class Crew:
    """The processes of one version of a function, and how many environments share them."""

    def __init__(self) -> None:
        self.environments = self.made = 0
        self.idle: list[Process] = []
        self.changed = threading.Condition()

    def join(self) -> None:
        with self.changed:
            self.environments += 1

    def leave(self) -> None:
        """One environment less; more idle processes than environments are of no use."""
        with self.changed:
            self.environments -= 1
            surplus = self.idle[max(0, self.environments) :]
            del self.idle[max(0, self.environments) :]
            self.made -= len(surplus)
        for process in surplus:
            process.end()

    @contextmanager
    def turn(self, version: FunctionVersion, variables: dict[str, Any]) -> Iterator[Process]:
        """A process to oneself, once one is idle or may be started. Raises LambdaRuntimeException."""
        process = self.take(version, variables)
        try:
            yield process
        finally:
            self.give_back(process)

    def take(self, version: FunctionVersion, variables: dict[str, Any]) -> Process:
        deadline = time.monotonic() + TURN_S
        with self.changed:
            if self.made and not self.idle:
                self.changed.wait(MOMENT_S)
            while not self.idle and self.made >= MOST:
                if not self.changed.wait(deadline - time.monotonic()):
                    raise LambdaRuntimeException(f"no process came free in {TURN_S:.0f} s")
            while self.idle:
                process = self.idle.pop()
                if process.is_idle:
                    return process
                process.end()  # somebody killed it meanwhile
                self.made -= 1
            self.made += 1
        try:
            return Process(Place.of(version), variables, config.LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT)
        except BaseException:
            with self.changed:
                self.made -= 1
                self.changed.notify()
            raise

    def give_back(self, process: Process) -> None:
        with self.changed:
            keep = process.is_idle and len(self.idle) < self.environments
            if keep:
                self.idle.append(process)
            else:
                self.made -= 1
            self.changed.notify()
        if not keep:
            process.end()


crews: defaultdict[str, Crew] = defaultdict(Crew)
"""By the version's ARN and revision."""


class ProcessExecutor(RuntimeExecutor):
    """One environment of LocalStack's."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002 - the stock's name
        super().__init__(id, function_version)
        self.crew = crews[
            f"{function_version.id.qualified_arn()} {function_version.config.internal_revision}"
        ]
        self.variables: dict[str, Any] = {}
        self.joined = False

    def start(self, env_vars: dict[str, Any]) -> None:
        """Raises StatusErrorException with what the runtime says when it cannot start."""
        self.variables = env_vars
        self.crew.join()
        self.joined = True
        with self.crew.turn(self.function_version, env_vars) as process:
            if not process.is_idle:
                raise StatusErrorException(
                    "Environment startup failed", payload=failure(self.id, process.began)
                )

    def stop(self) -> None:
        if self.joined:
            self.joined = False
            self.crew.leave()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        request, timeout_s = payload["invoke-id"], self.function_version.config.timeout
        with self.crew.turn(self.function_version, self.variables) as process:
            started, said = time.monotonic(), process.began
            if process.is_idle:
                headers = {
                    "Lambda-Runtime-Aws-Request-Id": request,
                    "Lambda-Runtime-Deadline-Ms": str(int((time.time() + timeout_s) * 1000)),
                    "Lambda-Runtime-Invoked-Function-Arn": payload["invoked-function-arn"],
                    "Lambda-Runtime-Trace-Id": payload["trace-id"],
                }
                said = process.invoke(request, Event(payload["payload"], headers), timeout_s)
            logs = framed(self.function_version, request, process.logged(), time.monotonic() - started)
        done = said.what == "response"
        body = said.body if done or said.body else failure(request, said, timeout_s)
        return InvocationResult(request, body, is_error=not done, logs=logs)

    def get_address(self) -> str:
        return HOST

    def get_endpoint_from_executor(self) -> str:
        return HOST

    def get_runtime_endpoint(self) -> str:
        return f"http://{HOST}:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    def get_logs(self) -> str:
        return ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        settings = function_version.config
        if not settings.code or settings.runtime not in PYTHONS:
            raise LambdaRuntimeException(f"there is no interpreter for {settings.runtime}: {list(PYTHONS)}")
        for each in (settings, *settings.layers):
            if each.code:
                each.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Its environments were stopped, and their processes with them."""


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    name = "process"

    def load(self, *_: Any, **__: Any) -> type[ProcessExecutor]:
        atexit.register(end_all)
        return ProcessExecutor


def end_all() -> None:
    for crew in list(crews.values()):
        for process in crew.idle:
            process.end()


def failure(request: str, said: Said, timeout_s: float = 0.0) -> bytes:
    """The error of a runtime that did not answer, in Lambda's words."""
    if said.body:
        return said.body
    kind, why = ("Runtime.ExitError", "Runtime exited without providing a reason")
    if said.what == "late":
        kind, why = ("Sandbox.Timedout", f"Task timed out after {timeout_s:.2f} seconds")
    return json.dumps({"errorType": kind, "errorMessage": f"RequestId: {request} Error: {why}"}).encode()


def framed(version: FunctionVersion, request: str, text: str, took_s: float) -> str:
    """What a function wrote, between Lambda's own lines."""
    size = version.config.memory_size
    return (
        f"START RequestId: {request} Version: {version.id.qualifier}\n{text}"
        f"END RequestId: {request}\nREPORT RequestId: {request}\tDuration: {took_s * 1000:.2f} ms\t"
        f"Billed Duration: {int(took_s * 1000) + 1} ms\tMemory Size: {size} MB\tMax Memory Used: {size} MB\t"
    )
