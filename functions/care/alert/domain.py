"""Alerts and lines of the timeline as they are shown."""

from functions.care.alert.models import AlertShown, Line
from functions.care.calling.alerts import STAFF, Actor, Alert
from functions.care.timeline.models import Capacity, Entry
from linli.escalation.answering import allowed

SEEN = AlertShown.model_fields.keys() - {"words", "calling", "allowed", "outcome", "answered_by"}
EXPLAINED_TO: frozenset[Capacity] = STAFF | {"person"}


def shown(alert: Alert, actor: Actor | None) -> AlertShown:
    """An alert as the actor sees it; a list (no actor) is for staff.

    Family and contacts see that there is one and how far it is; not what sensors told, nor which of the staff
    sees to it, nor how it ended, which may be for people to tell.
    """
    explained = actor is None or actor.capacity in EXPLAINED_TO
    calling = alert.chain[alert.level].to if alert.state == "open" else None
    return AlertShown(
        **{name: getattr(alert, name) for name in SEEN},
        words=alert.words if explained else None,
        outcome=alert.outcome if explained else None,
        answered_by=alert.answered_by if explained or alert.answered_as not in STAFF else None,
        calling=calling,
        allowed=allowed(alert, actor) if actor else [],
    )


def line(entry: Entry) -> Line:
    """A line of the timeline."""
    return Line(**dict(entry))
