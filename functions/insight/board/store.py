"""A community's board as it is kept: each change in one transaction with its sums and its company's share.

All changes of one community's board go through its sums, one after the other; communities, also those of one
company, never meet in a row.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from functions.insight.board.models import Item
from functions.insight.board.patience import later, looked_at
from functions.insight.board.rows import BelongingRow, BoardRow, ItemRow, ShareRow, ThingRow
from functions.insight.board.tally import Tally, digest_of
from functions.insight.board.things import Thing
from linli.communities import DEFAULT_TIME_ZONE
from linli.keys import RowKey
from linli.tables import Rows, Transaction, as_read, read, until_it_holds

RACES = 30  # words about one community come together when its power fails


@dataclass(frozen=True, slots=True)
class Held:
    """A board as it was read, with one thing of it."""

    community: str
    board: BoardRow | None
    belonging: BelongingRow | None
    row: ThingRow | None

    @classmethod
    def read(cls, community: str, thing: str | None = None) -> "Held":
        """One round trip."""
        board, belonging = BoardRow.key(community), BelongingRow.key(community)
        key = ThingRow.key(community, thing) if thing else None
        rows: Rows = read([board, belonging, *([key] if key else [])])
        found = rows.one(ThingRow, key) if key else None
        return cls(community, rows.one(BoardRow, board), rows.one(BelongingRow, belonging), found)

    @property
    def tally(self) -> Tally:
        return self.board.tally if self.board else Tally()


Heard = Literal["duplicate", "noted", "changed", "over", "opened"]


def hear(community: str, thing: str, word: Thing) -> Heard:
    """Take in what is said of a thing. Returns the outcome. Raises Unavailable."""
    return until_it_holds(lambda: _hear(community, thing, word), RACES)


def _hear(community: str, thing: str, word: Thing) -> Heard:
    held = Held.read(community, thing)
    before = held.row.thing if held.row else None
    after = word if before is None else before.with_word(word)
    if after == before:
        return "duplicate"
    write(held, thing, before, after)
    shown, showed = after.item, before.item if before else None
    if (shown is None) == (showed is None):
        return "noted" if shown == showed else "changed"
    return "over" if shown is None else "opened"


def look(community: str, thing: str, now: datetime) -> Literal["doubted", "given_up", "nothing_due"]:
    """See whether a thing whose time has come is to be believed. Returns the outcome. Raises Unavailable."""
    return until_it_holds(lambda: _look(community, thing, now), RACES)


def _look(community: str, thing: str, now: datetime) -> Literal["doubted", "given_up", "nothing_due"]:
    held = Held.read(community, thing)
    if held.row is None:
        return "nothing_due"
    before = held.row.thing
    after = later(before, now)
    if after == before:
        return "nothing_due"
    write(held, thing, before, after)
    return "given_up" if after.item is None else "doubted"


def write(held: Held, name: str, before: Thing | None, after: Thing) -> None:
    """Write what a thing has become, and what follows for the board. Raises ConditionsFailed, Contended."""
    transaction, was, shown = Transaction(), held.row, after.item
    come = ItemRow.of(held.community, shown) if shown else None
    row = ThingRow(
        *ThingRow.key(held.community, name),
        thing=after,
        place=come and come.sk,
        digest=shown and digest_of(shown),
        version=int(was.version) + 1 if was else 1,
        ttl=None if shown else ThingRow.KEPT.until(after.told_at),
        **ThingRow.timed(f"{held.community}/{name}", looked_at(after)),
    )
    transaction.put("thing", row, as_read(ThingRow, was, "version"))
    tally, left = held.tally, None
    if was is not None and was.place is not None and before is not None and before.item is not None:
        tally = tally.taken(before.item, str(was.digest))
        left = was.place if was.place != row.place else None
    if left is not None:
        transaction.delete("gone", ItemRow(ItemRow.key.partition(held.community), left))
    if come is not None and shown is not None:
        tally = tally.put(shown, str(row.digest))
        if was is None or (was.place, was.digest) != (row.place, row.digest):
            transaction.put("come", come)
    _sum(transaction, held, Sums(tally, after.told_at, left, come))
    transaction.commit()


def file(community: str) -> bool:
    """Let a community's board stand where the directory says that it belongs. Returns whether it had to move.

    Raises Unavailable.
    """
    return until_it_holds(lambda: _file(community), RACES)


def _file(community: str) -> bool:
    held = Held.read(community)
    if held.board is None or held.belonging is None:
        return False
    where = (held.belonging.company, held.belonging.time_zone)
    if (held.board.company, held.board.time_zone) == where:
        return False
    transaction = Transaction()
    _sum(transaction, held, Sums(held.tally))
    transaction.commit()
    return True


@dataclass(frozen=True, slots=True)
class Sums:
    """What a board comes to, by a word told then; where an item has `left`, and which has come."""

    tally: Tally
    told_at: datetime | None = None
    left: str | None = None
    come: ItemRow | None = None


def _sum(transaction: Transaction, held: Held, sums: Sums) -> None:
    """Write the board's sums, and its company's share of them."""
    told = [held.board.as_of if held.board else None, sums.told_at]
    as_of = max((each for each in told if each is not None), default=None)
    company = held.belonging.company if held.belonging else None
    before = _filed(held.board)
    is_same = held.board is not None and (held.board.company, held.tally) == (company, sums.tally)
    worst = _worst(held.community, sums) if company and sums.tally.open and not is_same else None
    filed = ShareRow.place(company, held.community, worst) if company and worst else None
    filed = before if is_same else filed
    transaction.put(
        "board",
        BoardRow(
            *BoardRow.key(held.community),
            tally=sums.tally,
            as_of=as_of,
            company=company,
            time_zone=held.belonging.time_zone if held.belonging else DEFAULT_TIME_ZONE,
            filed_under=filed and filed[1],
            version=int(held.board.version) + 1 if held.board else 1,
        ),
        as_read(BoardRow, held.board, "version"),
    )
    if before is not None and before != filed:
        transaction.delete("left", ShareRow(*before))
    if filed is not None and worst is not None:
        transaction.put("share", ShareRow(*filed, tally=sums.tally, worst=worst, as_of=as_of))


def _filed(board: BoardRow | None) -> RowKey | None:
    """Where the company's share of a board is, if it has one."""
    if board is None or board.company is None or board.filed_under is None:
        return None
    return ShareRow.key.partition(board.company), board.filed_under


def _worst(community: str, sums: Sums) -> Item:
    """The most urgent thing once one has left and one has come: of two rows at most, since one may leave."""
    partition = ItemRow.key.partition(community)
    there = ItemRow.query(partition, limit=2, page_size=2, consistent_read=True)
    stay = [row for row in there if row.sk != sums.left]
    return min([*stay, *([sums.come] if sums.come else [])], key=lambda row: str(row.sk)).item
