"""What waits for a manager, and the decisions."""

from decimal import Decimal

from functions.utilities.entries import store as entries
from functions.utilities.held_reading.models import Decided, HeldReading, Verdict
from functions.utilities.meters.rows import MeterRow
from functions.utilities.registers.site import Site
from functions.utilities.reviews.decisions import Decision
from functions.utilities.reviews.rows import HeldRow
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import InvalidRequest, NotFound
from linli.idempotency import Creation
from linli.instants import from_millis
from linli.tables import read
from linli.vocabulary.utilities import UtilitiesPolicy

THE_DIAL_RELEASES = ("drop", "rise", "error_code", "run", "contradicted")


def waiting(community: str, query: PageQuery) -> Page[HeldReading]:
    """The community's held readings. Raises InvalidCursor."""
    return page_of(HeldRow, HeldRow.key.partition(community), query, _shown)


def decide(community: str, held: str, verdict: Verdict, by: str, creation: Creation) -> Decided:
    """Let a decision take effect, once for a key.

    Raises NotFound when nothing waits under this id (any more), InvalidRequest for a value the dial cannot
    show.
    """
    return creation.once(lambda: _decide(community, held, verdict, by, creation), Decided.model_validate_json)


def _decide(community: str, held: str, verdict: Verdict, by: str, creation: Creation) -> Decided:
    key = HeldRow.key(community, held)
    row = read([key]).get(key)
    if not isinstance(row, HeldRow):
        raise NotFound
    rows = read([MeterRow.key(community, row.meter), CommunityRow.key(community)])
    meter_row = rows.get(MeterRow.key(community, row.meter))
    register = meter_row.meter.register_of(row.register) if isinstance(meter_row, MeterRow) else None
    if register is None or not isinstance(meter_row, MeterRow):
        raise NotFound
    corrected = None if verdict.value is None else register.ticks(verdict.value)
    if verdict.value is not None and corrected is None:
        raise InvalidRequest("dial_cannot_show_value")
    known = communities.known(rows, community)
    site = Site(community, meter_row.meter, register, known.time_zone, known.policy(UtilitiesPolicy))
    decision = Decision(by, verdict.decision, verdict.note, int(row.at), int(row.ticks), corrected)
    decided = Decided(reading=_shown(row), decision=verdict.decision, decided_by=by)
    told = decided.model_dump_json()  # nothing else is left of what waited
    entries.decide(
        site, decision, f"decision-{held}", creation.at, lambda all_of_it: creation.claim(all_of_it, told)
    )
    return decided


def _shown(row: HeldRow) -> HeldReading:
    def value(ticks: float) -> Decimal:
        return Decimal(int(ticks)).scaleb(-int(row.decimals))

    return HeldReading(
        held=row.sk,
        meter=row.meter,
        obis=row.register,
        measured_at=from_millis(int(row.at)),
        value=value(row.ticks),
        reason=row.reason,
        before=None if row.before_ticks is None else value(row.before_ticks),
        released_by=["decision", "the_dial"] if row.reason in THE_DIAL_RELEASES else ["decision"],
    )
