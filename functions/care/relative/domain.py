"""How somebody is, in one word."""

from functions.care.calling.alerts import Alert
from functions.care.relative.models import How, RelativeSeen
from functions.care.watching.state import WatchState


def how(state: WatchState, alert: Alert | None) -> How:
    """What is most urgent to know. Whatever ended the watch is not told by a screen."""
    if alert is not None:
        return "emergency" if alert.emergency else "alert"
    if state.ended:
        return "paused"
    if state.where == "away":
        return "away"
    return "cannot_see" if state.blind_since is not None else "well"


def seen(person: str, home_name: str | None, state: WatchState, alert: Alert | None) -> RelativeSeen:
    """How a relative is, when they were seen last, and their open alert."""
    return RelativeSeen(
        person=person,
        home_name=home_name,
        how=how(state, alert),
        seen_at=None if state.ended else state.seen_at,
        away_until=state.away_until,
        alert=alert.alert if alert else None,
        alert_state=alert.state if alert else None,
        alert_opened_at=alert.opened_at if alert else None,
    )
