"""What staff are told of a ticket that nobody has or that is late, by whom it is pushed, and how often."""

from datetime import datetime, timedelta

from functions.maintenance.people.models import Manager
from linli.instants import to_epoch_seconds
from linli.messages.gateways import Notice
from linli.words import sentence

AGAIN = timedelta(minutes=5)  # while an emergency still needs it
TURNS: dict[bool, int] = {True: 6, False: 1}  # True: an emergency
MOST_TRIES = 16
LONGEST_WAIT_MINUTES = 60


def notice_of(ticket: str, need: str, *, emergency: bool, to: Manager, since: datetime, turn: int) -> Notice:
    """The message to one manager, in their language: the same, under one id, on every try of a turn."""
    about = f"{ticket}-{need.replace('_', '-')}-{to_epoch_seconds(since)}-{turn}"
    return Notice(
        message_id=f"{about}-{to.person}",
        channel="push",
        to=to.person,
        template=f"maintenance_{need}",
        language=to.language,
        text=sentence("messages", f"maintenance_{'emergency_' * emergency}{need}", {}, to.language),
        urgent=emergency,
        ticket=ticket,
    )


def next_try(turn: int, tries: int, *, emergency: bool, everybody: bool) -> tuple[int, timedelta] | None:
    """The turn and the wait of the next try; None when all has been done.

    Who was not reached is tried again, each time after twice as long, at most an hour; `tries` were made.
    Of an emergency everybody is told again as long as it needs somebody, a few times.
    """
    if tries >= MOST_TRIES:
        return None
    if not everybody:
        return turn, timedelta(minutes=min(1 << max(0, tries - 1), LONGEST_WAIT_MINUTES))
    return (turn + 1, AGAIN) if turn + 1 < TURNS[emergency] else None
