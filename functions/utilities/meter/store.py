"""Meters by id within their community, and the readings that open and close them."""

from datetime import datetime

from functions.utilities.entries import store as entries
from functions.utilities.entries.store import VouchedReading
from functions.utilities.households.rows import HouseholdRow
from functions.utilities.meter.domain import Taken, changed, first_readings, opening, registered, replaced
from functions.utilities.meter.models import (
    CorrectedInterval,
    Correction,
    MeterChanged,
    MeterRegistered,
    Replaced,
    Replacement,
)
from functions.utilities.meters.models import Meter
from functions.utilities.meters.rows import MeterRow
from functions.utilities.registers.site import Site
from functions.utilities.reviews.rows import CorrectionRow
from linli import communities
from linli.communities import CommunityRow
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict, NotFound
from linli.instants import from_millis, to_millis
from linli.tables import ConditionsFailed, Transaction, as_read, read, until_it_holds
from linli.tables import find as find_row
from linli.vocabulary.utilities import UtilitiesPolicy

MOST_ROWS = 100  # of a transaction


def register(community: str, asked: MeterRegistered, now: datetime) -> Meter:
    """Register a meter with its first readings, whole or not at all; the same again changes nothing.

    Raises Conflict when the id is another meter's, or a first reading is an error code.
    """
    readings = opening(asked)
    return until_it_holds(lambda: _register(community, registered(asked, now), readings, now))


def _register(community: str, meter: Meter, readings: list[Taken], now: datetime) -> Meter:
    transaction = Transaction()
    _create(transaction, community, meter)
    _vouch(transaction, community, meter, readings, now)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "meter" not in failed.rows:
            raise
        standing = failed.one(MeterRow, "meter")
        fitted = set(MeterRegistered.model_fields) - {"initial"}
        if standing is None or standing.meter.model_dump(include=fitted) != meter.model_dump(include=fitted):
            raise Conflict("another_meter") from failed
        _complete(community, [(standing.meter, readings)], now)
        return standing.meter
    return meter


def replace(community: str, old: str, asked: Replacement, now: datetime) -> Replaced:
    """Close a meter and open another in its place, with all of their readings, whole or not at all; the same
    again changes nothing.

    Raises NotFound, Conflict when it is closed already, the new id is another meter's or a reading
    contradicts what the dial showed, and InvalidRequest.
    """
    closed, opened = until_it_holds(lambda: _replace(community, old, asked, now))
    return Replaced(closed=closed, opened=opened)


def _replace(community: str, old: str, asked: Replacement, now: datetime) -> tuple[Meter, Meter]:
    """The closed meter and the one in its place, as they are after this or the same request."""
    key = MeterRow.key(community, old)
    row = find_row(MeterRow, key)
    finals = first_readings(row.meter, asked.final, to_millis(asked.fitted.installed_at), "final")
    initials = opening(asked.fitted)
    if row.meter.replaced_by == asked.fitted.meter:
        opened = find(community, asked.fitted.meter)
        _complete(community, [(row.meter, finals), (opened, initials)], now)
        return row.meter, opened
    closed, opened = replaced(row.meter, asked, now)
    transaction = Transaction()
    _create(transaction, community, opened)
    after = MeterRow(*key, meter=closed, version=row.version + 1, watched=row.watched)
    transaction.put("closed", after, MeterRow.version == row.version)
    rows = _vouch(transaction, community, closed, finals, now)
    if rows + _vouch(transaction, community, opened, initials, now) > MOST_ROWS - 3:
        raise Conflict("too_many_readings_change")
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "meter" in failed.rows and "closed" not in failed.rows:
            raise Conflict("another_meter") from failed
        raise
    return closed, opened


def change(community: str, meter: str, asked: MeterChanged, now: datetime) -> Meter:
    """Set what a meter's registers can advance in a day; what is held is judged anew by it.

    Raises NotFound, InvalidRequest.
    """
    after = until_it_holds(lambda: _change(community, meter, asked))
    known = communities.known(read([CommunityRow.key(community)]), community)
    for each in after.registers:
        if each.obis in asked.most_per_day:
            site = Site(community, after, each, known.time_zone, known.policy(UtilitiesPolicy))
            entries.judge_anew(site, f"changed-{meter}", now)
    return after


def _change(community: str, meter: str, asked: MeterChanged) -> Meter:
    key = MeterRow.key(community, meter)
    row = find_row(MeterRow, key)
    after = changed(row.meter, asked)
    transaction = Transaction()
    written = MeterRow(*key, meter=after, version=row.version + 1, watched=row.watched)
    transaction.put("meter", written, MeterRow.version == row.version)
    transaction.commit()
    return after


def find(community: str, meter: str) -> Meter:
    """A meter. Raises NotFound."""
    key = MeterRow.key(community, meter)
    row = read([key]).get(key)
    if not isinstance(row, MeterRow):
        raise NotFound
    return row.meter


def meters(community: str, query: PageQuery) -> Page[Meter]:
    """The community's meters by id. Raises InvalidCursor."""
    return page_of(MeterRow, MeterRow.key.partition(community), query, lambda row: row.meter)


def corrections(community: str, meter: str, query: PageQuery) -> Page[Correction]:
    """A meter's corrections, the last one first. Raises NotFound, InvalidCursor."""
    fitted = find(community, meter)
    return page_of(
        CorrectionRow,
        CorrectionRow.key.partition(community, meter),
        query,
        lambda row: _correction(row, fitted),
        newest_first=True,
    )


def _create(transaction: Transaction, community: str, meter: Meter) -> None:
    row = MeterRow(*MeterRow.key(community, meter.meter), meter=meter, version=1)
    transaction.create("meter", row)
    if meter.home is None:
        return
    key = HouseholdRow.key(community, meter.home)
    home = read([key]).one(HouseholdRow, key)
    row.watched = home.watched if home else None
    same = as_read(HouseholdRow, home or HouseholdRow(), "watch_version")
    actions = [HouseholdRow.meters.add({meter.meter}), HouseholdRow.kind.set(HouseholdRow)]
    transaction.update("household", HouseholdRow(*key), actions, same)


def _vouch(
    transaction: Transaction, community: str, meter: Meter, readings: list[Taken], now: datetime
) -> int:
    """Add a meter's first readings. Returns how many rows change."""
    if not readings:
        return 0
    known = communities.known(read([CommunityRow.key(community)]), community)
    rows = 0
    for register, reading, confirmed in readings:
        site = Site(community, meter, register, known.time_zone, known.policy(UtilitiesPolicy))
        cause = f"closed-{meter.meter}" if reading.kind == "final" else f"fitted-{meter.meter}"
        rows += entries.vouch(transaction, VouchedReading(site, reading, confirmed), cause, now)
    return rows


def _complete(community: str, taken: list[tuple[Meter, list[Taken]]], now: datetime) -> None:
    """Enter what is missing of the first readings of meters that are there."""
    transaction = Transaction()
    if sum(_vouch(transaction, community, meter, readings, now) for meter, readings in taken):
        transaction.commit()


def _correction(row: CorrectionRow, meter: Meter) -> Correction | None:
    register = meter.register_of(row.register)
    if register is None:
        return None

    def shown(intervals: list[list[int]]) -> list[CorrectedInterval]:
        return [
            CorrectedInterval(
                start=from_millis(int(start)),
                end=from_millis(int(end)),
                quantity=register.quantity(int(ticks)),
            )
            for start, end, ticks in intervals
        ]

    return shown_as(Correction, row, obis=row.register, was=shown(row.was), became=shown(row.became))
