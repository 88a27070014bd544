"""Which lines of a log are shown, and how."""

import pytest

from linli_cli.operate.log_lines import Wanted, tidied

GOOD = '{"level":"INFO","message":"granted","correlation_id":"g:1"}'
REFUSED = '{"level":"WARNING","message":"invalid-request","correlation_id":"g:2"}'
FAILED = '{"level":"ERROR","message":"unexpected","correlation_id":"g:3"}'
METRICS = '{"_aws":{"Timestamp":1},"outcome":"granted"}'
REPORT = "REPORT RequestId: 1\tDuration: 1 ms"
CRASH = "[ERROR] KeyError: 1"
LINES = [REPORT, GOOD, METRICS, REFUSED, FAILED, CRASH]


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (Wanted(), [GOOD, REFUSED, FAILED, CRASH]),
        (Wanted(everything=True), LINES),
        (Wanted(errors=True), [FAILED, CRASH]),
        (Wanted(request="g:2"), [REFUSED]),
    ],
)
def test_what_is_asked_for_is_shown(wanted: Wanted, shown: list[str]) -> None:
    assert [line for line in LINES if wanted.takes(line)] == shown


@pytest.mark.parametrize(
    "folder",
    ["/var/task", "/opt/python", "/a home/tmp/linli-local-access-api-x/code", "/h/tmp/x/layer_1/python"],
)
def test_paths_are_the_repositorys(folder: str) -> None:
    assert tidied(f'  File "{folder}/functions/access/x.py", line 1\n') == (
        '  File "functions/access/x.py", line 1'
    )
    assert tidied(f'"where":["{folder}/linli/x.py:1"]') == '"where":["linli/x.py:1"]'
