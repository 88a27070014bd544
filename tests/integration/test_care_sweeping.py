"""From silence to the alert: what the sweep finds due is judged, once, whatever is lost on the way."""

import json
from collections.abc import Callable

import pytest

from functions.care.calling.rows import AlertRow
from functions.care.watching import store as watching
from functions.care.watching.rows import StateRow
from functions.care.watching.store import Vigil
from linli.aws import client
from linli.communities import CommunityRow
from linli.due import TimedRow, due
from linli.tables import Transaction
from tests.integration.conftest import STAGE
from tests.integration.gateway import NOW
from tests.integration.messages import batch
from tests.integration.neighbourhood import willow as willow_with
from tests.integration.watching_over import (  # noqa: F401  the fixtures
    COLD,
    GRAN,
    HOUR,
    MINUTE,
    Neighbourhood,
    neighbourhood,
    watched_over,
)


def test_a_sign_moves_the_deadline_and_silence_opens_one_alert(willow: Neighbourhood) -> None:
    # Given a sign of life
    assert willow.sensor("motion", NOW) == "moved"
    assert willow.vigil().due_at == NOW + COLD

    # When nobody moves until the deadline
    assert willow.minute(NOW + COLD - MINUTE) == []
    assert willow.alerts() == []
    assert willow.minute(NOW + COLD) == ["opened"]

    # Then there is one alert, and minutes later still one
    assert willow.minute(NOW + COLD + MINUTE) == []
    (alert,) = willow.alerts()
    assert (alert["person"], alert["reason"]) == (GRAN, "idle")
    row = AlertRow.get(*AlertRow.key("willow", alert["alert"]))
    assert row.alert.words.endswith("9 h so far; last sign: something moved, Mon 05 Jan 16:00")
    assert row.alert.due_at == NOW + COLD
    assert willow.vigil().open_alert == alert["alert"]
    assert willow.vigil().due_at is None


def test_a_sweep_that_was_missed_is_made_up_for_by_the_next(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    assert willow.minute(NOW + COLD + 3 * MINUTE) == ["opened"]


def test_a_task_that_is_delivered_twice_opens_one_alert(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    task = {
        "at": (NOW + COLD).isoformat(),
        "rows": [{"pk": f"willow#person#{GRAN}", "sk": "state", "kind": "watch_state"}],
    }
    answer = willow.invoke(willow.app, "idle_alert", batch(task, task))
    assert answer["outcomes"] == ["opened", "nothing_due"]
    assert len(willow.alerts()) == 1


def test_a_sign_that_comes_between_the_sweep_and_its_task_is_in_time(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    willow.sensor("motion", NOW)
    meanwhile("TransactWriteItems", lambda: willow.sensor("motion", NOW + COLD - MINUTE))
    assert willow.minute(NOW + COLD) == ["nothing_due"]
    assert willow.alerts() == []
    assert willow.vigil().state.seen_at == NOW + COLD - MINUTE


def test_a_call_for_help_that_comes_first_is_the_one_alert(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    def somebody_calls() -> None:
        transaction = Transaction()
        watching.hold(transaction, "willow", GRAN, "the-call", NOW + COLD)
        transaction.commit()

    willow.sensor("motion", NOW)
    meanwhile("TransactWriteItems", somebody_calls)
    assert willow.minute(NOW + COLD) == ["nothing_due"]
    assert willow.alerts() == []
    assert willow.vigil().open_alert == "the-call"


def test_the_reply_to_the_opening_is_lost_and_there_is_one_alert(
    willow: Neighbourhood, lose_reply: Callable[[str], None]
) -> None:
    willow.sensor("motion", NOW)
    lose_reply("TransactWriteItems")
    willow.minute(NOW + COLD)
    assert len(willow.alerts()) == 1


def test_the_reply_to_a_sign_is_lost_and_it_counts_once(
    willow: Neighbourhood, lose_reply: Callable[[str], None]
) -> None:
    lose_reply("UpdateItem")
    assert willow.sensor("motion", NOW) in {"moved", "repeated"}
    assert [each.at for each in willow.vigil().state.recent] == [NOW]


def test_one_who_cannot_be_judged_does_not_hold_up_the_others(
    willow: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    willow.set_up("willow-resident-2", home="b1/102", sensors=[])
    willow.sensor("motion", NOW - 8 * HOUR + MINUTE)
    load = watching.load

    def failing(community: str, person: str) -> Vigil:
        if person == GRAN:
            raise RuntimeError
        return load(community, person)

    monkeypatch.setattr(watching, "load", failing)
    assert willow.minute(NOW + COLD) == ["failed"]
    assert [alert["person"] for alert in willow.alerts()] == ["willow-resident-2"]


def test_the_sweep_reads_only_what_is_due(willow: Neighbourhood) -> None:
    willow.set_up("willow-resident-2", home="b1/102", sensors=[])
    willow.sensor("motion", NOW)
    found = [row.pk for row in due(TimedRow, NOW + 4 * HOUR, 10)]
    assert found == ["willow#person#willow-resident-2"]


def test_a_community_that_allows_more_by_now_puts_the_deadline_off(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    longer = willow_with(2, care={"default_hours": 14, "cap_hours": 14})
    assert willow.fact("community", longer) == ["community_kept"]
    assert willow.minute(NOW + HOUR)[-1:] == ["postponed"]
    longer_now = COLD * 14 / 12
    assert willow.vigil().listed_at == NOW + longer_now
    assert willow.minute(NOW + longer_now - MINUTE) == []
    assert willow.minute(NOW + longer_now) == ["opened"]


def test_a_new_alert_is_escalated_at_once_and_by_the_next_sweep_if_that_was_lost(
    willow: Neighbourhood,
) -> None:
    willow.minute(NOW + 3 * HOUR)
    alert = willow.vigil().open_alert
    for now in (NOW + 3 * HOUR, NOW + 3 * HOUR + MINUTE):
        ((task,),) = list(willow.tasks("escalation"))
        (row,) = json.loads(task)["rows"]
        assert (row["kind"], row["pk"], row["sk"]) == ("alert", f"willow#alert#{alert}", "alert")
        willow.minute(now + MINUTE)


def with_state(willow: Neighbourhood, text: Callable[[str], str]) -> None:
    """Rewrite the state as it is stored."""
    key = StateRow.key("willow", GRAN)
    client("dynamodb").update_item(
        TableName=f"linli-{STAGE}-care",
        Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": text(willow.vigil().state.model_dump_json())}},
    )


def test_a_state_that_newer_code_has_written_is_read_after_a_rollback(willow: Neighbourhood) -> None:
    with_state(willow, lambda state: state[:-1] + ',"of_newer_code":1}')
    assert willow.minute(NOW + COLD) == ["opened"]


def test_a_state_that_cannot_be_read_is_a_duty_and_holds_up_no_other(willow: Neighbourhood) -> None:
    willow.set_up("willow-resident-2", home="b1/102", sensors=[])
    with_state(willow, lambda _: '{"seen_at": 1}')
    assert willow.minute(NOW + 2 * COLD) == ["opened"]
    assert willow.duties() == [f"cannot_judge#{GRAN}"]
    assert willow.minute(NOW + 2 * COLD + MINUTE) == []
    assert willow.minute(NOW + 2 * COLD + HOUR) == ["cannot_judge"]


def test_a_lowered_cap_counts_for_who_is_silent_already(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    policy = {"default_hours": 4, "cap_hours": 4, "floor_hours": 2}
    fact = willow_with(2, care=policy)
    assert willow.fact("community", fact) == ["community_kept"]
    assert willow.minute(NOW + HOUR) == ["spread", "postponed"]
    assert willow.minute(NOW + 4 * HOUR) == ["opened"]


def test_a_policy_that_leaves_care_as_it_was_makes_nobody_due(willow: Neighbourhood) -> None:
    known = CommunityRow.get(*CommunityRow.key("willow"))
    fact = willow_with(2).model_copy(update={"policies": known.policies})
    assert willow.fact("community", fact) == ["community_kept"]
    assert list(willow.tasks("idle-alert")) == []
