"""A change whose reply was lost and which the client has sent again: its own write is no refusal, anybody
else's is.
"""

from collections.abc import Callable

import pytest
from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.update import Action

from linli.connections import Answer, Asked
from linli.errors import NotFound
from linli.tables import ConditionsFailed, Row, Transaction, change, find
from tests.integration import wire
from tests.integration.conftest import Service
from tests.integration.faults import FAULTS, Fault, hung_up, struck, throttled, timed_out
from tests.integration.quick_table import failed

LOST = next(each for each in FAULTS if each.over)


class LampRow(Row, discriminator="test_lamp_of_lost_replies"):
    """A row that is changed on condition of its version."""

    version = NumberAttribute()
    light = UnicodeAttribute(null=True)
    times = NumberAttribute(default=0)
    near = UnicodeSetAttribute(null=True)


KEY = ("willow#lamp", "lamp")
CHANGES: dict[str, list[Action]] = {
    "set": [LampRow.version.set(2), LampRow.light.set("warm")],
    "added to": [LampRow.version.set(2), LampRow.times.add(1)],
    "a set of several": [LampRow.version.set(2), LampRow.near.set({"b1", "b2"})],
    "removed": [LampRow.light.remove(), LampRow.version.set(2)],
    "counted up": [LampRow.version.set(2), LampRow.times.set(LampRow.times + 1)],
}


@pytest.fixture
def lamp(service: Service) -> LampRow:
    service("health")
    row = LampRow(*KEY, version=1, light="cold", near={"b0"})
    row.save()
    return find(LampRow, KEY)


@pytest.mark.parametrize("actions", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("error", [hung_up, timed_out, lambda each: failed(each, "RequestTimeout")])
def test_a_change_that_meets_itself_is_done_and_once(
    lamp: LampRow, actions: list[Action], error: Callable[[str], BaseException]
) -> None:
    with struck(lambda number, _: None if number else Fault("lost", error, applied=True, over=True)):
        change(lamp, actions, LampRow.version == 1)
    found = find(LampRow, KEY)
    assert found.attribute_values == lamp.attribute_values
    assert found.version == 2
    assert found.times in (0, 1)


def test_a_change_that_meets_another_is_refused_though_its_reply_was_lost(lamp: LampRow) -> None:
    with struck(lambda number, _: None if number else LOST), pytest.raises(ConditionsFailed):
        change(lamp, [LampRow.version.set(9), LampRow.light.set("warm")], LampRow.version == 7)
    assert find(LampRow, KEY).version == 1


@pytest.mark.parametrize(
    "answers", [[], [throttled]], ids=["at once", "after it was turned away for want of room"]
)
def test_who_was_turned_away_does_not_take_anothers_same_write_for_its_own(
    lamp: LampRow, answers: list[Callable[[str], BaseException]]
) -> None:
    change(LampRow(*KEY), [LampRow.version.set(2)], LampRow.version == 1)

    def turned_away(asked: Asked, pass_on: wire.PassOn) -> Answer:
        return wire.refused(answers.pop()("UpdateItem")) if answers else pass_on(asked)

    with wire.between("dynamodb.UpdateItem", turned_away), pytest.raises(ConditionsFailed):
        change(lamp, [LampRow.version.set(2)], LampRow.version == 1)


def test_a_change_that_says_nothing_of_what_is_after_it_is_refused(lamp: LampRow) -> None:
    with struck(lambda number, _: None if number else LOST), pytest.raises(ConditionsFailed):
        change(lamp, [LampRow.times.add(1)], LampRow.times == 0)


def test_a_change_of_a_row_that_is_gone_is_refused_and_makes_none(lamp: LampRow) -> None:
    lamp.delete()
    with struck(lambda number, _: None if number else LOST), pytest.raises(ConditionsFailed):
        change(lamp, [LampRow.light.remove()], LampRow.pk.exists())
    with pytest.raises(NotFound):
        find(LampRow, KEY)


def test_a_transaction_that_meets_itself_is_done(lamp: LampRow) -> None:
    transaction = Transaction()
    transaction.update("lamp", lamp, [LampRow.version.set(2)], LampRow.version == 1)
    with struck(lambda number, _: None if number else LOST):
        transaction.commit()
    assert find(LampRow, KEY).version == 2
