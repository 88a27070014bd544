"""Statements: fetched, compared with the books, and what differs kept."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pynamodb.exceptions import UpdateError

from functions.payments import gateway, merchants, tasks
from functions.payments.discrepancies import Discrepancy, differences
from functions.payments.ledger import Entry
from functions.payments.providers import PROVIDERS
from functions.payments.statement.models import Step
from functions.payments.statement_files import CHINA
from functions.payments.tables import DiscrepancyRow, EntryRow, IntentRow, ReconciledRow, wake_shard
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.events import Provider
from linli.ids import is_id
from linli.instants import to_text
from linli.tables import Row, read

AROUND = timedelta(hours=1)  # of two clocks


def start_all(now: datetime) -> None:
    """Leave a step for yesterday's statement of every community and provider."""
    day = now.astimezone(CHINA).date() - timedelta(days=1)
    for row in ReconciledRow.query(ReconciledRow.PARTITION):
        steps = [Step(community=row.sk, provider=provider, day=day) for provider in PROVIDERS]
        tasks.leave("statement", steps)


def compare(community: str, provider: Provider, day: date) -> str:
    """Compare a provider's statement of a day with the books. Returns the outcome.

    Raises Unavailable when the provider does not answer.
    """
    try:
        merchant = merchants.merchant(community, provider)
    except NotFound:
        return "not_set_up"
    lines = gateway.statement(merchant, day)
    found = list(differences(day, provider, lines, list(_entries(community, day))))
    for each in found:
        DiscrepancyRow.of(community, each).save()
        if each.what == "not_in_our_books" and is_id(each.order):
            _ask_for(community, each.order, datetime.combine(day, time(), UTC))
    return "differs" if found else "agrees"


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
    with suppress(UpdateError):  # not one of ours
        row.update(
            [IntentRow.wake_at.set(at), IntentRow.wake_shard.set(wake_shard("intent", intent))],
            Row.pk.exists(),
        )
