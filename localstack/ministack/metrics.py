"""Patch of CloudWatch: metrics that functions write to their log."""

import json
import logging
from collections.abc import Iterator
from typing import Any

from ministack.services import cloudwatch, lambda_svc

from localstack.ministack.stock import replace

Datum = tuple[str, str, dict[str, str], float, str, float]


def data_of(line: str) -> Iterator[Datum]:
    """The metric data of one embedded-metric-format line.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    document = json.loads(line)
    at = document["_aws"]["Timestamp"] / 1000
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(document[name]) for name in names}
            for metric in directive["Metrics"]:
                found = document[metric["Name"]]
                for value in found if isinstance(found, list) else [found]:
                    yield (
                        directive["Namespace"],
                        metric["Name"],
                        dimensions,
                        at,
                        metric.get("Unit", "None"),
                        float(value),
                    )


def extract_embedded_metrics() -> None:
    """Stock leaves embedded metrics in the log, so no alarm and no test can see them."""

    @replace(lambda_svc, "_emit_lambda_logs")
    def _(stock: Any) -> Any:
        def emit(function: dict[str, Any], request_id: str, text: str, *args: Any, **kwargs: Any) -> None:
            stock(function, request_id, text, *args, **kwargs)
            for line in (text or "").splitlines():
                if '"CloudWatchMetrics"' not in line:
                    continue
                try:
                    for namespace, name, dimensions, at, unit, value in data_of(line):
                        cloudwatch._store_datum(
                            namespace, name, dimensions, at, unit, value, None, None, None
                        )
                except (ValueError, KeyError, TypeError):
                    logging.getLogger("linli.metrics").warning("not an embedded metric: %s", line)

        return emit
