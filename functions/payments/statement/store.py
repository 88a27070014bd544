"""Statements: fetched, compared with the books, and what differs kept."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from functions.payments import gateway, merchants, tasks, till
from functions.payments.discrepancies import Discrepancy, differences
from functions.payments.ledger import Entry
from functions.payments.notices import Notice
from functions.payments.providers import PROVIDERS
from functions.payments.settling import refund_key
from functions.payments.statement.models import Step
from functions.payments.statement_files import CHINA
from functions.payments.tables import DiscrepancyRow, EntryRow, IntentRow, ReconciledRow
from functions.payments.till import Told
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.events import Provider
from linli.ids import is_id
from linli.instants import to_text
from linli.observability import observed
from linli.tables import ConditionsFailed, change, read

LOOKED_AT_AGAIN = timedelta(days=14)
AROUND = timedelta(hours=1)  # of two clocks


def start_all(now: datetime) -> None:
    """Leave a step for yesterday's statement of every community and provider, and for days that differ."""
    yesterday = now.astimezone(CHINA).date() - timedelta(days=1)
    for row in ReconciledRow.query(ReconciledRow.PARTITION):
        wanted = {(yesterday, provider) for provider in PROVIDERS}
        since = DiscrepancyRow.sk >= (yesterday - LOOKED_AT_AGAIN).isoformat()
        rows = DiscrepancyRow.query(DiscrepancyRow.partition(row.sk), since)
        wanted |= {(each.discrepancy.day, each.discrepancy.provider) for each in rows}
        steps = [Step(community=row.sk, provider=provider, day=day) for day, provider in sorted(wanted)]
        tasks.leave("statement", steps)


def compare(community: str, provider: Provider, day: date) -> str:
    """Compare a provider's statement of a day with the books. Returns the outcome.

    Raises Unavailable when the provider does not answer.
    """
    try:
        merchant = merchants.merchant(community, provider)
    except NotFound:
        return "not_set_up"
    lines = list(_ours(community, gateway.statement(merchant, day)))
    _book_refunds(community, day, lines, _differences(community, provider, day, lines))
    found = _differences(community, provider, day, lines)
    keep = {row.sk: row for row in (DiscrepancyRow.of(community, each) for each in found)}
    for row in DiscrepancyRow.query(
        DiscrepancyRow.partition(community), DiscrepancyRow.sk.startswith(f"{day.isoformat()}#{provider}#")
    ):
        if row.sk not in keep:  # it has been cleared up
            row.delete()
    for row in keep.values():
        row.save()
    for each in found:
        if each.what == "not_in_our_books" and is_id(each.order):
            _ask_for(community, each.order, datetime.combine(day, time(), UTC))
    return "differs" if found else "agrees"


def _differences(community: str, provider: Provider, day: date, lines: Sequence[Notice]) -> list[Discrepancy]:
    return list(differences(day, provider, lines, list(_entries(community, day))))


def _ours(community: str, lines: Iterable[Notice]) -> Iterator[Notice]:
    """The lines of our own orders: communities may share an account, and none sees another's."""
    told = list(lines)
    rows = read(IntentRow.key(community, line.order) for line in told if is_id(line.order))
    ours = [line for line in told if IntentRow.key(community, line.order) in rows]
    if others := len(told) - len(ours):
        with observed("statement_of_others", f"{community}:{others}", community=community) as attempt:
            attempt.outcome = "not_compared"
    yield from ours


def _book_refunds(community: str, day: date, lines: Sequence[Notice], found: Iterable[Discrepancy]) -> None:
    """Let refunds that only the statement tells of have their effect: WeChat tells of no refund that was made
    at its console. They are booked at noon of the day after, when statements are there.
    """
    noon = datetime.combine(day + timedelta(days=1), time(12), CHINA).astimezone(UTC)
    paid = {line.order: line.amount_fen for line in lines if line.said == "paid"}
    missing = {(each.order, each.refund) for each in found if each.what == "not_in_our_books"}
    for line in lines:
        if line.said == "refunded" and (line.order, refund_key(line)) in missing:
            amount_fen = paid.get(line.order, line.amount_fen)
            till.take(Told(community, line.model_copy(update={"amount_fen": amount_fen})), noon)


def discrepancies(community: str, query: PageQuery) -> Page[Discrepancy]:
    """Where statements and books differ, the last first. Raises InvalidCursor."""
    partition = DiscrepancyRow.partition(community)
    return page_of(DiscrepancyRow, partition, query, lambda row: row.discrepancy, newest_first=True)


def _entries(community: str, day: date) -> Iterator[Entry]:
    """What was booked from the beginning of a day in China on, for two days."""
    begins = datetime.combine(day, time(), CHINA) - AROUND
    ends = begins + timedelta(days=2) + 2 * AROUND
    zone = ZoneInfo(communities.known(read([CommunityRow.key(community)]), community).time_zone)
    for month in sorted({f"{at.astimezone(zone):%Y-%m}" for at in (begins, ends)}):
        span = EntryRow.sk.between(to_text(begins), to_text(ends))
        rows = EntryRow.query(EntryRow.partition(community, month), span, consistent_read=True)
        yield from (row.entry for row in rows)


def _ask_for(community: str, intent: str, at: datetime) -> None:
    """Wake an order of ours, if it is one, so that the provider is asked about it."""
    row = IntentRow(*IntentRow.key(community, intent))
    with suppress(ConditionsFailed):  # not one of ours
        change(row, IntentRow.timing(intent, at), IntentRow.pk.exists())
