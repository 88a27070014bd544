"""Functions as processes: what the executor does for them, and when they misbehave."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from linli_cli.local import processes
from linli_cli.local.processes import until
from tests.localstack.conftest import Alone, zipped

WHO = "import os\ndef handler(event, context): return os.getpid()"
SLOW_WHO = "import os, time\ndef handler(event, context):\n    time.sleep(0.2)\n    return os.getpid()"


def test_a_burst_is_handled_by_a_few_processes(alone: Alone) -> None:
    name = alone.function(SLOW_WHO)

    with ThreadPoolExecutor(20) as pool:
        pids = set(pool.map(lambda _: alone.invoke(name), range(40)))

    assert 1 <= len(pids) <= 4


def test_a_function_that_nobody_calls_ends(alone: Alone) -> None:
    pid = alone.invoke(alone.function(WHO))

    assert processes.command_line(pid)
    assert until(lambda: not processes.command_line(pid), 15)


def test_a_process_that_was_killed_is_not_asked_again(alone: Alone) -> None:
    name = alone.function(WHO)
    first = alone.invoke(name)
    processes.stop(first, lambda: bool(processes.command_line(first)), 0)

    assert alone.invoke(name) != first


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("def handler(event, context): raise LookupError('lost')", {"errorMessage": "lost"}),
        ("raise LookupError('at the start')", {"errorType": "LookupError", "errorMessage": "at the start"}),
        ("import os\ndef handler(event, context): os._exit(3)", {"errorType": "Runtime.ExitError"}),
        ("import time\ndef handler(event, context): time.sleep(60)", {"errorType": "Sandbox.Timedout"}),
    ],
    ids=["an error", "an error at its start", "it ends", "it is late"],
)  # fmt: skip
def test_a_failure_is_told_as_lambda_tells_it(alone: Alone, code: str, error: dict[str, str]) -> None:
    name = alone.function(code, Timeout=1)

    for _ in range(2):
        said = alone.invoke(name)
        assert {key: said[key] for key in error} == error


def test_it_goes_on_after_a_failure(alone: Alone) -> None:
    name = alone.function("import os\ndef handler(event, context): return event or os._exit(3)")

    assert [bool(alone.invoke(name, event) == event) for event in (1, None, 2)] == [True, False, True]


def test_code_precedes_layers_and_nothing_of_ours_is_beside_them(alone: Alone) -> None:
    layer = alone.client("lambda").publish_layer_version(
        LayerName="shared",
        Content={"ZipFile": zipped(python__shared="of = 'layer'", python__main="of = 'layer'")},
    )["LayerVersionArn"]
    code = (
        "import importlib.util, os, shared\nof = 'code'\n"
        "def handler(event, context):\n"
        "    import main\n"
        "    strange = [name for name in ('linli', 'localstack') if importlib.util.find_spec(name)]\n"
        "    return [main.of, shared.of, strange, os.environ.get('PYTHONPATH', '').count('site-packages')]"
    )

    assert alone.invoke(alone.function(code, Layers=[layer])) == ["code", "layer", [], 1]


def test_what_it_prints_is_in_its_log(alone: Alone) -> None:
    name = alone.function("def handler(event, context): print('good morning')")
    logs = alone.client("logs")
    alone.invoke(name)

    def printed() -> bool:
        groups = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
        events = [
            event["message"].strip()
            for group in groups
            for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        ]
        return "good morning" in events

    assert until(printed, 15)
