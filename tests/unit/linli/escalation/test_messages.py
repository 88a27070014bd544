"""A message is the same however often it is sent, and holds ids alone."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.care.calling.alerts import Message
from linli.escalation.chain import advanced
from tests.unit.linli.escalation.alarming import CIRCLE, NOON, SETTING, alert, run


@given(st.booleans())
def test_what_is_kept_is_what_is_sent_again(emergency: bool) -> None:
    said = advanced(alert(emergency=emergency), CIRCLE, SETTING, NOON).messages
    assert said
    assert [Message.model_validate_json(each.model_dump_json()) for each in said] == said


def test_no_two_messages_of_an_alert_have_one_id() -> None:
    ids = [each.message for step in run(alert(), NOON + timedelta(hours=3))[1] for each in step.messages]
    assert len(ids) == len({*ids}) > 1
