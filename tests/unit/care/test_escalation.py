"""Which messages are still wanted, and who is told of a duty."""

from functions.care.escalation.domain import messages_of
from functions.care.tending.duties import Duty
from linli.escalation.alerts import Step, still_wanted
from linli.escalation.chain import advanced
from linli.escalation.parties import Party, turn
from tests.unit.linli.escalation.alarming import CIRCLE, MIDNIGHT, NOON, SETTING, alert


def called() -> Step:
    return advanced(alert(), CIRCLE, SETTING, NOON)


def test_a_message_is_wanted_while_its_call_is_out() -> None:
    step = called()
    assert still_wanted(step.messages[0], step.alert)
    assert not still_wanted(step.messages[0], step.alert.model_copy(update={"state": "acknowledged"}))
    assert not still_wanted(step.messages[0], step.alert.model_copy(update={"calls": []}))


def test_word_of_a_held_alert_is_wanted_until_it_is_over() -> None:
    step = advanced(alert(MIDNIGHT), CIRCLE, SETTING, MIDNIGHT)
    assert still_wanted(step.messages[0], step.alert)
    assert not still_wanted(step.messages[0], step.alert.model_copy(update={"state": "resolved"}))


def test_a_duty_is_told_by_turns_under_the_same_ids() -> None:
    duty = Duty(kind="forgotten_away", about="ann", words="", since=NOON)
    family = [Party("contact", "son", "son", None), Party("contact", "contact-1", None, "+8613800000002")]
    told = list(messages_of(duty, "willow", family, NOON))
    assert [[each.channel for each in ways] for ways in told] == [["push"], ["voice", "sms"]]
    again = list(messages_of(duty, "willow", family, MIDNIGHT, attempts=2))
    assert [[e.message for e in ways] for ways in told] == [[e.message for e in ways] for ways in again]
    assert {each.purpose for ways in told for each in ways} == {"away_over"}
    button = Duty(kind="unknown_button", about="willow-button-9", words="", since=NOON)
    (ways,) = messages_of(button, "willow", [Party("manager", "boss", "boss", None)], NOON)
    assert (ways[0].purpose, ways[0].emergency) == ("button", True)


def test_an_urgent_duty_is_told_again_under_other_ids_and_to_all_in_turn() -> None:
    duty = Duty(kind="unknown_button", about="willow-button-9", words="", since=NOON)
    boss = [Party("manager", "boss", "boss", None)]
    first, again = (list(messages_of(duty, "willow", boss, NOON, attempts=each)) for each in (0, 1))
    assert first[0][0].message != again[0][0].message
    many = [Party("caregiver", f"carer-{each}", None, None) for each in range(31)]
    assert [len(turn(many, each)) for each in range(4)] == [15, 15, 1, 15]
    assert turn([], 3) == []
