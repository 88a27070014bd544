"""What stands in the queue of managers, and who of them has been told, by push."""

from datetime import datetime

from pynamodb.expressions.update import Action

from functions.maintenance.escalations.notices import next_try, notice_of
from functions.maintenance.escalations.rows import EscalationRow
from functions.maintenance.people.models import Manager
from functions.maintenance.people.store import managers
from linli.messages.gateways import Channels, request_of
from linli.messages.sending import channels_of
from linli.posting import NotSent, Post, signing_time
from linli.tables import ConditionsFailed, Row, change, find


def tell(key: tuple[str, str], now: datetime, post: Post) -> str:
    """Send the messages about one need that is due. Returns the outcome.

    Raises NotFound when it is over, Unavailable when it cannot be known how to send: it stays due.
    """
    row = find(EscalationRow, key)
    if row.due_at is None or row.due_at > now:
        return "nothing_due"
    community = row.community
    staff = managers(community)
    channels = channels_of(community)
    reached = set(row.reached or ())
    reached |= {
        each.person for each in staff if each.person not in reached and _sent(row, each, channels, post)
    }
    everybody = bool(staff) and reached >= {each.person for each in staff}
    _note_try(row, reached, now, everybody=everybody)
    return "told" if everybody else "some_told" if reached else "nobody_told"


def _sent(row: EscalationRow, manager: Manager, channels: Channels, post: Post) -> bool:
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


def _note_try(row: EscalationRow, reached: set[str], now: datetime, *, everybody: bool) -> None:
    turn, tries = int(row.turn), int(row.tries) + 1
    following = next_try(turn, tries, emergency=row.is_emergency, everybody=everybody)
    goes_on = following is not None and following[0] != turn
    is_kept = bool(reached) and not goes_on
    actions: list[Action] = [
        EscalationRow.reached.set(reached) if is_kept else EscalationRow.reached.remove(),
        *([EscalationRow.told.add(reached)] if reached else []),
        EscalationRow.tries.set(tries),
        EscalationRow.turn.set(following[0] if following else turn),
        *EscalationRow.timing(row.ticket_id, now + following[1] if following else None),
    ]
    try:
        change(row, actions, Row.pk.exists() & (EscalationRow.tries == row.tries))
    except ConditionsFailed:  # it is over, or another run has told it as well
        return
