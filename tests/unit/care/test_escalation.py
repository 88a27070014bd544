"""Who is told of a duty, and how."""

from functions.care.escalation.domain import messages_of
from functions.care.tending.duties import Duty
from linli.escalation.parties import Party, turn
from tests.unit.linli.escalation.alarming import MIDNIGHT, NOON


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
