"""Patches of the processes that functions run in: how many there are, and when one ends."""

import asyncio
import json
import os
import threading
import time
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from localstack.ministack.stock import replace

WORKER_WAIT_S = 120.0
SPAWN_AFTER_S = 0.2
START_WAIT_S = 60.0
STARTS = max(2, os.cpu_count() or 2)
BACKGROUND = ("ministack-esm", "linli-asynchronous")  # threads of queues, streams and asynchronous events
REST = ("POST", "/_linli/rest")


def workers_of(name: str, config: dict[str, Any], _code: bytes, qualifier: str = "$LATEST") -> list[Any]:
    """Those that a function has."""
    with lambda_runtime._lock:
        return list(lambda_runtime._workers.get(lambda_runtime._worker_key(name, config, qualifier)) or [])


def all_busy(*of: Any, **qualified: Any) -> bool:
    """Whether a function has workers, and each is at work."""
    workers = workers_of(*of, **qualified)
    return bool(workers) and all(each.in_use for each in workers)


def has_idle(*of: Any, **qualified: Any) -> bool:
    """Whether one of a function's workers is free."""
    return any(not each.in_use for each in workers_of(*of, **qualified))


def bound_workers() -> None:
    """Stock starts one process per concurrent event: 100 messages take 5 GB. Wait for a free worker instead.

    LOCAL_MAX_WORKERS is the number per function (4). A new one is started only if none comes free in a
    moment, since a start takes longer. No more batches of a queue are taken at once than that:
    one that waits for a worker would be visible again before its turn.
    """
    lambda_runtime._LOCAL_MAX_WORKERS = int(os.environ.get("LOCAL_MAX_WORKERS", "4"))
    freed = threading.Condition()

    @replace(lambda_runtime, "acquire_worker")
    def acquire(stock: Any) -> Any:
        def acquire_worker(*args: Any, **kwargs: Any) -> tuple[Any, str]:
            deadline = time.monotonic() + WORKER_WAIT_S
            if all_busy(*args, **kwargs):
                with freed:
                    freed.wait(SPAWN_AFTER_S)
            while True:
                worker, reason = stock(*args, **kwargs)
                if worker is not None or time.monotonic() > deadline:
                    return worker, reason
                with freed:
                    freed.wait(SPAWN_AFTER_S)

        return acquire_worker

    @replace(lambda_runtime, "release_worker")
    def release(stock: Any) -> Any:
        def release_worker(worker: Any) -> None:
            stock(worker)
            with freed:
                freed.notify_all()

        return release_worker

    lambda_svc.acquire_worker, lambda_svc.release_worker = acquire, release

    @replace(lambda_svc, "_sqs_esm_concurrency")
    def _(stock: Any) -> Any:
        def batches(*args: Any, **kwargs: Any) -> int:
            return int(min(stock(*args, **kwargs), lambda_runtime._LOCAL_MAX_WORKERS))

        return batches


def start_few_at_a_time() -> None:
    """Stock starts all that is asked for at once. In a storm of starts, when a fact comes to every service,
    each takes a minute, a request's own among them. So what nobody waits for starts no more processes at a
    time than there are processors, and takes one that comes free meanwhile.
    """
    starting: set[Any] = set()
    changed = threading.Condition()

    def started(worker: Any) -> None:
        with changed:
            starting.discard(worker)
            changed.notify_all()

    @replace(lambda_runtime, "acquire_worker")
    def acquire(stock: Any) -> Any:
        def acquire_worker(*args: Any, **kwargs: Any) -> tuple[Any, str]:
            with changed:
                if threading.current_thread().name in BACKGROUND:
                    changed.wait_for(
                        lambda: len(starting) < STARTS or has_idle(*args, **kwargs), START_WAIT_S
                    )
                worker, reason = stock(*args, **kwargs)
                if reason == "spawn":
                    starting.add(worker)
            return worker, reason

        return acquire_worker

    @replace(lambda_runtime, "release_worker")
    def release(stock: Any) -> Any:
        def release_worker(worker: Any) -> None:
            stock(worker)
            started(worker)

        return release_worker

    @replace(lambda_runtime.Worker, "_spawn")
    def _(stock: Any) -> Any:
        def spawn(worker: Any) -> None:
            try:
                stock(worker)
            finally:
                started(worker)

        return spawn

    lambda_svc.acquire_worker, lambda_svc.release_worker = acquire, release


def is_reserved(key: str) -> bool:
    """Whether executions are kept for a function, given the key of its workers."""
    account, region, name, _ = key.split(":")
    function = lambda_svc._functions.get_scoped(account, region, name) or {}
    return bool(lambda_svc._reserved_concurrency(function, function.get("config") or {}))


def idle_since(moment: float) -> list[Any]:
    """Take the workers that nobody called since then out of their pools; what must answer keeps one."""
    ended: list[Any] = []
    with lambda_runtime._lock:
        for key, workers in list(lambda_runtime._workers.items()):
            idle = [each for each in workers if not each.in_use and each.last_used <= moment]
            if idle and len(idle) == len(workers) and is_reserved(key):
                del idle[0]
            ended += idle
            workers[:] = [each for each in workers if each not in idle]
            if not workers:
                del lambda_runtime._workers[key]
    return ended


def end_idle_workers() -> None:
    """Stock keeps a process of each function that ever ran, and for minutes all that a burst made: 87, 6 GB.

    What nothing came for in LAMBDA_WARM_TTL_SECONDS ends. A function with reserved concurrency, for whose
    answer somebody waits, keeps one. `POST /_linli/rest` ends the idle ones now.
    """

    @replace(lambda_runtime, "reap_idle_workers")
    def reap(_stock: Any) -> Any:
        def reap_idle_workers(after_s: float | None = None) -> int:
            ended = idle_since(
                time.time() - (lambda_runtime._LOCAL_WORKER_TTL if after_s is None else after_s)
            )
            lambda_runtime.kill_workers(ended)
            return len(ended)

        return reap_idle_workers

    @replace(lambda_runtime, "release_worker")
    def release(stock: Any) -> Any:
        def release_worker(worker: Any) -> None:
            if worker is not None:
                worker.last_used = time.time()  # stock: when its last call began
            stock(worker)

        return release_worker

    lambda_svc.reap_idle_workers, lambda_svc.release_worker = reap, release

    @replace(app, "_handle_post_body_shortcuts")
    def _(stock: Any) -> Any:
        async def handle(method: str, path: str, *rest: Any) -> Any:
            if (method, path) != REST:
                return await stock(method, path, *rest)
            ended = await asyncio.to_thread(reap, 0.0)
            return 200, {"Content-Type": "application/json"}, json.dumps({"ended": ended}).encode()

        return handle
