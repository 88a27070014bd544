"""By what those who can be called are reached, and whose turn it is."""

from hypothesis import given
from hypothesis import strategies as st

from linli.escalation.parties import MOST_ASKED, Party, circle_of, turn
from tests.unit.linli.escalation.guarding import ROLES


@given(st.none() | st.just("lu"), st.sampled_from([None, "+8613800000001", "+8613800000001;ext=12"]))
def test_push_reaches_the_app_and_a_phone_with_an_extension_gets_no_texts(
    person: str | None, phone: str | None
) -> None:
    party = Party("rescuer", "firm", person, phone)
    assert ("push" in party.channels) == (person is not None)
    assert ("voice" in party.channels) == (phone is not None)
    assert ("sms" in party.channels) == (phone is not None and "ext" not in phone)
    assert all(party.address(each) is not None for each in party.channels)


def test_staff_see_their_queue_as_well() -> None:
    found = [Party(to, to, to, None) for to in ROLES.called]
    circle = circle_of(found, ROLES)
    assert {to for to, who in circle.items() if "staff" in who[0].channels} == set(ROLES.on_duty)
    assert circle_of([], ROLES) == {to: [] for to in ROLES.called}


@given(st.integers(0, 100))
def test_everybody_has_their_turn(number: int) -> None:
    many = [Party("guard", f"guard-{each}", None, None) for each in range(number)]
    rounds = -(-number // MOST_ASKED)
    told = [each.recipient for attempt in range(rounds) for each in turn(many, attempt)]
    assert told == [each.recipient for each in many]
    assert turn(many, rounds) == turn(many, 0)
