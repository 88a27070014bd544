"""What a key pressed on a call means, by whom and when."""

from typing import Any

import pytest

from functions.care.alerts import Alert, Message
from functions.care.answering import Actor, Answer, answered
from functions.care.channels import GatewayReply
from functions.care.gateway_reply.domain import meaning, said
from tests.unit.care.test_alerts import NOON, SETTING, alert


def message(to: Any = "contact") -> Message:
    return Message(
        message="a-1-1", community="willow", alert="a-1", person="ann", to=to, recipient=f"{to}-1",
        channel="voice", purpose="alert", emergency=False, made_at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event", "digit", "to", "wanted"),
    [
        ("delivered", None, "contact", "delivered"),
        ("failed", None, "contact", "failed"),
        ("no_answer", None, "contact", "no_answer"),
        ("replied", "1", "contact", "said"),
        ("replied", "2", "contact", "declined"),
        ("replied", "2", "person", "said"),
        ("replied", None, "manager", "said"),
    ],
)
def test_a_reply_has_its_meaning(event: Any, digit: Any, to: str, wanted: str) -> None:
    assert meaning(GatewayReply(message_id="a-1-1", event=event, digit=digit), message(to)) == wanted


def reply(one: Alert, to: str, digit: str | None = "1") -> tuple[str, str]:
    step = said(one, message(to), digit, SETTING, NOON)
    return step.alert.state, step.entries[-1].what if step.entries else ""


def test_one_means_i_am_fine_or_i_see_to_it() -> None:
    assert reply(alert(), "person") == ("resolved", "resolved")
    assert reply(alert(), "contact") == ("acknowledged", "acknowledged")
    assert reply(alert(), "manager") == ("acknowledged", "acknowledged")


def test_what_is_not_theirs_to_say_is_noted() -> None:
    assert reply(alert(emergency=True), "person") == ("open", "replied")
    assert reply(alert(), "contact", None) == ("open", "replied")
    taken = answered(alert(), Answer(command="acknowledge"), Actor("boss", "manager"), SETTING, NOON).alert
    assert reply(taken, "contact") == ("acknowledged", "replied")
    over = answered(
        taken, Answer(command="resolve", outcome="fine"), Actor("boss", "manager"), SETTING, NOON
    ).alert
    assert reply(over, "contact") == ("resolved", "")
