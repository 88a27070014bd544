"""Meters by id within their community, and the readings that open and close them."""

from datetime import datetime

from functions.utilities import ledger
from functions.utilities.days import to_instant, to_ms
from functions.utilities.meter.domain import first_readings, opening, registered, replaced
from functions.utilities.meter.models import (
    CorrectedInterval,
    Correction,
    MeterRegistered,
    Replaced,
    Replacement,
)
from functions.utilities.meters import Meter
from functions.utilities.readings import Reading
from functions.utilities.sites import Site
from functions.utilities.tables import CorrectionRow, HouseholdRow, MeterRow
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict, NotFound
from linli.tables import ConditionsFailed, Transaction, read, until_it_holds
from linli.tables import find as find_row


def register(community: str, asked: MeterRegistered, now: datetime) -> Meter:
    """Register a meter; the same again changes nothing. Raises Conflict when the id is another meter's."""
    readings = opening(asked)
    meter = until_it_holds(lambda: _register(community, registered(asked)))
    _enter(community, meter, readings, f"fitted-{meter.meter}", now)
    return meter


def _register(community: str, meter: Meter) -> Meter:
    transaction = Transaction()
    _create(transaction, community, meter)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "meter" not in failed.rows:
            raise
        standing = failed.one(MeterRow, "meter")
        fitted = set(MeterRegistered.model_fields) - {"initial"}
        if standing is None or standing.meter.model_dump(include=fitted) != meter.model_dump(include=fitted):
            raise Conflict("there is another meter of this id") from failed
        return standing.meter
    return meter


def replace(community: str, old: str, asked: Replacement, now: datetime) -> Replaced:
    """Close a meter and open another in its place; the same again changes nothing.

    Raises NotFound, Conflict when it is closed already or the new id is another meter's, and InvalidRequest.
    """
    closed, opened = until_it_holds(lambda: _replace(community, old, asked))
    finals = first_readings(closed, asked.final, to_ms(asked.fitted.installed_at), "final")
    _enter(community, closed, finals, f"closed-{old}", now)
    _enter(community, opened, opening(asked.fitted), f"fitted-{opened.meter}", now)
    return Replaced(closed=closed, opened=opened)


def _replace(community: str, old: str, asked: Replacement) -> tuple[Meter, Meter]:
    """The closed meter and the one in its place, as they are after this or the same request."""
    key = MeterRow.key(community, old)
    row = find_row(MeterRow, key)
    first_readings(row.meter, asked.final, to_ms(asked.fitted.installed_at), "final")
    opening(asked.fitted)
    if row.meter.replaced_by == asked.fitted.meter:
        return row.meter, find(community, asked.fitted.meter)
    closed, opened = replaced(row.meter, asked)
    transaction = Transaction()
    _create(transaction, community, opened)
    after = MeterRow(*key, meter=closed, version=row.version + 1, watched=row.watched)
    transaction.put("closed", after, MeterRow.version == row.version)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "meter" in failed.rows and "closed" not in failed.rows:
            raise Conflict("there is another meter of this id") from failed
        raise
    return closed, opened


def find(community: str, meter: str) -> Meter:
    """A meter. Raises NotFound."""
    key = MeterRow.key(community, meter)
    row = read([key]).get(key)
    if not isinstance(row, MeterRow):
        raise NotFound
    return row.meter


def meters(community: str, query: PageQuery) -> Page[Meter]:
    """The community's meters by id. Raises InvalidCursor."""
    return page_of(MeterRow, MeterRow.key(community, "")[0], query, lambda row: row.meter)


def corrections(community: str, meter: str, query: PageQuery) -> Page[Correction]:
    """A meter's corrections, the last one first. Raises NotFound, InvalidCursor."""
    fitted = find(community, meter)
    return page_of(
        CorrectionRow,
        CorrectionRow.partition(community, meter),
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
    version = home.watch_version if home else None
    as_read = (
        HouseholdRow.watch_version.does_not_exist()
        if version is None
        else HouseholdRow.watch_version == version
    )
    actions = [HouseholdRow.meters.add({meter.meter}), HouseholdRow.kind.set(HouseholdRow)]
    transaction.update("household", HouseholdRow(*key), actions, as_read)


def _enter(community: str, meter: Meter, readings: dict[str, Reading], cause: str, now: datetime) -> None:
    known = communities.known(read([CommunityRow.key(community)]), community)
    for code, reading in readings.items():
        register = meter.register_of(code)
        if register is not None:
            site = Site(community, meter, register, known.time_zone, known.policies.utilities)
            ledger.enter(site, [reading], cause, now)


def _correction(row: CorrectionRow, meter: Meter) -> Correction | None:
    register = meter.register_of(row.register)
    if register is None:
        return None

    def shown(intervals: list[list[int]]) -> list[CorrectedInterval]:
        return [
            CorrectedInterval(
                start=to_instant(int(start)), end=to_instant(int(end)), quantity=register.quantity(int(ticks))
            )
            for start, end, ticks in intervals
        ]

    return Correction(
        at=row.at,
        obis=row.register,
        cause=row.cause,
        by=row.by,
        decision=row.decision,
        note=row.note,
        was=shown(row.was),
        became=shown(row.became),
    )
