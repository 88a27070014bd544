"""What a stage pays for by being there: counted in the templates that it is deployed by."""

import json
from collections.abc import Iterable, Iterator, Mapping

from linli_cli.cost.bill import MINUTES
from linli_cli.cost.units import Units, added
from linli_cli.deploy.packaging import MEMORY_MB, Packaged, written_foundation
from linli_cli.deploy.templates import Template, of_type
from linli_cli.deploy.wiring import ALARM, FUNCTION, action_of
from linli_cli.layout import ROOT

SECRET, KEY = "AWS::SecretsManager::Secret", "AWS::KMS::Key"
# Lambda asks an idle queue by five long polls at once, each 20 s long.
POLLERS, POLLS_A_MINUTE = 5, 3
POLLS_A_MONTH = POLLERS * POLLS_A_MINUTE * MINUTES


def templates_of(packaged: Mapping[str, Packaged]) -> list[Template]:
    """All templates of a stage: those of services, of their state, and the foundation's."""
    paths = [path for each in packaged.values() for path in (each.template, each.state_template) if path]
    return [written_foundation(ROOT), *(json.loads(path.read_text(encoding="utf-8")) for path in paths)]


def standing(templates: Iterable[Template]) -> Units:
    """What they take in a month, whether or not anything happens."""
    return added(
        *(
            {
                "alarm_month": sum(metrics_of(each) for _, each in of_type(template, ALARM)),
                "secret_month": sum(1 for _ in of_type(template, SECRET)),
                "key_month": sum(1 for _ in of_type(template, KEY)),
                "sqs_request": POLLS_A_MONTH * sum(1 for _ in polled(template)),
            }
            for template in templates
        )
    )


def metrics_of(alarm: Template) -> int:
    """How many metrics an alarm looks at, each of which is paid for."""
    metrics = alarm["Properties"].get("Metrics")
    return sum("MetricStat" in each for each in metrics) if metrics else 1


def polled(template: Template) -> Iterator[str]:
    """The functions that Lambda asks a queue for."""
    for logical_id, function in of_type(template, FUNCTION):
        events = function["Properties"].get("Events", {}).values()
        yield from (logical_id for each in events if each.get("Type") == "SQS")


def memory(packaged: Mapping[str, Packaged]) -> dict[str, int]:
    """The megabytes of each function that asks for other than the usual, as `<project>/<action>`."""
    found = {}
    for project, each in packaged.items():
        template = json.loads(each.template.read_text(encoding="utf-8"))
        for logical_id, function in of_type(template, FUNCTION):
            name = action_of(logical_id).replace("-", "_")
            found[f"{project}/{name}"] = function["Properties"].get("MemorySize", MEMORY_MB)
    return found
