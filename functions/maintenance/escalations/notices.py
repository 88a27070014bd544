"""What staff are told of a ticket that nobody has or that is late, by whom it is pushed, and how often."""

from datetime import datetime, timedelta

from linli.instants import to_epoch_seconds
from linli.messages.gateways import Notice

AGAIN = timedelta(minutes=5)  # while an emergency still needs it
TURNS: dict[bool, int] = {True: 6, False: 1}  # True: an emergency
MOST_TRIES = 16
LONGEST_WAIT_MINUTES = 60
SENDER = "【邻里】"
TEXTS: dict[str, str] = {
    "no_repairer": "有报修暂无人可派，请打开待处理工单。",
    "respond": "有工单超时未响应，请打开待处理工单。",
    "arrive": "有工单超时未到场，请打开待处理工单。",
    "resolve": "有工单超时未解决，请打开待处理工单。",
}


def notice_of(ticket: str, need: str, *, emergency: bool, to: str, since: datetime, turn: int) -> Notice:
    """The message to one manager: the same, under one id, on every try of a turn."""
    about = f"{ticket}-{need.replace('_', '-')}-{to_epoch_seconds(since)}-{turn}"
    return Notice(
        message_id=f"{about}-{to}",
        channel="push",
        to=to,
        template=f"maintenance_{need}",
        text=SENDER + "紧急！" * emergency + TEXTS[need],
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
