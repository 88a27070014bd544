"""Statements: fetched, compared with the books, and what differs kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from functions.payments.books import store as books
from functions.payments.books.ledger import Entry
from functions.payments.books.orders import Refund
from functions.payments.books.refund_keys import refund_key
from functions.payments.books.rows import EntryRow, IntentRow, RefundRow
from functions.payments.books.store import Told
from functions.payments.providers import client as providers
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import KeyNotTaken, NotThereYet, RefundOrder, Silent
from functions.payments.providers.protocol.notices import Notice
from functions.payments.providers.protocol.statement_files import CHINA
from functions.payments.providers.registry import PROVIDERS
from functions.payments.statement.models import Step
from functions.payments.statements.discrepancies import Discrepancy, OurOrder, differences
from functions.payments.statements.rows import ComparedRow, DiscrepancyRow, ReconciledRow
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound, Unavailable
from linli.ids import is_id
from linli.instants import to_epoch_seconds, to_text
from linli.observability import observed
from linli.tables import ConditionsFailed, change, read
from linli.tasks import leave
from linli.vocabulary.payments import Provider

LOOKED_AT_AGAIN = timedelta(days=14)
KEPT = ComparedRow.KEPT.span  # two days more than it is looked at
AROUND = timedelta(hours=1)  # of two clocks


def start_all(now: datetime) -> None:
    """Leave a step for each statement of the last days that has not been compared, or that differed, of every
    community and provider; the last day first.
    """
    today = now.astimezone(CHINA).date()
    days = [today - timedelta(days=back) for back in range(1, LOOKED_AT_AGAIN.days + 1)]
    for community in communities.entered(ReconciledRow):
        partition, since = ComparedRow.key(community, min(days).isoformat(), "")
        known = {each.sk for each in ComparedRow.query(partition, ComparedRow.sk >= since)}
        differing = DiscrepancyRow.query(DiscrepancyRow.key.partition(community), DiscrepancyRow.sk >= since)
        differ = {(each.discrepancy.day, each.discrepancy.provider) for each in differing}
        providers = [provider for provider in PROVIDERS if _is_merchant(community, provider)]
        steps = [
            Step(community=community, provider=provider, day=day)
            for day in days
            for provider in providers
            if (day, provider) in differ
            or ComparedRow.key(community, day.isoformat(), provider)[1] not in known
        ]
        leave("statement", steps)


def _is_merchant(community: str, provider: Provider) -> bool:
    """Whether a community is a merchant of a provider, as far as can be told: a secret that cannot be read
    fails its own step, and holds up no other.
    """
    with suppress(ValueError, Unavailable):
        try:
            merchants.merchant(community, provider)
        except NotFound:
            return False
    return True


def compare(community: str, provider: Provider, day: date, now: datetime) -> str:
    """Compare a provider's statement of a day with the books. Returns the outcome.

    Raises Unavailable when the provider does not answer.
    """
    try:
        merchant = merchants.merchant(community, provider)
        told = providers.statement(merchant, day)
    except NotFound:
        return "not_set_up"
    except NotThereYet:  # the next round asks for it again
        return "not_there_yet"
    held = _held(community, told)
    lines = _ours(community, told, held)
    found = _differences(community, provider, day, lines, held)
    if _book_refunds(merchant, lines, held, found, now):
        held = _held(community, lines)
        found = _differences(community, provider, day, lines, held)
    _list_anew(community, provider, day, found)
    ComparedRow(
        *ComparedRow.key(community, day.isoformat(), provider), ttl=to_epoch_seconds(now + KEPT)
    ).save()
    return "differs" if found else "agrees"


def _list_anew(community: str, provider: Provider, day: date, found: Sequence[Discrepancy]) -> None:
    """List what differs of a day, and no more than that. Orders of ours that only the statement knows are
    asked for at their provider.
    """
    keep = {row.sk: row for row in (DiscrepancyRow.of(community, each) for each in found)}
    for row in DiscrepancyRow.query(
        DiscrepancyRow.key.partition(community),
        DiscrepancyRow.sk.startswith(f"{day.isoformat()}#{provider}#"),
    ):
        if row.sk not in keep:  # it has been cleared up
            row.delete()
    for row in keep.values():
        row.save()
    for each in found:
        if each.what == "not_in_our_books" and is_id(each.order):
            _ask_for(community, each.order, datetime.combine(day, time(), UTC))


def _differences(
    community: str, provider: Provider, day: date, lines: Sequence[Notice], held: Mapping[str, OurOrder]
) -> list[Discrepancy]:
    return list(differences(day, provider, lines, held, _entries(community, day)))


def _held(community: str, lines: Iterable[Notice]) -> dict[str, OurOrder]:
    """Our orders that the lines name, as they are now, and their refunds where the lines name any."""
    gave_back = {line.order for line in lines if line.said == "refunded"}
    rows = read(IntentRow.key(community, line.order) for line in lines if is_id(line.order))
    return {
        row.intent.intent: OurOrder(
            row.intent, _refunds(community, row.intent.intent) if row.intent.intent in gave_back else ()
        )
        for row in rows.values()
        if isinstance(row, IntentRow)
    }


def _refunds(community: str, order: str) -> tuple[Refund, ...]:
    partition, refunds = IntentRow.key.partition(community, order), RefundRow.sk.startswith("refund#")
    return tuple(row.refund for row in RefundRow.query(partition, refunds, consistent_read=True))


def _ours(community: str, told: Sequence[Notice], held: Mapping[str, OurOrder]) -> list[Notice]:
    """The lines of our own orders: communities may share an account, and none sees another's."""
    ours = [line for line in told if line.order in held]
    if others := len(told) - len(ours):
        with observed("statement_of_others", f"{community}:{others}", community=community) as attempt:
            attempt.outcome = "not_compared"
    return ours


def _book_refunds(
    merchant: Merchant,
    lines: Sequence[Notice],
    held: Mapping[str, OurOrder],
    found: Iterable[Discrepancy],
    now: datetime,
) -> bool:
    """Let refunds that only the statement tells of have their effect: WeChat tells of no refund that was made
    at its console. With them go all others of the same order, and of one whose total has not been told apart,
    so that it is. Returns whether there were any.
    """
    missing = {each.order for each in found if each.refund and each.what != "not_in_the_statement"}
    wanted = missing | {order for order, each in held.items() if each.intent.unnamed_fen}
    paid = {line.order: line.amount_fen for line in lines if line.said == "paid"}
    refunds = [line for line in lines if line.said == "refunded" and line.order in wanted]
    for line in refunds:
        intent = held[line.order].intent
        if refund_key(line) in intent.named:
            continue
        told = line.model_copy(update={"amount_fen": paid.get(line.order, line.amount_fen)})
        notice = _vouched_for(merchant, told, intent.amount_fen)
        if notice is not None:
            books.settle(Told(merchant.community, notice), now)
    return bool(refunds)


def _vouched_for(merchant: Merchant, line: Notice, order_fen: int) -> Notice | None:
    """A refund of a statement, as its provider answers for it; None where it does not.

    The digest of WeChat's file is signed. Alipay's file is signed by nobody: each refund is asked for.
    """
    if merchant.provider == "wechat":
        return line
    number = line.refund or line.order  # as Alipay calls a refund for which nobody gave a number
    try:
        answer = providers.query_refund(
            merchant, RefundOrder(number, line.order, line.refund_fen or 0, order_fen)
        )
    except (KeyNotTaken, Silent):
        raise
    except Unavailable:  # what it says is about another refund: the discrepancy stays
        return None
    if answer.said != "refunded":
        return None
    return answer.model_copy(update={"refund": line.refund, "at": answer.at or line.at})


def discrepancies(community: str, query: PageQuery) -> Page[Discrepancy]:
    """Where statements and books differ, the last first. Raises InvalidCursor."""
    partition = DiscrepancyRow.key.partition(community)
    return page_of(DiscrepancyRow, partition, query, lambda row: row.discrepancy, newest_first=True)


def _entries(community: str, day: date) -> Iterator[Entry]:
    """What was booked from the beginning of a day in China on, for two days."""
    begins = datetime.combine(day, time(), CHINA) - AROUND
    ends = begins + timedelta(days=2) + 2 * AROUND
    zone = ZoneInfo(communities.known(read([CommunityRow.key(community)]), community).time_zone)
    for month in sorted({f"{at.astimezone(zone):%Y-%m}" for at in (begins, ends)}):
        span = EntryRow.sk.between(to_text(begins), to_text(ends))
        rows = EntryRow.query(EntryRow.key.partition(community, month), span, consistent_read=True)
        yield from (row.entry for row in rows)


def _ask_for(community: str, intent: str, at: datetime) -> None:
    """Wake an order of ours, if it is one, so that the provider is asked about it."""
    row = IntentRow(*IntentRow.key(community, intent))
    with suppress(ConditionsFailed):  # not one of ours
        change(row, IntentRow.timing(intent, at), IntentRow.pk.exists())
