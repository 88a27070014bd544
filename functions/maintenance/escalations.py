"""Tells managers what stands in their queue, by push."""

from datetime import datetime

from pynamodb.expressions.update import Action

from functions.maintenance.tables import EscalationRow, ManagerRow
from functions.maintenance.telling import next_try, notice_of
from linli.messages.gateways import Channels, request_of
from linli.messages.sending import NotSent, Post, channels_of, signing_time
from linli.tables import ConditionsFailed, Row, all_readable, change, find


def tell(key: tuple[str, str], now: datetime, post: Post) -> str:
    """Send the messages about one need that is due. Returns the outcome.

    Raises NotFound when it is over, Unavailable when it cannot be known how to send: it stays due.
    """
    row = find(EscalationRow, key)
    if row.due_at is None or row.due_at > now:
        return "nothing_due"
    community = row.pk.partition("#")[0]
    managers = [each.sk for each in all_readable(ManagerRow, ManagerRow.key(community, "")[0]) if each.member]
    channels = channels_of(community)
    before = set(row.told or ())
    told = before | {each for each in managers if each not in before and _sent(row, each, channels, post)}
    everybody = bool(managers) and told >= set(managers)
    _keep(row, told, now, everybody=everybody)
    return "told" if everybody else "nobody_told" if not told else "some_told"


def _sent(row: EscalationRow, manager: str, channels: Channels, post: Post) -> bool:
    if channels.push is None:
        return False
    notice = notice_of(
        row.ticket_id, row.need, emergency=row.is_emergency, to=manager, since=row.since, turn=int(row.turn)
    )
    try:
        post.hand_over(request_of(notice, channels.push, signing_time()))
    except NotSent:
        return False
    return True


def _keep(row: EscalationRow, told: set[str], now: datetime, *, everybody: bool) -> None:
    turn, tries = int(row.turn), int(row.tries) + 1
    following = next_try(turn, tries, emergency=row.is_emergency, everybody=everybody)
    goes_on = following is not None and following[0] != turn
    kept = EscalationRow.told.set(told) if told and not goes_on else EscalationRow.told.remove()
    actions: list[Action] = [
        kept,
        EscalationRow.tries.set(tries),
        EscalationRow.turn.set(following[0] if following else turn),
        *EscalationRow.timing(row.ticket_id, now + following[1] if following else None),
    ]
    try:
        change(row, actions, Row.pk.exists() & (EscalationRow.tries == row.tries))
    except ConditionsFailed:  # it is over, or another run has told it as well
        return
