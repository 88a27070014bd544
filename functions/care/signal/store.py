"""Whom a sensor serves, and what of its word is in doubt."""

from datetime import datetime

from functions.care.intake.rows import SensorRow
from functions.care.intake.signs import store as signs
from functions.care.intake.signs.store import Heard
from functions.care.intake.unbelieved import disbelieved, is_news, spoke
from functions.care.signal.domain import check
from functions.care.tending import store as tending
from functions.care.tending.duties import DutyKind
from functions.care.tending.rows import DutyRow
from functions.care.tending.store import DUTIES
from functions.care.watching.signals import Sign
from linli.escalation.duties import store as duties
from linli.tables import Transaction, as_read, read, until_it_holds

DOUBTED: DutyKind = "doubted_sensor"


def take_in(community: str, sensor: str, publisher: str, sign: Sign) -> Heard:
    """Let a sign count for everybody the sensor serves. Returns the outcome that changed most.

    Raises InvalidRequest when the sensor cannot have said this.
    """
    key = SensorRow.key(community, sensor)
    row = read([key]).one(SensorRow, key)
    if row is None or row.sensor is None:
        return Heard(signs.NOT_WATCHED)
    check(row.sensor, publisher, sign.kind)
    heard = signs.for_all(community, sorted(row.people or ()), sign)
    is_odd = bool(sign.clock) or heard.id_reused
    if row.people and heard.outcome != "repeated" and (is_odd or row.doubt is not None):
        at = sign.came_in or sign.at
        until_it_holds(lambda: _doubt(community, sensor, sign.clock, at, id_reused=heard.id_reused))
    return heard


def _doubt(community: str, sensor: str, clock: str, at: datetime, *, id_reused: bool) -> None:
    """Count what cannot be believed, and tell staff; or settle it, once it can be."""
    key, duty_key = SensorRow.key(community, sensor), DutyRow.key(community, DOUBTED, sensor)
    rows = read([key, duty_key])
    row, duty = rows.one(SensorRow, key), rows.one(DutyRow, duty_key)
    if row is None:
        return
    before = row.doubt
    transaction = Transaction()
    same = as_read(SensorRow, row, "doubt")
    if not clock and not id_reused:
        transaction.update("doubt", SensorRow(*key), [SensorRow.doubt.remove()], same)
        if duty is not None:
            words = "its time and its numbers are right again"
            duties.settle_duty(
                DUTIES, transaction, community, sensor, DOUBTED, now=at, words=words, seen=duty.duty
            )
        transaction.commit()
        return
    doubt = disbelieved(before, clock, at, id_reused=id_reused)
    unheard = "; what it tells without a clock answers no alert" if doubt.clocks else ""
    words = f"{spoke(sensor, doubt)}{unheard}: look at its battery and its clock"
    if duty is not None:
        renewed = duty.duty.model_copy(update={"words": words})
        seen = DutyRow.place == duty.place
        transaction.update("duty", DutyRow(*duty_key), [DutyRow.duty.set(renewed)], seen)
    elif is_news(doubt, at):
        doubt = doubt.model_copy(update={"told_at": at})
        tending.raise_duty(transaction, community, sensor, DOUBTED, words=words, now=at)
    transaction.update("doubt", SensorRow(*key), [SensorRow.doubt.set(doubt)], same)
    transaction.commit()
