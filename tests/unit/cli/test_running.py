"""What `up` leaves out when nothing has changed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from botocore.exceptions import ReadTimeoutError

from linli_cli.demo import running
from linli_cli.deploy import stacks
from linli_cli.deploy.stacks import StackStatus
from linli_cli.errors import CommandError, Unanswered

NIGHT = datetime(2026, 1, 5, tzinfo=UTC)


def test_samples_are_replayed_again_once_a_stack_or_a_sample_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "EVENTS", tmp_path)
    sample = tmp_path / "access/gate_pass/normal.json"
    sample.parent.mkdir(parents=True)
    told = []
    for text, updated in (("{}", NIGHT), ("{}", NIGHT), ("[]", NIGHT), ("[]", NIGHT.replace(hour=1))):
        sample.write_text(text)
        status = StackStatus("access", "UPDATE_COMPLETE", updated)
        monkeypatch.setattr(stacks, "list_stacks", lambda _, status=status: [status])
        told.append(running.what_is_replayed())
    first, same, other_sample, other_stack = told
    assert first == same
    assert len({same, other_sample, other_stack}) == 3


@pytest.mark.parametrize(
    "slow",
    [
        Unanswered("GET /x: 503"),
        requests.ReadTimeout("timed out"),
        ReadTimeoutError(endpoint_url="http://here"),
    ],
)
def test_who_gives_up_on_a_busy_machine_says_that_it_goes_on(slow: Exception) -> None:
    with pytest.raises(CommandError, match="run it again, it goes on"), running.resumable():
        raise slow


def test_who_is_refused_is_not_told_to_try_again() -> None:
    with pytest.raises(CommandError, match=r"^the port is taken$"), running.resumable():
        raise CommandError("the port is taken")
