"""Patches of DynamoDB streams: what becomes of records that fail, and of the stream when the cloud stops."""

import copy
import threading
from typing import Any

from ministack.services import dynamodb, lambda_svc

from localstack.ministack.stock import replace


def mapping_of(stream_arn: str, function_name: str) -> dict[str, Any]:
    """The event source mapping between a stream and a function."""
    return next(
        mapping
        for _, _, mapping in lambda_svc._iter_all_esms()
        if (mapping.get("EventSourceArn"), mapping.get("FunctionName")) == (stream_arn, function_name)
    )


def first_failure(records: list[Any], result: dict[str, Any], mapping: dict[str, Any]) -> int | None:
    """The index of the first record to be tried again; None when all went well."""
    if result.get("error"):
        return 0
    body = result.get("body")
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return None
    failures = body.get("batchItemFailures") or [] if isinstance(body, dict) else []
    failed = {failure.get("itemIdentifier") for failure in failures}
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return next((index for index, number in enumerate(numbers) if number in failed), None)


def resume(mapping: dict[str, Any], record: dict[str, Any], offset: int) -> None:
    """Let the trigger read on at a record (0) or behind it (1)."""
    table = mapping["EventSourceArn"].split("/")[1]
    index = [live["eventID"] for live in dynamodb.stream_live_records(table)].index(record["eventID"])
    with lambda_svc._dynamodb_stream_positions_lock:
        position = dynamodb.stream_start_position(table) + index + offset
        lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = position


def end_stream_retries() -> None:
    """Stock ignores ReportBatchItemFailures and MaximumRetryAttempts: one bad record blocks a stream.

    Resume at the first failed record; once its retries are used up, send the batch's whereabouts to the
    on-failure destination and go on, as AWS does.
    """
    attempts: dict[tuple[str, str], int] = {}
    polling = threading.local()

    def settle(function: dict[str, Any], records: list[Any], result: dict[str, Any]) -> dict[str, Any]:
        config = function.get("config") or function
        mapping = mapping_of(records[0]["eventSourceARN"], config["FunctionName"])
        failed = first_failure(records, result, mapping)
        if failed is None:
            return result
        rest = records[failed:]
        key = (mapping["UUID"], rest[0]["eventID"])
        attempts[key] = attempts.get(key, 0) + 1
        limit = mapping.get("MaximumRetryAttempts")
        if limit is None or limit < 0 or attempts[key] <= limit:
            resume(mapping, rest[0], 0)
        else:
            del attempts[key]
            lambda_svc._send_ddb_stream_failure_record(
                mapping, function, rest, mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
            )
            resume(mapping, rest[-1], 1)
        return {"error": True, **result}  # the stock poller then leaves the position where we put it

    @replace(lambda_svc, "_poll_dynamodb_streams")
    def _(stock: Any) -> Any:
        def poll() -> bool:
            polling.now = True
            try:
                found: bool = stock()
            finally:
                polling.now = False
            return found

        return poll

    @replace(lambda_svc, "_execute_function")
    def _(stock: Any) -> Any:
        def execute(function: dict[str, Any], event: Any) -> dict[str, Any]:
            result: dict[str, Any] = stock(function, event)
            return settle(function, event["Records"], result) if getattr(polling, "now", False) else result

        return execute


def save_streams() -> None:
    """Stock saves how far each trigger has read, but not the stream, so after a restart no trigger fires."""
    stores = ("_stream_records", "_stream_trimmed")

    @replace(dynamodb, "get_state")
    def _(stock: Any) -> Any:
        def get_state() -> dict[str, Any]:
            state: dict[str, Any] = stock()
            return {**state, **{name: copy.deepcopy(getattr(dynamodb, name)) for name in stores}}

        return get_state

    @replace(dynamodb, "load_persisted_state")
    def _(stock: Any) -> Any:
        def load_persisted_state(state: dict[str, Any]) -> None:
            stock(state)
            for name in stores:
                if name in state:
                    getattr(dynamodb, name).update(state[name])

        return load_persisted_state
