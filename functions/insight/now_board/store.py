"""What the board says, read as little as it takes."""

from functions.insight.board import store as board
from functions.insight.board.rows import BelongingRow, BoardRow, ItemRow, ShareRow
from functions.insight.board.tally import Tally, together
from functions.insight.now_board.models import CommunityNow, CompanyNow, NowBoard
from linli.communities import DEFAULT_TIME_ZONE
from linli.etags import tag_of
from linli.tables import keep_newest, read
from linli.vocabulary.directory import CommunityChanged

FORM = "1"  # one more when the same things are shown otherwise


def keep_belonging(fact: CommunityChanged) -> str:
    """Keep which company runs a community, and let its board stand there. Returns the outcome."""
    row = BelongingRow(
        *BelongingRow.key(fact.community),
        company=fact.company,
        time_zone=fact.time_zone,
        version=fact.version,
    )
    kept = keep_newest(row)
    board.file(fact.community)  # of a repeat as well, which may finish what was cut short
    return "community_kept" if kept else "duplicate"


def sums(community: str) -> NowBoard:
    """A community's board without its items, but under their tag: one row is all that is read."""
    key = BoardRow.key(community)
    row = read([key]).one(BoardRow, key) or BoardRow(*key, tally=Tally(), time_zone=DEFAULT_TIME_ZONE)
    shown = NowBoard(
        as_of=row.as_of,
        community=community,
        time_zone=row.time_zone,
        open=row.tally.open,
        by_severity=row.tally.by_severity,
        by_kind=row.tally.by_kind,
        items=[],
    )
    return shown.tagged(tag_of(FORM, row.time_zone, row.tally.digest))


def with_items(shown: NowBoard, most: int) -> NowBoard:
    """A board with its most urgent items, under the tag that it has.

    What is told between the two reads is in the items before it is in the tag, so that it is asked for again.
    """
    partition = ItemRow.key.partition(shown.community)
    rows = ItemRow.query(partition, limit=most, page_size=most, consistent_read=True)
    return shown.model_copy(update={"items": [row.item for row in rows]})


def of_company(company: str, most: int) -> CompanyNow:
    """Where something is open in a company, the worst first: a row for each of its communities."""
    partition = ShareRow.key.partition(company)
    rows = list(ShareRow.query(partition, limit=most + 1, page_size=most + 1))
    listed = [_shown(row) for row in rows[:most]]
    return CompanyNow(
        as_of=max(filter(None, (row.as_of for row in rows)), default=None),
        company=company,
        open=sum(each.open for each in listed),
        by_severity=together(each.by_severity for each in listed),
        communities=listed,
        more=len(rows) > most,
    )


def _shown(row: ShareRow) -> CommunityNow:
    *_, community = ShareRow.key.parts(row)
    return CommunityNow(
        community=community,
        open=row.tally.open,
        by_severity=row.tally.by_severity,
        by_kind=row.tally.by_kind,
        most_urgent=row.worst,
    )
