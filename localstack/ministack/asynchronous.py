"""Patch of asynchronous invocations: a queue for each function, and what becomes of what is not handled.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

import heapq
import itertools
import logging
import os
import threading
import time
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import lambda_svc

from localstack.ministack.stock import replace

OLDEST_S = 6 * 3600
RETRIES = 2
AT_ONCE = int(os.environ.get("LOCAL_MAX_WORKERS", "4"))
AFTER_A_START_S = 2.0  # until the restored cloud serves the functions it calls
# AWS waits a minute and two after an error; after a throttle a second, then longer, up to five minutes.
FIRST_THROTTLED, LONGEST_THROTTLED = 1 / 60, 5

log = logging.getLogger("linli.asynchronous")


@dataclass(eq=False)
class Event:
    """What a function is still to be told. `queued_at`: epoch seconds."""

    function_arn: str
    payload: Any
    queued_at: float
    failures: int = 0
    throttles: int = 0


class Waiting:
    """The events of one function, the first one due first, and the threads that work on them."""

    numbers = itertools.count()

    def __init__(self) -> None:
        self.events: list[tuple[float, int, Event]] = []
        self.in_hand: list[Event] = []
        self.threads = 0
        self.changed = threading.Condition()

    def put(self, event: Event, delay_s: float = 0.0) -> None:
        with self.changed:
            heapq.heappush(self.events, (time.monotonic() + delay_s, next(self.numbers), event))
            if self.threads < AT_ONCE:
                self.threads += 1
                threading.Thread(target=self.work, daemon=True, name="linli-asynchronous").start()
            else:
                self.changed.notify()

    def work(self) -> None:
        while event := self.take():
            _, _, _, region, account, *_ = event.function_arn.split(":")
            with request_scope(account, region):
                delay_s = attempt(event)
            if delay_s is not None:
                self.put(event, delay_s)
            self.in_hand.remove(event)  # last: whoever saves meanwhile sees it twice rather than never

    def take(self) -> Event | None:
        """The next event, once it is due; None when none waits: the thread that asked may end."""
        with self.changed:
            while self.events:
                early_s = self.events[0][0] - time.monotonic()
                if early_s <= 0:
                    self.in_hand.append(self.events[0][2])
                    return heapq.heappop(self.events)[2]
                self.changed.wait(early_s)
            self.threads -= 1
            return None

    def unfinished(self) -> list[Event]:
        """Those in hand and those that wait, in the order in which they came."""
        found = {
            id(event): event for event in [*self.in_hand, *(event for _, _, event in sorted(self.events))]
        }
        return list(found.values())


def attempt(event: Event) -> float | None:
    """Invoke the function; in how many seconds to do it again, None when the event is handled or given up."""
    function, config, _ = lambda_svc._get_func_record_for_ref(event.function_arn)
    if not function or not config:
        log.warning("an event is dropped: %s is gone", event.function_arn)
        return None
    settings = settings_of(function, config)
    oldest_s = settings.get("MaximumEventAgeInSeconds") or OLDEST_S
    if time.time() - event.queued_at > oldest_s:
        why = "Rate Exceeded." if event.throttles else "Event too old."
        give_up(event, config, {"errorMessage": f"{why} It waited for more than {oldest_s} s"})
        return None
    result = executed(lambda_svc._execution_record_for_config(function, config), event.payload)
    if not result.get("error"):
        return None
    minute_s: float = lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS
    if result.get("throttle"):
        event.throttles += 1
        return minute_s * min(FIRST_THROTTLED * 2 ** min(event.throttles - 1, 20), LONGEST_THROTTLED)
    event.failures += 1
    if event.failures > settings.get("MaximumRetryAttempts", RETRIES):
        give_up(event, config, result.get("body"))
        return None
    return minute_s * event.failures


def settings_of(function: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """The event invoke config of a version; that of the function, without a qualifier, is of its newest."""
    version = config.get("Version", "$LATEST")
    found = lambda_svc._event_invoke_config(function, version)
    if not found and version == "$LATEST":
        found = lambda_svc._event_invoke_config(function, None)
    return found or {}


def executed(function: dict[str, Any], payload: Any) -> dict[str, Any]:
    """What came of an invocation; a fault of the cloud itself is no fault of the function, as a throttle."""
    try:
        result: dict[str, Any] = lambda_svc._execute_function(function, payload)
    except Exception:
        log.exception("an invocation failed")
        return {"error": True, "throttle": True}
    return result


def give_up(event: Event, config: dict[str, Any], error: Any) -> None:
    target = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if target:
        lambda_svc._route_async_failure(target, config["FunctionName"], event.payload, {"body": error})
    else:
        log.warning("an event is dropped: %s has no dead-letter queue", event.function_arn)


def queue_asynchronous_events() -> None:
    """Stock gives every event a thread, a throttle counts as a failure, and three failures are the end.

    So a burst takes the concurrency of every function, and most of it is parked. On AWS the events of a
    function wait in its queue; one that is throttled, or that could not be handed over, is tried again until
    it is too old (six hours, or what the function says), one that fails twice more. What waits when the cloud
    stops is saved with its state.
    """
    queues: dict[str, Waiting] = {}

    def queue_of(function_arn: str) -> Waiting:
        return queues.setdefault(function_arn, Waiting())

    @replace(lambda_svc, "invoke_async_with_retry")
    def _(_stock: Any) -> Any:
        def invoke(function: dict[str, Any], payload: Any) -> None:
            arn = (function.get("config") or function)["FunctionArn"]
            queue_of(arn).put(Event(arn, payload, time.time()))

        return invoke

    @replace(lambda_svc, "get_state")
    def _(stock: Any) -> Any:
        def get_state() -> dict[str, Any]:
            unfinished = [event for waiting in list(queues.values()) for event in waiting.unfinished()]
            return {**stock(), "asynchronous_events": [vars(event) for event in unfinished]}

        return get_state

    @replace(lambda_svc, "load_persisted_state")
    def _(stock: Any) -> Any:
        def load_persisted_state(state: dict[str, Any]) -> None:
            stock(state)
            for saved in state.get("asynchronous_events", []):
                event = Event(**saved)
                queue_of(event.function_arn).put(event, AFTER_A_START_S)

        return load_persisted_state
